"""All classes of deviations, in the groups of the document, and what none of them decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.deviations.fields import CREDITS, DATES, EDITORS, TEXT
from benchmarks.deviations.frame import CHARACTERS, FRAME
from benchmarks.deviations.markup import MARKUP, undecided_elements

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.deviations.facts import Deviation, Facts

GROUPS: dict[str, tuple[Deviation, ...]] = {
    "The frame of a page": FRAME,
    "Characters and titles": CHARACTERS,
    "Markup": MARKUP,
    "Dates": DATES,
    "Credits": CREDITS,
    "Editor's lines": EDITORS,
    "Text": TEXT,
}
CLASSES: tuple[Deviation, ...] = tuple(each for group in GROUPS.values() for each in group)

UNSEEN = {
    "body-not-closed": "a body's end tag is missing",
    "deep-nesting": "markup that would take hours to read",
    "invalid-utf8": "bytes that are not UTF-8",
    "no-body-element": "a page without a body element",
    "no-original": "a page without a label",
    "no-title": "a page without a title",
    "no-url-date": "an original URL without a date",
}
"""Warnings for what none of the real pages has; tests of their own show them."""


def undecided(page: Facts, classes: Sequence[Deviation]) -> list[str]:
    """What of a page is in no class, and which class lacks its warning."""
    explained = {each.warning for each in classes} | set(UNSEEN)
    found = [f"element {name}" for name in sorted(undecided_elements(page))]
    found += [f"warning {code}" for code in page.article.warnings if code not in explained]
    found += [
        f"class {each.name} without {each.warning}"
        for each in classes
        if each.warning and each.warning not in page.article.warnings
    ]
    return found
