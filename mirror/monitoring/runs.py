"""The run summaries, newest first, and no more of them than a question needs."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import msgspec

if TYPE_CHECKING:
    from pathlib import Path

Moment = Annotated[datetime, msgspec.Meta(tz=True)]

FILE_NAME = re.compile(r"([0-9]{8}T[0-9]{6}Z)\.json", re.ASCII)
OFFLINE = "warc"
"""The spider that reads an archive again: its runs say nothing about the mirror."""
MOST_RUNS = 2_000
"""Summaries of the shown time that are kept, however often runs come."""
SUCCESS = 0


class Articles(msgspec.Struct, frozen=True):
    new: int = 0
    changed: int = 0
    unchanged: int = 0


class ListedPage(msgspec.Struct, frozen=True):
    new: bool = False


class NamedWarc(msgspec.Struct, frozen=True):
    name: str
    length: int


class Completeness(msgspec.Struct, frozen=True):
    """How much of the mirror is known, and captured; ``None`` where nobody knows."""

    in_tree: int | None = None
    """Pages of its repository."""
    listed: int | None = None
    """Those that an index page names."""
    reached: int | None = None
    """Those that links lead to, from the front page on."""
    captured: int = 0
    understood: int = 0
    unlisted: int | None = None
    deleted: int = 0
    rows_to_nowhere: int = 0
    """Rows of index pages that lead to nothing."""


class Run(msgspec.Struct, frozen=True):
    """What monitoring asks of ``runs/<run>.json``; a key that is missing is one not known."""

    run: str
    started: Moment
    spider: str = ""
    mirror: str | None = None
    finished: Moment | None = None
    seconds: float | None = None
    exit_status: int | None = None
    """``None`` for a run that was killed, and completed by the one after it."""
    meaning: str = ""
    reason: str = ""
    articles: Articles = Articles()
    bytes_received: int = 0
    moved_to: str | None = None
    unreachable: str | None = None
    dangling: list[ListedPage] = []
    failed: list[ListedPage] = []
    unknown: list[ListedPage] = []
    not_reached: list[ListedPage] = []
    warcs: list[NamedWarc] = []
    completeness: Completeness | None = None

    @property
    def ended(self) -> datetime:
        """When it ended, or began where the end is not known."""
        return self.finished or self.started

    @property
    def newly_dead(self) -> int:
        return sum(page.new for page in self.dangling)

    @property
    def troubled(self) -> int:
        """Pages that keep a run from being complete."""
        return len(self.failed) + len(self.unknown) + len(self.not_reached) + self.newly_dead


@dataclass(frozen=True, slots=True)
class History:
    """The runs that asked the mirror; those that read the archive again are left out."""

    files: int
    """Summaries there are, of any run."""
    recent: tuple[Run, ...]
    """Those since the moment that was asked for, newest first, and the one before them."""
    last: Run | None
    last_success: Run | None
    """The newest that ended with 0."""
    since_success: int
    """Runs after that one; all, where none ended so."""
    unreadable: tuple[str, ...]
    """Files looked at that hold no summary."""


def read_history(runs: Path, since: datetime) -> History:
    """Read the summaries in a folder: those since a moment, and on to the last success.

    :raises OSError: the folder cannot be read.
    """
    names = _newest_first(runs)
    oldest = since.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    recent: list[Run] = []
    last: Run | None = None
    last_success: Run | None = None
    since_success = 0
    unreadable: list[str] = []
    closed = False
    for name in names:
        if closed and last_success is not None:
            break
        run = _read(runs / name)
        if run is None:
            unreadable.append(name)
            continue
        if run.spider == OFFLINE:
            continue
        last = last or run
        if not closed:
            recent.append(run)
            closed = name < oldest or len(recent) >= MOST_RUNS
        if last_success is None:
            if run.exit_status == SUCCESS:
                last_success = run
            else:
                since_success += 1
    return History(len(names), tuple(recent), last, last_success, since_success, tuple(unreadable))


def _newest_first(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries if FILE_NAME.fullmatch(entry.name)]
    except FileNotFoundError:
        return []
    return sorted(names, reverse=True)


_DECODER = msgspec.json.Decoder(Run)


def _read(path: Path) -> Run | None:
    try:
        return _DECODER.decode(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
