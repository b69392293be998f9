"""``scrapy crawl``, with the exit status of the run and a report of it."""

from __future__ import annotations

import gc
import logging
import sqlite3
import sys
from typing import TYPE_CHECKING, ClassVar, cast

from scrapy.commands import crawl
from scrapy.exceptions import UsageError

from mirror.capture import SettingError
from mirror.collection import CollectionError
from mirror.commands.report import report
from mirror.extensions.exit_status import ERROR, MEANING, UNWRITABLE, USAGE
from mirror.extensions.run import RunExtension
from mirror.spiders.arguments import ArgumentError

if TYPE_CHECKING:
    import argparse
    import asyncio
    from typing import Any


logger = logging.getLogger(__name__)

INVENTORY = ("scrapy.utils.log", "scrapy.addons", "scrapy.middleware", "scrapy.crawler")
"""Loggers that list versions, components and settings at every start: sixty lines that say the
same each hour. ``-L INFO`` brings them back."""


class Command(crawl.Command):
    """Scrapy's command, with an honest exit status (``docs/formats.md``)."""

    default_settings: ClassVar[dict[str, Any]] = {"ARCHIVE_ENABLED": True}

    def syntax(self) -> str:
        return "[options] -a mirror=URL <spider>"

    def short_desc(self) -> str:
        return "Crawl a mirror into a collection: WARC files, items, index, summary"

    def long_desc(self) -> str:
        statuses = "; ".join(f"{status} {meaning}" for status, meaning in MEANING.items())
        return f"{self.short_desc()}. Exit status: {statuses}; 130, 143 ended by a signal."

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        if opts.loglevel is None:
            for name in INVENTORY:
                # A filter, because Scrapy's own logging set-up resets levels later.
                logging.getLogger(name).addFilter(_is_warning)
            redirects = logging.getLogger("scrapy.downloadermiddlewares.redirect")
            redirects.addFilter(lambda record: "Referer" not in record.getMessage())

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("name one spider, such as: scrapy crawl web -a mirror=URL")
        assert self.crawler_process is not None
        assert self.settings is not None
        # Scrapy filters in the handler, which costs two records a page at DEBUG that nobody sees.
        logging.getLogger("scrapy").setLevel(self.settings["LOG_LEVEL"])
        # Nothing that is loaded by now will ever be garbage, and a page leaves none in circles.
        gc.freeze()
        gc.set_threshold(10_000, 10, 10)
        crawler = self.crawler_process.create_crawler(args[0])
        crawling = cast("asyncio.Task[None]", self.crawler_process.crawl(crawler, **opts.spargs))
        self.crawler_process.start()
        error = None if crawling.cancelled() else crawling.exception()
        if error is not None:
            self.exitcode = _refuse(error)
            return
        run = crawler.get_extension(RunExtension)
        if run is None:
            self.exitcode = ERROR
            return
        self.exitcode = run.exit_status
        if run.summary:
            print(report(run.summary, run.collection.folder), file=sys.stderr)


def _is_warning(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING


def _refuse(error: BaseException) -> int:
    """Tell the operator why there was no run; a traceback is for our own bugs only."""
    if isinstance(error, ArgumentError | SettingError):
        status = USAGE
    elif isinstance(error, CollectionError):
        status = error.exit_status
    elif isinstance(error, OSError | sqlite3.OperationalError):
        status = UNWRITABLE
    else:
        logger.error("There was no run", exc_info=error)
        return ERROR
    print(f"scrapy crawl: {error}", file=sys.stderr)
    return status
