"""How a collection is verified, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mirror.verification.findings import Findings


@dataclass(frozen=True, slots=True)
class Options:
    """How a collection is verified.

    :ivar quick: pages are not read again: items are held against their records, not their text.
    :ivar most: findings that are told; all are counted.
    :ivar jobs: processes; 0 for as many as there are processors.
    :ivar limit: most bytes of a page after its content coding is undone.
    """

    quick: bool = False
    most: int = 100
    jobs: int = 0
    limit: int = 64 * 1024 * 1024


@dataclass(slots=True)
class Report:
    """What was looked at, and what does not hold."""

    collection: str
    mirror: str
    quick: bool
    findings: Findings
    counts: dict[str, int] = field(default_factory=dict)
    stale: dict[str, int] = field(default_factory=dict)
    """Items by the version of the extractor that made them, where it is not today's."""
    notes: list[str] = field(default_factory=list)
    """What is no damage, and should be known."""

    @property
    def holds(self) -> bool:
        return not self.findings.total

    def as_dict(self) -> dict[str, Any]:
        """For machines; described in ``docs/verify.md``."""
        return {
            "collection": self.collection,
            "mirror": self.mirror,
            "holds": self.holds,
            "quick": self.quick,
            "counts": self.counts,
            "stale": self.stale,
            "notes": self.notes,
            "findings": {
                "total": self.findings.total,
                "by_check": dict(sorted(self.findings.by_check.items())),
                "listed": [
                    {
                        "check": found.check,
                        "file": found.file,
                        "offset": found.offset,
                        "line": found.line,
                        "reason": found.reason,
                    }
                    for found in self.findings.listed
                ],
            },
        }
