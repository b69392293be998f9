"""What does not hold in a WACZ file."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

_SHOWN = 300


@dataclass(slots=True)
class Complaints:
    """All are counted, the first are kept."""

    most: int = 100
    """To be kept."""
    listed: list[str] = field(default_factory=list)
    by_check: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return self.by_check.total()

    def add(self, check: str, where: str, reason: str) -> None:
        """Note one; whatever stands in it is shown as printable text."""
        self.by_check[check] += 1
        if len(self.listed) < self.most:
            self.listed.append(f"{printable(where)}: {printable(reason)}" if where else reason)


def printable(text: str) -> str:
    """A text that cannot act on a terminal, of bounded length."""
    cut = text[:_SHOWN] + ("…" if len(text) > _SHOWN else "")
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in cut)
