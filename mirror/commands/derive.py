"""``scrapy derive``: the readable pages of a collection, and the search over them."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from tqdm import tqdm

from mirror.collection import CollectionError, collection_with_items
from mirror.exclusions import ExclusionError
from mirror.extensions.exit_status import COMPLETE, PARTIAL, UNWRITABLE, USAGE

if TYPE_CHECKING:
    import argparse

    from mirror.derived.derive import Outcome


class Command(ScrapyCommand):
    """What ``scrapy replay`` does first, alone: for cron, so that nobody waits."""

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = {"LOG_ENABLED": False}

    def syntax(self) -> str:
        return "[options] <collection>"

    def short_desc(self) -> str:
        return "Make a collection's readable pages and search; `replay` does it by itself"

    def long_desc(self) -> str:
        return (
            f"{self.short_desc()}. Only what is new is made. Exit status: 0 up to date; 2 wrong "
            "arguments; 3 up to date, but for lines of the collection that are no items; 73 "
            "derived/ cannot be written; 75 another process is at it."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--anew", action="store_true", help="make everything again")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("name one collection, such as: scrapy derive demo")
        assert self.settings is not None
        try:
            folder = collection_with_items(Path(self.settings["OUTPUT_DIR"]), args[0])
            outcome = brought_up_to_date(folder, anew=opts.anew)
        except (CollectionError, ExclusionError) as error:
            self.exitcode = _refuse(error, getattr(error, "exit_status", USAGE))
        except (OSError, sqlite3.Error) as error:
            self.exitcode = _refuse(f"{folder / 'derived'} cannot be written: {error}", UNWRITABLE)
        else:
            self.exitcode = PARTIAL if outcome.faults else COMPLETE


def brought_up_to_date(folder: Path, *, anew: bool) -> Outcome:
    """Derive with progress on a terminal, and tell what was done.

    :raises CollectionError, ExclusionError, OSError, sqlite3.Error: see :func:`derive`.
    """
    from mirror.derived.derive import derive

    with closing(_bar()) as bar:

        def advance(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        outcome = derive(folder, anew=anew, advance=advance)
    sys.stderr.write(
        f"{folder.name}: {outcome.made} readable pages made, {outcome.states} in all,"
        f" of {outcome.pages} articles\n"
    )
    if outcome.faults:
        sys.stderr.write(
            f"{folder.name}: {outcome.faults} lines are no items and were left out; "
            f"look at the collection with: scrapy verify {folder.name}\n"
        )
    return outcome


def _bar() -> tqdm[Any]:
    return tqdm(
        unit=" pages",
        desc="readable pages",
        leave=False,
        dynamic_ncols=True,
        delay=0.5,
        disable=None,
        file=sys.stderr,
    )


def _refuse(reason: object, status: int) -> int:
    sys.stderr.write(f"scrapy derive: {reason}\n")
    return status
