"""The state of one collection at one moment: what every way of telling it begins from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mirror.monitoring.counts import Counts, NoCounts, read_counts
from mirror.monitoring.disk import DiskUse, disk_use
from mirror.monitoring.running import Running, running
from mirror.monitoring.runs import History, read_history
from mirror.monitoring.trend import Day, archive_growth, days

if TYPE_CHECKING:
    from pathlib import Path

    from mirror.monitoring.runs import Run

DAYS = 7
"""Of the trend, unless more are asked for."""
CLOCK_ERROR = timedelta(minutes=5)
"""How far in the future the end of a run may seem to lie before it is not believed."""


@dataclass(frozen=True, slots=True)
class State:
    """What is known of a collection."""

    name: str
    at: datetime
    """The moment that ages are counted to, UTC."""
    history: History
    running: Running | None
    counts: Counts | None
    disk: DiskUse
    days: tuple[Day, ...]
    reserve: int
    """Bytes that have to stay free for a run to begin (``MINIMUM_FREE_BYTES``)."""
    unread: tuple[str, ...] = field(default=())
    """Parts that could not be read, and why."""

    @property
    def last(self) -> Run | None:
        return self.history.last

    @property
    def mirror(self) -> str | None:
        return self.last.mirror if self.last is not None else None

    @property
    def age(self) -> timedelta | None:
        """Time since the end of the last success; ``None`` without one, or one to come."""
        success = self.history.last_success
        if success is None or success.ended - self.at > CLOCK_ERROR:
            return None
        return max(self.at - success.ended, timedelta())

    def too_old(self, max_age: timedelta) -> bool:
        """Whether the last success is older than that, or there is none."""
        return self.age is None or self.age > max_age

    @property
    def growth(self) -> float | None:
        """Bytes a day of the whole collection.

        The archive's is measured; the rest is taken to keep its proportion to it.
        """
        archive = archive_growth(self.history.recent)
        if archive is None or not self.disk.parts.get("archive"):
            return None
        return archive * self.disk.total / self.disk.parts["archive"]

    @property
    def days_left(self) -> float | None:
        """Until a run would no longer begin for want of room, at this rate of growth."""
        if not self.growth:
            return None
        return max(self.disk.free - self.reserve, 0) / self.growth


def read_state(folder: Path, now: datetime, *, shown_days: int = DAYS, reserve: int = 0) -> State:
    """Look at a collection.

    :param now: UTC.
    :param reserve: bytes that have to stay free for a run to begin.
    :raises OSError: it cannot be read at all.
    """
    unread: list[str] = []
    try:
        holder = running(folder)
    except OSError as error:
        holder = None
        unread.append(f"who holds the lock cannot be told: {error}")
    history = read_history(folder / "runs", now - timedelta(days=shown_days))
    counts = None
    try:
        counts = read_counts(folder)
    except NoCounts as error:
        unread.append(str(error))
    if history.unreadable:
        first = history.unreadable[0]
        unread.append(f"{len(history.unreadable)} run summaries cannot be read, first runs/{first}")
    return State(
        name=folder.name,
        at=now,
        history=history,
        running=holder,
        counts=counts,
        disk=disk_use(folder),
        days=days(history.recent, now, shown_days),
        reserve=reserve,
        unread=tuple(unread),
    )
