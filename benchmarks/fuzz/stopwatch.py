"""The processor time of many small calls: the middle one, and the worst."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

FACTOR = 200
"""Times the median from which on a page counts as slow."""
_FIRST = 500
"""Calls before there is a median to speak of."""
_REPEATS = 3


@dataclass(slots=True)
class Stopwatch:
    """Seconds of processor time; a slow call is repeated, and its fastest turn counts, because
    what else the machine does must not be taken for the page's fault."""

    seconds: list[float] = field(default_factory=list)
    worst: float = 0.0
    slowest: bytes = b""

    def run(self, call: Callable[[], object], data: bytes) -> float:
        """Make the call; the seconds that it took."""
        taken = _taken(call)
        if taken > self.worst:
            taken = min(taken, *(_taken(call) for _ in range(_REPEATS)))
        if len(self.seconds) < 100_000:
            self.seconds.append(taken)
        if taken > self.worst:
            self.worst, self.slowest = taken, data
        return taken

    @property
    def median(self) -> float:
        """``0`` while too few calls were made."""
        if len(self.seconds) < _FIRST:
            return 0.0
        return sorted(self.seconds)[len(self.seconds) // 2]

    @property
    def ratio(self) -> float:
        """How many times the median the worst call took."""
        return self.worst / self.median if self.median else 0.0


def _taken(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start
