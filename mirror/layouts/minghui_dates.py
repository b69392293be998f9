"""Datelines of the ``minghui`` family: in Chinese numerals, and torn apart by tags."""

from __future__ import annotations

import re
from datetime import date

from mirror.layouts import dates
from mirror.layouts.dates import Dateline

_DIGITS = {
    **{sign: value for value, sign in enumerate("零一二三四五六七八九")},
    **{sign: value for value, sign in enumerate("〇壹贰叁肆伍陆柒捌玖")},
    **{sign: value for value, sign in enumerate("0123456789")},
    **{sign: value for value, sign in enumerate("０１２３４５６７８９")},
    # Look-alikes of 〇, and the other ways to write two.
    **dict.fromkeys("○◯Ｏ０ＯOo", 0),
    **dict.fromkeys("两兩", 2),
}
_TENS = {"十": 1, "拾": 1, "廿": 2, "卄": 2, "卅": 3}
_NUMERAL = f"[{''.join(_DIGITS)}{''.join(_TENS)}]"
_DATELINE = re.compile(
    rf"【[^【】年]{{0,24}}?({_NUMERAL}{{2,5}})年({_NUMERAL}{{1,3}})月({_NUMERAL}{{1,4}})[日号號]"
    r"[^【】]{0,8}?(】|$|(?=[（(]))"
)
_SOUND = re.compile(r"[^【】年\d]{1,20}")

_WITHIN = 240
"""Characters of the text among which a dateline is looked for, white space included."""


def dateline(text: str) -> Dateline:
    """The dateline at the start of an article's text, in numerals of either kind.

    White space, which stands wherever a tag tore the dateline apart, is passed over.
    """
    start = text[:_WITHIN]
    seen = [index for index, character in enumerate(start) if not character.isspace()]
    match = _DATELINE.search("".join(start[index] for index in seen))
    if match is None:
        return dates.dateline(text)
    found = _date(match[1], match[2], match[3])
    paper = match[0][1 : match.start(1) - match.start()]
    sound = (
        found is not None
        and match.start() == 0
        and match[4] == "】"
        and _SOUND.fullmatch(paper) is not None
    )
    return Dateline(found, seen[match.end() - 1] + 1, sound=sound, printed=True)


def number(numeral: str) -> int | None:
    """A numeral as a number: ``二零二零``, ``十二``, ``二十一``, ``廿一``, ``31``.

    ``None`` for what is none, like ``十十``.
    """
    ten = next((index for index, sign in enumerate(numeral) if sign in _TENS), None)
    if ten is None:
        digits = [_DIGITS.get(sign) for sign in numeral]
        if not digits or None in digits:
            return None
        return int("".join(map(str, digits)))
    before, after = numeral[:ten], numeral[ten + 1 :]
    tens = _TENS[numeral[ten]]
    if before:
        if len(before) > 1 or tens != 1 or before not in _DIGITS:
            return None
        tens = _DIGITS[before]
    if len(after) > 1 or (after and after not in _DIGITS):
        return None
    return tens * 10 + (_DIGITS[after] if after else 0)


def _date(year: str, month: str, day: str) -> date | None:
    numbers = number(year), number(month), number(day)
    if numbers[0] is None or numbers[1] is None or numbers[2] is None:
        return None
    century = 2000 if numbers[0] < 100 else 0
    try:
        return date(numbers[0] + century, numbers[1], numbers[2])
    except ValueError:
        return None
