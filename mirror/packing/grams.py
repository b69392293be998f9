"""Chinese text cut into pieces that a search which knows words only by their spaces can find.

ReplayWeb.page searches with FlexSearch, which takes what stands between two spaces or signs for
one word, and finds whole words only: a Chinese clause is one word to it. So the pieces of two
characters are given to it, and those of three and four that a text has more than once, or that
stand in its title: names and terms, which are what people look for.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_RUN = re.compile(
    # Written without spaces.
    r"[\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)
_LONGEST = 4
_RECURRING = 3
"""Titles that a piece stands in to be a term."""
_PLACES = 1 << 23


class Terms:
    """Which pieces recur in the titles of a collection: the terms that people look for.

    Counted in a table of fixed size, so that memory does not grow with the collection. Two pieces
    that share a place in it are counted together: now and then one is taken for a term that is not.
    """

    def __init__(self) -> None:
        self._counts = bytearray(_PLACES)

    def add(self, title: str) -> None:
        for piece in title_pieces(title):
            place = _place(piece)
            if self._counts[place] < _RECURRING:
                self._counts[place] += 1

    def needed(self, title: str) -> list[str]:
        """What a title cannot be found without: all pieces of two, and the longer ones that are
        terms."""
        return [
            piece
            for piece in title_pieces(title)
            if len(piece) == 2 or self._counts[_place(piece)] == _RECURRING
        ]


def title_pieces(title: str) -> list[str]:
    """All pieces of two to four characters: the shortest first, each once."""
    return list(dict.fromkeys(_pieces(title)))


def text_pieces(text: str) -> list[str]:
    """Pieces of two characters, and the longer ones that are there twice: the most frequent first.

    Those that are there as often come in the order of the text.
    """
    counted = Counter(_pieces(text))
    ranked = sorted(counted.items(), key=lambda piece: -piece[1])
    return [piece for piece, count in ranked if len(piece) == 2 or count > 1]


def _place(piece: str) -> int:
    return zlib.crc32(piece.encode()) % _PLACES


def _pieces(text: str) -> Iterator[str]:
    runs = _RUN.findall(text)
    for length in range(2, _LONGEST + 1):
        for run in runs:
            for start in range(len(run) - length + 1):
                yield run[start : start + length]
