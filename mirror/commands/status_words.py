"""The state of a collection as a person reads it, and as a program does."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from mirror.commands.terminal import plain
from mirror.monitoring import age_in_words, notices

if TYPE_CHECKING:
    from datetime import datetime

    from mirror.monitoring import State
    from mirror.monitoring.runs import Run

_UNITS = ("B", "kB", "MB", "GB", "TB")
YEAR = 365
MOST_DAYS = 100 * YEAR
"""Beyond that, a number of days says nothing any more."""


def status_words(state: State) -> str:
    """A block of lines, without control characters whatever the mirror's pages said."""
    lines = [state.name if state.mirror is None else f"{state.name}   {state.mirror}"]
    lines += _fields(
        {
            "last run": _last_run(state),
            "last success": _last_success(state),
            "running now": _running(state),
            "collection": _collection(state),
            "mirror": _completeness(state),
            "disk": _disk(state),
            "growth": _growth(state),
        }
    )
    lines += [f"  warning: {notice.text}" for notice in notices(state)]
    if state.days:
        lines += ["", *_trend(state)]
    return "\n".join(map(plain, lines))


def _fields(fields: dict[str, str]) -> list[str]:
    return [f"  {name:<13}{text}" for name, text in fields.items() if text]


def _last_run(state: State) -> str:
    if (last := state.last) is None:
        return "none"
    status = "no exit status" if last.exit_status is None else f"exit status {last.exit_status}"
    took = "" if last.seconds is None else f", took {last.seconds:,.0f} s"
    ended = _when(last.ended, state.at)
    return f"{ended}: {last.meaning or 'killed'} ({status}{took})"


def _last_success(state: State) -> str:
    success = state.history.last_success
    if success is None:
        return "never"
    after = state.history.since_success
    return _when(success.ended, state.at) + (f", {after} runs ago" if after else "")


def _when(moment: datetime, now: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC, {age_in_words(now - moment)} ago"


def _running(state: State) -> str:
    if state.running is None or not state.running.alive:
        return "no"
    return str(state.running)


def _collection(state: State) -> str:
    if (counts := state.counts) is None:
        return ""
    return (
        f"{counts.articles:,} articles, {counts.indexes:,} index pages, {counts.dead:,} dead links,"
        f" {counts.failed:,} failed, {counts.unknown:,} not understood; {state.history.files:,}"
        " runs"
    )


def _completeness(state: State) -> str:
    known = state.last.completeness if state.last is not None else None
    if known is None:
        return ""
    there = [] if known.in_tree is None else [f"{known.in_tree:,} pages in its repository"]
    if known.reached is not None:
        there.append(f"links lead to {known.reached:,}")
    if known.unlisted is not None:
        there.append(f"{known.unlisted:,} on no index")
    there += [
        f"{known.captured:,} captured, {known.understood:,} understood",
        f"{known.rows_to_nowhere:,} rows lead to nothing",
        f"{known.deleted:,} deleted there and kept here",
    ]
    return ", ".join(there)


def _disk(state: State) -> str:
    parts = ", ".join(f"{name} {in_bytes(size)}" for name, size in state.disk.parts.items())
    return f"{in_bytes(state.disk.total)} ({parts}); {in_bytes(state.disk.free)} free"


def _growth(state: State) -> str:
    if state.growth is None:
        return "not known yet"
    left = state.days_left
    if left is None:
        return "none"
    return f"{in_bytes(state.growth)} a day; at that rate the disk lasts {_span(left)}"


def _span(days: float) -> str:
    if days > MOST_DAYS:
        return "more than 100 years"
    return f"{days / YEAR:.0f} years" if days > 2 * YEAR else f"{days:.0f} days"


def in_bytes(size: float) -> str:
    """``1.2 MB``: decimal units, as disks are sold."""
    for unit in _UNITS:
        if size < 1000 or unit == _UNITS[-1]:
            break
        size /= 1000
    return f"{size:.0f} {unit}" if unit == _UNITS[0] else f"{size:.1f} {unit}"


def _trend(state: State) -> list[str]:
    head = ("day", "runs", "complete", "new", "changed", "trouble", "received")
    rows = [
        (
            day.day.isoformat(),
            f"{day.runs:,}",
            f"{day.succeeded:,}",
            f"{day.new:,}",
            f"{day.changed:,}",
            f"{day.troubled:,}",
            in_bytes(day.received),
        )
        for day in state.days
    ]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    return [
        "  " + "   ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        for row in (head, *rows)
    ]


def status_record(state: State) -> dict[str, Any]:
    """The same for a program; the keys are described in ``docs/status.md``."""
    history = state.history
    return {
        "collection": state.name,
        "mirror": state.mirror,
        "at": _iso(state.at),
        "last_run": _run(history.last),
        "last_success": _run(history.last_success),
        "age_seconds": None if state.age is None else state.age.total_seconds(),
        "runs_since_success": history.since_success,
        "runs": history.files,
        "running": None if state.running is None else asdict(state.running),
        "counts": None if state.counts is None else asdict(state.counts),
        "days": [{**asdict(day), "day": day.day.isoformat()} for day in state.days],
        "disk": {
            "parts": state.disk.parts,
            "total": state.disk.total,
            "free": state.disk.free,
            "size": state.disk.size,
        },
        "growth_bytes_per_day": state.growth,
        "days_left": state.days_left,
        "warnings": [asdict(notice) for notice in notices(state)],
    }


def _run(run: Run | None) -> dict[str, Any] | None:
    if run is None:
        return None
    return {
        "run": run.run,
        "started": _iso(run.started),
        "finished": None if run.finished is None else _iso(run.finished),
        "exit_status": run.exit_status,
        "meaning": run.meaning,
        "reason": run.reason,
    }


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
