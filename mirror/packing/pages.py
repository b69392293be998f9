"""The page lists of a package: ``pages/pages.jsonl`` and ``pages/extraPages.jsonl``.

The first has every article with its whole text. The second has the index pages, and is what
ReplayWeb.page searches: where it exists, its search reads nothing else, and of it the first
mebibyte as it is packed. One line that is cut there, and the search finds nothing at all. So the
articles are in it once more, with a text made for that search (:mod:`mirror.packing.grams`), the
newest first, as much of each as there is room for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from mirror.packing.grams import Terms, text_pieces, title_pieces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mirror.export.lines import LineReader
    from mirror.packing.catalogue import Catalogue
    from mirror.warc.wacz.writer import Member

PAGES = "pages/pages.jsonl"
EXTRA_PAGES = "pages/extraPages.jsonl"
SEARCHED = 1024 * 1024
"""Packed bytes that ReplayWeb.page 2.4 reads of the list that it searches."""
_SPARE = 4096
_FLUSH = 32 * 1024
"""Bytes of lines after which the packed size is looked at."""
_FIRST_RATIO = 0.5

_JOINED = "FROM article a JOIN record r ON r.id=a.record"
_KEPT = "WHERE r.keep AND r.kind IN ('response', 'revisit', 'resource')"
ARTICLES = f"{_JOINED} {_KEPT}"
_SHOWN = f"{_JOINED} LEFT JOIN readable p ON p.record=a.record {_KEPT}"
_INDEX_PAGES = """
    FROM index_page i JOIN record r ON r.id=i.record WHERE r.keep
"""


@dataclass(frozen=True, slots=True)
class Lists:
    """How many pages went into the lists."""

    articles: int
    index_pages: int
    searched: int
    """Articles that the search of ReplayWeb.page finds."""


@dataclass(frozen=True, slots=True)
class _Text:
    title: str
    text: str
    published: str | None
    original_url: str


_DECODER = msgspec.json.Decoder(_Text)


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """An article as it was at one capture."""

    id: str
    url: str
    """Where a reader finds it: of its readable page, where it has one, else of its capture."""
    ts: str
    capture_url: str
    item: _Text


def count(catalogue: Catalogue) -> tuple[int, int]:
    """Number of articles that go in, and bytes of their items."""
    return (
        catalogue.value(f"SELECT count(*) {ARTICLES}"),
        catalogue.value(f"SELECT coalesce(sum(a.size), 0) {ARTICLES}"),
    )


def articles(catalogue: Catalogue, lines: LineReader) -> Iterator[ArticlePage]:
    """Those that go in, the newest first."""
    for record, shown, at, url, date, file, start, size in catalogue.ask(
        "SELECT a.record, p.url, p.date, a.url, r.date, a.file, a.start, a.size"
        f" {_SHOWN} ORDER BY a.published DESC, a.url, r.date, r.n"
    ):
        item = _DECODER.decode(lines.read(file, start, size))
        yield ArticlePage(_id_of(record), shown or url, at or date, url, item)


def write_pages(catalogue: Catalogue, lines: LineReader, member: Member) -> None:
    """Every article: where, when, its title and its text as it is."""
    _write(member, _header("pages", "Articles"))
    for page in articles(catalogue, lines):
        entry = {"id": page.id, "url": page.url, "ts": page.ts, "title": page.item.title}
        entry |= {"text": page.item.text}
        if page.item.published:
            entry["published"] = page.item.published
        if page.item.original_url:
            entry["originalUrl"] = page.item.original_url
        if page.capture_url != page.url:
            entry["captureUrl"] = page.capture_url
        _write(member, entry)


def write_extra_pages(catalogue: Catalogue, lines: LineReader, member: Member) -> Lists:
    """Index pages, then articles as they are searched, as many as there is room for."""
    total, _ = count(catalogue)
    _write(member, _header("extra", "Index pages, and all pages as they are searched"))
    room = _Room(member)
    shown = _write_index_pages(catalogue, member, room)
    searched = 0
    terms = Terms()
    for page in articles(catalogue, lines):
        terms.add(page.item.title)
    for page in articles(catalogue, lines):
        line = _search_line(page, terms, room.share(total - searched))
        if not room.has(len(line)):
            break
        member.write(line)
        searched += 1
    return Lists(articles=total, index_pages=shown, searched=searched)


def _write_index_pages(catalogue: Catalogue, member: Member, room: _Room) -> int:
    """The newest capture of each; half of the room is left to the articles."""
    shown = 0
    for record, url, date, title, _ in catalogue.ask(
        f"SELECT i.record, i.url, r.date, i.title, max(r.n) {_INDEX_PAGES}"
        " GROUP BY i.url ORDER BY i.root DESC, i.channel, i.url"
    ):
        line = _line({"id": _id_of(record), "url": url, "ts": date, "title": title or url})
        if not room.has(len(line), part=0.5):
            break
        member.write(line)
        shown += 1
    return shown


class _Room:
    """How much more can be written before the searched part of a list is full."""

    def __init__(self, member: Member) -> None:
        self._member = member
        self._counted = member.size
        """Bytes up to which the packed size is known."""
        self._packed = 0

    def has(self, size: int, part: float = 1.0) -> bool:
        """Whether a line of that many bytes fits, however badly it packs."""
        if self._member.size - self._counted + size > _FLUSH:
            self._look()
        waiting = self._member.size - self._counted
        return self._packed + waiting + size <= part * SEARCHED - _SPARE

    def share(self, pages: int) -> int:
        """Bytes, before they are packed, that each of so many pages may have."""
        ratio = self._packed / self._counted if self._packed else _FIRST_RATIO
        waiting = (self._member.size - self._counted) * ratio
        left = SEARCHED - _SPARE - _FLUSH - self._packed - waiting
        return max(0, int(left / max(ratio, 0.05) / max(pages, 1)))

    def _look(self) -> None:
        self._member.flush()
        self._packed, self._counted = self._member.packed, self._member.size


def _search_line(page: ArticlePage, terms: Terms, share: int) -> bytes:
    """A line of about `share` bytes at most, but with what its title is found by in any case.

    A text that fits whole stands first, so that the place found can be shown.
    """
    item = page.item
    entry = {"url": page.url, "ts": page.ts, "title": item.title}
    needed = terms.needed(item.title)
    room = share - len(_line(entry)) - 12 - sum(len(piece.encode()) + 1 for piece in needed)
    whole = len(item.text.encode()) + 1
    pieces = dict.fromkeys(needed)
    if room > 3 * whole:
        pieces = {item.text: None, **pieces}
        room -= whole
    for piece in _wished(item):
        if piece not in pieces:
            room -= len(piece.encode()) + 1
            if room < 0:
                break
            pieces[piece] = None
    return _line({**entry, "text": " ".join(pieces)})


def _wished(item: _Text) -> Iterator[str]:
    """What an article is found by, the best first. A text is cut up only where there is room."""
    yield from title_pieces(item.title)
    yield from text_pieces(item.text)


def _header(id_: str, title: str) -> dict[str, object]:
    return {"format": "json-pages-1.0", "id": id_, "title": title, "hasText": True}


def _write(member: Member, entry: dict[str, object] | dict[str, str]) -> None:
    member.write(_line(entry))


def _line(entry: dict[str, object] | dict[str, str]) -> bytes:
    return msgspec.json.encode(entry) + b"\n"


def _id_of(record: str) -> str:
    return record.strip("<>").rpartition(":")[2]
