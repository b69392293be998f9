"""What the oracle says of a page, and how runs of text make lines: shared by all layouts' oracles.

An oracle shares no code with :mod:`mirror` and no parser: see
:mod:`benchmarks.accuracy.source`. Its rules are those of the documentation of mirrors and of
pages read by eye.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin

from benchmarks.accuracy.source import squeezed, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from benchmarks.accuracy.source import Piece

_BLOCKS = """
address article aside blockquote caption center col colgroup dd details div dl dt figcaption figure
footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tbody td tfoot th thead
tr ul br img
"""
_ENDS_LINE = frozenset(_BLOCKS.split())
"""Tags at which a line of text ends; the others stand within a line."""

_TAG = re.compile(r"/gb/tag/([^?#\"]+?)\.html?\s*$")
_URL_DATE = re.compile(r"/gb/(\d{1,2})/(\d{1,2})/(\d{1,2})/")
_TRACKING = re.compile(r"\?(?:_gl|utm_\w+)=.*$")


@dataclass(frozen=True, slots=True)
class Join:
    """Two runs of text within one line, with nothing but inline tags between them."""

    offset: int
    """Index of the right run's first character in :attr:`Reading.text`."""
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What the oracle says of one article page."""

    title: str
    text: str
    """All white space removed."""
    joins: tuple[Join, ...]
    dateline_date: str | None
    url_date: str | None
    reporters: tuple[str, ...]
    editors: tuple[str, ...]
    tags: tuple[str, ...]
    images: frozenset[str]
    original_url: str


def lines_and_joins(body: Iterable[Piece]) -> tuple[list[str], tuple[Join, ...]]:
    """The lines of text, spaced, and the places where runs were joined within them."""
    lines: list[str] = [""]
    joins: list[Join] = []
    length = 0
    left = ""
    after_tag = False
    for piece in body:
        if piece.kind == "text":
            run = squeezed(piece.value)
            if not run:
                continue
            if left and after_tag:
                joins.append(Join(length, left, run))
            gap = " " if left and must_be_apart(left[-1], run[0]) else ""
            lines[-1] += gap + spaced(piece.value)
            length += len(run)
            left, after_tag = run, False
        elif piece.kind == "comment":
            continue
        elif piece.value == "wbr":
            left = ""  # a break within a word: no rule says whether the halves belong together
        elif piece.value in _ENDS_LINE:
            lines.append("")
            left = ""
        else:
            after_tag = True
    return [line for line in lines if line], tuple(joins)


def must_be_apart(left: str, right: str) -> bool:
    """Both characters belong to words of a script that writes spaces between them.

    Of two digits it cannot be said whether they are one number.
    """
    return (
        left.isalnum()
        and right.isalnum()
        and not (is_wide(left) or is_wide(right))
        and not (left.isdigit() and right.isdigit())
    )


def is_wide(char: str) -> bool:
    """A character of East Asian writing, punctuation included (Unicode Annex 11)."""
    return unicodedata.east_asian_width(char) in ("W", "F")


def heading(source: str) -> str:
    """The title in the first line of a page's source, character references replaced."""
    return spaced(html.unescape(source.split("\n", 1)[0].removeprefix("### ")))


def spaced(text: str) -> str:
    """The text with single spaces, without characters that have no shape."""
    return " ".join(visible(text).split())


def tags(body: Iterable[Piece]) -> tuple[str, ...]:
    """Names of the tags that the body links to, in order."""
    found: dict[str, None] = {}
    for piece in body:
        if piece.kind == "open" and (match := _TAG.search(piece.attributes.get("href", ""))):
            found.setdefault(spaced(unquote(match[1])))
    return tuple(found)


_OWN = re.compile(r"(?:\.\.?/)+")


def images(page: Iterable[Piece], original: str) -> Iterator[str]:
    """Where the pictures are loaded from, seen from the publisher's page; beacons are none.

    Those of the mirror's own tree, which are named from folder to folder, as ``tree:PATH``.
    """
    for piece in page:
        source = piece.attributes.get("src", "").strip()
        if piece.kind != "open" or piece.value != "img" or not source:
            continue
        if piece.attributes.get("width") not in ("0px", "0", "1"):
            if own := _OWN.match(source):
                yield f"tree:{source[own.end() :]}"
            else:
                yield _TRACKING.sub("", urljoin(original, source))


def url_date(url: str) -> str | None:
    """The date in a publisher's URL, ``/gb/YY/M/D/``."""
    match = _URL_DATE.search(url)
    return iso_date(2000 + int(match[1]), int(match[2]), int(match[3])) if match else None


def iso_date(year: int, month: int, day: int) -> str | None:
    """The date, or None where there is no such day."""
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
