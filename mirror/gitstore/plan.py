"""Which states of which paths a run has to look at, from the history of a branch.

Kept in a temporary file, since a history may have millions; memory does not grow with it.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from mirror.gitstore.history import changes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mirror.gitstore.history import Change
    from mirror.gitstore.process import Git

_SCHEMA = """
PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-8192;
CREATE TABLE step (n INTEGER PRIMARY KEY, id TEXT, time INTEGER);   -- 0 is the newest commit
CREATE TABLE version (step INTEGER, path BLOB, blob TEXT, mode TEXT, last INTEGER);
CREATE TABLE seen (path BLOB PRIMARY KEY, date TEXT) WITHOUT ROWID;
BEGIN;
"""
_BATCH = 5000


@dataclass(frozen=True, slots=True)
class Version:
    """A path as one commit left it."""

    path: bytes
    blob: str
    mode: str
    commit: str
    time: int
    """Of the commit, seconds since 1970."""
    last: bool
    """Nothing changed it after that."""

    @property
    def deleted(self) -> bool:
        return self.mode == "000000"


class Plan:
    """Versions of paths, gathered from the newest commit back and given from the oldest on.

    :param wanted: whether a path is looked at at all.
    :param every: all versions; else those alone that a path came to.
    """

    def __init__(self, wanted: Callable[[bytes], bool], *, every: bool) -> None:
        self._wanted = wanted
        self._every = every
        self._steps = 0
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def gather(self, git: Git, newest: str, after: str | None) -> None:
        """Add what the commits from `newest` back did, but for those that `after` has behind it.

        :raises GitError: the history cannot be read.
        """
        async for commit in changes(git, newest, after):
            self._step(commit.id, commit.time, commit.changes)

    def add_current(self, commit: str, time: int, states: list[Change]) -> None:
        """Add paths whose state is another than it was, though no commit of the plan changed them.

        As a history that was rewritten leaves them: they are what they were before.
        """
        self._step(commit, time, states)

    def _step(self, commit: str, time: int, states: list[Change]) -> None:
        number, self._steps = self._steps, self._steps + 1
        rows = []
        for change in states:
            if not self._wanted(change.path):
                continue
            seen = self._db.execute("INSERT OR IGNORE INTO seen (path) VALUES (?)", (change.path,))
            last = seen.rowcount > 0
            if last or self._every:
                rows.append((number, change.path, change.blob, change.mode, last))
        if rows:
            self._db.execute("INSERT INTO step VALUES (?, ?, ?)", (number, commit, time))
            self._db.executemany("INSERT INTO version VALUES (?, ?, ?, ?, ?)", rows)

    @property
    def size(self) -> int:
        """Number of versions."""
        return int(self._db.execute("SELECT count(*) FROM version").fetchone()[0])

    def versions(self) -> Iterator[Version]:
        """All versions, oldest commit first, those of one commit in order of their paths."""
        rows = self._db.execute(
            "SELECT v.path, v.blob, v.mode, s.id, s.time, v.last FROM version v JOIN step s"
            " ON s.n=v.step ORDER BY v.step DESC, v.path"
        )
        while batch := rows.fetchmany(_BATCH):
            for path, blob, mode, commit, time, last in batch:
                yield Version(path, blob, mode, commit, time, bool(last))

    # What the walk over them remembers of a path

    def dated(self, path: bytes) -> str | None:
        """The date that the version before was given; ``None`` where there are no others."""
        if not self._every:
            return None
        row = self._db.execute("SELECT date FROM seen WHERE path=?", (path,)).fetchone()
        return row[0] if row else None

    def set_dated(self, path: bytes, date: str) -> None:
        """Remember the date that a version was given, for the one that follows it."""
        if self._every:
            self._db.execute("UPDATE seen SET date=? WHERE path=?", (date, path))
