"""Damage as pages suffer it: pieces of markup put in, cut out, moved and repeated.

A fuzzer that flips bytes spends its time in broken UTF-8 and misspelt tags, which every parser
takes for text. These changes keep to the seams of a page: tags, brackets, lines.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

MOST_REPEATED = 3_000
"""Times that a piece is repeated: enough for what is quadratic to show."""

_SEAM = re.compile(r"(?=[<【（(\[\n])|(?<=[>】）)\]\n])")


def mutated(page: str, random: Random, pieces: Sequence[str], longest: int) -> str:
    """The page after one change, cut off after `longest` characters."""
    change = random.choice(_CHANGES)
    return change(page, random, pieces)[:longest]


def _inserted(page: str, random: Random, pieces: Sequence[str]) -> str:
    at = _seam(page, random)
    return page[:at] + random.choice(pieces) + page[at:]


def _inserted_anywhere(page: str, random: Random, pieces: Sequence[str]) -> str:
    at = random.randint(0, len(page))
    return page[:at] + random.choice(pieces) + page[at:]


def _wrapped(page: str, random: Random, pieces: Sequence[str]) -> str:
    start, end = _span(page, random)
    return (
        page[:start] + random.choice(pieces) + page[start:end] + random.choice(pieces) + page[end:]
    )


def _cut(page: str, random: Random, pieces: Sequence[str]) -> str:
    start, end = _span(page, random)
    return page[:start] + page[end:]


def _moved(page: str, random: Random, pieces: Sequence[str]) -> str:
    start, end = _span(page, random)
    rest = page[:start] + page[end:]
    at = _seam(rest, random)
    return rest[:at] + page[start:end] + rest[at:]


def _doubled(page: str, random: Random, pieces: Sequence[str]) -> str:
    start, end = _span(page, random)
    return page[:end] + page[start:end] * random.choice((1, 2, 30)) + page[end:]


def _repeated(page: str, random: Random, pieces: Sequence[str]) -> str:
    at = _seam(page, random)
    piece = "".join(random.choices(pieces, k=random.choice((1, 1, 2, 3))))
    times = random.choice((20, 300, MOST_REPEATED))
    return page[:at] + piece * times + page[at:]


def _torn(page: str, random: Random, pieces: Sequence[str]) -> str:
    return page[: _seam(page, random)]


_CHANGES: tuple[Callable[[str, Random, Sequence[str]], str], ...] = (
    _inserted,
    _inserted,
    _inserted_anywhere,
    _wrapped,
    _cut,
    _moved,
    _doubled,
    _repeated,
    _torn,
)


def _seam(page: str, random: Random) -> int:
    """A place between two tags, brackets or lines, next after a random one."""
    found = _SEAM.search(page, random.randint(0, len(page)))
    return found.start() if found else len(page)


def _span(page: str, random: Random) -> tuple[int, int]:
    """A stretch between two seams, mostly a short one."""
    start = _seam(page, random)
    end = start + random.choice((1, 10, 60, 400, len(page)))
    found = _SEAM.search(page, min(end, len(page)))
    return start, found.start() if found else len(page)
