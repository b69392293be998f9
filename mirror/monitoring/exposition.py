"""The state of collections in the text format that Prometheus reads.

Format: https://prometheus.io/docs/instrumenting/exposition_formats/, version 0.0.4; names and units
by https://prometheus.io/docs/practices/naming/. A sample that is not known is left out; the two
times are 0 where nothing ever happened, so that an alert on their age fires.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from mirror.monitoring.state import State

PREFIX = "mirror_archive_"
Sample = tuple[dict[str, str], float]


@dataclass(frozen=True, slots=True)
class Family:
    """One metric, a gauge: its samples of a collection, without the label of that."""

    name: str
    help: str
    samples: Callable[[State], Iterable[Sample]]


def _info(state: State) -> Iterator[Sample]:
    yield {"mirror": state.mirror or ""}, 1


def _last_run(state: State) -> Iterator[Sample]:
    yield {}, state.last.ended.timestamp() if state.last else 0


def _last_status(state: State) -> Iterator[Sample]:
    if state.last is not None:
        status = state.last.exit_status
        yield {}, math.nan if status is None else status


def _last_seconds(state: State) -> Iterator[Sample]:
    if state.last is not None and state.last.seconds is not None:
        yield {}, state.last.seconds


def _success(state: State) -> Iterator[Sample]:
    success = state.history.last_success
    yield {}, success.ended.timestamp() if success else 0


def _since_success(state: State) -> Iterator[Sample]:
    yield {}, state.history.since_success


def _last_articles(state: State) -> Iterator[Sample]:
    if state.last is not None:
        for change in ("new", "changed", "unchanged"):
            yield {"change": change}, getattr(state.last.articles, change)


def _last_trouble(state: State) -> Iterator[Sample]:
    if (last := state.last) is not None:
        yield {"trouble": "failed"}, len(last.failed)
        yield {"trouble": "unknown"}, len(last.unknown)
        yield {"trouble": "not_reached"}, len(last.not_reached)
        yield {"trouble": "newly_dead"}, last.newly_dead


def _last_received(state: State) -> Iterator[Sample]:
    if state.last is not None:
        yield {}, state.last.bytes_received


def _pages(state: State) -> Iterator[Sample]:
    if (counts := state.counts) is not None:
        yield {"outcome": "article"}, counts.articles
        yield {"outcome": "index"}, counts.indexes
        yield {"outcome": "dead"}, counts.dead
        yield {"outcome": "failed"}, counts.failed
        yield {"outcome": "unknown"}, counts.unknown


def _disk(state: State) -> Iterator[Sample]:
    for part, size in state.disk.parts.items():
        yield {"part": part}, size


def _free(state: State) -> Iterator[Sample]:
    yield {}, state.disk.free


def _running(state: State) -> Iterator[Sample]:
    yield {}, float(state.running is not None and state.running.alive)


FAMILIES = (
    Family("collection_info", "Always 1; of which mirror the collection is.", _info),
    Family("last_run_timestamp_seconds", "End of the last run, Unix time; 0 if none.", _last_run),
    Family(
        "last_run_exit_status",
        "Exit status of the last run; NaN if it was killed.",
        _last_status,
    ),
    Family("last_run_duration_seconds", "What the last run took.", _last_seconds),
    Family(
        "last_success_timestamp_seconds",
        "End of the last run that was complete (exit status 0), Unix time; 0 if none.",
        _success,
    ),
    Family("runs_since_success", "Runs after the last complete one.", _since_success),
    Family("last_run_articles", "Articles that the last run read, by change.", _last_articles),
    Family(
        "last_run_troubled_pages",
        "Pages that kept the last run from being complete, by what is wrong.",
        _last_trouble,
    ),
    Family("last_run_received_bytes", "Bytes that the last run received.", _last_received),
    Family("pages", "Pages of the mirror, by how they ended when last looked at.", _pages),
    Family("disk_bytes", "Room that the collection takes, by its parts.", _disk),
    Family("filesystem_free_bytes", "Room left on its file system.", _free),
)
"""What a run leaves in the file that its end writes."""

LIVE = (*FAMILIES, Family("running", "1 while a run holds the collection's lock.", _running))
"""That, and what is only true at the moment of asking."""


def metrics_text(state: State) -> str:
    """The metrics of one collection after a run."""
    return _text(FAMILIES, [state])


def status_text(states: Sequence[State]) -> str:
    """The metrics of collections at this moment; each family once, whatever their number."""
    return _text(LIVE, states)


def attempt_text(collection: str, at: datetime, exit_status: int) -> str:
    """The metrics of one call of ``scrapy crawl``, whether it came to a run or not."""
    labels = {"collection": collection}
    return "".join(
        [
            *_head("last_attempt_timestamp_seconds", "When a crawl last ended, or was refused."),
            _line("last_attempt_timestamp_seconds", labels, at.timestamp()),
            *_head("last_attempt_exit_status", "With which exit status."),
            _line("last_attempt_exit_status", labels, exit_status),
        ]
    )


def _text(families: Iterable[Family], states: Sequence[State]) -> str:
    lines: list[str] = []
    for family in families:
        samples = [
            _line(family.name, {"collection": state.name, **labels}, value)
            for state in states
            for labels, value in family.samples(state)
        ]
        if samples:
            lines += [*_head(family.name, family.help), *samples]
    return "".join(lines)


def _head(name: str, text: str) -> tuple[str, str]:
    return f"# HELP {PREFIX}{name} {text}\n", f"# TYPE {PREFIX}{name} gauge\n"


def _line(name: str, labels: dict[str, str], value: float) -> str:
    shown = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
    return f"{PREFIX}{name}{{{shown}}} {_number(value)}\n"


def _number(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    return str(int(value)) if value == int(value) else repr(value)


def _escaped(text: str) -> str:
    """A label's value: backslash, quote and line feed, as the format asks; all else is UTF-8.

    What is no UTF-8 (a lone surrogate out of JSON) is replaced.
    """
    text = text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
    return text.encode("utf-8", "replace").decode()
