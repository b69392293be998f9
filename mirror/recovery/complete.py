"""What records say is acted upon, as the run that captured them would have done."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mirror import warc
from mirror.collection import MADE_ANEW, TORN
from mirror.extraction.ahead import ahead
from mirror.extraction.captured import capture_ref, stored_page
from mirror.extraction.extract import extract
from mirror.frontier import (
    DEAD,
    REDIRECTS,
    folder_of,
    kind_of,
    note_links,
    redirect_target,
)
from mirror.items import InvalidItem, encode
from mirror.layouts import ArticlePage, IndexPage, Page, Tombstone, Unknown
from mirror.ledger import UnreadFailure
from mirror.pipelines.store import store
from mirror.recovery.accounts import account_for
from mirror.recovery.files import warc_files
from mirror.recovery.lines import Lines
from mirror.recovery.pictures import PictureCompletion

if TYPE_CHECKING:
    from mirror.address import Address, Mirror
    from mirror.collection import Collection
    from mirror.extraction.extract import Reading
    from mirror.extraction.pool import ExtractorPool
    from mirror.items import GitRef
    from mirror.ledger import KnownPage, Outcome, RunRow, UnreadCapture
    from mirror.warc.capture import Capture

logger = logging.getLogger(__name__)

COMMIT_EVERY = 2000
"""Pages after which what has been done is made safe."""


@dataclass(slots=True)
class Completed:
    """What was made good."""

    pages: int = 0
    items: int = 0
    runs: tuple[str, ...] = ()
    """Runs that had been killed, and are accounted for now."""


async def complete(
    collection: Collection,
    mirror: Mirror,
    *,
    limit: int,
    extractor: ExtractorPool | None = None,
) -> Completed:
    """Act upon every capture that was not, in the order of the archive, and account for the runs
    that were killed.

    :param mirror: that the captures are of.
    :param limit: most bytes of a page, decoded.
    :param extractor: that reads pages in other processes.
    :raises OSError: the collection cannot be read or written.
    """
    # Items that are there although the ledger knows nothing of them stay.
    lines = Lines(collection) if collection.made_anew else None
    completion = _Completion(collection, mirror, limit, extractor, lines)
    if collection.ledger.captures.has_unread():
        for path in warc_files(collection.archive):
            await completion.file(path.name)
        collection.ledger.captures.forget_failures()
    if lines is not None:
        lines.close()
        collection.ledger.drop(MADE_ANEW)
    collection.ledger.drop(TORN)
    completion.done.runs = tuple(
        run.id
        for run in _unaccounted(collection)
        if account_for(collection, run, next_run=collection.run)
    )
    collection.sync_items()
    collection.ledger.commit()
    return completion.done


def _unaccounted(collection: Collection) -> list[RunRow]:
    """Runs that came to no end, and those without a summary since the last that has one; oldest
    first."""
    ledger = collection.ledger
    found = {run.id: run for run in ledger.unfinished_runs()}
    run = ledger.newest_run()
    while run is not None and not (collection.runs / f"{run.id}.json").exists():
        found[run.id] = run
        run = ledger.newest_run(before=run.id)
    found.pop(collection.run, None)
    return [found[run_id] for run_id in sorted(found)]


@dataclass(frozen=True, slots=True)
class _Page:
    """What a captured page says, and the commit that it came from."""

    reading: Reading
    git: GitRef | None


class _Completion:
    def __init__(
        self,
        collection: Collection,
        mirror: Mirror,
        limit: int,
        extractor: ExtractorPool | None,
        lines: Lines | None,
    ) -> None:
        self.collection = collection
        self.ledger = collection.ledger
        self.mirror = mirror
        self.done = Completed()
        self._limit = limit
        self._extractor = extractor
        self._lines = lines
        self._pictures = PictureCompletion(collection, limit)

    async def file(self, name: str) -> None:
        """All that a WARC file holds and nobody acted upon."""
        async for found, page in ahead(self.ledger.captures.unread(name), self._read):
            if isinstance(found, UnreadFailure):
                self._without_bytes(found)
                continue
            self._apply(found, page)
            self.done.pages += 1
            if self.done.pages % COMMIT_EVERY == 0:
                self.collection.sync_items()
                self.ledger.commit()

    async def _read(self, found: UnreadCapture | UnreadFailure) -> _Page | None:
        """What the page of a full capture says; ``None`` where there is nothing to be read."""
        if isinstance(found, UnreadFailure) or not found.capture.is_full:
            return None
        if found.capture.embedded_in is not None:
            return None
        capture = found.capture
        if self._has_line(capture):
            return None
        address = self.mirror.find(capture.url)
        if address is None:
            return None
        try:
            stored = stored_page(self.collection, capture, self._limit)
        except (OSError, ValueError) as error:
            # Not what its Content-Encoding says, as the run noted; or damaged, and had once more.
            logger.warning("%s: %s", capture.url, error)
            return None
        page = Page(address, stored.body)
        if self._extractor is None:
            return _Page(extract(page), stored.git)
        return _Page(await self._extractor.extract(page), stored.git)

    def _has_line(self, capture: Capture) -> bool:
        """Whether there is an item of a capture already, which need not be read again."""
        return self._lines is not None and self._lines.find(capture.record_id) is not None

    def _without_bytes(self, found: UnreadFailure) -> None:
        address = self.mirror.find(found.url)
        if found.embedded_in is not None:
            self._pictures.note(found.url, found.embedded_in)
        elif address is not None and self.ledger.pages.find(found.url) is None:
            kind = kind_of(address, None)
            self.ledger.pages.note(found.url, kind, folder_of(address), "")
        self.ledger.pages.end(
            found.url,
            found.run,
            found.outcome,
            reason=found.reason,
            status=found.status,
            looked=found.date,
            as_of=found.outcome != "failed",
        )

    def _apply(self, found: UnreadCapture, read: _Page | None) -> None:
        capture, run = found.capture, found.run
        if capture.embedded_in is not None:
            self._pictures.apply(capture, run)
            return
        address = self.mirror.find(capture.url)
        page = self._page(capture, address, read.reading if read is not None else None)
        if page is None or address is None:
            # robots.txt, or what the Git server says of itself: no page that was due.
            self.ledger.captures.mark_read(capture.url, capture.date)
            return
        if capture.type == "revisit" and not capture.is_full:
            self._unchanged(capture, run, page)
        elif capture.status in REDIRECTS:
            self._redirected(capture, run, page, address)
        elif capture.status in DEAD:
            self._end(capture, run, "dangling", f"status {capture.status}")
        else:
            self._full(capture, run, address, read)

    def _page(
        self, capture: Capture, address: Address | None, reading: Reading | None
    ) -> KnownPage | None:
        """The page that was captured, as the pages before it named it."""
        pages = self.ledger.pages
        page = pages.find(capture.url)
        if page is not None or address is None:
            return page
        kind = "article" if self._has_line(capture) else kind_of(address, reading)
        if kind == "other" and capture.status is not None:
            # Over HTTP only what was named is asked for: this is none of the mirror's pages.
            return None
        pages.note(capture.url, kind, folder_of(address), "")
        return pages.find(capture.url)

    def _unchanged(self, capture: Capture, run: str, page: KnownPage) -> None:
        """The page is what it was: so is what became of it."""
        if page.outcome in ("item", "index", "unknown"):
            self.ledger.pages.end(
                capture.url,
                run,
                page.outcome,
                reason=page.reason,
                status=capture.status,
                looked=capture.date,
            )
            return
        earlier = self.ledger.captures.latest(capture.url)
        address = self.mirror.find(capture.url)
        if earlier is None or address is None:
            self._end(capture, run, "failed", "status 304")
            return
        try:
            stored = stored_page(self.collection, earlier[0], self._limit)
        except (OSError, ValueError) as error:
            self._end(capture, run, "failed", f"archive: {error}")
            return
        self._full(*earlier, address, _Page(extract(Page(address, stored.body)), stored.git))

    def _redirected(self, capture: Capture, run: str, page: KnownPage, address: Address) -> None:
        try:
            location = self._location(capture)
        except (OSError, ValueError) as error:
            self._end(capture, run, "failed", f"archive: {error}")
            return
        target = redirect_target(address, location, self.ledger.pages)
        if isinstance(target, str):
            # What the run said of it is an event, which stands behind it.
            self.ledger.captures.mark_read(capture.url, capture.date)
            return
        self._end(capture, run, "redirect", f"to {target.url}")
        self.ledger.pages.note(target.url, page.kind, page.channel, capture.url)

    def _location(self, capture: Capture) -> bytes:
        record = warc.read_at(
            self.collection.archive / capture.warc, capture.offset, capture.length
        )
        return warc.parse_response(record.block).header(b"Location") or b""

    def _full(self, capture: Capture, run: str, address: Address, read: _Page | None) -> None:
        if self._lines is not None and (line := self._lines.find(capture.record_id)) is not None:
            self.ledger.put_item(capture.url, capture.date, *line)
            self._end(capture, run, "item")
            return
        match read and read.reading:
            case ArticlePage(article):
                article.capture = capture_ref(capture, run)
                article.git = read.git if read is not None else None
                try:
                    stored = store(article, encode(article), self.collection, run)
                except InvalidItem as error:
                    self._end(capture, run, "unknown", f"invalid item: {error}")
                    return
                self.done.items += stored.event != "unchanged"
                self._end(capture, run, "item")
            case IndexPage() as index:
                note_links(index, address, capture.date, self.ledger.pages)
                self._end(capture, run, "index", index.layout)
            case Tombstone(reason=reason) | Unknown(reason=reason):
                self._end(capture, run, "unknown", warc.safe_text(reason))
            case None:
                self.ledger.captures.mark_read(capture.url, capture.date)

    def _end(self, capture: Capture, run: str, outcome: Outcome, reason: str = "") -> None:
        self.ledger.pages.end(
            *(capture.url, run, outcome),
            reason=reason,
            status=capture.status,
            looked=capture.date,
            # Of a repository, an earlier state may come after a later one.
            as_of=capture.status is None,
        )
