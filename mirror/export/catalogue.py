"""What stands in ``items/``, without what it says: one small row for each version of a page.

The rows are in a temporary SQLite file, which spills to disk as it grows and goes with the process.
"""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Self

import msgspec

from mirror.exclusions import address_key
from mirror.export.errors import Fault, Faults
from mirror.export.lines import read_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mirror.exclusions import Exclusions
    from mirror.export.lines import RunFile
    from mirror.export.selection import Selection

SCHEMA = """
PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-8192;
CREATE TABLE version (
    url TEXT, captured TEXT, record TEXT, file INTEGER, offset INTEGER, length INTEGER,
    original TEXT, edited TEXT, size INTEGER, channel TEXT, layout TEXT, published TEXT,
    PRIMARY KEY (url, captured, record)
) WITHOUT ROWID;
CREATE TABLE excluded (url TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE newest (
    url TEXT PRIMARY KEY, original TEXT, edited TEXT, size INTEGER, wanted INTEGER,
    file INTEGER, offset INTEGER, length INTEGER
) WITHOUT ROWID;
"""
# A line that was extracted anew takes the place of the earlier one of the same record.
ADD = "INSERT OR REPLACE INTO version VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
WINNERS = """
SELECT url, original, file, offset, length FROM (
    SELECT *, row_number() OVER (PARTITION BY original ORDER BY edited DESC, size DESC, url)
    AS place FROM newest WHERE wanted
) WHERE place=1 ORDER BY url
"""

_RUN = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line stands."""

    file: int
    """Number of the run's file."""
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Copy:
    """The page that stands for an article, and the other pages that hold it too."""

    place: Place
    also_at: list[str]


class _Capture(msgspec.Struct):
    date: str = ""
    run: str = ""
    record_id: str = ""


class _Git(msgspec.Struct):
    committed_at: str = ""


class _Head(msgspec.Struct):
    """What the catalogue needs of an item; the rest of the line is passed over."""

    url: str
    id: str
    channel: str
    layout: str
    page_url: str = ""
    original_url: str = ""
    published: str | None = None
    text: str = ""
    capture: _Capture | None = None
    git: _Git | None = None

    @property
    def edited(self) -> str:
        """UTC time at which this state of the page was first seen, as exactly as it is known.

        Of a page that came over HTTP it is the start of the run: within a run, the order of
        captures is that of the crawl and says nothing of the pages.
        """
        if self.git is not None:
            return self.git.committed_at
        if self.capture is None:
            return ""
        run = _RUN.fullmatch(self.capture.run)
        return "{}-{}-{}T{}:{}:{}Z".format(*run.groups()) if run else self.capture.date


class Catalogue:
    """The versions of every page of a collection.

    :ivar faults: lines that are no items.
    :ivar channels: that the items name.
    :ivar layouts: that the items name.
    """

    def __init__(self, files: list[RunFile]) -> None:
        self.files = files
        self.faults = Faults()
        self.channels: set[str] = set()
        self.layouts: set[str] = set()
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # What there is

    def read(self, exclusions: Exclusions, advance: Callable[[int], object]) -> None:
        """Read every line of the collection.

        A page of which any version is excluded is excluded with all of them.

        :param advance: is told of bytes that were read.
        """
        decoder = msgspec.json.Decoder(_Head)
        self._db.execute("BEGIN")
        for number, file in enumerate(self.files):
            self._db.executemany(ADD, self._versions(number, file, decoder, exclusions, advance))
        self._db.execute("COMMIT")

    def _versions(
        self,
        number: int,
        file: RunFile,
        decoder: msgspec.json.Decoder[_Head],
        exclusions: Exclusions,
        advance: Callable[[int], object],
    ) -> Iterator[tuple[object, ...]]:
        for line in read_lines(file):
            advance(len(line.data) + 1)
            try:
                head = decoder.decode(line.data)
            except (msgspec.DecodeError, UnicodeError) as error:
                self.faults.add(Fault(file.path.name, line.offset, str(error)))
                continue
            if exclusions.excludes(
                url=head.url, page_url=head.page_url, original_url=head.original_url, id=head.id
            ):
                self._db.execute("INSERT OR IGNORE INTO excluded VALUES (?)", (head.url,))
            self.channels.add(head.channel)
            self.layouts.add(head.layout)
            capture = head.capture or _Capture()
            yield (
                *(head.url, capture.date, capture.record_id),
                *(number, line.offset, len(line.data)),
                address_key(head.original_url) or head.url,
                *(head.edited, len(head.text), head.channel, head.layout, head.published),
            )

    def excluded(self) -> int:
        """Number of pages that are excluded."""
        return self._count("SELECT count(*) FROM excluded")

    def excluded_urls(self) -> Iterator[str]:
        """Addresses, as captured, of the pages that are excluded."""
        return (url for (url,) in self._db.execute("SELECT url FROM excluded ORDER BY url"))

    # Which of it is wanted

    def select(self, selection: Selection) -> None:
        """Find the newest version of each page, and whether it is wanted.

        The newest is the one captured last; a line that was written later, from the same record or
        one of the same second, comes after an earlier one.
        """
        self._db.execute("BEGIN")
        self._db.executemany(
            "INSERT INTO newest VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (self._newest(selection, versions) for versions in self._pages()),
        )
        self._db.execute("COMMIT")

    def _pages(self) -> Iterator[list[tuple[object, ...]]]:
        rows = self._db.execute(
            "SELECT * FROM version WHERE url NOT IN (SELECT url FROM excluded)"
            " ORDER BY url, captured, file, offset"
        )
        for _, versions in groupby(rows, key=lambda row: row[0]):
            yield list(versions)

    def _newest(
        self, selection: Selection, versions: list[tuple[object, ...]]
    ) -> tuple[object, ...]:
        url, _, _, file, offset, length, original, edited, size, channel, layout, published = (
            versions[-1]
        )
        wanted = selection.accepts(
            channel=str(channel),
            layout=str(layout),
            published=None if published is None else str(published),
            run=self.files[int(str(file))].run,
        )
        return url, original, edited, size, wanted, file, offset, length

    def wanted(self) -> int:
        """Number of pages that are wanted."""
        return self._count("SELECT count(*) FROM newest WHERE wanted")

    def newest(self) -> Iterator[Place]:
        """The newest version of each wanted page, in order of URL."""
        return self._places("SELECT file, offset, length FROM newest WHERE wanted ORDER BY url")

    def articles(self) -> int:
        """Number of articles on the wanted pages."""
        return self._count("SELECT count(DISTINCT original) FROM newest WHERE wanted")

    def copies(self) -> Iterator[Copy]:
        """One page for each article on the wanted pages, in order of URL.

        Of several, the one whose state was first seen last; where that is the same, the one with
        the longest text; where that is the same, the first by URL. The others are all those of the
        collection, wanted or not.
        """
        self._db.execute("CREATE INDEX IF NOT EXISTS originals ON newest (original, url)")
        for url, original, *place in self._db.execute(WINNERS):
            others = self._db.execute(
                "SELECT url FROM newest WHERE original=? AND url<>? ORDER BY url", (original, url)
            )
            yield Copy(Place(*place), [other for (other,) in others])

    def histories(self) -> Iterator[list[Place]]:
        """All versions of each wanted page, oldest first, in order of URL."""
        rows = self._db.execute(
            "SELECT v.url, v.file, v.offset, v.length FROM newest n JOIN version v ON v.url=n.url"
            " WHERE n.wanted ORDER BY v.url, v.captured, v.file, v.offset"
        )
        for _, versions in groupby(rows, key=lambda row: row[0]):
            yield [Place(*place) for _, *place in versions]

    def _places(self, query: str) -> Iterator[Place]:
        rows: Iterable[tuple[int, int, int]] = self._db.execute(query)
        return (Place(*row) for row in rows)

    def _count(self, query: str) -> int:
        (count,) = self._db.execute(query).fetchone()
        return int(count)
