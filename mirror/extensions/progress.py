"""How far a run is: a bar on a terminal, plain log lines otherwise."""

from __future__ import annotations

import logging
import sys
import time
from typing import TYPE_CHECKING, NoReturn

from scrapy import signals
from scrapy.exceptions import NotConfigured
from scrapy.utils.asyncio import create_looping_call
from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from scrapy.crawler import Crawler
    from scrapy.utils.asyncio import AsyncioLoopingCall
    from twisted.internet.task import LoopingCall

logger = logging.getLogger(__name__)

REFRESH_SECONDS = 0.5


class ProgressExtension:
    """Pages done and known, pages a second, failures and bytes received."""

    def __init__(self, crawler: Crawler) -> None:
        self.stats = crawler.stats
        self.interval = crawler.settings.getfloat("LOGSTATS_INTERVAL")
        self.quiet = crawler.settings.getbool("QUIET")
        self.bar: tqdm[NoReturn] | None = None
        self._redirect: AbstractContextManager[None] | None = None
        self._call: LoopingCall | AsyncioLoopingCall | None = None
        self._started = 0.0
        crawler.signals.connect(self.spider_opened, signal=signals.spider_opened)
        crawler.signals.connect(self.spider_closed, signal=signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ProgressExtension:
        if getattr(crawler.spider, "collection", None) is None:
            raise NotConfigured
        return cls(crawler)

    def spider_opened(self) -> None:
        self._started = time.monotonic()
        if sys.stderr.isatty() and not self.quiet:
            self.bar = tqdm(unit=" pages", dynamic_ncols=True, smoothing=0.1)
            self._redirect = logging_redirect_tqdm()
            self._redirect.__enter__()
        self._call = create_looping_call(self.show)
        self._call.start(REFRESH_SECONDS if self.bar is not None else self.interval, now=False)

    def spider_closed(self) -> None:
        if self._call is not None and self._call.running:
            self._call.stop()
        self.show()
        if self.bar is not None:
            self.bar.close()
        if self._redirect is not None:
            self._redirect.__exit__(None, None, None)

    def show(self) -> None:
        """Bring the bar up to date, or write a line to the log."""
        done = self.stats.get_value("pages/done", 0)
        known = self.stats.get_value("pages/known", 0)
        failed = self.stats.get_value("pages/failed", 0)
        received = self.stats.get_value("warc/bytes/received", 0)
        if self.bar is not None:
            self.bar.total = known
            self.bar.n = done
            self.bar.set_postfix_str(f"{failed} failed, {received / 1e6:.1f} MB")
            return
        seconds = max(time.monotonic() - self._started, 1e-9)
        logger.info(
            "%d of %d known pages done, %.0f pages/s, %d failed, %.1f MB",
            done,
            known,
            done / seconds,
            failed,
            received / 1e6,
        )
