"""How far an extractor's reading of a page is from the oracle's."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING
from urllib.parse import unquote

from benchmarks.accuracy.source import squeezed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from benchmarks.accuracy.reading import Reading

GRAM = 5
"""Characters that are compared at once."""
EXCERPT = 60
"""Characters of an excerpt in a list of misses."""

FIELDS = (
    "title",
    "dateline_date",
    "url_date",
    "reporters",
    "editors",
    "tags",
    "images",
    "original_url",
)


@dataclass(frozen=True, slots=True)
class Extract:
    """What an extractor made of a page; None where it does not offer the field at all."""

    text: str
    title: str | None = None
    dateline_date: str | None = None
    url_date: str | None = None
    reporters: tuple[str, ...] | None = None
    editors: tuple[str, ...] | None = None
    tags: tuple[str, ...] | None = None
    images: frozenset[str] | None = None
    original_url: str | None = None


@dataclass(frozen=True, slots=True)
class Miss:
    """One field of one page in which the extractor and the oracle differ."""

    field: str
    kind: str
    """``lost``, ``invented`` or ``differs``."""
    excerpt: str


def f1(found: str, expected: str) -> float:
    """Harmonic mean of precision and recall over runs of :data:`GRAM` characters, each counted.

    Both texts come without white space. Texts shorter than that are right or wrong.
    """
    if found == expected:
        return 1.0
    ours, theirs = _grams(found), _grams(expected)
    total = ours.total() + theirs.total()
    return 2 * (ours & theirs).total() / total if total else 0.0


def _grams(text: str) -> Counter[str]:
    return Counter(text[start : start + GRAM] for start in range(len(text) - GRAM + 1))


def misses(extract: Extract, reading: Reading, fields: Collection[str]) -> Iterator[Miss]:
    """Where they differ, over those of :data:`FIELDS` that the extractor offers, and the text."""
    for field in fields:
        found, expected = getattr(extract, field), getattr(reading, field)
        if _folded(found) != _folded(expected):
            yield Miss(field, _kind(found, expected), _difference(found, expected))
    found_text = squeezed(extract.text)
    if found_text != reading.text:
        yield Miss("text", _kind_of_text(found_text, reading.text), _places(found_text, reading))


def _folded(value: object) -> object:
    """As compared: a name may be written with a radical for the character (NFKC), an address with
    or without percent-encoding."""
    if isinstance(value, str):
        return " ".join(unicodedata.normalize("NFKC", unquote(value)).split())
    if isinstance(value, (tuple, frozenset)):
        return type(value)(_folded(part) for part in value)
    return value


def _kind(found: object, expected: object) -> str:
    if not found:
        return "lost"
    if not expected:
        return "invented"
    if isinstance(found, (tuple, frozenset)) and isinstance(expected, (tuple, frozenset)):
        if set(found) < set(expected):
            return "lost"
        if set(found) > set(expected):
            return "invented"
    return "differs"


def _kind_of_text(found: str, expected: str) -> str:
    if f1(found, expected) == 0:
        return "lost"
    return (
        "differs"
        if len(found) == len(expected)
        else ("lost" if len(found) < len(expected) else "invented")
    )


def _difference(found: object, expected: object) -> str:
    if isinstance(found, frozenset) and isinstance(expected, frozenset):
        return f"-{sorted(expected - found)} +{sorted(found - expected)}"
    return f"{found!r}, not {expected!r}"


def _places(found: str, reading: Reading) -> str:
    """The first places in which the texts differ, ``lost -> found`` after a few characters."""
    expected = reading.text
    shown = []
    matcher = SequenceMatcher(None, expected, found, autojunk=len(expected) > 20_000)
    for kind, start, end, other, other_end in matcher.get_opcodes():
        if kind != "equal":
            before = expected[max(0, start - 8) : start]
            lost, gained = expected[start:end][:EXCERPT], found[other:other_end][:EXCERPT]
            shown.append(f"…{before}[{lost} -> {gained}]")
    return " ".join(shown[:4])
