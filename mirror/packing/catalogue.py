"""What a collection holds: each record and each article, and which of them go into a package.

A private SQLite database in a temporary file: memory does not grow with the archive.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SCHEMA = """
CREATE TABLE warc (n INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE record (
    n INTEGER PRIMARY KEY,          -- in the order of the archive
    warc INTEGER, offset INTEGER, length INTEGER, kind TEXT, id TEXT,
    info TEXT,                      -- the warcinfo that it falls under
    other TEXT,                     -- the record that it was exchanged with
    original TEXT,                  -- of a revisit
    url TEXT, date TEXT, line TEXT, keep INTEGER
);
CREATE TABLE warcinfo (id TEXT PRIMARY KEY, run TEXT) WITHOUT ROWID;
CREATE TABLE article (
    record TEXT PRIMARY KEY, url TEXT, published TEXT, file INTEGER, start INTEGER, size INTEGER
) WITHOUT ROWID;
CREATE TABLE page (url TEXT PRIMARY KEY, channel TEXT, excluded INTEGER) WITHOUT ROWID;
CREATE TABLE picture (url TEXT, page TEXT, PRIMARY KEY (url, page)) WITHOUT ROWID;
CREATE TABLE readable (
    record TEXT PRIMARY KEY,        -- that the page was made of
    key TEXT, stamp TEXT, url TEXT, date TEXT, UNIQUE (key, stamp)
) WITHOUT ROWID;
CREATE TABLE index_page (
    record TEXT PRIMARY KEY, url TEXT, channel TEXT, title TEXT, root INTEGER
) WITHOUT ROWID;
"""

_COMPLETE = """
CREATE INDEX record_id ON record (id);
CREATE INDEX record_other ON record (other) WHERE other NOT NULL;
CREATE INDEX record_url ON record (url);
"""

_ORIGINALS = """
UPDATE record SET keep=1 WHERE NOT keep AND id IN
    (SELECT original FROM record WHERE keep AND original NOT NULL)
"""
"""What a revisit refers to goes with it: it could not be shown without."""

_EXCHANGED = """
UPDATE record SET keep=EXISTS (SELECT 1 FROM record a WHERE a.other=record.id AND a.keep
    AND a.kind IN ('response', 'revisit', 'resource'))
WHERE kind='request' AND EXISTS (SELECT 1 FROM record a WHERE a.other=record.id);
UPDATE record SET keep=EXISTS (SELECT 1 FROM record a WHERE a.id=record.other AND a.keep)
WHERE kind='metadata' AND other NOT NULL
"""
"""A request, and what is told about an answer, go where the answer goes."""

_WARCINFOS = """
UPDATE record SET keep=EXISTS (SELECT 1 FROM record r WHERE r.keep AND r.warc=record.warc
    AND r.kind<>'warcinfo'
    AND (r.info=record.id OR record.n=(SELECT min(n) FROM record f WHERE f.warc=record.warc)))
WHERE kind='warcinfo'
"""
"""The warcinfo of each record that is kept, and the one that a file begins with."""


class Catalogue:
    """The database, filled by who reads the collection, then asked."""

    def __init__(self) -> None:
        self.db = sqlite3.connect("", isolation_level=None)
        self.db.execute("PRAGMA synchronous=OFF")
        self.db.execute("PRAGMA journal_mode=OFF")
        self.db.execute("PRAGMA cache_size=-16384")
        self.db.executescript(_SCHEMA)

    def __enter__(self) -> Catalogue:
        return self

    def __exit__(self, *_: object) -> None:
        self.db.close()

    def add(self, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Append rows with a value for every column; one that is there already is replaced."""
        batch = list(rows)
        if batch:
            marks = ", ".join("?" * len(batch[0]))
            self.db.execute("BEGIN")
            self.db.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", batch)
            self.db.execute("COMMIT")

    def complete(self) -> None:
        """Settle what goes with what, once every record is there."""
        self.db.executescript(_COMPLETE)
        self.db.executescript(f"{_ORIGINALS};{_EXCHANGED};{_WARCINFOS};")

    def ask(self, query: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        yield from self.db.execute(query, values)

    def has_readable(self, key: str, stamp: str) -> bool:
        """Whether a readable page stands under that sort key at that time already."""
        return bool(self.value("SELECT 1 FROM readable WHERE key=? AND stamp=?", key, stamp))

    def value(self, query: str, *values: Any) -> Any:
        """The first column of the first row; ``None`` if there is no row."""
        row = self.db.execute(query, values).fetchone()
        return row[0] if row else None
