"""The recorder of a collection: every capture is known to its ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.exceptions import NotConfigured

from mirror.capture import Recorder, warcinfo_fields
from mirror.frontier import says_something
from mirror.warc import WarcWriter

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from mirror.collection import Collection
    from mirror.warc.capture import Capture


class CollectionRecorder(Recorder):
    """Records into the collection that the spider opened; does nothing without one."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CollectionRecorder:
        collection: Collection | None = getattr(crawler.spider, "collection", None)
        if collection is None:
            raise NotConfigured
        settings = crawler.settings
        ref = collection.ledger.get("ref")
        writer = WarcWriter(
            collection.archive,
            collection.name,
            info=warcinfo_fields(
                crawler,
                isPartOf=collection.name,
                mirror=collection.ledger.get("mirror") or "",
                run=collection.run,
                spider=crawler.spider.name if crawler.spider is not None else "",
                **({"ref": ref} if ref else {}),
                **getattr(crawler.spider, "described", {}),
            ),
            max_size=settings.getint("WARC_MAX_SIZE"),
            resume_size=settings.getint("WARC_RESUME_SIZE"),
            now=collection.now,
            whole=collection.ledger.safe_lengths(),
        )
        return cls(crawler, writer, collection)

    def __init__(self, crawler: Crawler, writer: WarcWriter, collection: Collection) -> None:
        self.collection = collection
        super().__init__(crawler, writer)
        self._first_run = collection.ledger.captures.newest_date() is None

    def last_date(self, url: str) -> str | None:
        return self.collection.ledger.captures.last_date(url)

    def newest_date(self) -> str | None:
        return self.collection.ledger.captures.newest_date()

    def latest(self, url: str) -> Capture | None:
        if self._first_run:
            return None
        captures = self.collection.ledger.captures
        found = captures.latest(url)
        if found is None:
            return None
        # A revisit refers to the record that has the bytes, and not to another revisit.
        if found[0].type == "revisit":
            return captures.holding(found[0].record_digest or "")
        return found[0]

    def same_payload(self, digest: str) -> Capture | None:
        return self.collection.ledger.captures.holding(digest)

    def recorded(self, capture: Capture) -> None:
        # What is no page that is due (robots.txt, what led to it) has nothing to be acted upon.
        ledger = self.collection.ledger
        unread = says_something(capture) and ledger.pages.is_due(capture.url)
        ledger.captures.add(capture, self.collection.run, unread=unread)
