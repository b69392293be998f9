"""What the spiders have in common, whatever way their pages come."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import scrapy

from mirror.address import Forge, Mirror, parse
from mirror.capture import origin_of
from mirror.collection import EXIT_USAGE, CollectionError
from mirror.extensions.findings import Findings
from mirror.extraction import Extractor, extract
from mirror.items import CaptureRef
from mirror.layouts import ArticlePage, IndexPage, Tombstone
from mirror.ledger import Ledger

if TYPE_CHECKING:
    from mirror.address import Address
    from mirror.collection import Collection
    from mirror.items import Article
    from mirror.layouts import Page
    from mirror.ledger import Outcome, PageKind
    from mirror.warc.capture import Capture

logger = logging.getLogger(__name__)

ROOT = "README.md"
"""The page that a mirror's readers begin with."""


class MirrorSpider(scrapy.Spider):
    """One run over one mirror: reads pages and accounts for how each of them ended.

    Without a collection (``scrapy parse``, ``shell``, ``check``) nothing is kept: the ledger is
    one in memory.
    """

    def __init__(self, mirror: Mirror | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.mirror = mirror
        self.collection: Collection | None = None
        self.ledger = Ledger(":memory:")
        self.run = ""
        self.findings = Findings()
        self.extractor: Extractor | None = None
        self.given: dict[str, str] = {}

    def start_run(self, collection: Collection, mirror: Mirror) -> None:
        """Begin a run over `mirror` in a collection that was opened for it.

        :raises CollectionError: the collection is of another ref.
        """
        self.collection = collection
        self.ledger = collection.ledger
        ref = self.ledger.get("ref")
        if mirror.ref is None and ref is not None:
            mirror = mirror.with_ref(ref)
        elif mirror.ref is not None and ref is None:
            self.ledger.put("ref", mirror.ref)
        elif mirror.ref != ref:
            collection.close()
            raise CollectionError(
                f'collection "{collection.name}" is of the ref {ref}, not of {mirror.ref}; '
                "give another one with -a collection=NAME",
                EXIT_USAGE,
            )
        self.mirror = mirror
        self.run = collection.start_run(self.name)
        if self.settings.getbool("EXTRACTION_PROCESS"):
            self.extractor = Extractor(timeout=self.settings.getfloat("EXTRACTION_TIMEOUT"))
        logger.info("Run %s of %s into %s", self.run, mirror.name, collection.folder)

    async def close_run(self) -> None:
        """Let go of the collection and of the extractor's process."""
        if self.extractor is not None:
            await self.extractor.close()
        if self.collection is not None:
            self.collection.close()

    async def read_page(
        self, page: Page, kind: PageKind, capture: CaptureRef | None
    ) -> Article | IndexPage | None:
        """What a page says; ``None`` for one that is not understood, which is noted as such.

        :param kind: what the page should be: articles are read by the extractor's process.
        """
        status = capture.status if capture is not None else None
        if self.extractor is not None and kind == "article":
            reading = await self.extractor.extract(page)
        else:
            reading = extract(page)
        if isinstance(reading, ArticlePage):
            reading.article.capture = capture
            return reading.article
        if isinstance(reading, IndexPage):
            self.page_ended(page.address.url, "index", reading.layout, status)
            return reading
        if isinstance(reading, Tombstone):
            self.findings.moved_to = reading.target or reading.reason
        self.page_ended(page.address.url, "unknown", reading.reason, status)
        return None

    def page_ended(self, url: str, outcome: Outcome, reason: str, status: int | None) -> None:
        """Note how a page ended: its line in the summary, and the progress of the run."""
        self.ledger.end_page(url, self.run, outcome, reason=reason, status=status)
        stats = self.crawler.stats
        stats.inc_value("pages/done")
        if outcome in ("failed", "dangling", "unknown"):
            stats.inc_value("pages/failed")

    def address_of(self, url: str) -> Address:
        """The address of a page given by its URL alone, as ``scrapy parse`` does."""
        if self.mirror is not None and (found := self.mirror.find(url)) is not None:
            return found
        try:
            return parse(url)
        except ValueError:
            plain = Mirror(forge=Forge.PLAIN, base=f"{origin_of(url)}/")
            found = plain.find(url)
            return found if found is not None else plain.at(ROOT)


def capture_ref(capture: Capture, run: str) -> CaptureRef:
    """What an item says of the record that it came from."""
    return CaptureRef(
        date=capture.date,
        run=run,
        warc=capture.warc,
        offset=capture.offset,
        length=capture.length,
        record_id=capture.record_id,
        payload_digest=capture.payload_digest,
        status=capture.status,
    )
