"""The ledger's file: opened, written in steps, closed."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from mirror.ledger.captures import Captures
from mirror.ledger.database import Database
from mirror.ledger.pages import Pages
from mirror.ledger.schema import DUE, SCHEMA, SCHEMA_VERSION
from mirror.ledger.values import RunRow, StoredItem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

NAME = "ledger.sqlite"
COMPLETENESS = "completeness"
"""Key of what a repository was last found to have beside what was captured of it: counts, JSON."""
_BATCH = 500
_ITEM = "digest, run, offset, length FROM article WHERE url=:url AND"
_AROUND = (
    f"SELECT * FROM (SELECT 0, {_ITEM} date<=:date ORDER BY date DESC LIMIT 1)"
    f" UNION ALL SELECT * FROM (SELECT 1, {_ITEM} date>:date ORDER BY date LIMIT 1)"
)
"""Two looks into an index, however many states a page has had."""
_RUN = "id, spider, started, finished, exit_status, items"


class LedgerError(Exception):
    """The ledger cannot be used: of another version, damaged, or not a ledger."""


class Ledger:
    """An open ledger; one process at a time, which the collection's lock sees to.

    Writes are gathered in one transaction and made durable by :meth:`commit`, which is called at
    checkpoints only, after the records that the rows speak of are on disk. Of what was committed,
    a power cut may take the last steps, and never a part of one (SQLite, "PRAGMA synchronous",
    NORMAL in WAL mode).

    :ivar pages: what is known of the mirror's pages.
    :ivar captures: what is known of the archive's records.
    :raises LedgerError: the file is not a ledger that this version can read.
    """

    def __init__(self, path: Path | str) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, factory=Database)
        try:
            self._prepare(path)
        except sqlite3.OperationalError:
            # The disk: no room, no permission. The ledger itself may be sound.
            self._db.close()
            raise
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise LedgerError(f"{path} is not a ledger: {error}") from error
        except LedgerError:
            self._db.close()
            raise
        self.pages = Pages(self._db)
        self.captures = Captures(self._db)

    def _prepare(self, path: Path | str) -> None:
        # A bounded page cache keeps memory flat however large the mirror is.
        self._db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")
        self._db.execute("PRAGMA cache_size=-8192")
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version not in (0, SCHEMA_VERSION):
            raise LedgerError(f"{path} is of version {version}; this is version {SCHEMA_VERSION}")
        if version == 0:
            self._db.executescript(f"BEGIN; {SCHEMA} PRAGMA user_version={SCHEMA_VERSION}; COMMIT;")
        self._db.execute("PRAGMA temp_store=FILE")
        self._db.executescript(DUE)
        self._db.execute("BEGIN")

    def commit(self) -> None:
        """Make all that was written so far durable as one step."""
        self._db.execute("COMMIT")
        self._db.execute("BEGIN")

    def sync(self) -> None:
        """Commit, and put all of it on disk, so that no power cut takes it."""
        self._db.execute("COMMIT")
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._db.execute("BEGIN")

    def close(self) -> None:
        self.sync()
        self._db.execute("COMMIT")
        self._db.close()

    def abandon(self) -> None:
        """Close without what was written since the last :meth:`commit`; may be closed already."""
        self._db.abandon()

    # What the collection is

    def get(self, key: str) -> str | None:
        row = self._db.execute("SELECT value FROM meta WHERE key=?", (key,)).fetchone()
        return row[0] if row else None

    def put(self, key: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def drop(self, key: str) -> None:
        self._db.execute("DELETE FROM meta WHERE key=?", (key,))

    # Runs

    def start_run(self, run: str, spider: str, started: str) -> None:
        """Note that a run began; one that is known already stays as it is."""
        self._db.execute(
            "INSERT OR IGNORE INTO run (id, spider, started) VALUES (?, ?, ?)",
            (run, spider, started),
        )

    def finish_run(self, run: str, finished: str, exit_status: int | None) -> None:
        """
        :param exit_status: ``None`` for a run that was killed and completed by a later one.
        """
        self._db.execute(
            "UPDATE run SET finished=?, exit_status=? WHERE id=?", (finished, exit_status, run)
        )

    def forget_run(self, run: str) -> None:
        """Take back that a run began: it left nothing."""
        self._db.execute("DELETE FROM run WHERE id=?", (run,))

    def set_items(self, run: str, length: int) -> None:
        """Vouch for the first `length` bytes of a run's items."""
        self._db.execute("UPDATE run SET items=? WHERE id=?", (length, run))

    def runs(self) -> list[RunRow]:
        """All runs, oldest first."""
        return [RunRow(*row) for row in self._db.execute(f"SELECT {_RUN} FROM run ORDER BY id")]

    def find_run(self, run: str) -> RunRow | None:
        row = self._db.execute(f"SELECT {_RUN} FROM run WHERE id=?", (run,)).fetchone()
        return RunRow(*row) if row else None

    def newest_run(self, *, before: str = "~") -> RunRow | None:
        """
        :param before: a run; that which came before it is meant. By default the newest of all,
            since ids begin with a digit.
        """
        row = self._db.execute(
            f"SELECT {_RUN} FROM run WHERE id<? ORDER BY id DESC LIMIT 1", (before,)
        ).fetchone()
        return RunRow(*row) if row else None

    def unfinished_runs(self) -> list[RunRow]:
        """Runs that came to no end, oldest first."""
        rows = self._db.execute(f"SELECT {_RUN} FROM run WHERE finished IS NULL ORDER BY id")
        return [RunRow(*row) for row in rows]

    # Articles

    def items_around(self, url: str, date: str) -> tuple[StoredItem | None, StoredItem | None]:
        """The item of a page as it was at a ``WARC-Date``, and the first of a later capture."""
        found: dict[bool, StoredItem] = {
            bool(later): StoredItem(*item)
            for later, *item in self._db.execute(_AROUND, {"url": url, "date": date})
        }
        return found.get(False), found.get(True)

    def has_item(self, url: str, run: str, before: int) -> bool:
        """Whether a page has an item of an earlier run, or before an offset in that one's."""
        row = self._db.execute(
            "SELECT EXISTS (SELECT 1 FROM article WHERE url=? AND (run<? OR run=? AND offset<?))",
            (url, run, run, before),
        ).fetchone()
        return bool(row[0])

    def put_item(self, url: str, date: str, article_id: str, item: StoredItem) -> None:
        """
        :param date: ``WARC-Date`` of the capture that it came from.
        """
        self._db.execute(
            "INSERT OR REPLACE INTO article VALUES (?, ?, ?, ?, ?, ?, ?)",
            (url, date, article_id, item.digest, item.run, item.offset, item.length),
        )

    # Pictures

    def is_pictured(self, url: str, digest: str, terms: str) -> bool:
        """Whether the pictures that an article names were noted, by these terms."""
        row = self._db.execute("SELECT digest, terms FROM pictured WHERE url=?", (url,)).fetchone()
        return row is not None and tuple(row) == (digest, terms)

    def set_pictured(self, url: str, digest: str, terms: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO pictured VALUES (?, ?, ?)", (url, digest, terms))

    def unpictured(self, channels: Sequence[str], terms: str) -> Iterator[StoredItem]:
        """Items of articles whose pictures were not noted by these terms, in order of URL.

        Rows may be written meanwhile.

        :param channels: names of those that they belong to; empty for all.
        """
        marks = ", ".join("?" * len(channels))
        within = f" AND g.channel IN ({marks})" if channels else ""
        last = ""
        while rows := self._db.execute(
            "SELECT a.url, a.digest, a.run, a.offset, a.length FROM article a"
            " JOIN page g ON g.url=a.url LEFT JOIN pictured p ON p.url=a.url"
            " WHERE a.url>? AND a.date=(SELECT max(l.date) FROM article l WHERE l.url=a.url)"
            " AND (p.digest IS NOT a.digest OR p.terms IS NOT ?)"
            f"{within} ORDER BY a.url LIMIT {_BATCH}",
            (last, terms, *channels),
        ).fetchall():
            for last, *item in rows:  # noqa: B007
                yield StoredItem(*item)

    # WARC files

    def safe_lengths(self) -> dict[str, int]:
        """Bytes of each WARC file that a checkpoint vouches for: whole records, all known here."""
        return dict(self._db.execute("SELECT name, safe FROM warc"))

    def set_safe(self, name: str, length: int) -> None:
        self._db.execute(
            "INSERT INTO warc (name, safe) VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET safe=excluded.safe",
            (name, length),
        )

    def measured_lengths(self) -> dict[str, int]:
        """Bytes of each WARC file at the end of the last run that wrote to it."""
        return dict(self._db.execute("SELECT name, length FROM warc WHERE length NOT NULL"))

    def warc_indexed(self, name: str) -> int:
        """Bytes of a WARC file that stand in the CDXJ index already."""
        row = self._db.execute("SELECT indexed FROM warc WHERE name=?", (name,)).fetchone()
        return int(row[0]) if row else 0

    def put_warc(self, name: str, *, length: int, sha256: str) -> None:
        self.set_safe(name, length)
        self._db.execute("UPDATE warc SET length=?, sha256=? WHERE name=?", (length, sha256, name))

    def set_indexed(self, name: str, length: int) -> None:
        self._db.execute("UPDATE warc SET indexed=? WHERE name=?", (length, name))
