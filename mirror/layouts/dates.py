"""When an article was published: the date in its text, and the one in its original's URL."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

# Real forms beside 【大纪元2024年03月05日讯】: spaces anywhere, either bracket missing, no 讯,
# another newspaper's name or none, a letter or word of the text before it.
_DATELINE = re.compile(
    r"(?:【[^】\d]{0,20}|大\s?[纪紀]\s?元\s?)"
    r"(\d[\d ]{3,6})年\s?(\d[\d ]{0,3})月\s?(\d[\d ]{0,3})日[^】（(\n]{0,8}】?"
)
_SOUND = re.compile(r"【\D{1,20}\d{4}年\d{1,2}月\d{1,2}日[讯訊电電]】")
_MISPRINT = re.compile(r"【?大[纪紀]元[^，。】\n]{0,20}日[^，。】\n]{0,4}】?")
_URL_DATE = re.compile(r"/(\d{2}|(?:19|20)\d{2})/(\d{1,2})/(\d{1,2})/")

_WITHIN = 200
"""Characters of the text among which a dateline is looked for."""

NEAR = 62
"""Days between dateline and URL date up to which the dateline is believed. Of 22,500 real pages
99.99 % lie within; a misprinted year (365 and more) never does."""


class Dateline(NamedTuple):
    """The dateline of a text: its date, where it ends in the text, and whether it is well formed.

    ``date`` is ``None`` where none can be read; ``end`` is 0 where nothing is printed.
    """

    date: date | None
    end: int
    sound: bool
    printed: bool
    """There is something that was meant as a dateline."""


def dateline(text: str) -> Dateline:
    """The dateline at the start of an article's text."""
    start = text[:_WITHIN]
    match = _DATELINE.search(start)
    if match is None:
        misprint = _MISPRINT.match(start)
        end = misprint.end() if misprint else 0
        return Dateline(None, end, sound=False, printed=misprint is not None)
    found = _date(*match.groups())
    sound = found is not None and match.start() == 0 and _SOUND.match(start) is not None
    return Dateline(found, match.end(), sound=sound, printed=True)


def url_date(url: str) -> date | None:
    """The date in a publisher's URL: ``/gb/24/3/5/n1.htm`` or ``/2024/03/05/``; no zero padding."""
    match = _URL_DATE.search(url)
    return _date(*match.groups()) if match else None


def published(in_text: date | None, in_url: date | None) -> date | None:
    """The dateline's date where it is within :data:`NEAR` days of the URL's, or is the only one.

    Else the date of the URL, which a machine wrote. Articles are filed under the day they were
    begun, so the URL is often a day early; the dateline is what the reader was told.
    """
    if in_text is None:
        return in_url
    return in_text if in_url is None or is_near(in_text, in_url) else in_url


def is_near(in_text: date, in_url: date) -> bool:
    """Whether the two dates agree well enough to believe the one in the text."""
    return abs((in_text - in_url).days) <= NEAR


def _date(year: str, month: str, day: str) -> date | None:
    numbers = [int(part.replace(" ", "")) for part in (year, month, day)]
    if numbers[0] < 100:
        numbers[0] += 2000
    try:
        return date(*numbers)
    except ValueError:
        return None
