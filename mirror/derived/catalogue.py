"""The catalogue read: lists of articles, and searching them. Standard library only."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mirror.derived.terms import query
from mirror.exclusions import address_key

if TYPE_CHECKING:
    from pathlib import Path

_LAST = "\U0010ffff"
_COLUMNS = """
p.url, p.id, p.channel, coalesce(c.title, ''), p.title, p.published, p.language, p.original_url,
p.capture_key, v.readable, v.stamp, v.captured, v.run, v.offset, v.length,
(SELECT count(*) FROM version o WHERE o.url=p.url)
"""
_FROM = "FROM page p JOIN version v ON v.id=p.version LEFT JOIN channel c ON c.name=p.channel"
_TITLE_WEIGHT = 8.0
"""What a term in the title counts, beside one in the text."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One article page in a list, in its newest state."""

    url: str
    id: str
    channel: str
    channel_title: str
    title: str
    published: str | None
    language: str
    original_url: str
    capture_key: str
    """Sort key of ``url`` in the collection's CDXJ."""
    readable: str
    """Address of the readable page."""
    stamp: str
    """Fourteen digits: the time under which that answers."""
    captured: str
    """``WARC-Date`` of the capture that this state was read from."""
    run: str
    offset: int
    length: int
    """Where the article's line stands in ``items/``."""
    states: int
    """How many different ones of this page there are."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel, and how much there is of it."""

    name: str
    title: str
    articles: int
    first: str | None
    last: str | None


@dataclass(frozen=True, slots=True)
class State:
    """One state of a page: a readable page, and the capture it was first read from."""

    readable: str
    stamp: str
    captured: str


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a list."""

    entries: list[Entry]
    total: int


class Catalogue:
    """A collection's catalogue, opened for each question: a newer one may have taken its place.

    :raises sqlite3.Error: from every method, where it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        # The file is replaced as a whole and never written to, so SQLite needs no locks on it.
        self._uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"

    def _rows(self, sql: str, *values: Any) -> list[Any]:
        with closing(sqlite3.connect(self._uri, uri=True)) as connection:
            return connection.execute(sql, values).fetchall()

    def meta(self) -> dict[str, str]:
        return dict(self._rows("SELECT key, value FROM meta"))

    def mirror(self) -> str:
        """Name of the mirror; ``""`` where there are no articles."""
        return self.meta().get("mirror", "")

    def excluded(self) -> frozenset[str]:
        """Addresses of the captured pages that the exclusion list named, and of pictures that only
        those show."""
        return frozenset(url for (url,) in self._rows("SELECT url FROM excluded"))

    def channels(self) -> list[Channel]:
        """All channels, the one with the newest article first."""
        rows = self._rows(
            "SELECT p.channel, coalesce(c.title, ''), count(*), min(published), max(published)"
            " FROM page p LEFT JOIN channel c ON c.name=p.channel"
            " GROUP BY p.channel ORDER BY max(published) DESC, p.channel"
        )
        return [Channel(*row) for row in rows]

    def articles(self, channel: str | None, *, limit: int, offset: int) -> Found:
        """The articles of one channel, or of all, newest first; those without a date last."""
        where, values = ("WHERE p.channel=?", (channel,)) if channel is not None else ("", ())
        (total,) = self._rows(f"SELECT count(*) FROM page p {where}", *values)[0]
        rows = self._rows(
            f"SELECT {_COLUMNS} {_FROM} {where} ORDER BY p.published DESC, p.url LIMIT ? OFFSET ?",
            *(*values, limit, offset),
        )
        return Found([Entry(*row) for row in rows], int(total))

    def entry(self, url: str) -> Entry | None:
        """The page that was captured under that address."""
        rows = self._rows(f"SELECT {_COLUMNS} {_FROM} WHERE p.url=?", url)
        return Entry(*rows[0]) if rows else None

    def states(self, url: str) -> list[State]:
        """Every state of a page, newest first."""
        rows = self._rows(
            "SELECT readable, stamp, captured FROM version WHERE url=? ORDER BY stamp DESC", url
        )
        return [State(*row) for row in rows]

    def with_address(self, text: str, *, limit: int, offset: int) -> Found:
        """Pages by an address: the captured one, the one that readers see, or the publisher's;
        whole, or its beginning. An article's id will do too."""
        key = address_key(text).rstrip("/")
        # Each by its own index; OR over three columns would read every page.
        matches = " UNION ".join(
            f"SELECT url FROM page WHERE {column}>=? AND {column}<?"
            for column in ("url_address", "page_address", "original_address")
        )
        matches += " UNION SELECT url FROM page WHERE id=?"
        values = (key, key + _LAST) * 3 if key else ("", "") * 3
        return self._matching(matches, (*values, text.strip()), limit, offset)

    def with_text(self, text: str, *, titles_only: bool, limit: int, offset: int) -> Found:
        """Pages by words in the title or the text, best match first."""
        terms = query(text)
        if not terms:
            return Found([], 0)
        if titles_only:
            terms = f"title : ({terms})"
        (total,) = self._rows(
            "SELECT count(*) FROM search s JOIN page p ON p.version=s.rowid WHERE search MATCH ?",
            terms,
        )[0]
        rows = self._rows(
            f"SELECT {_COLUMNS} FROM search s JOIN page p ON p.version=s.rowid"
            " JOIN version v ON v.id=p.version LEFT JOIN channel c ON c.name=p.channel"
            " WHERE search MATCH ? ORDER BY bm25(search, ?, 1.0), p.published DESC, p.url"
            " LIMIT ? OFFSET ?",
            *(terms, _TITLE_WEIGHT, limit, offset),
        )
        return Found([Entry(*row) for row in rows], int(total))

    def _matching(self, matches: str, values: tuple[Any, ...], limit: int, offset: int) -> Found:
        (total,) = self._rows(f"SELECT count(*) FROM ({matches})", *values)[0]
        rows = self._rows(
            f"SELECT {_COLUMNS} {_FROM} WHERE p.url IN ({matches})"
            " ORDER BY p.published DESC, p.url LIMIT ? OFFSET ?",
            *(*values, limit, offset),
        )
        return Found([Entry(*row) for row in rows], int(total))
