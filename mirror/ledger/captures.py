"""The recorded answers, and where their records are."""

from __future__ import annotations

from dataclasses import fields
from heapq import merge
from operator import itemgetter
from typing import TYPE_CHECKING

from mirror.ledger.schema import full
from mirror.ledger.values import CapturedPage, UnreadCapture, UnreadFailure, Validators
from mirror.warc.capture import Capture

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from mirror.warc import Location

_COLUMNS = tuple(field.name for field in fields(Capture))
_LISTED = ", ".join(_COLUMNS)
_ADD = (
    f"INSERT OR REPLACE INTO capture ({_LISTED}, run, unread)"
    f" VALUES ({', '.join('?' * (len(_COLUMNS) + 2))})"
)
_FAILURE = tuple(field.name for field in fields(UnreadFailure))
_FULL = "capture INDEXED BY capture_full"
"""Named, because SQLite takes the primary key for as good: it does not know of pages with thousands
of captures of which one is full."""
_BATCH = 500


class Captures:
    """The table ``capture``."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._db = database

    def add(self, capture: Capture, run: str, *, unread: bool) -> None:
        """
        :param unread: what it says has yet to be acted upon.
        """
        values = [getattr(capture, name) for name in _COLUMNS]
        self._db.execute(_ADD, (*values, run, unread))

    def set_validators(self, url: str, date: str, validators: Validators) -> None:
        self._db.execute(
            "UPDATE capture SET etag=?, last_modified=? WHERE url=? AND date=?",
            (validators.etag, validators.last_modified, url, date),
        )

    def at(self, url: str, date: str) -> Capture | None:
        """The capture of a URL at a ``WARC-Date``."""
        row = self._db.execute(
            f"SELECT {_LISTED} FROM capture WHERE url=? AND date=?", (url, date)
        ).fetchone()
        return Capture(*row) if row else None

    def latest(self, url: str) -> tuple[Capture, str] | None:
        """The newest full capture of `url` and its run: what a revisit refers to."""
        row = self._db.execute(
            f"SELECT {_LISTED}, run FROM {_FULL} WHERE url=? AND {full()}"
            " ORDER BY date DESC LIMIT 1",
            (url,),
        ).fetchone()
        return (Capture(*row[:-1]), row[-1]) if row else None

    def holding(self, digest: str) -> Capture | None:
        """The capture whose record has the bytes of a payload in itself, of whatever page.

        :param digest: ``WARC-Payload-Digest`` of the record.
        """
        row = self._db.execute(
            f"SELECT {_LISTED} FROM capture INDEXED BY capture_holding"
            f" WHERE record_digest=? AND type<>'revisit' AND {full()}"
            " ORDER BY url, date LIMIT 1",
            (digest,),
        ).fetchone()
        return Capture(*row) if row else None

    def committed(self, url: str, digest: str) -> list[Capture]:
        """The captures of `url` that came without HTTP and have the bytes of a payload."""
        rows = self._db.execute(
            f"SELECT {_LISTED} FROM {_FULL} WHERE url=? AND status IS NULL"
            f" AND record_digest=? AND {full()}",
            (url, digest),
        )
        return [Capture(*row) for row in rows]

    def last_committed(self, url: str) -> str | None:
        """``WARC-Date`` of the newest capture of `url` that came without HTTP."""
        row = self._db.execute(
            f"SELECT max(date) FROM {_FULL} WHERE url=? AND status IS NULL AND {full()}", (url,)
        ).fetchone()
        return row[0] if row else None

    def latest_before(self, url: str, date: str) -> Capture | None:
        """The newest full capture of `url` that is older than `date`."""
        row = self._db.execute(
            f"SELECT {_LISTED} FROM {_FULL} WHERE url=? AND date<? AND {full()}"
            " ORDER BY date DESC LIMIT 1",
            (url, date),
        ).fetchone()
        return Capture(*row) if row else None

    def before(self, url: str, run: str) -> bool:
        """Whether an earlier run than `run` made a full capture of `url`."""
        row = self._db.execute(
            f"SELECT EXISTS (SELECT 1 FROM {_FULL} WHERE url=? AND run<? AND {full()})", (url, run)
        ).fetchone()
        return bool(row[0])

    def validators(self, url: str) -> Validators | None:
        """Of the newest full capture of `url`, or of a later answer that it still holds."""
        row = self._db.execute(
            "SELECT etag, last_modified FROM capture WHERE url=? AND truncated IS NULL"
            " AND (type='revisit' OR status=200)"
            f" AND date>=(SELECT max(date) FROM {_FULL} WHERE url=? AND {full()})"
            " AND (etag NOT NULL OR last_modified NOT NULL) ORDER BY date DESC LIMIT 1",
            (url, url),
        ).fetchone()
        return Validators(*row) if row else None

    def pages(self) -> Iterator[CapturedPage]:
        """Every page with a full capture, pictures aside, and the newest of those, in order of URL.

        Rows may be written while the pages are gone through.
        """
        listed = ", ".join(f"c.{name}" for name in _COLUMNS)
        query = (
            f"SELECT p.kind, p.channel, p.found_on, c.run, max(c.date), {listed}"
            " FROM capture c INDEXED BY capture_full CROSS JOIN page p ON p.url=c.url"
            f" WHERE c.url>? AND {full('c.')} AND p.kind<>'image'"
            f" GROUP BY c.url ORDER BY c.url LIMIT {_BATCH}"
        )
        last = ""
        while rows := self._db.execute(query, (last,)).fetchall():
            for kind, channel, found_on, run, _, *capture in rows:
                yield CapturedPage(kind, channel, found_on, run, Capture(*capture))
            last = rows[-1][5]

    def add_failure(self, place: Location, failure: UnreadFailure) -> None:
        """Note a look at a page that failed, to be accounted for in its turn."""
        values = (getattr(failure, name) for name in _FAILURE)
        self._db.execute(
            f"INSERT OR REPLACE INTO failure (warc, offset, {', '.join(_FAILURE)})"
            f" VALUES (?, ?, {', '.join('?' * len(_FAILURE))})",
            (place.warc, place.offset, *values),
        )

    def files_of(self, run: str) -> set[str]:
        """Names of the WARC files that hold captures of a run."""
        rows = self._db.execute("SELECT DISTINCT warc FROM capture WHERE run=?", (run,))
        return {name for (name,) in rows}

    def whole(self) -> Iterator[str]:
        """URLs of what was captured whole and is no picture: pages, and files such as robots.txt,
        also those of other hosts. Rows must not be written meanwhile."""
        for (url,) in self._db.execute(
            f"SELECT url FROM {_FULL} WHERE {full()} AND embedded_in IS NULL"
        ):
            yield url

    def unread(self, warc: str) -> Iterator[UnreadCapture | UnreadFailure]:
        """What stands in a file and was not acted upon, in the order of the records.

        Rows may be written, and captures marked as read, while they are gone through.
        """
        answers, failures = self._unread_answers(warc), self._unread_failures(warc)
        for _, found in merge(answers, failures, key=itemgetter(0)):
            yield found

    def _unread_answers(self, warc: str) -> Iterator[tuple[int, UnreadCapture | UnreadFailure]]:
        last = -1
        while rows := self._db.execute(
            f"SELECT {_LISTED}, run FROM capture WHERE warc=? AND offset>? AND unread"
            f" ORDER BY offset LIMIT {_BATCH}",
            (warc, last),
        ).fetchall():
            for *values, run in rows:
                capture = Capture(*values)
                last = capture.offset
                yield last, UnreadCapture(run, capture)

    def _unread_failures(self, warc: str) -> Iterator[tuple[int, UnreadCapture | UnreadFailure]]:
        last = -1
        while rows := self._db.execute(
            f"SELECT offset, {', '.join(_FAILURE)} FROM failure"
            f" WHERE warc=? AND offset>? ORDER BY offset LIMIT {_BATCH}",
            (warc, last),
        ).fetchall():
            for last, *values in rows:
                yield last, UnreadFailure(*values)

    def has_unread(self) -> bool:
        row = self._db.execute(
            "SELECT EXISTS (SELECT 1 FROM capture WHERE unread) OR EXISTS (SELECT 1 FROM failure)"
        ).fetchone()
        return bool(row[0])

    def forget_failures(self) -> None:
        """All of them are accounted for."""
        self._db.execute("DELETE FROM failure")

    def mark_read(self, url: str, date: str) -> None:
        self._db.execute("UPDATE capture SET unread=0 WHERE url=? AND date=?", (url, date))

    def newest_date(self) -> str | None:
        """``WARC-Date`` of the newest capture of all."""
        row = self._db.execute("SELECT max(date) FROM capture").fetchone()
        return row[0] if row else None

    def last_date(self, url: str) -> str | None:
        """``WARC-Date`` of the newest capture of `url`."""
        row = self._db.execute("SELECT max(date) FROM capture WHERE url=?", (url,)).fetchone()
        return row[0] if row else None
