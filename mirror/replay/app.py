"""The start page as a WSGI application (PEP 3333), and the rules for what pywb answers."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from mirror.derived.catalogue import Catalogue, Found
from mirror.render.policy import SERVED_POLICY
from mirror.replay.captures import captures
from mirror.replay.look import STYLE
from mirror.replay.policy import CAPTURE_POLICY, START_POLICY
from mirror.replay.snippets import Snippets
from mirror.replay.standin import with_stand_in
from mirror.replay.startpage import (
    ARTICLE_PATH,
    PER_PAGE,
    SCOPES,
    STYLE_PATH,
    Listing,
    Site,
    article_page,
    list_page,
    message_page,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from mirror.derived.catalogue import Entry

MOST_PAGES = 10_000
_LOOPBACK = re.compile(r"(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?", re.IGNORECASE)
_OF_PYWB = re.compile(r"/(?:static/|[^/]+/(?:\d*\*/|timemap/|cdx$))")
"""Pages and lists of pywb's own, which need its scripts."""
_ADDRESS = re.compile(r"https?://|www\.|[\w-]+(?:\.[\w-]+)+(?::\d+)?/|[a-z]*\d{4,}$", re.IGNORECASE)

Headers = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a collection stands."""

    collection: str
    indexes: Path
    items: Path
    catalogue: Path


class StartPage:
    """Answers ``/`` and ``/-/…`` itself, and hands everything else to pywb.

    :param replay: pywb.
    """

    def __init__(self, place: Place, replay: WSGIApplication) -> None:
        self.place = place
        self.catalogue = Catalogue(place.catalogue)
        self.snippets = Snippets(place.items)
        self._replay = replay
        self._originals = f"/{place.collection}-originals/"
        self._captures = f"/{place.collection}/"

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        body = self._answer(environ, start)
        if environ.get("REQUEST_METHOD") != "HEAD":
            return body
        close = getattr(body, "close", None)
        if close is not None:
            close()
        return []

    def _answer(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        path = str(environ.get("PATH_INFO", ""))
        if not _LOOPBACK.fullmatch(str(environ.get("HTTP_HOST", ""))):
            # A page elsewhere whose name was made to lead here (DNS rebinding) could read it all.
            return _answer(
                start, "421 Misdirected Request", "This archive answers on loopback only."
            )
        if environ.get("REQUEST_METHOD") not in ("GET", "HEAD"):
            return _answer(start, "405 Method Not Allowed", "This archive can only be read.")
        if path in (self._originals, self._captures):
            start("302 Found", [("Location", "/"), ("Content-Length", "0")])
            return []
        if path == STYLE_PATH:
            return _answer(start, "200 OK", STYLE, "text/css")
        if path in ("/", ARTICLE_PATH):
            return self._own(environ, start, path)
        if path.startswith(self._originals):
            # pywb takes a referrer for a hint where a relative address may have led, and redirects.
            environ.pop("HTTP_REFERER", None)
            if environ.get("HTTP_SEC_FETCH_DEST") == "image":
                return with_stand_in(self._replay, environ, self._guarded(start, path))
        return self._replay(environ, self._guarded(start, path))

    # Ours

    def _own(self, environ: WSGIEnvironment, start: StartResponse, path: str) -> Iterable[bytes]:
        asked = parse_qs(str(environ.get("QUERY_STRING", "")), errors="replace", max_num_fields=20)
        given = {name: values[-1] for name, values in asked.items()}
        try:
            site = Site(self.place.collection, self.catalogue.mirror(), self.catalogue.channels())
            if path == ARTICLE_PATH:
                status, page = self._article(site, given.get("url", ""))
            else:
                status, page = "200 OK", self._list(site, given)
        except sqlite3.Error as error:
            return _answer(
                start, "503 Service Unavailable", f"The catalogue cannot be read: {error}"
            )
        return _answer(start, status, page, "text/html")

    def _list(self, site: Site, given: dict[str, str]) -> str:
        query = given.get("q", "").strip()
        scope = given.get("in", "text") if given.get("in") in SCOPES else "text"
        channel = given.get("channel")
        number = given.get("page", "1")
        page = min(int(number), MOST_PAGES) if number.isascii() and number.isdigit() else 1
        page = max(page, 1)
        found = self._found(query, scope, channel, (page - 1) * PER_PAGE)
        listing = Listing(found.entries, found.total, page, channel, query, scope)
        return list_page(site, listing, self._count, self._passage(query))

    def _found(self, query: str, scope: str, channel: str | None, offset: int) -> Found:
        where = {"limit": PER_PAGE, "offset": offset}
        if not query:
            return self.catalogue.articles(channel, **where)
        # Who pastes an address means an address, whatever the field beside it says.
        if scope == "url" or _ADDRESS.match(query):
            found = self.catalogue.with_address(query, **where)
            if found.total or scope == "url":
                return found
        return self.catalogue.with_text(query, titles_only=scope == "title", **where)

    def _article(self, site: Site, url: str) -> tuple[str, str]:
        entry = self.catalogue.entry(url)
        if entry is None:
            text = "No article page of this collection was captured under that address."
            return "404 Not Found", message_page(site, "Not in this archive", text)
        lines = captures(self.place.indexes, entry.capture_key, url)
        return "200 OK", article_page(site, entry, lines, self.catalogue.states(url))

    def _count(self, entry: Entry) -> int:
        return len(captures(self.place.indexes, entry.capture_key, entry.url))

    def _passage(self, query: str) -> Callable[[Entry], str]:
        if not query:
            return lambda _: ""
        return lambda entry: self.snippets.marked(entry, query)

    # pywb's

    def _guarded(self, start: StartResponse, path: str) -> StartResponse:
        """`start` for an answer of pywb: with the policy of the collection that it is from."""
        if _OF_PYWB.match(path):
            return start
        readable = path.startswith(self._originals)

        def begin(status: str, headers: Headers, error: Any = None) -> Callable[[bytes], object]:
            names = {name.lower() for name, _ in headers}
            if readable:
                headers = [each for each in headers if each[0].lower() != _POLICY.lower()]
                headers += [
                    (_POLICY, SERVED_POLICY),
                    ("X-Content-Type-Options", "nosniff"),
                    ("Referrer-Policy", "no-referrer"),
                ]
            elif _POLICY.lower() not in names:
                headers = [*headers, (_POLICY, CAPTURE_POLICY)]
            return start(status, headers, error)

        return begin


_POLICY = "Content-Security-Policy"


def _answer(
    start: StartResponse, status: str, text: str, kind: str = "text/plain"
) -> Iterable[bytes]:
    body = text.encode("utf-8", "replace")
    start(
        status,
        [
            ("Content-Type", f"{kind}; charset=utf-8"),
            ("Content-Length", str(len(body))),
            (_POLICY, START_POLICY),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
            ("Cache-Control", "no-store"),
        ],
    )
    return [body]
