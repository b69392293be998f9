"""Chinese text cut into pieces that a search which knows words only by their spaces can find.

ReplayWeb.page searches with FlexSearch, which takes what stands between two spaces or signs for
one word, and finds whole words only: a Chinese clause is one word to it. So the pieces of two
characters are given to it, and those of three and four that a text has more than once, or that
stand in its title: names and terms, which are what people look for.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_RUN = re.compile(
    # Written without spaces.
    r"[\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)
_LONGEST = 4


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


def _pieces(text: str) -> Iterator[str]:
    runs = _RUN.findall(text)
    for length in range(2, _LONGEST + 1):
        for run in runs:
            for start in range(len(run) - length + 1):
                yield run[start : start + length]
