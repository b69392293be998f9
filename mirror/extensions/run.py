"""Carries a run from its first checkpoint to its summary and exit status."""

from __future__ import annotations

import asyncio
import logging
import signal
import sqlite3
import threading
from typing import TYPE_CHECKING, Any, Protocol, cast

from scrapy import signals
from scrapy.exceptions import CloseSpider, NotConfigured

from mirror.capture import ArchiveUnwritable
from mirror.events import RunEnded
from mirror.extensions.exit_status import ERROR, UNWRITABLE, exit_status
from mirror.extensions.recorder import CollectionRecorder
from mirror.extensions.summary import build_summary, facts_of
from mirror.warc import WARC_DATE

if TYPE_CHECKING:
    from datetime import datetime
    from types import FrameType

    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from mirror.collection import Collection
    from mirror.extensions.findings import Findings
    from mirror.items import Article
    from mirror.ledger import Outcome

logger = logging.getLogger(__name__)

DISK_ERRORS = (OSError, sqlite3.OperationalError, sqlite3.ProgrammingError)
"""The last is what a ledger says that the disk has failed before."""
UNWRITABLE_ERRORS = (*DISK_ERRORS, ArchiveUnwritable)
FINISHED = "finished"
"""The reason by which Scrapy closes a spider that has nothing left to do."""
CLOSING_SECONDS = 0.2
"""Between two looks whether a run is being closed."""


class RunSource(Protocol):
    """What a run needs of its spider, whatever transport its pages come by."""

    name: str
    collection: Collection
    findings: Findings
    given: dict[str, str]
    """The arguments as the operator gave them."""

    def page_ended(self, url: str, outcome: Outcome, reason: str, status: int | None) -> None:
        """Note how a page ended."""

    def stop(self) -> None:
        """Begin nothing more: the run is being closed. May be said more than once."""

    async def end_walk(self) -> None:
        """Account for what the run captured and did not come to, and for what it knows of and had
        no reason to look at."""

    async def close_run(self) -> None:
        """Let go of the collection and of what the spider runs beside it."""


class RunExtension:
    """Checkpoints while the crawl runs; at its end closes the archive, indexes it and sums up.

    A checkpoint puts the records on disk before the items that name them, and both before the
    ledger's account of them.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.source = cast("RunSource", crawler.spider)
        self.collection: Collection = self.source.collection
        self.exit_status = ERROR
        self.errors = 0
        self.unwritable = ""
        self.summary: dict[str, Any] = {}
        self._signum = 0
        self._minimum_free = crawler.settings.getint("MINIMUM_FREE_BYTES")
        self._started = self.collection.now()
        self._checkpointing = asyncio.Lock()
        self._interval = crawler.settings.getfloat("CHECKPOINT_SECONDS")
        self._beside: list[asyncio.Task[None]] = []
        connect = crawler.signals.connect
        connect(self.spider_opened, signal=signals.spider_opened)
        connect(self.spider_closed, signal=signals.spider_closed)
        connect(self.spider_error, signal=signals.spider_error)
        connect(self.item_error, signal=signals.item_error)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RunExtension:
        if getattr(crawler.spider, "collection", None) is None:
            raise NotConfigured
        return cls(crawler)

    @property
    def recorder(self) -> CollectionRecorder:
        recorder = self.crawler.get_extension(CollectionRecorder)
        assert recorder is not None
        return recorder

    def spider_opened(self) -> None:
        self._note_signals()
        for name in ("scrapy.core.scraper", "scrapy.core.engine"):
            logging.getLogger(name).addFilter(_is_ours)
        if self._too_full():
            raise CloseSpider("disk_full")
        self._beside += (
            asyncio.ensure_future(self._keep_safe()),
            asyncio.ensure_future(self._see_to_the_end()),
        )

    async def _keep_safe(self) -> None:
        while True:
            await asyncio.sleep(self._interval)
            await self.checkpoint()

    async def _see_to_the_end(self) -> None:
        """Have a run come to its end that is being closed.

        Scrapy waits until no item is at work, and looks for that after each response alone: with
        items that ``start()`` gives, it would wait for ever (Scrapy 2.19, its issue 7029).
        """
        assert self.crawler.engine is not None
        assert self.crawler.spider is not None
        scraper = self.crawler.engine.scraper
        while True:
            await asyncio.sleep(CLOSING_SECONDS)
            slot = scraper.slot
            if slot is None or slot.closing is None:
                continue
            self.source.stop()
            if slot.is_idle() and not slot.closing.called:
                slot.closing.callback(self.crawler.spider)

    async def checkpoint(self) -> None:
        """Make everything up to now safe; end the run when the disk cannot take more."""
        try:
            async with self._checkpointing:
                end = await self.recorder.writer.sync()
                # From here on nothing else gets its turn, and what the ledger says of records is
                # about those that were just put on disk, and none behind them.
                self.collection.ledger.set_safe(end.warc, end.offset)
                self.collection.sync_items()
                self.collection.ledger.commit()
        except DISK_ERRORS as error:
            self._stop(error)
        if self._too_full():
            self._stop(OSError(self.unwritable))

    def spider_error(self, failure: Failure, response: Response | None) -> None:
        self._count_error(failure)
        if response is None:
            # In ``start()``, which is at no page.
            return
        url = response.request.url if response.request is not None else response.url
        self._page_failed(url, failure, response)

    def item_error(self, item: Article, failure: Failure, response: Response | None) -> None:
        self._count_error(failure)
        self._page_failed(item.url, failure, response)

    def _page_failed(self, url: str, failure: Failure, response: Response | None) -> None:
        """A page that our own code failed on is listed, and looked at again by the next run."""
        if not self.unwritable and self.collection.ledger.pages.is_due(url):
            status = response.status if response is not None else None
            name = type(failure.value).__name__
            self.source.page_ended(url, "failed", f"error: {name}", status)

    async def spider_closed(self, reason: str) -> None:
        for task in self._beside:
            task.cancel()
        try:
            async with self._checkpointing:
                await self._finish(reason)
        except DISK_ERRORS as error:
            self.unwritable = self.unwritable or str(error)
            self.exit_status = UNWRITABLE
            logger.error("The archive could not be written: %s", error)
            self.collection.abandon()
        finally:
            await self.source.close_run()

    async def _finish(self, reason: str) -> None:
        collection, ledger = self.collection, self.collection.ledger
        await self.source.end_walk()
        self.exit_status = self._status(reason)
        finished = collection.now()
        ended = RunEnded(finished.strftime(WARC_DATE), collection.run, self.exit_status, reason)
        try:
            if self.recorder.failure is None:
                self.recorder.note(ended.record())
            await self.recorder.close()
        except OSError as error:
            self.unwritable = str(error)
        if self.recorder.failure is not None:
            self.unwritable = str(self.recorder.failure)
        if self.unwritable:
            self.exit_status = UNWRITABLE
        collection.sync_items()
        warcs = collection.take_stock()
        self.summary = build_summary(
            ledger,
            collection.run,
            self.source.findings,
            head=self._head(reason, finished),
            stats=self.crawler.stats.get_stats(),
            warcs=warcs,
            exit_status=self.exit_status,
        )
        collection.finish_run(self.summary, ended.date, self.exit_status)

    def _status(self, reason: str) -> int:
        facts = facts_of(
            self.collection.ledger,
            self.collection.run,
            self.source.findings,
            unwritable=bool(self.unwritable),
            errors=self.errors + (reason == "start_error"),
            cut_short=reason != FINISHED,
        )
        if self._signum and not facts.unwritable:
            return 128 + self._signum
        return exit_status(facts)

    def _head(self, reason: str, finished: datetime) -> dict[str, Any]:
        return {
            "spider": self.source.name,
            "mirror": self.collection.ledger.get("mirror"),
            "ref": self.collection.ledger.get("ref"),
            "arguments": self.source.given,
            "robots": "obey" if self.crawler.settings.getbool("ROBOTSTXT_OBEY") else "ignore",
            "started": self._started.isoformat(timespec="seconds"),
            "finished": finished.isoformat(timespec="seconds"),
            "seconds": round((finished - self._started).total_seconds(), 3),
            "reason": self.unwritable or reason,
        }

    def _too_full(self) -> bool:
        free = self.collection.free_bytes()
        if free >= self._minimum_free:
            return False
        least = self._minimum_free // 2**20
        self.unwritable = f"only {free // 2**20} MiB free, MINIMUM_FREE_BYTES is {least} MiB"
        return True

    def _count_error(self, failure: Failure) -> None:
        if isinstance(failure.value, DISK_ERRORS):
            self._stop(failure.value)
        else:
            self.errors += 1

    def _stop(self, error: BaseException) -> None:
        """End the crawl: what is in flight is finished, nothing new is asked for."""
        self.unwritable = self.unwritable or str(error)
        logger.error("Stopping: the archive cannot be written: %s", self.unwritable)
        self.recorder.stop_crawl()

    def _note_signals(self) -> None:
        """Remember which signal ends the run, and let Scrapy do what it does on it."""
        if threading.current_thread() is not threading.main_thread():
            return
        for signum in (signal.SIGINT, signal.SIGTERM):
            handler = signal.getsignal(signum)
            if not callable(handler):
                continue

            def note(received: int, frame: FrameType | None, handler: Any = handler) -> None:
                self._signum = received
                # Stays so when a second signal ends the run before it has come to its own end.
                self.exit_status = 128 + received
                handler(received, frame)

            signal.signal(signum, note)


def _is_ours(record: logging.LogRecord) -> bool:
    """False for a disk that has failed: that is told once, and no fault of the code at work."""
    return not (record.exc_info and isinstance(record.exc_info[1], UNWRITABLE_ERRORS))
