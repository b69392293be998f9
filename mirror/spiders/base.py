"""What the spiders have in common, whatever way their pages come."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any, ClassVar

import scrapy

from mirror import warc
from mirror.address import Forge, Mirror, parse
from mirror.capture import origin_of
from mirror.collection import EXIT_USAGE, CollectionError, utc_now
from mirror.events import PageFailed, RefResolved
from mirror.extensions.findings import Findings
from mirror.extensions.recorder import CollectionRecorder
from mirror.extraction.extract import extract
from mirror.extraction.pool import ExtractorPool
from mirror.frontier import ROOT, note_links
from mirror.layouts import ArticlePage, IndexPage, Tombstone
from mirror.ledger import Ledger
from mirror.recovery import complete

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mirror.address import Address
    from mirror.collection import Collection
    from mirror.events import Event
    from mirror.extraction.extract import Reading
    from mirror.items import Article, CaptureRef, GitRef
    from mirror.layouts import Page
    from mirror.ledger import Outcome, PageKind

logger = logging.getLogger(__name__)


class MirrorSpider(scrapy.Spider):
    """One run over one mirror: reads pages and accounts for how each of them ended.

    Without a collection (``scrapy parse``, ``shell``, ``check``) nothing is kept: the ledger is
    one in memory.
    """

    described: ClassVar[Mapping[str, str]] = {}
    """What ``warcinfo`` says of its records besides."""
    extractors: int | None = None
    """Processes that read pages; ``None`` for one a processor."""

    def __init__(self, mirror: Mirror | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.mirror = mirror
        self.collection: Collection | None = None
        self.ledger = Ledger(":memory:")
        self.run = ""
        self.findings = Findings()
        self.extractor: ExtractorPool | None = None
        self.given: dict[str, str] = {}
        self.stopped = False

    def start_run(self, collection: Collection, mirror: Mirror) -> None:
        """Begin a run over `mirror` in a collection that was opened for it.

        :raises CollectionError: the collection is of another ref.
        """
        self.collection = collection
        self.ledger = collection.ledger
        ref = self.ledger.get("ref")
        if mirror.forge is Forge.PLAIN:
            # Has no refs in its addresses; of its repository one is remembered.
            pass
        elif mirror.ref is None and ref is not None:
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
            self.extractor = ExtractorPool(
                processes=self.extractors, timeout=self.settings.getfloat("EXTRACTION_TIMEOUT")
            )
        logger.info("Run %s of %s into %s", self.run, mirror.name, collection.folder)

    @property
    def now(self) -> datetime:
        """UTC, by the collection's clock."""
        return self.collection.now() if self.collection is not None else utc_now()

    @property
    def most_bytes(self) -> int:
        """Of a page, decoded."""
        return self.settings.getint("DOWNLOAD_MAXSIZE") or sys.maxsize

    async def make_good(self) -> None:
        """Complete what an earlier run captured and did not come to act upon.

        :raises OSError: the collection cannot be read or written.
        """
        if self.collection is None or self.mirror is None:
            return
        if self.mirror.git_url is not None and self.mirror.ref is None:
            # Killed before it knew its branch: nothing that it captured is a page.
            mirror = self.mirror.with_ref("HEAD")
        else:
            mirror = self.mirror
        done = await complete(
            self.collection,
            mirror,
            limit=self.most_bytes,
            extractor=self.extractor,
        )
        if done.runs or done.pages:
            self.findings.recovered = {
                "runs": list(done.runs),
                "pages": done.pages,
                "items": done.items,
            }
            logger.warning(
                "Made good what %s left: %d pages, %d of them new or changed articles",
                ", ".join(done.runs) or "earlier runs",
                done.pages,
                done.items,
            )

    def ref_resolved(self, ref: str) -> None:
        """Remember the branch that the mirror's pages are read at."""
        assert self.mirror is not None
        self.ledger.put("ref", ref)
        logger.info("Default branch of %s is %s", self.mirror.name, ref)
        if self.collection is not None:
            self.note(RefResolved(self.collection.now().strftime(warc.WARC_DATE), ref))

    def note(self, event: Event) -> None:
        """Have something written down that left no bytes."""
        recorder = self.crawler.get_extension(CollectionRecorder)
        if recorder is not None and recorder.failure is None:
            recorder.note(event.record())

    def stop(self) -> None:
        """Begin nothing more: the run is being closed. May be said more than once."""
        self.stopped = True

    async def end_walk(self) -> None:
        """Account for what the run captured and did not come to, and for what it knows of and had
        no reason to look at."""

    async def close_run(self) -> None:
        """Let go of the collection and of the extractor's process."""
        if self.extractor is not None:
            await self.extractor.close()
        if self.collection is not None:
            self.collection.close()

    async def read_page(
        self,
        page: Page,
        kind: PageKind,
        capture: CaptureRef | None,
        *,
        status: int | None,
        git: GitRef | None = None,
    ) -> Article | IndexPage | None:
        """What a page says; ``None`` for one that is not understood, which is noted as such.

        :param kind: what the page should be: articles are read by the extractor's process.
        :param capture: the record that holds its bytes.
        :param status: of the answer by which it was had.
        :param git: the commit and blob that it came from, if it did.
        """
        if self.extractor is not None and kind == "article":
            reading = await self.extractor.extract(page)
        else:
            reading = extract(page)
        return self.judge(reading, page.address, capture, status=status, git=git)

    def judge(
        self,
        reading: Reading,
        address: Address,
        capture: CaptureRef | None,
        *,
        status: int | None,
        git: GitRef | None = None,
    ) -> Article | IndexPage | None:
        """Act upon what a page says, as :meth:`read_page` does."""
        url = address.url
        date = capture.date if capture is not None else None
        if isinstance(reading, ArticlePage):
            reading.article.capture = capture
            reading.article.git = git
            return reading.article
        if isinstance(reading, IndexPage):
            # Before the page counts as done, so that no checkpoint knows it without its links.
            note_links(reading, address, date or "", self.ledger.pages)
            self.page_ended(url, "index", reading.layout, status, date=date)
            return reading
        if isinstance(reading, Tombstone):
            self.findings.moved_to = reading.target or reading.reason
        self.page_ended(url, "unknown", reading.reason, status, date=date)
        return None

    def page_ended(
        self,
        url: str,
        outcome: Outcome,
        reason: str,
        status: int | None,
        *,
        date: str | None = None,
    ) -> None:
        """Note how a page ended: its line in the summary, and the progress of the run.

        :param date: ``WARC-Date`` of the capture that tells it.
        """
        reason = warc.safe_text(reason)
        if self.collection is not None:
            self._note_end(self.collection, url, outcome, reason, status, date)
        stats = self.crawler.stats
        stats.inc_value("pages/done")
        if outcome in ("failed", "dangling", "unknown"):
            stats.inc_value("pages/failed")

    def _note_end(
        self,
        collection: Collection,
        url: str,
        outcome: Outcome,
        reason: str,
        status: int | None,
        date: str | None,
    ) -> None:
        """The mirror was asked for the page: what became of it is remembered."""
        looked = self.ledger.captures.last_date(url)
        if outcome == "failed" or looked is None:
            # The second capture of a URL in one second is dated a second later: still to come.
            looked = max(looked or "", collection.now().strftime(warc.WARC_DATE))
        if outcome == "failed":
            page = self.ledger.pages.find(url)
            part_of = page.found_on if page is not None and page.kind == "image" else None
            self.note(PageFailed(url, looked, reason, status, part_of))
        self.ledger.pages.end(url, self.run, outcome, reason=reason, status=status, looked=looked)

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
