"""How much of a mirror its links lead to, and how much of it the archive has.

What a repository holds is held against what its own index pages say: links alone reach a part of
many mirrors (MIRRORS.md: 16 to 28 % of ``mh-news``).
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any, Self

from mirror.frontier import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mirror.layouts import IndexPage

MOST_LISTED = 1000
"""Pages that a report names; how many there are stands beside."""
_SCHEMA = """
PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-8192;
CREATE TABLE tree (path TEXT PRIMARY KEY, blob TEXT, listed INTEGER DEFAULT 0,
    reached INTEGER DEFAULT 0, captured INTEGER DEFAULT 0, understood INTEGER DEFAULT 0)
    WITHOUT ROWID;
CREATE TABLE nowhere (path TEXT PRIMARY KEY, index_page TEXT) WITHOUT ROWID;
BEGIN;
"""


class Completeness:
    """The pages of one tree, what names them, and what became of them.

    Paths are decoded, as addresses have them. Kept in a temporary file.
    """

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.executescript(_SCHEMA)
        self._links: dict[str, IndexPage] = {}
        """What each index page of the tree names."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def add_page(self, path: str, blob: str, *, captured: bool, understood: bool) -> None:
        """A page of the tree."""
        self._db.execute(
            "INSERT OR IGNORE INTO tree (path, blob, captured, understood) VALUES (?, ?, ?, ?)",
            (_stored(path), blob, captured, understood),
        )

    def has(self, path: str) -> bool:
        found = self._db.execute("SELECT 1 FROM tree WHERE path=?", (_stored(path),)).fetchone()
        return found is not None

    def blob(self, path: str) -> str | None:
        """The content of a page of the tree; ``None`` where it has no such page."""
        row = self._db.execute("SELECT blob FROM tree WHERE path=?", (_stored(path),)).fetchone()
        return row[0] if row else None

    def add_index(self, path: str, index: IndexPage) -> None:
        """What an index page of the tree names."""
        self._links[path] = index
        named = [found.path for found in (*index.indexes, *index.articles)]
        rows = [(_stored(each),) for each in named]
        self._db.executemany("UPDATE tree SET listed=1 WHERE path=?", rows)
        self._db.executemany(
            "INSERT OR IGNORE INTO nowhere SELECT ?1, ?2"
            " WHERE NOT EXISTS (SELECT 1 FROM tree WHERE path=?1)",
            [(_stored(each), _stored(path)) for each in named],
        )

    def reach(self) -> None:
        """Follow the links from the root page, as a reader does."""
        ways, reached = [ROOT], {ROOT}
        while ways:
            index = self._links.get(ways.pop())
            if index is None:
                continue
            indexes = {found.path for found in index.indexes} - reached
            ways += indexes
            reached |= indexes
            self._mark_reached(found.path for found in index.articles)
        self._mark_reached(reached)

    def _mark_reached(self, paths: Iterable[str]) -> None:
        rows = [(_stored(path),) for path in paths]
        self._db.executemany("UPDATE tree SET reached=1 WHERE path=?", rows)

    def nowhere(self) -> Iterator[tuple[str, str]]:
        """Paths that are named and are not in the tree, each with an index page that names it."""
        for path, index in self._db.execute("SELECT path, index_page FROM nowhere ORDER BY path"):
            yield _read(path), _read(index)

    def report(self, commit: str, *, deleted: int) -> dict[str, Any]:
        """The report, as it stands in a run's summary.

        :param deleted: pages of the archive that the repository does not have any more.
        """
        total, listed, reached, captured, understood = self._db.execute(
            "SELECT count(*), total(listed), total(reached), total(captured), total(understood)"
            " FROM tree"
        ).fetchone()
        (rows,) = self._db.execute("SELECT count(*) FROM nowhere").fetchone()
        unlisted = "FROM tree WHERE NOT listed AND path<>?"
        (count,) = self._db.execute(f"SELECT count(*) {unlisted}", (ROOT,)).fetchone()
        names = self._db.execute(
            f"SELECT path {unlisted} ORDER BY path LIMIT {MOST_LISTED}", (ROOT,)
        )
        return {
            "commit": commit,
            "in_tree": total,
            "listed": int(listed),
            "reached": int(reached),
            "captured": int(captured),
            "understood": int(understood),
            "unlisted": count,
            "deleted": deleted,
            "rows_to_nowhere": rows,
            "unlisted_pages": [
                _read(name).encode("utf-8", "replace").decode() for (name,) in names
            ],
        }


def _stored(path: str) -> str | bytes:
    """SQLite takes no lone surrogates for text."""
    return path if path.isascii() else path.encode("utf-8", "surrogateescape")


def _read(stored: str | bytes) -> str:
    return stored if isinstance(stored, str) else stored.decode("utf-8", "surrogateescape")
