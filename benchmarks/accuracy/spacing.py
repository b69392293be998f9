"""Where runs of text were joined across inline tags: is there a space where there should be none?

Spaces around inline tags are lost or invented in the source (MIRRORS.md). The rule that the text
is held to: none beside a character of East Asian writing, one at least between two words of other
scripts. Between a word and a narrow punctuation mark the page does not say, and either is right.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Literal

from benchmarks.accuracy.reading import is_wide, must_be_apart
from benchmarks.accuracy.source import visible

if TYPE_CHECKING:
    from benchmarks.accuracy.reading import Join, Reading

Verdict = Literal["space", "glued"]
CONTEXT = 6
"""Characters on each side that are shown of a violation."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A join that the text has wrong: a space beside East Asian writing, or words without one."""

    verdict: Verdict
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class Spacing:
    """What was seen of the joins of one page."""

    joins: int
    judged: int
    """Joins of which the rule says something, found again in the text."""
    lost: int
    """Joins that are not in the text, because the text differs there."""
    violations: tuple[Violation, ...]


def check(text: str, reading: Reading) -> Spacing:
    """Hold an extracted text, white space and all, against the joins that the oracle saw."""
    found, gaps = _gaps(text)
    alignment = _Alignment(found, reading)
    judged = lost = 0
    violations = []
    for join in reading.joins:
        expected = rule(join)
        if expected is None:
            continue
        place = alignment.place(join.offset)
        if place is None:
            lost += 1
            continue
        judged += 1
        if (place in gaps) != expected:
            verdict: Verdict = "glued" if expected else "space"
            violations.append(Violation(verdict, join.left[-CONTEXT:], join.right[:CONTEXT]))
    return Spacing(len(reading.joins), judged, lost, tuple(violations))


def rule(join: Join) -> bool | None:
    """Whether white space belongs there; None where the page does not tell."""
    left, right = join.left[-1], join.right[0]
    if is_wide(left) or is_wide(right):
        return False
    return True if must_be_apart(left, right) else None


def _gaps(text: str) -> tuple[str, frozenset[int]]:
    """The text without white space, and the indexes in it before which there was some."""
    kept: list[str] = []
    gaps: set[int] = set()
    for char in visible(unicodedata.normalize("NFC", text)):
        if char.isspace():
            gaps.add(len(kept))
        else:
            kept.append(char)
    return "".join(kept), frozenset(gaps)


class _Alignment:
    """Which place of the found text is which of the oracle's, white space aside."""

    def __init__(self, found: str, reading: Reading) -> None:
        self._same = found == reading.text
        self._blocks = (
            []
            if self._same
            else SequenceMatcher(
                None, reading.text, found, autojunk=len(found) > 20_000
            ).get_matching_blocks()
        )

    def place(self, offset: int) -> int | None:
        """Index in the found text; None where the texts differ there."""
        if self._same:
            return offset
        for block in self._blocks:
            if block.a < offset < block.a + block.size:
                return block.b + offset - block.a
        return None
