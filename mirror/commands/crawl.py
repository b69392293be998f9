"""``scrapy crawl``, with the exit status of the run and a report of it."""

from __future__ import annotations

import gc
import logging
import sqlite3
import sys
from typing import TYPE_CHECKING, ClassVar, cast

from scrapy.commands import crawl
from scrapy.exceptions import UsageError

from mirror.collection import CollectionError
from mirror.commands.crawl_log import KeptWarnings, check_log_file
from mirror.commands.crawl_metrics import leave_metrics, metrics_folder
from mirror.commands.terminal import plain
from mirror.extensions.exit_status import COMPLETE, ERROR, MEANING, UNWRITABLE, USAGE

if TYPE_CHECKING:
    import argparse
    import asyncio
    from pathlib import Path
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

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--quiet",
            action="store_true",
            help="say nothing when all is well (exit status 0), for cron; else warnings and report",
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        assert self.settings is not None
        if opts.quiet:
            self.settings.set("QUIET", True, priority="cmdline")
            if not self.settings["LOG_FILE"]:
                self.settings.set("LOG_ENABLED", False, priority="cmdline")
        try:
            self.metrics: Path | None = metrics_folder(self.settings)
            check_log_file(self.settings)
        except ValueError as error:
            raise UsageError(str(error), print_help=False) from error
        if opts.loglevel is None:
            for name in INVENTORY:
                # A filter, because Scrapy's own logging set-up resets levels later.
                logging.getLogger(name).addFilter(_is_warning)
            redirects = logging.getLogger("scrapy.downloadermiddlewares.redirect")
            redirects.addFilter(lambda record: "Referer" not in record.getMessage())

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("name one spider, such as: scrapy crawl web -a mirror=URL")
        assert self.settings is not None
        kept = KeptWarnings(self.settings) if opts.quiet else None
        if kept is not None:
            logging.getLogger().addHandler(kept)
        self.exitcode, told = self._crawl(args[0], opts.spargs)
        if kept is None or self.exitcode != COMPLETE:
            if kept is not None:
                kept.show()
            print(told, file=sys.stderr)
        if self.metrics is not None:
            leave_metrics(self.metrics, self.settings, opts.spargs, self.exitcode)

    def _crawl(self, spider: str, arguments: dict[str, str]) -> tuple[int, str]:
        """Run a spider to its end; gives the exit status and what to tell about it."""
        from mirror.commands.report import report
        from mirror.extensions.run import RunExtension

        assert self.crawler_process is not None
        assert self.settings is not None
        # Scrapy filters in the handler, which costs two records a page at DEBUG that nobody sees.
        logging.getLogger("scrapy").setLevel(self.settings["LOG_LEVEL"])
        # Nothing that is loaded by now will ever be garbage, and a page leaves none in circles.
        gc.freeze()
        gc.set_threshold(10_000, 10, 10)
        crawler = self.crawler_process.create_crawler(spider)
        crawling = cast("asyncio.Task[None]", self.crawler_process.crawl(crawler, **arguments))
        self.crawler_process.start()
        error = None if crawling.cancelled() else crawling.exception()
        if error is not None:
            return _refusal(error)
        run = crawler.get_extension(RunExtension)
        if run is None:
            return ERROR, "scrapy crawl: the run did not begin"
        told = report(run.summary, run.collection.folder) if run.summary else ""
        return run.exit_status, told


def _is_warning(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING


def _refusal(error: BaseException) -> tuple[int, str]:
    """Why there was no run; a traceback is for our own bugs only."""
    from mirror.capture import SettingError
    from mirror.spiders.arguments import ArgumentError

    if isinstance(error, ArgumentError | SettingError):
        status = USAGE
    elif isinstance(error, CollectionError):
        status = error.exit_status
    elif isinstance(error, OSError | sqlite3.OperationalError):
        status = UNWRITABLE
    else:
        logger.error("The run did not begin", exc_info=error)
        status = ERROR
    return status, f"scrapy crawl: {plain(str(error))}"
