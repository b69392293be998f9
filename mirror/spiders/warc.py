"""``scrapy crawl warc``: extracts a collection again from its archive, without any network."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mirror.collection import existing_collection
from mirror.extraction.ahead import ahead
from mirror.extraction.captured import capture_ref, stored_page
from mirror.items import Article
from mirror.layouts import Page
from mirror.recovery import mirror_of, open_collection
from mirror.spiders.archived import UNREADABLE
from mirror.spiders.arguments import ArgumentError, WarcArguments
from mirror.spiders.base import MirrorSpider

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from scrapy.crawler import Crawler

    from mirror.collection import Collection
    from mirror.ledger import CapturedPage, Outcome

logger = logging.getLogger(__name__)


class WarcSpider(MirrorSpider):
    """Reads the newest full capture of every page with today's code.

    Argument: ``collection`` (required). Articles that come out differently than their last item
    are written as items of a new run, which name the record that they were captured in.
    """

    name = "warc"

    def __init__(self, arguments: WarcArguments, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.arguments = arguments

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> WarcSpider:
        """Open the collection that is to be read.

        :raises ArgumentError: no such collection, or an argument is wrong.
        :raises CollectionError: the collection cannot be used.
        """
        kwargs.pop("_job", None)
        spider = super().from_crawler(crawler, WarcArguments.parse(kwargs), *args)
        spider.given = kwargs
        if crawler.settings.getbool("ARCHIVE_ENABLED"):
            spider.open_collection(Path(crawler.settings["OUTPUT_DIR"]))
        return spider

    def open_collection(self, output: Path) -> None:
        name = self.arguments.require_collection()
        existing_collection(output, name)
        collection = open_collection(output, name, None)
        try:
            mirror = mirror_of(collection)
        except ValueError as error:
            collection.close()
            raise ArgumentError(str(error)) from error
        self.start_run(collection, mirror)

    async def start(self) -> AsyncIterator[Article]:
        await self.make_good()
        async for _, article in ahead(self.ledger.captures.pages(), self._read):
            if self.stopped:
                return
            if article is not None:
                yield article

    async def _read(self, page: CapturedPage) -> Article | None:
        assert self.collection is not None
        capture = page.capture
        self.ledger.pages.due(capture.url)
        self.crawler.stats.inc_value("pages/known")
        try:
            stored = stored_page(self.collection, capture, self.most_bytes)
        except (OSError, ValueError) as error:
            logger.error("%s: %s", capture.url, error)
            self.page_ended(capture.url, "failed", f"{UNREADABLE}{error}", capture.status)
            return None
        ref = capture_ref(capture, page.run)
        address = self.address_of(capture.url)
        found = await self.read_page(
            Page(address, stored.body), page.kind, ref, status=capture.status, git=stored.git
        )
        return found if isinstance(found, Article) else None

    def _note_end(
        self,
        collection: Collection,
        url: str,
        outcome: Outcome,
        reason: str,
        status: int | None,
        date: str | None,
    ) -> None:
        """Nobody was asked: what a page is may be corrected, and not when it was looked at."""
        if outcome != "failed":
            self.ledger.pages.reread(url, outcome, reason)
        self.ledger.pages.judged(url, outcome, reason=reason, status=status)
