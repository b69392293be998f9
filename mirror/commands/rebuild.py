"""``scrapy rebuild``: makes anew from its archive what a collection lacks, and its ledger."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from mirror.collection import EXIT_USAGE, CollectionError, existing_collection
from mirror.extensions.exit_status import UNWRITABLE

if TYPE_CHECKING:
    import argparse


class Command(ScrapyCommand):
    """``scrapy rebuild NAME``"""

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = {"LOG_LEVEL": "WARNING"}

    def syntax(self) -> str:
        return "<collection>"

    def short_desc(self) -> str:
        return "Make a collection's ledger and index anew from its archive, and missing items"

    def long_desc(self) -> str:
        return (
            f"{self.short_desc()}. The WARC files are the only truth; they are read, and not "
            "changed but for a record that a crash tore at the end. Exit status: 0 done; 2 no such "
            "collection; 73 it cannot be written; 75 a run is writing to it."
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("name one collection, such as: scrapy rebuild demo")
        from mirror.recovery import open_collection, rebuild

        assert self.settings is not None
        output = Path(self.settings["OUTPUT_DIR"])
        try:
            existing_collection(output, args[0])
            collection = open_collection(output, args[0], None, forget=True)
        except CollectionError as error:
            self._refuse(str(error), error.exit_status)
            return
        try:
            done = asyncio.run(
                rebuild(
                    collection,
                    limit=self.settings.getint("DOWNLOAD_MAXSIZE") or sys.maxsize,
                    timeout=self.settings.getfloat("EXTRACTION_TIMEOUT"),
                )
            )
        except ValueError as error:
            self._refuse(str(error), EXIT_USAGE)
        except OSError as error:
            collection.abandon()
            self._refuse(str(error), UNWRITABLE)
        else:
            print(
                f"{args[0]}: {done.pages} captures of {done.runs} runs read, {done.items} items "
                f"and {done.summaries} run summaries written that were missing"
            )
        finally:
            collection.close()

    def _refuse(self, message: str, status: int) -> None:
        print(f"scrapy rebuild: {message}", file=sys.stderr)
        self.exitcode = status
