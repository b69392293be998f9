"""What an export cannot do, and what it met."""

from __future__ import annotations

from dataclasses import dataclass, field

MOST_LISTED = 20


class ExportError(ValueError):
    """What was asked for does not exist or cannot be done; the message is for the operator."""


class UnreadableCollection(Exception):
    """The files of a collection's items cannot be read at all."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A line of the collection that is no item: it is left out, and said to be."""

    file: str
    """Name in ``items/``."""
    offset: int
    """First byte of the line."""
    reason: str

    def __str__(self) -> str:
        return f"items/{self.file}: at byte {self.offset}: {self.reason}"


@dataclass(slots=True)
class Faults:
    """All faults counted, the first of them listed."""

    count: int = 0
    listed: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        self.count += 1
        if len(self.listed) < MOST_LISTED:
            self.listed.append(fault)
