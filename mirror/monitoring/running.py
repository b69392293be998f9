"""Whether a run is under way, without standing in its way."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mirror.collection import CollectionError
from mirror.verification.lock import held_for_reading, lock_holder

if TYPE_CHECKING:
    from pathlib import Path

_HOLDER = re.compile(
    r"(?:run (?P<run>[0-9]{8}T[0-9]{6}Z)|[a-z ]{1,60}) \(pid (?P<pid>[0-9]{1,10})\)"
)


@dataclass(frozen=True, slots=True)
class Running:
    """Who holds a collection's lock, or did when it was killed."""

    run: str | None
    """``None`` until a run has its id, and for a command that is none."""
    pid: int | None
    alive: bool
    """Whether the lock is held; if not, the process ended without letting go of it."""

    def __str__(self) -> str:
        who = f"run {self.run}" if self.run else "a process"
        return f"{who} (pid {self.pid})" if self.pid is not None else who


def running(folder: Path) -> Running | None:
    """The holder of the lock; ``None`` when nobody is at work.

    The lock itself is tried only where a holder has left its name, and shared, and for an instant,
    for which a run that begins waits.

    :raises OSError: the lock cannot be read.
    """
    name = lock_holder(folder)
    if name is None:
        return None
    found = _HOLDER.fullmatch(name)
    run = found["run"] if found else None
    pid = int(found["pid"]) if found else None
    try:
        with held_for_reading(folder):
            # Only now is it known whether the name was still there when nobody held the lock.
            return Running(run, pid, alive=False) if lock_holder(folder) is not None else None
    except CollectionError:
        return Running(run, pid, alive=True)
