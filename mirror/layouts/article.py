"""From what a layout found on a page to its article: dates, people, language, warnings.

Whatever the family, an article begins with a dateline and a credit and ends in an editor's line.
How a publisher prints its credits is a :class:`HouseStyle`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mirror.items import Article
from mirror.layouts import credits as known
from mirror.layouts.characters import has_invisible, heading
from mirror.layouts.datelines import dateline
from mirror.layouts.dates import in_year_of, is_near, published, url_date
from mirror.layouts.language import language

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from mirror.items import Image
    from mirror.layouts.body import Body
    from mirror.layouts.credits import EditorLine
    from mirror.layouts.datelines import Dateline
    from mirror.layouts.pages import Layout, Page

_ARTICLE_ID = re.compile(r"/(n?\d+)\.html?$")


@dataclass(frozen=True, slots=True)
class HouseStyle:
    """How a publisher prints its credits, and numbers its articles."""

    byline: Callable[[str], str] = known.byline
    """The credit that a text begins with, as printed; ``""`` when it has none."""
    reporters: Callable[[str], list[str]] = known.reporters
    """The people that a credit names."""
    has_editors: Callable[[str], bool] = lambda original: True
    """Whether articles of the publisher with this original URL end in an editor's line."""
    article_id: re.Pattern[str] = _ARTICLE_ID
    """The id in an original URL is its first group."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a layout found on a page: its parts, nothing resolved."""

    title: str
    """As the page's source has it."""
    original: str
    """The publisher's URL; ``""`` for none."""
    body: Body
    featured: list[Image]
    invisible: bool
    """Characters were taken out of the body that show nothing."""
    warnings: frozenset[str] = frozenset()


def article(page: Page, layout: Layout, found: Found, style: HouseStyle) -> Article:
    """The article, with all that can be read from the text of its body."""
    body, original = found.body, found.original
    warnings = found.warnings | body.warnings
    if found.invisible or has_invisible(found.title):
        warnings |= {"invisible-characters"}
    in_url = url_date(original)
    line = dateline(body.text)
    in_text, odd_date = _date_in_text(line, original, in_url)
    credit, people, odd_credit = _credit(body.text, line, style)
    blocks = body.text.split("\n\n")
    editor = known.editors(blocks)
    warnings |= odd_date | odd_credit | _editor_warnings(editor, blocks, style, original)
    folder, _, file = page.address.path.rpartition("/")
    stem = file.removesuffix(".md")
    named = style.article_id.search(original)
    if named and named[1] != stem:
        warnings |= {"id-mismatch"}
    return Article(
        id=named[1] if named else stem,
        mirror=page.address.mirror.name,
        layout=layout.name,
        channel=folder.rpartition("/")[2],
        url=page.address.url,
        page_url=page.address.page_url,
        original_url=original,
        title=heading(found.title),
        published=_iso(published(in_text, in_url)),
        dateline_date=_iso(in_text),
        url_date=_iso(in_url),
        byline=credit,
        reporters=people,
        editors=editor.editors,
        text=body.text,
        html=body.html,
        images=found.featured + body.images,
        links=body.links,
        tags=[],
        videos=body.media,
        language=language(body.text or found.title),
        warnings=sorted(warnings),
        extractor=f"{layout.name}/{layout.version}",
    )


def _date_in_text(
    line: Dateline, original: str, in_url: date | None
) -> tuple[date | None, set[str]]:
    """The dateline's date, its year taken from the URL where it has none, and what is odd."""
    warnings = set()
    in_text = line.date
    if line.day is not None:
        warnings.add("yearless-dateline")
        in_text = in_year_of(line.day, in_url) if in_url else None
    elif not line.printed:
        warnings.add("no-dateline")
    elif in_text is None or not line.sound:
        warnings.add("broken-dateline")
    if original and in_url is None:
        warnings.add("no-url-date")
    if in_text and in_url and not is_near(in_text, in_url):
        warnings.add("distant-dateline")
    return in_text, warnings


def _credit(text: str, line: Dateline, style: HouseStyle) -> tuple[str, list[str], set[str]]:
    """The credit as printed, its people, and what is odd about it."""
    credit = line.credit or style.byline(text[line.end :])
    if credit:
        return credit, style.reporters(credit), set()
    apart = known.credit_apart(text[line.end :]) or known.credit_apart(text[: line.end])
    if apart is None:
        return "", [], set()
    return apart.printed, style.reporters(apart.people), {"byline-apart"}


def _editor_warnings(
    line: EditorLine, blocks: list[str], style: HouseStyle, original: str
) -> set[str]:
    if line.block < 0:
        return {"no-editor"} if style.has_editors(original) else set()
    warnings = set() if line.sound else {"broken-editor"}
    if line.block < len(blocks) - 1:
        warnings.add("text-after-editor")
    return warnings


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
