"""What an operator should look at, found in the state of a collection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mirror.monitoring.durations import age_in_words
from mirror.monitoring.state import CLOCK_ERROR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mirror.monitoring.runs import Run
    from mirror.monitoring.state import State

MOVED_STATUS = 5
SOON_DAYS = 30
NAMES = (
    "moved",
    "drift",
    "unreachable",
    "failing",
    "killed",
    "no-room",
    "full-soon",
    "clock",
    "unread",
)


@dataclass(frozen=True, slots=True)
class Notice:
    """One warning; its name is one of `NAMES`, its text may hold what a page said."""

    name: str
    text: str


def notices(state: State) -> tuple[Notice, ...]:
    """All warnings, the gravest first."""
    return tuple(
        sorted(_all(state), key=lambda notice: NAMES.index(notice.name)),
    )


def _all(state: State) -> Iterator[Notice]:
    if state.last is not None:
        yield from _of_last(state.last)
    yield from _of_success(state)
    if state.running is not None and not state.running.alive:
        text = f"{state.running} ended without letting go of the collection: killed, or the machine"
        yield Notice("killed", f"{text} went down; the next run completes it")
    yield from _of_room(state)
    for text in state.unread:
        yield Notice("unread", text)


def _of_last(last: Run) -> Iterator[Notice]:
    if last.moved_to:
        yield Notice("moved", f"the mirror's first page leads to {last.moved_to}")
    elif last.exit_status == MOVED_STATUS:
        yield Notice("drift", "the mirror has changed its layout: most pages are not understood")
    elif last.unknown:
        new = sum(page.new for page in last.unknown)
        yield Notice("drift", f"{len(last.unknown)} pages are not understood, {new} of them new")
    if last.unreachable:
        yield Notice("unreachable", f"the mirror could not be reached: {last.unreachable}")
    if last.exit_status is None:
        yield Notice("killed", f"run {last.run} was killed")


def _of_success(state: State) -> Iterator[Notice]:
    success, failed = state.history.last_success, state.history.since_success
    if success is None:
        if failed:
            yield Notice("failing", f"no run has ever been complete; {failed} were not")
        return
    if success.ended - state.at > CLOCK_ERROR:
        ahead = age_in_words(success.ended - state.at)
        yield Notice("clock", f"the last success ends {ahead} from now: the clock was put back")
    if failed > 1:
        yield Notice("failing", f"{failed} runs since the last success")


def _of_room(state: State) -> Iterator[Notice]:
    left = state.days_left
    if state.disk.free < state.reserve:
        yield Notice("no-room", "less room is left than a run needs to begin (MINIMUM_FREE_BYTES)")
    elif left is not None and left < SOON_DAYS:
        yield Notice("full-soon", f"the disk is full in about {left:.0f} days at this rate")
