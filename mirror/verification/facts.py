"""What is known of each record, item and index line while a collection is verified.

A private SQLite database in a temporary file, which SQLite keeps in memory while it is small: what
has to be compared across files is compared there, so that memory does not grow with the archive.
"""

from __future__ import annotations

import hashlib
import sqlite3
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SCHEMA = """
CREATE TABLE warc (n INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE item_file (n INTEGER PRIMARY KEY, run TEXT NOT NULL UNIQUE);
CREATE TABLE index_file (n INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE record (
    n INTEGER PRIMARY KEY,          -- in the order of the archive
    warc INTEGER, offset INTEGER, length INTEGER, kind TEXT, id BLOB, info BLOB, url BLOB,
    moment BLOB, date TEXT, page INTEGER, status INTEGER, payload TEXT, validators BLOB,
    truncated TEXT, interim INTEGER, size INTEGER, refers BLOB, refers_moment BLOB, target BLOB,
    line BLOB, reading TEXT, content TEXT, committed BLOB, embedded BLOB
);
CREATE TABLE warcinfo (
    id BLOB, warc INTEGER, offset INTEGER, run TEXT, mirror TEXT, software TEXT, robots TEXT
);
CREATE TABLE item (
    n INTEGER PRIMARY KEY,          -- in the order of the log
    file INTEGER, line INTEGER, start INTEGER, end INTEGER, url BLOB, id BLOB,
    warc TEXT, offset INTEGER, length INTEGER, date TEXT, payload TEXT, status INTEGER, run TEXT,
    content TEXT, extractor TEXT, stale INTEGER, committed BLOB
);
CREATE TABLE warning (file INTEGER, code TEXT, count INTEGER);
CREATE TABLE line (file INTEGER, line INTEGER, warc TEXT, offset INTEGER, digest BLOB);
CREATE TABLE summary (
    run TEXT PRIMARY KEY, exit_status INTEGER, new INTEGER, changed INTEGER, unchanged INTEGER
) WITHOUT ROWID;
CREATE TABLE named (run TEXT, warc TEXT, length INTEGER, sha256 TEXT);
CREATE TABLE listed (
    run TEXT, list TEXT, place INTEGER, url BLOB, reason TEXT, found_on BLOB, new INTEGER
);
"""

_INDEXES = """
CREATE INDEX record_id ON record (id);
CREATE INDEX record_place ON record (warc, offset);
CREATE INDEX record_url ON record (url);
CREATE INDEX record_info ON record (info);
CREATE INDEX warcinfo_id ON warcinfo (id);
CREATE INDEX warcinfo_run ON warcinfo (run);
CREATE INDEX item_url ON item (url);
CREATE INDEX item_id ON item (id);
CREATE INDEX line_place ON line (warc, offset);
CREATE INDEX item_of_file ON item (file);
CREATE INDEX warning_of_file ON warning (file);
CREATE INDEX listed_url ON listed (url);
CREATE INDEX listed_run ON listed (run);
CREATE INDEX named_run ON named (run);
CREATE VIEW capture AS SELECT record.*, warcinfo.run AS run
    FROM record JOIN warcinfo ON warcinfo.id = record.info
    WHERE kind IN ('response', 'revisit', 'resource');
ANALYZE main;
"""


class RecordRow(NamedTuple):
    """One WARC record; texts that are only ever compared stand as their :func:`key`."""

    warc: int
    offset: int
    length: int
    kind: str
    id: bytes
    info: bytes | None
    """Of ``WARC-Warcinfo-ID``."""
    url: bytes | None = None
    moment: bytes | None = None
    """Of URL and date together: what tells one capture from another."""
    date: str = ""
    page: bool = False
    """Whether it is a capture of a page of the mirror, and not of its robots.txt or refs."""
    status: int | None = None
    payload: str | None = None
    """``sha1:BASE32`` without transfer coding."""
    validators: bytes | None = None
    """Of ETag and Last-Modified."""
    truncated: str | None = None
    interim: int = 0
    size: int = 0
    """Bytes of the block."""
    refers: bytes | None = None
    """Of a revisit, the record that it refers to; of metadata, the one that it is about."""
    refers_moment: bytes | None = None
    target: bytes | None = None
    """Of the page that a redirect leads to."""
    line: bytes | None = None
    """Of the CDXJ line."""
    reading: str | None = None
    """What the page is, read again: article, index, unknown, invalid, unreadable; or harmful,
    and not read. Of an answer to a picture's request: picture, or no picture."""
    content: str | None = None
    """``sha256:`` of the article."""
    committed: bytes | None = None
    """Of the commit, blob, path and time that it came from, in a Git repository."""
    embedded: bytes | None = None
    """Of a picture, the page that it was fetched for."""


class WarcinfoRow(NamedTuple):
    id: bytes
    warc: int
    offset: int
    run: str
    mirror: str
    software: str
    robots: str


class ItemRow(NamedTuple):
    """One line of ``items/``."""

    file: int
    line: int
    start: int
    end: int
    """First byte of the line, and first byte after it."""
    url: bytes
    id: bytes
    """Of the record that it names."""
    warc: str
    offset: int
    length: int
    date: str
    payload: str | None
    status: int | None
    run: str
    content: str
    """``sha256:`` of the article."""
    extractor: str
    stale: bool
    """Made by another version of the extractor than today's."""
    committed: bytes | None
    """Of the commit, blob, path and time that it names."""


class LineRow(NamedTuple):
    """One line of a CDXJ index."""

    file: int
    line: int
    warc: str
    offset: int
    digest: bytes


def committed_key(commit: str, blob: str, path: str, time: str) -> bytes:
    """Stands for all that is told of where a page stands in a repository."""
    return key(f"{commit}\n{blob}\n{path}\n{time}")


def key(text: str | bytes) -> bytes:
    """Sixteen bytes that stand for a text of any length."""
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    return hashlib.blake2b(data, digest_size=16).digest()


class Facts:
    """The database, filled part by part and then asked."""

    def __init__(self) -> None:
        self.db = sqlite3.connect("", isolation_level=None, uri=True)
        self.db.execute("PRAGMA synchronous=OFF")
        self.db.execute("PRAGMA journal_mode=OFF")
        self.db.execute("PRAGMA cache_size=-65536")
        self.db.create_function("key", 1, _key_or_none, deterministic=True)
        self.db.executescript(_SCHEMA)

    def add(self, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Append rows, whose fields have the names of the table's columns."""
        batch = list(rows)
        if not batch:
            return
        names: tuple[str, ...] = getattr(batch[0], "_fields", ())
        columns = f" ({', '.join(names)})" if names else ""
        marks = ", ".join("?" * len(batch[0]))
        self.db.execute("BEGIN")
        self.db.executemany(f"INSERT INTO {table}{columns} VALUES ({marks})", batch)
        self.db.execute("COMMIT")

    def complete(self) -> None:
        """Make ready to be asked: everything that stands in files is there."""
        self.db.executescript(_INDEXES)

    def ask(self, query: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        yield from self.db.execute(query, values)

    def one(self, query: str, *values: Any) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self.db.execute(query, values).fetchone()
        return row

    def count(self, query: str, *values: Any) -> int:
        row = self.one(query, *values)
        return int(row[0] or 0) if row else 0

    def close(self) -> None:
        self.db.close()


def _key_or_none(text: str | None) -> bytes | None:
    return None if text is None else key(text)
