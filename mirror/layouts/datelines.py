"""The dateline at the start of an article, in every form that has been seen or is known.

Three kinds, from the surest to the least sure:

1. a whole date in brackets, in Arabic or Chinese numerals: 【大纪元2024年03月05日讯】,
   【明慧网二零二四年三月五日】;
2. a date of Arabic numerals that is misprinted or torn: spaces anywhere, either bracket missing,
   no newspaper's name, a letter or word of the text before it;
3. what newspapers of the years from 2000 printed: brackets of other shapes, no year
   (【大纪元5月3日讯】), a reporter or an agency inside (【中央社台北5月3日电】). Only at the very
   start, and only with a newspaper's word inside.

A date is never guessed here: where the year is missing, month and day are told apart from the date.
"""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

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
_NUMBER = "[0-9０-９〇○零一二三四五六七八九十廿卅]"

_WHOLE = re.compile(
    rf"【[^【】年]{{0,24}}?({_NUMERAL}{{2,5}})年({_NUMERAL}{{1,3}})月({_NUMERAL}{{1,4}})[日号號]"
    r"[^【】]{0,8}?(】|$|(?=[（(]))"
)
_PAPER = re.compile(r"[^【】年\d]{1,20}")
_SPACED_NUMBER = re.compile(r"\d\s+\d")

_TORN = re.compile(
    r"(?:【[^】\d]{0,20}|大\s?[纪紀]\s?元\s?)"
    r"(\d[\d ]{3,6})年\s?(\d[\d ]{0,3})月\s?(\d[\d ]{0,3})日[^】（(\n]{0,8}】?"
)
_MISPRINT = re.compile(r"【?大[纪紀]元[^，。】\n]{0,20}日[^，。】\n]{0,4}】?")

_WORD = re.compile("(?:[讯訊电電]|消息|[报報][导導道]|[综綜]合)$")
_NEWSPAPER = re.compile("大[纪紀]元|新唐人|明慧|[社报報网網刊台]|之[声聲音]|[记記]者")
_OLD = re.compile(
    rf"(?P<open>[【〔［\[（(])?(?P<paper>[^【】〔〕［］\[\]（）()\d\n，。]{{0,30}}?)"
    rf"(?:(?P<year>{_NUMBER}{{2,5}})年)?(?P<month>{_NUMBER}{{1,3}})月(?P<day>{_NUMBER}{{1,3}})[日号號]"
    rf"(?P<after>[^【】〔〕［］\[\]（）()\d\n，。月日]{{0,16}}?)(?:[】〕］\]）)]|(?<=[讯訊电電]))"
)
_DAY_ONLY = re.compile(
    rf"[【〔［\[][^【】〔〕［］\[\]\n，。]{{1,24}}?(?:{_NUMBER}{{1,3}}日[^【】〔〕［］\[\]\n，。]{{0,8}}|[讯訊电電])"
    r"[】〕］\]]"
)
_REPORTER = re.compile("[记記]者(?![会會])")

_WITHIN = 240
"""Characters of the text among which a dateline is looked for, white space included."""
_TORN_WITHIN = 200


class Dateline(NamedTuple):
    """The dateline of a text: its date, where it ends in the text, and whether it is well formed.

    ``date`` is ``None`` where none can be read; ``end`` is 0 where nothing is printed.
    """

    date: date | None
    end: int
    sound: bool
    printed: bool
    """There is something that was meant as a dateline."""
    day: tuple[int, int] | None = None
    """Month and day of a dateline without a year; ``date`` is ``None`` then."""
    credit: str = ""
    """The dateline as printed, where it names a reporter."""


_NONE = Dateline(None, 0, sound=False, printed=False)


def dateline(text: str) -> Dateline:
    """The dateline at the start of an article's text."""
    start = text[:_WITHIN]
    # White space stands wherever a tag tore a dateline apart: it is passed over.
    dense = "".join(start.split())
    found = _whole(dense) or _old(dense)
    if found is None:
        torn = _torn(text[:_TORN_WITHIN])
        if torn is not None:
            return torn
        found = _only_day(dense)
    if found is None:
        misprint = _MISPRINT.match(start)
        return _NONE._replace(end=misprint.end(), printed=True) if misprint else _NONE
    end = _end_in(start, dense[: found.end])
    spaced = _SPACED_NUMBER.search(start, 0, end) is not None
    return found._replace(end=end, sound=found.sound and not spaced)


def _end_in(start: str, printed: str) -> int:
    """Where in a text, with its white space, that ends which it begins with when dense."""
    if start.startswith(printed):
        return len(printed)
    seen = [index for index, character in enumerate(start) if not character.isspace()]
    return seen[len(printed) - 1] + 1


def _whole(dense: str) -> Dateline | None:
    match = _WHOLE.search(dense)
    if match is None:
        return None
    found = _date(match[1], match[2], match[3])
    paper = match[0][1 : match.start(1) - match.start()]
    sound = (
        found is not None
        and match.start() == 0
        and match[4] == "】"
        and _PAPER.fullmatch(paper) is not None
    )
    return Dateline(found, match.end(), sound, printed=True, credit=_credit(match[0]))


def _torn(start: str) -> Dateline | None:
    match = _TORN.search(start)
    if match is None:
        return None
    found = _date(*(part.replace(" ", "") for part in match.groups()))
    return Dateline(found, match.end(), sound=False, printed=True, credit=_credit(match[0]))


def _old(dense: str) -> Dateline | None:
    match = _OLD.match(dense)
    if match is None or not (_NEWSPAPER.search(match["paper"]) or _WORD.search(match["after"])):
        return None
    if match["year"] and not match["open"]:
        return None  # a bracket is missing: a misprint
    month, day = number(match["month"]), number(match["day"])
    credit = _credit(match[0])
    if match["year"]:
        found = _date(match["year"], match["month"], match["day"])
        return Dateline(found, match.end(), found is not None, printed=True, credit=credit)
    if month is None or day is None or not (1 <= month <= 12 and 1 <= day <= 31):
        return Dateline(None, match.end(), sound=False, printed=True, credit=credit)
    return Dateline(None, match.end(), sound=True, printed=True, day=(month, day), credit=credit)


def _only_day(dense: str) -> Dateline | None:
    match = _DAY_ONLY.match(dense)
    if match is None:
        return None
    return Dateline(None, match.end(), sound=False, printed=True, credit=_credit(match[0]))


def _credit(printed: str) -> str:
    return printed if _REPORTER.search(printed) else ""


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
