"""The pages of a mirror, as far as they were ever named: the frontier's memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mirror.ledger.values import KnownPage, PageEnd

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence

    from mirror.ledger.values import Outcome, PageKind

_KNOWN = "url, kind, channel, found_on, older, looked, outcome, reason, since"
_BATCH = 500


class Pages:
    """The tables ``page`` and, for the run under way, ``due``."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._db = database

    # What is known

    def note(
        self, url: str, kind: PageKind, channel: str, found_on: str, older: str | None = None
    ) -> None:
        """Remember that a page is named; what is known of it stays.

        :param older: date of the capture that names it as one that is done, if it does.
        """
        self._db.execute(
            "INSERT INTO page (url, kind, channel, found_on, older) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (url) DO UPDATE SET older=excluded.older"
            " WHERE excluded.older NOT NULL AND (older IS NULL OR excluded.older<older)",
            (url, kind, channel, found_on, older),
        )

    def find(self, url: str) -> KnownPage | None:
        row = self._db.execute(f"SELECT {_KNOWN} FROM page WHERE url=?", (url,)).fetchone()
        return KnownPage(*row) if row else None

    def candidates(
        self,
        channels: Sequence[str],
        looked_before: str,
        article_looked_before: str,
        *,
        images: bool = False,
    ) -> Iterator[KnownPage]:
        """Pages that may have to be looked at again, in order of URL.

        Those never looked at, failed or dead; pages of indexes that became older since they were
        looked at; and those last looked at long ago. Rows may be written meanwhile.

        :param channels: names of the channels to which they belong, or the page that named them
            does; empty for all.
        :param looked_before: a ``WARC-Date``: how long ago that is.
        :param article_looked_before: the same for articles, of which there are so many that those
            that are not wanted must not come; empty for none.
        :param images: whether pictures are among the pages.
        """
        marks = ", ".join("?" * len(channels))
        within = (
            f" AND (channel IN ({marks})"
            f" OR (SELECT f.channel FROM page f WHERE f.url=page.found_on) IN ({marks}))"
            if channels
            else ""
        )
        within += _and_images(images)
        last = ""
        while rows := self._db.execute(
            f"SELECT {_KNOWN} FROM page WHERE url>? AND (outcome IS NULL"
            " OR outcome IN ('failed', 'dangling')"
            " OR CASE WHEN kind IN ('article', 'image') THEN looked<?"
            " ELSE looked<older OR looked<? END)"
            f"{within} ORDER BY url LIMIT {_BATCH}",
            (last, article_looked_before, looked_before, *channels, *channels),
        ).fetchall():
            for row in rows:
                yield KnownPage(*row)
            last = rows[-1][0]

    def urls_of(self, *outcomes: Outcome) -> Iterator[str]:
        """The pages whose last look ended so, in order of URL; rows may be written meanwhile."""
        marks = ", ".join("?" * len(outcomes))
        last = ""
        while rows := self._db.execute(
            f"SELECT url FROM page WHERE url>? AND outcome IN ({marks})"
            f" ORDER BY url LIMIT {_BATCH}",
            (last, *outcomes),
        ).fetchall():
            yield from (url for (url,) in rows)
            last = rows[-1][0]

    def outcomes(self) -> dict[Outcome | None, int]:
        """Pages by how their last look ended; ``None`` for those never looked at."""
        return dict(self._db.execute("SELECT outcome, count(*) FROM page GROUP BY outcome"))

    def understood(self) -> bool:
        """Whether any page of the mirror was ever read as what it is."""
        row = self._db.execute(
            "SELECT EXISTS (SELECT 1 FROM page WHERE outcome IN ('item', 'index'))"
        ).fetchone()
        return bool(row[0])

    # The run under way

    def due(self, url: str) -> bool:
        """Note that this run has to look at a known page; false when it was noted before."""
        cursor = self._db.execute("INSERT OR IGNORE INTO due (url) VALUES (?)", (url,))
        return cursor.rowcount > 0

    def is_due(self, url: str) -> bool:
        return self._db.execute("SELECT 1 FROM due WHERE url=?", (url,)).fetchone() is not None

    def end(
        self,
        url: str,
        run: str,
        outcome: Outcome,
        *,
        reason: str = "",
        status: int | None = None,
        looked: str,
        as_of: bool = False,
    ) -> None:
        """Note how the look at a page ended; ``since`` stays while the outcome stays the same.

        What its captures up to then say is acted upon by that.

        :param looked: when it was looked at, as a ``WARC-Date``.
        :param as_of: `looked` is when the page was so, however late that is learned: what is known
            of a later time stays.
        """
        ended = self._db.execute(
            "UPDATE page SET since=CASE WHEN outcome IS ? THEN since ELSE ? END,"
            " seen=?, looked=?, outcome=?, reason=?, status=? WHERE url=?"
            f"{' AND (looked IS NULL OR looked<=?)' if as_of else ''}",
            (
                *(outcome, run, run, looked, outcome, reason, status, url),
                *((looked,) if as_of else ()),
            ),
        )
        self._db.execute(
            "UPDATE capture INDEXED BY capture_unread_page SET unread=0"
            " WHERE url=? AND date<=? AND unread",
            (url, looked),
        )
        if ended.rowcount:
            self.judged(url, outcome, reason=reason, status=status)
            return
        self._db.execute("UPDATE page SET seen=? WHERE url=?", (run, url))
        self._db.execute(
            "UPDATE due SET (outcome, reason, status)="
            "(SELECT outcome, reason, status FROM page WHERE page.url=due.url) WHERE url=?",
            (url,),
        )

    def judged(
        self, url: str, outcome: Outcome, *, reason: str = "", status: int | None = None
    ) -> None:
        """Note for this run alone what became of a page: the mirror was not asked."""
        self._db.execute(
            "UPDATE due SET outcome=?, reason=?, status=? WHERE url=?",
            (outcome, reason, status, url),
        )

    def reread(self, url: str, outcome: Outcome, reason: str) -> None:
        """Correct what a page is: its capture, read by newer code, says otherwise.

        One that has gone, or could not be had, the last time that it was looked at stays so.
        """
        self._db.execute(
            "UPDATE page SET since=seen, outcome=?, reason=?"
            " WHERE url=? AND outcome IN ('item', 'index', 'unknown')"
            " AND (outcome<>? OR reason<>?)",
            (outcome, reason, url, outcome, reason),
        )

    def add_known_dead(self, channels: Sequence[str], *, images: bool = False) -> None:
        """Count dead pages that this run had no reason to ask for again among its own.

        :param channels: as for :meth:`candidates`, and so `images`.
        """
        marks = ", ".join("?" * len(channels))
        within = f" AND channel IN ({marks})" if channels else ""
        within += _and_images(images)
        self._db.execute(
            "INSERT OR IGNORE INTO due SELECT url, outcome, reason, status"
            f" FROM page WHERE outcome='dangling'{within}",
            tuple(channels),
        )

    # The account of a run

    def take_up(self, run: str) -> None:
        """Make the pages that an earlier run looked at those that are accounted for now."""
        self._db.execute("DELETE FROM due")
        self._db.execute(
            "INSERT INTO due SELECT url, outcome, reason, status FROM page WHERE seen=?",
            (run,),
        )

    def put_down(self) -> None:
        """Forget what :meth:`take_up` took up."""
        self._db.execute("DELETE FROM due")

    def count(self) -> dict[tuple[str, str | None], int]:
        """Pages due by ``(kind, outcome)``; outcome ``None`` for those not reached."""
        rows = self._db.execute(
            "SELECT p.kind, d.outcome, count(*) FROM due d JOIN page p USING (url) GROUP BY 1, 2"
        )
        return {(kind, outcome): count for kind, outcome, count in rows}

    def unfinished(self) -> Iterator[PageEnd]:
        """Pages due that are neither item, index nor picture, in order of URL."""
        for row in self._db.execute(
            "SELECT d.url, p.kind, p.found_on, d.outcome, d.reason, d.status, p.since"
            " FROM due d JOIN page p USING (url)"
            " WHERE d.outcome IS NULL OR d.outcome NOT IN ('item', 'index', 'image', 'redirect')"
            " ORDER BY d.url"
        ):
            yield PageEnd(*row)


def _and_images(images: bool) -> str:
    """A condition behind others: pictures too, or none of them."""
    return "" if images else " AND kind<>'image'"
