"""What changed between two versions of an article."""

from __future__ import annotations

from difflib import unified_diff
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_COMPARED = 4_000_000
"""Pairs of paragraphs. Beyond it a text is given as replaced: comparing takes quadratic time."""


def text_diff(before: str, after: str) -> str:
    """A unified diff with one line of context, without the two lines that name files.

    A line of it is a paragraph; ``""`` when the texts are the same.
    """
    if before == after:
        return ""
    old, new = _paragraphs(before), _paragraphs(after)
    if len(old) * len(new) > MOST_COMPARED:
        return "\n".join(_replaced(old, new))
    lines = list(unified_diff(old, new, n=1, lineterm=""))
    return "\n".join(lines[2:])


def _paragraphs(text: str) -> list[str]:
    return [line for line in text.split("\n") if line]


def _replaced(old: Sequence[str], new: Sequence[str]) -> list[str]:
    head = f"@@ -1,{len(old)} +1,{len(new)} @@"
    return [head, *(f"-{line}" for line in old), *(f"+{line}" for line in new)]
