"""A collection read once: its items, then every record of its archive."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mirror import layouts, warc
from mirror.address import mirror_named
from mirror.export.lines import read_lines
from mirror.extraction.extract import extract
from mirror.frontier import fetchable
from mirror.items import InvalidItem, decode
from mirror.warc.capture import EMBEDDED_IN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mirror.address import Address, Mirror
    from mirror.export.lines import RunFile
    from mirror.packing.catalogue import Catalogue
    from mirror.packing.selection import Selection
    from mirror.warc import Record, StoredRecord

    Progress = Callable[[int], object]

_BATCH = 1000
_ANSWERS = ("response", "revisit", "resource")


@dataclass(slots=True)
class Reading:
    """What reading found, besides what stands in the catalogue."""

    bad_lines: int = 0
    """Lines of ``items/`` that are no items."""
    excluded: set[str] = field(default_factory=set)
    """URLs of captures that the exclusion list names."""
    channels: set[str] = field(default_factory=set)
    runs: set[str] = field(default_factory=set)
    mirror: str = ""


def read_items(
    files: list[RunFile],
    catalogue: Catalogue,
    selection: Selection,
    found: Reading,
    progress: Progress,
) -> None:
    """Note every article by the record that it was read from; a later reading of it counts."""
    excludes = selection.exclusions.excludes
    for number, file in enumerate(files):
        articles: list[tuple[Any, ...]] = []
        pages: list[tuple[Any, ...]] = []
        pictures: list[tuple[Any, ...]] = []
        for line in read_lines(file):
            progress(len(line.data) + 1)
            try:
                item = decode(line.data)
            except InvalidItem:
                found.bad_lines += 1
                continue
            if item.capture is None:
                found.bad_lines += 1
                continue
            found.channels.add(item.channel)
            excluded = excludes(
                url=item.url, page_url=item.page_url, original_url=item.original_url, id=item.id
            )
            place = (number, line.offset, len(line.data))
            articles.append((item.capture.record_id, item.url, item.published or "", *place))
            pages.append((item.url, item.channel, excluded))
            pictures += [(url, item.url) for image in item.images if (url := fetchable(image.url))]
            if len(pages) == _BATCH:
                _note(catalogue, articles, pages, pictures)
        _note(catalogue, articles, pages, pictures)


def _note(
    catalogue: Catalogue,
    articles: list[tuple[Any, ...]],
    pages: list[tuple[Any, ...]],
    pictures: list[tuple[Any, ...]],
) -> None:
    catalogue.add("article", articles)
    catalogue.add("picture", pictures)
    # What any state of a page is excluded for excludes them all.
    catalogue.db.executemany(
        "INSERT INTO page VALUES (?, ?, ?) ON CONFLICT DO UPDATE"
        " SET channel=excluded.channel, excluded=max(page.excluded, excluded.excluded)",
        pages,
    )
    for rows in (articles, pages, pictures):
        rows.clear()


class ArchiveReader:
    """Reads WARC files into the catalogue, and says of each record whether it is wanted."""

    def __init__(
        self, catalogue: Catalogue, selection: Selection, found: Reading, *, limit: int
    ) -> None:
        self.catalogue = catalogue
        self.selection = selection
        self.found = found
        self._limit = limit
        self._runs: dict[str, str] = {}
        self._refs: tuple[str, ...] = ()
        self._mirror: Mirror | None = None
        self._count = 0

    def read(self, number: int, path: Path, progress: Progress) -> None:
        """Note every record of a file.

        :raises BadWarc: the file is damaged.
        :raises OSError: the file cannot be read.
        """
        rows = []
        for stored in warc.read_records(path):
            rows.append(self._row(number, stored))
            progress(stored.location.length)
            if len(rows) == _BATCH:
                self.catalogue.add("record", rows)
                rows = []
        self.catalogue.add("record", rows)

    def _row(self, number: int, stored: StoredRecord) -> tuple[object, ...]:
        record, place = stored.record, stored.location
        kind, url = record.type, record.target_uri or ""
        info = record.get("WARC-Warcinfo-ID") or ""
        keep = False
        if kind == "warcinfo":
            self._begin(record)
        elif self.selection.span.holds(self._runs.get(info, "")):
            keep = self._wants(record, url)
        elif kind in _ANSWERS:
            # Another run's revisit may need it, and then its page has to be known.
            self._wants(record, url)
        self._count += 1
        return (
            self._count,
            number,
            place.offset,
            place.length,
            kind,
            record.record_id,
            info,
            record.get("WARC-Concurrent-To"),
            record.get("WARC-Refers-To") if kind == "revisit" else None,
            url,
            record.date,
            warc.cdxj_line(record, place),
            keep,
        )

    def _begin(self, record: Record) -> None:
        fields = dict(_fields(record))
        run = fields.get("run", "")
        self._runs[record.record_id] = run
        self.found.runs.add(run)
        self.found.mirror = fields.get("mirror", "") or self.found.mirror
        if (ref := fields.get("ref")) and ref not in self._refs:
            self._refs = (*self._refs, ref)

    def _wants(self, record: Record, url: str) -> bool:
        if (page := record.get(EMBEDDED_IN)) is not None:
            return self._wants_picture(url, page)
        known = self.catalogue.db.execute(
            "SELECT channel, excluded FROM page WHERE url=?", (url,)
        ).fetchone()
        if known is not None:
            channel, excluded = known
        else:
            channel, excluded = self._index_channel(record, url), False
        if excluded or self.selection.exclusions.excludes_url(url):
            self.found.excluded.add(url)
            return False
        if channel is not None:
            wanted = self.selection.channels
            return not wanted or not channel or channel in wanted
        return self.selection.wants_url(url, self.found.channels)

    def _wants_picture(self, url: str, page: str) -> bool:
        """A picture goes where one of the articles goes that name it.

        :param page: that it was fetched for; a redirect from there may have led to it.
        """
        named = list(
            self.catalogue.ask(
                "SELECT channel, excluded FROM page WHERE url IN"
                " (SELECT page FROM picture WHERE url=? UNION SELECT ?)",
                url,
                page,
            )
        )
        shown = [channel for channel, excluded in named if not excluded]
        if (named and not shown) or self.selection.exclusions.excludes_url(url):
            self.found.excluded.add(url)
            return False
        if not named:
            # Of an article of which no item tells: it goes where that goes.
            return self.selection.wants_url(page, self.found.channels)
        wanted = self.selection.channels
        return not wanted or not wanted.isdisjoint(shown)

    def _index_channel(self, record: Record, url: str) -> str | None:
        """The channel of an index page, ``""`` of the front page; ``None`` for all else."""
        if record.type not in ("response", "resource"):
            return None
        body = _page_body(record, self._limit)
        address = self._address(url) if body else None
        if address is None:
            return None
        page = extract(layouts.Page(address, body))
        if not isinstance(page, layouts.IndexPage):
            return None
        self.found.channels.update({page.channel} - {""})
        root = page.kind == "root"
        row = (record.record_id, url, page.channel, page.title, root)
        self.catalogue.add("index_page", [row])
        return "" if root else page.channel

    def _address(self, url: str) -> Address | None:
        """The page of the mirror that is captured under `url`."""
        address = self._mirror.find(url, self._refs) if self._mirror else None
        if address is None or address.url != url:
            try:
                self._mirror = mirror_named(self.found.mirror, url, self._refs)
            except ValueError:
                return None
            address = self._mirror.find(url, self._refs)
        return address if address and address.url == url else None


def _fields(record: Record) -> Iterator[tuple[str, str]]:
    for line in record.block.decode("utf-8", "replace").split("\r\n"):
        name, _, value = line.partition(":")
        yield name.strip(), value.strip()


def _page_body(record: Record, limit: int) -> bytes:
    """A page as its server meant it; ``b""`` where there is none that can be read."""
    if record.type == "resource":
        return record.block
    try:
        response = warc.parse_response(record.block)
        if response.status != 200:
            return b""
        codings = b", ".join(
            value for name, value in response.fields if name.lower() == b"content-encoding"
        )
        return warc.decoded(warc.payload(record.block, response), codings, limit=limit)
    except (warc.MalformedMessage, warc.BadEncoding, warc.BodyTooLarge):
        return b""
