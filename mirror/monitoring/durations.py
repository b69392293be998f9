"""Spans of time as an operator writes and reads them."""

from __future__ import annotations

import re
from datetime import timedelta

UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_SPELLING = re.compile(r"(?:[0-9]{1,6}[smhdw])+")
_PART = re.compile(r"([0-9]+)([smhdw])")
_NAMES = (("d", "d"), ("h", "h"), ("m", "min"), ("s", "s"))


def parse_duration(text: str) -> timedelta:
    """``26h``, ``90m``, ``1d12h``: whole numbers, each with one of the units s, m, h, d, w.

    :raises ValueError: `text` is not that, or no time at all.
    """
    if not _SPELLING.fullmatch(text):
        raise ValueError(f"{text!r} is no duration: give a number and one of s m h d w, as in 26h")
    total = sum((int(n) * UNITS[unit] for n, unit in _PART.findall(text)), timedelta())
    if not total:
        raise ValueError(f"{text!r} is no time at all")
    return total


def age_in_words(span: timedelta) -> str:
    """The two largest units that say something: ``3 d 4 h``, ``12 min``, ``0 s``."""
    left = abs(span)
    parts: list[str] = []
    for unit, name in _NAMES:
        count, left = divmod(left, UNITS[unit])
        if count:
            parts.append(f"{count} {name}")
        elif parts:
            break
    words = " ".join(parts[:2]) or "0 s"
    return f"-{words}" if span < timedelta() else words
