"""What a collection knows already: one SQLite file, a projection of its WARC files.

Tables: ``meta`` (mirror and ref), ``run``, ``page`` (each page of the mirror that a run had to look
at, and how that ended the last time), ``capture`` (each recorded exchange and where its record
is), ``article`` (the digest of the item last written for a page), ``warc`` (files with their
length and SHA-256).

Writes are gathered in one transaction and made durable by :meth:`Ledger.commit`, which is called
at checkpoints only, after the records that the rows speak of are on disk.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Literal

from mirror.warc.capture import Capture

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PageKind = Literal["root", "index", "article", "other"]
Outcome = Literal["item", "index", "redirect", "dangling", "failed", "unknown"]
"""How a page ended: an item, an index that was followed, a redirect that was, dead (404, 410), not
fetched, or fetched and not understood. A page that was due and has none was not reached before the
run ended."""

SCHEMA_VERSION = 1
CAPTURE_COLUMNS = tuple(field.name for field in fields(Capture))

SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE run (
    id TEXT PRIMARY KEY, spider TEXT NOT NULL, started TEXT NOT NULL,
    finished TEXT, exit_status INTEGER
) WITHOUT ROWID;
CREATE TABLE page (
    url TEXT PRIMARY KEY, kind TEXT NOT NULL, channel TEXT NOT NULL, found_on TEXT NOT NULL,
    due TEXT NOT NULL,              -- the last run that had to look at it
    seen TEXT,                      -- the last run in which it came to an end
    outcome TEXT, reason TEXT NOT NULL DEFAULT '', status INTEGER,
    since TEXT                      -- the run in which this outcome was first seen
) WITHOUT ROWID;
CREATE TABLE capture (
    url TEXT NOT NULL, date TEXT NOT NULL, warc TEXT NOT NULL, offset INTEGER NOT NULL,
    length INTEGER NOT NULL, record_id TEXT NOT NULL, type TEXT NOT NULL, status INTEGER,
    payload_digest TEXT, record_digest TEXT, etag TEXT, last_modified TEXT, truncated TEXT,
    run TEXT NOT NULL,
    PRIMARY KEY (url, date)
) WITHOUT ROWID;
CREATE TABLE article (
    url TEXT PRIMARY KEY, id TEXT NOT NULL, digest TEXT NOT NULL, run TEXT NOT NULL,
    offset INTEGER NOT NULL, length INTEGER NOT NULL    -- of the line in items/<run>.jsonl
) WITHOUT ROWID;
CREATE TABLE warc (
    name TEXT PRIMARY KEY, length INTEGER NOT NULL, sha256 TEXT NOT NULL, indexed INTEGER NOT NULL
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class PageEnd:
    """A page of a run that is neither an item nor an index, for the summary."""

    url: str
    kind: str
    found_on: str
    outcome: str | None
    reason: str
    status: int | None
    since: str | None


@dataclass(frozen=True, slots=True)
class StoredItem:
    """Where the newest item of a page stands, and the digest of what it says."""

    digest: str
    run: str
    offset: int
    """First byte of its line in ``items/<run>.jsonl``."""
    length: int
    """Bytes of the line, without its end."""


@dataclass(frozen=True, slots=True)
class CapturedPage:
    """A page and its newest full capture."""

    kind: PageKind
    channel: str
    found_on: str
    run: str
    """The run that captured it."""
    capture: Capture


class LedgerError(Exception):
    """The ledger cannot be used: of another version, or not a ledger."""


class Ledger:
    """An open ledger; one process at a time, which the collection's lock sees to.

    :raises LedgerError: the file is not a ledger that this version can read.
    """

    def __init__(self, path: Path | str) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        try:
            self._prepare(path)
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise LedgerError(f"{path} is not a ledger: {error}") from error
        except LedgerError:
            self._db.close()
            raise

    def _prepare(self, path: Path | str) -> None:
        # A bounded page cache keeps memory flat however large the mirror is.
        self._db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")
        self._db.execute("PRAGMA cache_size=-8192")
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version not in (0, SCHEMA_VERSION):
            raise LedgerError(f"{path} is of version {version}; this is version {SCHEMA_VERSION}")
        if version == 0:
            self._db.executescript(f"BEGIN; {SCHEMA} PRAGMA user_version={SCHEMA_VERSION}; COMMIT;")
        self._db.execute("BEGIN")

    def commit(self) -> None:
        """Make all that was written so far durable as one step."""
        self._db.execute("COMMIT")
        self._db.execute("BEGIN")

    def close(self) -> None:
        self._db.execute("COMMIT")
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._db.close()

    # What the collection is

    def get(self, key: str) -> str | None:
        row = self._db.execute("SELECT value FROM meta WHERE key=?", (key,)).fetchone()
        return row[0] if row else None

    def put(self, key: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    # Runs

    def has_run(self, run: str) -> bool:
        return self._db.execute("SELECT 1 FROM run WHERE id=?", (run,)).fetchone() is not None

    def start_run(self, run: str, spider: str, started: str) -> None:
        self._db.execute(
            "INSERT INTO run (id, spider, started) VALUES (?, ?, ?)", (run, spider, started)
        )

    def finish_run(self, run: str, finished: str, exit_status: int) -> None:
        self._db.execute(
            "UPDATE run SET finished=?, exit_status=? WHERE id=?", (finished, exit_status, run)
        )

    # Pages: the frontier's memory

    def discover(self, url: str, kind: PageKind, channel: str, found_on: str, run: str) -> bool:
        """Note that `run` has to look at a page; false when it was noted in this run before."""
        cursor = self._db.execute(
            "INSERT INTO page (url, kind, channel, found_on, due) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (url) DO UPDATE SET due=excluded.due, found_on=excluded.found_on"
            " WHERE due<>excluded.due",
            (url, kind, channel, found_on, run),
        )
        return cursor.rowcount > 0

    def end_page(
        self, url: str, run: str, outcome: Outcome, *, reason: str = "", status: int | None = None
    ) -> None:
        """Note how a page ended in `run`; ``since`` stays while the outcome stays the same."""
        self._db.execute(
            "UPDATE page SET since=CASE WHEN outcome IS ? THEN since ELSE ? END,"
            " seen=?, outcome=?, reason=?, status=? WHERE url=?",
            (outcome, run, run, outcome, reason, status, url),
        )

    def count_pages(self, run: str) -> dict[tuple[str, str | None], int]:
        """Pages due in `run` by ``(kind, outcome)``; outcome ``None`` for those not reached."""
        rows = self._db.execute(
            "SELECT kind, CASE WHEN seen=due THEN outcome END AS ended, count(*)"
            " FROM page WHERE due=? GROUP BY kind, ended",
            (run,),
        )
        return {(kind, ended): count for kind, ended, count in rows}

    def unfinished_pages(self, run: str) -> Iterator[PageEnd]:
        """Pages due in `run` that are neither item nor index, in order of URL."""
        for row in self._db.execute(
            "SELECT url, kind, found_on, CASE WHEN seen=due THEN outcome END, reason, status, since"
            " FROM page WHERE due=? AND"
            " (seen IS NOT due OR outcome NOT IN ('item', 'index', 'redirect')) ORDER BY url",
            (run,),
        ):
            yield PageEnd(*row)

    # Captures

    def add_capture(self, capture: Capture, run: str) -> None:
        columns = [getattr(capture, name) for name in CAPTURE_COLUMNS]
        marks = ", ".join("?" * (len(columns) + 1))
        self._db.execute(
            f"INSERT OR REPLACE INTO capture ({', '.join(CAPTURE_COLUMNS)}, run) VALUES ({marks})",
            (*columns, run),
        )

    def latest_response(self, url: str) -> Capture | None:
        """The newest full response of `url`, for a revisit to refer to."""
        row = self._db.execute(
            f"SELECT {', '.join(CAPTURE_COLUMNS)} FROM capture WHERE url=? AND type='response'"
            " AND status=200 AND truncated IS NULL ORDER BY date DESC LIMIT 1",
            (url,),
        ).fetchone()
        return Capture(*row) if row else None

    def captured_pages(self) -> Iterator[CapturedPage]:
        """Every page with a full response, and the newest of those, in order of URL.

        Rows may be written while the pages are gone through.
        """
        columns = ", ".join(f"c.{name}" for name in CAPTURE_COLUMNS)
        query = (
            "SELECT p.kind, p.channel, p.found_on, c.run, max(c.date),"
            f" {columns} FROM page p JOIN capture c ON c.url=p.url"
            " WHERE p.url>? AND c.type='response' AND c.status=200 AND c.truncated IS NULL"
            " GROUP BY p.url ORDER BY p.url LIMIT 500"
        )
        last = ""
        while rows := self._db.execute(query, (last,)).fetchall():
            for kind, channel, found_on, run, _, *capture in rows:
                yield CapturedPage(kind, channel, found_on, run, Capture(*capture))
            last = rows[-1][5]

    def newest_date(self) -> str | None:
        """``WARC-Date`` of the newest capture of all."""
        row = self._db.execute("SELECT max(date) FROM capture").fetchone()
        return row[0] if row else None

    def last_date(self, url: str) -> str | None:
        """``WARC-Date`` of the newest capture of `url`."""
        row = self._db.execute("SELECT max(date) FROM capture WHERE url=?", (url,)).fetchone()
        return row[0] if row else None

    # Articles

    def latest_item(self, url: str) -> StoredItem | None:
        """The item last written for a page; ``None`` before the first."""
        row = self._db.execute(
            "SELECT digest, run, offset, length FROM article WHERE url=?", (url,)
        ).fetchone()
        return StoredItem(*row) if row else None

    def put_item(self, url: str, article_id: str, item: StoredItem) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO article VALUES (?, ?, ?, ?, ?, ?)",
            (url, article_id, item.digest, item.run, item.offset, item.length),
        )

    # WARC files

    def warc_lengths(self) -> dict[str, int]:
        """Bytes of each WARC file that an ended run left whole."""
        return dict(self._db.execute("SELECT name, length FROM warc"))

    def warc_indexed(self, name: str) -> int:
        """Bytes of a WARC file that stand in the CDXJ index already."""
        row = self._db.execute("SELECT indexed FROM warc WHERE name=?", (name,)).fetchone()
        return int(row[0]) if row else 0

    def put_warc(self, name: str, *, length: int, sha256: str, indexed: int) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO warc VALUES (?, ?, ?, ?)", (name, length, sha256, indexed)
        )
