"""The oracle of the layout ``epoch``: what its article pages say, read from the source."""

from __future__ import annotations

import re

from benchmarks.accuracy import people
from benchmarks.accuracy.reading import (
    Reading,
    heading,
    images,
    iso_date,
    lines_and_joins,
    tags,
    url_date,
)
from benchmarks.accuracy.source import pieces, squeezed

_BODY = re.compile(r"<div[^>]*\bid=\"artbody\"[^>]*>")
_BODY_END = re.compile(r"^</div>", re.MULTILINE)
"""The source is indented by depth: what ends at the margin is what began there."""

_ORIGINAL = re.compile(r"原文链接(?:（需翻墙）)?：\s*(\S+)\s*\Z")
_DATELINE = re.compile(
    r"(?:【\s*(?:大[纪紀]元)?|大[纪紀]元)\s*(\d{4})\s*年\s*(\d\s*\d?)\s*月\s*(\d{1,2})\s*日"
    r"\s*(?:讯\s*】*|】)"
)
_MISSPELT_DATELINE = re.compile(r"【大纪元[^】]{1,20}】")
_OPENING = 400
"""A dateline begins within so many characters, white space aside."""
_CREDIT = re.compile(r"\s*[（(](.{1,120}?)[）)]")
_RELATED = re.compile(r"<div class=\"related-posts\">.*(?=<!-- article content end)", re.DOTALL)
_ADVERTISEMENT = re.compile(r"^\s*(?:#{2,6} ?)?\[[^\]]*\]\(https?:[^)]*\).*$", re.MULTILINE)


def read(source: str) -> Reading:
    """An article page.

    :raises ValueError: the page has no body of this layout.
    """
    opened = _BODY.search(source)
    closed = _BODY_END.search(source, opened.end()) if opened else None
    if not opened or not closed:
        raise ValueError("no body of the layout epoch")
    head, tail = source[: opened.start()], source[closed.start() :]
    inner = _RELATED.sub("", source[opened.end() : closed.start()])
    body = list(pieces(_ADVERTISEMENT.sub("", inner)))
    found = _ORIGINAL.search(tail)
    original = found[1] if found else ""
    lines, joins = lines_and_joins(body)
    text = "".join(squeezed(line) for line in lines)
    return Reading(
        title=heading(source),
        text=text,
        joins=joins,
        dateline_date=_dateline(text),
        url_date=url_date(original),
        reporters=_reporters(lines),
        editors=people.editors(lines),
        tags=tags(body),
        images=frozenset(images([*pieces(head), *body], original)),
        original_url=original,
    )


def _dateline(text: str) -> str | None:
    match = _DATELINE.search(text, 0, _OPENING)
    if match is None:
        return None
    return iso_date(int(match[1]), int("".join(match[2].split())), int(match[3]))


def _reporters(lines: list[str]) -> tuple[str, ...]:
    """The credit stands right after the dateline, which may be a line of its own."""
    opening = " ".join(lines[:6])
    match = _DATELINE.search(opening) or _MISSPELT_DATELINE.match(opening)
    credit = _CREDIT.match(opening, match.end()) if match else None
    found = people.reporters(credit[1]) if credit else ()
    named = credit and people.is_credit(credit[1])
    return found or (() if named else people.writers([_DATELINE.sub("", line) for line in lines]))
