"""``scrapy crawl warc``: extracts a collection again from its archive, without any network."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mirror import warc
from mirror.address import mirror_named
from mirror.collection import Collection, existing_collection
from mirror.items import Article
from mirror.layouts import Page
from mirror.spiders.arguments import ArgumentError, WarcArguments
from mirror.spiders.base import MirrorSpider, capture_ref

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from scrapy.crawler import Crawler

    from mirror.ledger import CapturedPage

logger = logging.getLogger(__name__)

READ_AHEAD = 64
"""Pages given to the extractor before the first of them is waited for."""


class WarcSpider(MirrorSpider):
    """Reads the newest full capture of every page with today's code.

    Argument: ``collection`` (required). Articles that come out differently than their last item
    are written as items of a new run, which name the record that they were captured in.
    """

    name = "warc"

    def __init__(self, arguments: WarcArguments, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.arguments = arguments
        self._maxsize = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> WarcSpider:
        """Open the collection that is to be read.

        :raises ArgumentError: no such collection, or an argument is wrong.
        :raises CollectionError: the collection cannot be used.
        """
        kwargs.pop("_job", None)
        spider = super().from_crawler(crawler, WarcArguments.parse(kwargs), *args)
        spider.given = kwargs
        spider._maxsize = crawler.settings.getint("DOWNLOAD_MAXSIZE")
        if crawler.settings.getbool("ARCHIVE_ENABLED"):
            spider.open_collection(Path(crawler.settings["OUTPUT_DIR"]))
        return spider

    def open_collection(self, output: Path) -> None:
        name = self.arguments.require_collection()
        existing_collection(output, name)
        collection = Collection(output, name, None)
        ledger = collection.ledger
        mirror, page = ledger.get("mirror"), next(ledger.captured_pages(), None)
        if mirror is None or page is None:
            collection.close()
            raise ArgumentError(f"collection {name!r} has no captures yet")
        refs = filter(None, [ledger.get("ref")])
        self.start_run(collection, mirror_named(mirror, page.capture.url, list(refs)))

    async def start(self) -> AsyncIterator[Article]:
        reading: deque[asyncio.Task[Article | None]] = deque()
        for page in self.ledger.captured_pages():
            reading.append(asyncio.ensure_future(self._read(page)))
            if len(reading) >= READ_AHEAD:
                article = await reading.popleft()
                if article is not None:
                    yield article
        while reading:
            article = await reading.popleft()
            if article is not None:
                yield article

    async def _read(self, page: CapturedPage) -> Article | None:
        assert self.collection is not None
        capture = page.capture
        self.ledger.discover(capture.url, page.kind, page.channel, page.found_on, self.run)
        self.crawler.stats.inc_value("pages/known")
        try:
            body = self._body(self.collection.archive / capture.warc, page)
        except (OSError, ValueError) as error:
            logger.error("%s: %s", capture.url, error)
            self.page_ended(capture.url, "failed", f"archive: {error}", capture.status)
            return None
        ref = capture_ref(capture, page.run)
        address = self.address_of(capture.url)
        found = await self.read_page(Page(address, body), page.kind, ref)
        return found if isinstance(found, Article) else None

    def _body(self, path: Path, page: CapturedPage) -> bytes:
        """The page's bytes, transfer and content coding undone.

        :raises OSError, ValueError: the record cannot be read, or is not what the ledger says.
        """
        record = warc.read_at(path, page.capture.offset, page.capture.length)
        if record.record_id != page.capture.record_id:
            raise ValueError(f"{path.name} has another record at {page.capture.offset}")
        parsed = warc.parse_response(record.block)
        body = warc.payload(record.block, parsed)
        return warc.decoded(body, parsed.header(b"Content-Encoding"), limit=self._maxsize)
