"""What the last days brought, and how fast the archive grows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from mirror.monitoring.runs import SUCCESS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mirror.monitoring.runs import Run

LEAST_TIME = timedelta(hours=20)
"""A rate of growth from less would mostly be that of one run."""


@dataclass(frozen=True, slots=True)
class Day:
    """The runs that began on one day, UTC."""

    day: date
    runs: int
    succeeded: int
    new: int
    changed: int
    troubled: int
    """Pages that were not had or not understood in the worst of them."""
    received: int
    """Bytes."""


def days(runs: Sequence[Run], now: datetime, count: int) -> tuple[Day, ...]:
    """The last `count` days, oldest first, today included; none before the first of `runs`.

    A day without runs is one of them: that is what has to be seen.
    """
    today = now.astimezone(UTC).date()
    by_day: dict[date, list[Run]] = {}
    for run in runs:
        by_day.setdefault(run.started.astimezone(UTC).date(), []).append(run)
    if not by_day:
        return ()
    first = max(min(by_day), today - timedelta(days=count - 1))
    return tuple(_day(day, by_day.get(day, ())) for day in _between(first, today))


def _between(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)


def _day(day: date, runs: Sequence[Run]) -> Day:
    return Day(
        day=day,
        runs=len(runs),
        succeeded=sum(run.exit_status == SUCCESS for run in runs),
        new=sum(run.articles.new for run in runs),
        changed=sum(run.articles.changed for run in runs),
        troubled=max((run.troubled for run in runs), default=0),
        received=sum(run.bytes_received for run in runs),
    )


def archive_growth(runs: Sequence[Run]) -> float | None:
    """Bytes a day that the WARC files grew by, from the end of the oldest run to the newest's.

    Each summary names the files that its run wrote to, with their length at its end. A file that
    the oldest run did not write to was begun after it.

    :param runs: newest first.
    :return: ``None`` where the runs span too little time to tell.
    """
    if not runs:
        return None
    newest, oldest = runs[0], runs[-1]
    span = newest.ended - oldest.ended
    if span < LEAST_TIME:
        return None
    lengths: dict[str, int] = {}
    for run in runs:
        for warc in run.warcs:
            lengths.setdefault(warc.name, warc.length)
    grown = sum(lengths.values()) - sum(warc.length for warc in oldest.warcs)
    return max(grown, 0) / (span / timedelta(days=1))
