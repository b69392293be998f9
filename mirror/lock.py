"""The lock of a collection: one process writes, or any number read.

It is the kernel's, on ``.lock``, and is gone with its process however that ends. Who holds it says
so in ``.lock-holder``, which a killed process leaves behind: it is a name, and locks nothing.
"""

from __future__ import annotations

import fcntl
import os
import re
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import filelock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOCK = ".lock"
HOLDER = ".lock-holder"
READERS_SECONDS = 5.0
"""How long a writer waits for readers: ``scrapy status`` looks for an instant."""
NAME_SECONDS = 1.0
"""How long a writer may take from having the lock to having said its name."""
READER = "a process that reads it"
BEGINNING = "a run that is beginning"
STRANGER = "another process"
_PAUSE = 0.02
_PID = re.compile(r"pid ([0-9]{1,10})\b")


class Locked(Exception):
    """The lock is held; the message says by whom, in words that come from a file."""


class WriteLock:
    """A collection's lock for one that writes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = filelock.UnixFileLock(folder / LOCK)

    def acquire(self, name: str = BEGINNING) -> None:
        """Take the lock. Readers are waited for; another writer is not.

        :param name: of the holder, for those who are refused meanwhile.
        :raises Locked: a writer has it, or readers do not let go of it.
        :raises OSError: the folder cannot be written.
        """
        patience = time.monotonic() + READERS_SECONDS
        while not self._taken():
            with shared(self.folder):
                pass
            if time.monotonic() > patience:
                raise Locked(READER)
            time.sleep(_PAUSE)
        try:
            self.say(name)
        except OSError:
            self.release()
            raise

    def _taken(self) -> bool:
        try:
            self._lock.acquire(timeout=0)
        except filelock.Timeout:
            return False
        return True

    def say(self, name: str) -> None:
        """Name the holder; who reads the name finds the old one or the new one whole."""
        partial = self.folder / f"{HOLDER}.partial"
        partial.write_text(f"{name} (pid {os.getpid()})", "utf-8")
        partial.replace(self.folder / HOLDER)

    def release(self) -> None:
        with suppress(OSError):
            (self.folder / HOLDER).unlink(missing_ok=True)
        self._lock.release()


@contextmanager
def shared(folder: Path) -> Iterator[None]:
    """Share the lock with other readers. Nothing is written: the disk may be read-only.

    A collection that was never opened has no lock file, and no writer to fear.

    :raises Locked: a writer holds it.
    """
    try:
        descriptor = os.open(folder / LOCK, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        yield
        return
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Locked(_writer(folder)) from None
        yield
    finally:
        os.close(descriptor)


def holder(folder: Path) -> str | None:
    """The name that stands there; ``None`` when the last holder has let go of the lock.

    :raises OSError: it cannot be read.
    """
    try:
        return (folder / HOLDER).read_text("utf-8", "replace") or None
    except FileNotFoundError:
        return None


def _writer(folder: Path) -> str:
    """Who holds the lock, which is held by a writer.

    One that has only just taken it has not said its name yet; what stands there until then is no
    name, or that of one that was killed. In a container, nobody else seems to live: a name that
    stays is believed.
    """
    patience = time.monotonic() + NAME_SECONDS
    name = None
    while time.monotonic() < patience:
        with suppress(OSError):
            name = holder(folder)
        if name is not None and _lives(name):
            break
        time.sleep(_PAUSE)
    return STRANGER if name is None else name


def _lives(name: str) -> bool:
    """Whether the process in a name is there, as far as can be told."""
    found = _PID.search(name)
    if found is None:
        return True
    try:
        os.kill(int(found[1]), 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return True
