"""What does not hold, where, and why: all of it counted, a bounded part of it kept."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

Check = Literal["archive", "fixity", "items", "extraction", "index", "accounts", "runs", "ledger"]
"""The parts of a verification, described in ``docs/verify.md``."""

_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not hold."""

    check: Check
    file: str
    """Path within the collection: ``archive/NAME``."""
    reason: str
    """Plain words, fit for a terminal whatever stood in the file."""
    offset: int | None = None
    """Byte in `file`, of a WARC record."""
    line: int | None = None
    """Line in `file`, the first being 1."""

    def __str__(self) -> str:
        place = self.file
        if self.line is not None:
            place += f":{self.line}"
        if self.offset is not None:
            place += f": at byte {self.offset}"
        return f"{place}: {self.reason}"


class Findings:
    """Findings of which the first `most` are kept and all are counted."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.listed: list[Finding] = []
        self.by_check: Counter[Check] = Counter()

    @property
    def total(self) -> int:
        return self.by_check.total()

    def add(
        self,
        check: Check,
        file: str,
        reason: str,
        *,
        offset: int | None = None,
        line: int | None = None,
    ) -> None:
        self.by_check[check] += 1
        if len(self.listed) < self.most:
            self.listed.append(Finding(check, file, shown(reason), offset, line))

    def merge(self, others: Findings, *, lines_before: int = 0) -> None:
        """Take over what was found in a part of the collection.

        :param lines_before: lines of the file that stand before that part.
        """
        self.by_check += others.by_check
        self.listed += [
            found
            if found.line is None
            else Finding(found.check, found.file, found.reason, line=found.line + lines_before)
            for found in others.listed[: self.most - len(self.listed)]
        ]

    @property
    def full(self) -> bool:
        """Whether a further finding would only be counted."""
        return len(self.listed) >= self.most


def shown(text: str) -> str:
    """`text` as it may go to a terminal: control and invisible characters escaped, and bounded."""
    text = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def listed(values: Iterable[object]) -> str:
    """A few values in a sentence."""
    return ", ".join(str(value) for value in values)
