"""Text as terms that SQLite's FTS5 can find Chinese by: overlapping pairs of characters.

Chinese is written without spaces, and its commonest words have two characters. FTS5's own
``unicode61`` takes a whole clause for one term; its ``trigram`` finds nothing shorter than three
characters without reading every text (``benchmarks/search.py`` compares them). Here a run of Han
characters becomes each pair in it, and its last character once more alone: ``村里人`` becomes
``村里``, ``里人``, ``人``. A phrase of pairs is then found exactly where the characters stand in
that order, and a single character by what begins with it.
"""

from __future__ import annotations

import re
import unicodedata
from operator import add

# Han with its iteration marks, kana and Hangul: written without spaces, or with few.
_JOINED = (
    "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003fffd"
)
_RUN = re.compile(rf"[{_JOINED}]+|[^\W_{_JOINED}]+")
_IS_JOINED = re.compile(rf"[{_JOINED}]")
LONGEST_QUERY = 200
"""Characters of a query that are looked at."""


def folded(text: str) -> str:
    """Text in the form in which it is compared: full-width forms narrow, letters without case."""
    return unicodedata.normalize("NFKC", text).casefold()


def terms(text: str) -> str:
    """The terms of a text, in its order, for a column of an FTS5 table."""
    found: list[str] = []
    for run in _RUN.findall(folded(text)):
        found += _pairs(run) if _IS_JOINED.match(run) else [run]
    return " ".join(found)


def query(text: str) -> str:
    """An FTS5 query for what a person typed; ``""`` when there is nothing in it to look for.

    Words between spaces have to stand in the text, all of them, in any order; each is found as it
    is, in a row. Nothing typed is an operator.
    """
    phrases = (_phrase(word) for word in folded(text[:LONGEST_QUERY]).split())
    return " AND ".join(phrase for phrase in phrases if phrase)


def _phrase(word: str) -> str:
    runs = _RUN.findall(word)
    if not runs:
        return ""
    found: list[str] = []
    for run in runs:
        found += _pairs(run) if _IS_JOINED.match(run) else [run]
    last = runs[-1]
    if not _IS_JOINED.match(last):
        return f'"{" ".join(found)}"'
    if len(last) > 1:
        # What follows in the text may go on: the last character need not stand alone there.
        return f'"{" ".join(found[:-1])}"'
    return f'"{" ".join(found)}" *'


def _pairs(run: str) -> list[str]:
    return [*map(add, run, run[1:]), run[-1]]
