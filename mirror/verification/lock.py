"""A collection held still while it is read."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mirror.collection import EXIT_LOCKED, CollectionError
from mirror.verification.findings import shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def held_for_reading(folder: Path) -> Iterator[None]:
    """Share the collection's lock with other readers, so that no run begins meanwhile.

    Nothing is written, so that a collection on a read-only disk can be read. One that was never
    opened has no lock file, and no run to fear.

    :raises CollectionError: a run holds the lock; the message says which.
    """
    try:
        descriptor = os.open(folder / ".lock", os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        yield
        return
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f'collection "{folder.name}" is locked by {_told(folder)}'
            raise CollectionError(message, EXIT_LOCKED) from None
        yield
    finally:
        os.close(descriptor)


def _told(folder: Path) -> str:
    try:
        return lock_holder(folder) or "another process"
    except OSError:
        return "another process"


def lock_holder(folder: Path) -> str | None:
    """Who took the lock last, in words fit for a terminal; ``None`` when it was let go of."""
    try:
        return shown((folder / ".lock-holder").read_text("utf-8", "replace")) or None
    except FileNotFoundError:
        return None
