"""The catalogue written: what is wanted, what is there, and the difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mirror import warc
from mirror.derived.terms import terms
from mirror.exclusions import address_key

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping

    from mirror.derived.pages import WrittenPage
    from mirror.items import Article

WANTED = """
CREATE TEMP TABLE wanted (
    run TEXT, file INTEGER, offset INTEGER, length INTEGER, rank INTEGER, page INTEGER,
    PRIMARY KEY (run, offset, length)
) WITHOUT ROWID;
"""
_SAME = "v.run=w.run AND v.offset=w.offset AND v.length=w.length"
MISSING = f"FROM temp.wanted w LEFT JOIN version v ON {_SAME} WHERE v.id IS NULL"
# The newest states that a page does not stand for yet.
UNLISTED = f"""
FROM temp.wanted w JOIN version v ON {_SAME} LEFT JOIN page p ON p.version=v.id
WHERE w.rank=0 AND p.url IS NULL
"""
PLACE = "w.run, w.file, w.offset, w.length"

Place = tuple[str, int, int, int]
"""Run, number of its file, offset, length."""


class Tables:
    """A catalogue opened for writing, within the caller's transaction.

    :ivar faults: lines that were left out.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self.faults = 0

    def want(self, places: Iterable[tuple[str, int, int, int, int, int]]) -> None:
        """Say which states there are to be: run, file, offset, length, age (0 is the newest of its
        page), page."""
        self._db.execute("PRAGMA temp_store=FILE")
        self._db.execute(WANTED)
        self._db.executemany("INSERT OR REPLACE INTO temp.wanted VALUES (?, ?, ?, ?, ?, ?)", places)

    def drop_unwanted(self) -> None:
        """Forget states that are not wanted any more, and pages whose newest state is another."""
        self._db.execute(
            f"DELETE FROM version AS v WHERE NOT EXISTS (SELECT 1 FROM temp.wanted w WHERE {_SAME})"
        )
        self._db.execute(
            "DELETE FROM page WHERE version NOT IN (SELECT v.id FROM version v"
            f" JOIN temp.wanted w ON {_SAME} WHERE w.rank=0)"
        )

    def missing_count(self) -> int:
        return self._count(f"SELECT count(*) {MISSING}")

    def missing(self) -> Iterator[Place]:
        """States that are wanted and not there, those of a page together and oldest first."""
        places: list[Place] = self._db.execute(
            f"SELECT {PLACE} {MISSING} ORDER BY w.page, w.rank DESC"
        ).fetchall()
        return iter(places)

    def is_taken(self, key: str, stamp: str) -> bool:
        """Whether a page answers under that key at that time."""
        found = self._db.execute("SELECT 1 FROM version WHERE key=? AND stamp=?", (key, stamp))
        return found.fetchone() is not None

    def add_version(self, run: str, offset: int, length: int, page: WrittenPage) -> None:
        self._db.execute(
            "INSERT INTO version (run, offset, length, url, captured, readable, key, stamp, warc,"
            " cdxj) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(run, offset, length, page.url, page.captured),
                *(page.readable, page.key, page.stamp, page.warc, page.cdxj),
            ),
        )

    def unlisted(self) -> Iterator[Place]:
        """The newest states of pages that are not listed with them."""
        places: list[Place] = self._db.execute(f"SELECT {PLACE} {UNLISTED}").fetchall()
        return iter(places)

    def list_page(self, article: Article, run: str, offset: int, length: int) -> None:
        """List a page with its newest state, and make that one searchable."""
        version, searched = self._db.execute(
            "SELECT id, searched FROM version WHERE run=? AND offset=? AND length=?",
            (run, offset, length),
        ).fetchone()
        self._db.execute(
            "INSERT OR REPLACE INTO page VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(article.url, version, article.id, article.channel, article.title),
                *(article.published, article.language, article.original_url),
                warc.url_key(article.url),
                *(
                    address_key(url).rstrip("/")
                    for url in (article.url, article.page_url, article.original_url)
                ),
            ),
        )
        self.put_meta({"mirror": article.mirror})
        if not searched:
            self._db.execute(
                "INSERT INTO search (rowid, title, text) VALUES (?, ?, ?)",
                (version, terms(article.title), terms(article.text)),
            )
            self._db.execute("UPDATE version SET searched=1 WHERE id=?", (version,))

    def put_channels(self, titles: Mapping[str, str]) -> None:
        self._db.execute("DELETE FROM channel")
        self._db.executemany("INSERT INTO channel VALUES (?, ?)", titles.items())

    def put_excluded(self, urls: Iterable[str]) -> None:
        self._db.execute("DELETE FROM excluded")
        self._db.executemany("INSERT INTO excluded VALUES (?)", ((url,) for url in urls))

    def put_meta(self, values: Mapping[str, str]) -> None:
        self._db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    def index(self) -> Iterator[str]:
        """The lines of the index, sorted by bytes as SQLite compares texts."""
        return (line for (line,) in self._db.execute("SELECT cdxj FROM version ORDER BY cdxj"))

    def warcs(self) -> set[str]:
        """Names of the WARC files that the index names."""
        return {name for (name,) in self._db.execute("SELECT DISTINCT warc FROM version")}

    def pages(self) -> int:
        return self._count("SELECT count(*) FROM page")

    def states(self) -> int:
        return self._count("SELECT count(*) FROM version")

    def _count(self, query: str) -> int:
        (count,) = self._db.execute(query).fetchone()
        return int(count)
