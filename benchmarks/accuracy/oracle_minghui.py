"""The oracle of the layout ``minghui``: what its article pages say, read from the source."""

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

_BODY = re.compile(
    r"(?:^|<hr/>)<div class=\"(?:ar_articleContent|art-content)\"[^>]*>", re.MULTILINE
)
_BODY_END = re.compile(r"^</div>", re.MULTILINE)
"""The source is indented by depth: what ends at the margin is what began there."""

_SITE_FURNITURE = '&lt;div id="bArticleEnglishTranslation"'
"""Some pages go on as escaped markup: first the article's own, then the publisher's site's."""
_ESCAPED_TAG = re.compile(
    r"&lt;(/?(?:p|b|br|hr|center|div|table|tr|td|img|a|font|h\d)\b.*?)&gt;", re.DOTALL
)
_ESCAPED_TWICE = re.compile(r"&amp;(?=#\d+)")

_SHARING = "手机上长按并复制下列链接"
_ORIGINAL = re.compile(r"^原文地址（需翻墙访问）：\s*(\S+)\s*$", re.MULTILINE)
_MINGHUI_DATE = re.compile(r"/articles/(\d{4})/(\d{1,2})/(\d{1,2})/")

_DIGITS = "〇○零一二三四五六七八九"
_NUMERAL = rf"[{_DIGITS}Ｏ十廿卅\d]"
_DATELINE = re.compile(
    rf"【(?:明慧网|大纪元)({_NUMERAL}{{4}})年({_NUMERAL}{{1,3}})月({_NUMERAL}{{1,4}})日讯?】?"
)
_OPENING = 300
"""A dateline begins within so many characters, white space aside."""
_CREDIT = re.compile(r"[（(【](.{1,80}?)[）)】]")


def read(source: str) -> Reading:
    """An article page.

    :raises ValueError: the page has no body of this layout.
    """
    opened = _BODY.search(source)
    closed = _BODY_END.search(source, opened.end()) if opened else None
    if not opened or not closed or _SHARING not in source[closed.end() :]:
        raise ValueError("no body of the layout minghui")
    inner = source[opened.end() : closed.start()].split(_SITE_FURNITURE, maxsplit=1)[0]
    inner = _ESCAPED_TWICE.sub("&", _ESCAPED_TAG.sub(r"<\1>", inner))
    body = list(pieces(inner))
    found = _ORIGINAL.findall(source, closed.end())
    original = found[-1] if found else ""
    lines, joins = lines_and_joins(body)
    text = "".join(squeezed(line) for line in lines)
    return Reading(
        title=heading(source),
        text=text,
        joins=joins,
        dateline_date=_dateline(text),
        url_date=url_date(original) or _minghui_date(original),
        reporters=_reporters(lines),
        editors=people.editors(lines),
        tags=tags(body),
        images=frozenset(images([*pieces(source[: opened.start()]), *body], original)),
        original_url=original,
    )


def _dateline(text: str) -> str | None:
    match = _DATELINE.search(text, 0, _OPENING)
    if match is None:
        return None
    year = "".join(str(_number(char)) for char in match[1])
    return iso_date(int(year), _number(match[2]), _number(match[3]))


def _number(numeral: str) -> int:
    """A numeral below a hundred: ``十一``, ``二十三``, ``廿三``, ``7``."""
    if numeral.isdecimal():
        return int(numeral)
    numeral = numeral.replace("廿", "二十").replace("卅", "三十").replace("Ｏ", "〇")
    tens, ten, ones = numeral.partition("十")
    if not ten:
        return int("".join(str(max(_DIGITS.index(char) - 2, 0)) for char in numeral))
    return (_number(tens) if tens else 1) * 10 + (_number(ones) if ones else 0)


def _minghui_date(url: str) -> str | None:
    match = _MINGHUI_DATE.search(url)
    return iso_date(int(match[1]), int(match[2]), int(match[3])) if match else None


def _reporters(lines: list[str]) -> tuple[str, ...]:
    """The credit stands right after the dateline."""
    opening = " ".join(lines[:6])
    match = re.search(r"【[^】]{4,40}】\s*", opening[:_OPENING])
    credit = _CREDIT.match(opening, match.end()) if match else None
    found = people.reporters(credit[1]) if credit else ()
    named = credit and people.is_credit(credit[1])
    return found or (() if named else people.writers(lines))
