"""``scrapy status``: how collections do, for a person, a program or an alarm."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from mirror.collection import NAME, CollectionError, utc_now
from mirror.commands.status_words import status_record, status_words
from mirror.commands.terminal import plain
from mirror.extensions.exit_status import COMPLETE, PARTIAL, USAGE
from mirror.monitoring import age_in_words, parse_duration, read_state, status_text
from mirror.monitoring.state import DAYS

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from datetime import timedelta

    from mirror.monitoring import State

MOST_DAYS = 366


class Command(ScrapyCommand):
    """Tells the truth about collections; ``docs/status.md``."""

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = {"LOG_ENABLED": False}

    def syntax(self) -> str:
        return "[options] [collection ...]"

    def short_desc(self) -> str:
        return "Tell how collections do: last success, age, counts, trend, disk"

    def long_desc(self) -> str:
        return (
            f"{self.short_desc()}. Nothing is changed, and no run is held up. Exit status: 0 told; "
            "3 with --max-age: a last success is older, or there is none; 2 no such collection, or "
            "wrong usage."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--max-age", metavar="TIME", help="exit with 3 when a success is older: 90m, 26h, 8d"
        )
        parser.add_argument(
            "--days", type=int, default=DAYS, metavar="N", help=f"of the trend (default: {DAYS})"
        )
        form = parser.add_mutually_exclusive_group()
        form.add_argument("--json", action="store_true", help="for a program")
        form.add_argument(
            "--prometheus", action="store_true", help="in Prometheus' text format, to the output"
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.settings is not None
        try:
            max_age = None if opts.max_age is None else parse_duration(opts.max_age)
        except ValueError as error:
            raise UsageError(f"--max-age: {error}", print_help=False) from error
        if not 1 <= opts.days <= MOST_DAYS:
            raise UsageError(f"--days takes a number from 1 to {MOST_DAYS}", print_help=False)
        output = Path(self.settings["OUTPUT_DIR"])
        reserve = self.settings.getint("MINIMUM_FREE_BYTES")
        now = utc_now()
        try:
            states = [
                read_state(folder, now, shown_days=opts.days, reserve=reserve)
                for folder in _folders(output, args)
            ]
        except (CollectionError, OSError) as error:
            sys.stderr.write(f"scrapy status: {plain(str(error))}\n")
            self.exitcode = USAGE
            return
        _tell(states, opts, output)
        self.exitcode = COMPLETE if max_age is None else _alarm(states, max_age)


def _folders(output: Path, names: Sequence[str]) -> list[Path]:
    """The collections named, or all.

    :raises CollectionError: one of them does not exist; the message lists those that do.
    :raises OSError: the folder of collections cannot be read.
    """
    there = {path.parent.name: path.parent for path in sorted(output.glob("*/archive"))}
    for name in names:
        if not NAME.fullmatch(name) or name not in there:
            known = ", ".join(there) or "none"
            raise CollectionError(f"no collection {name!r} in {output}; there are: {known}", USAGE)
    return [there[name] for name in dict.fromkeys(names or there)]


def _tell(states: Sequence[State], opts: argparse.Namespace, output: Path) -> None:
    if opts.prometheus:
        sys.stdout.write(status_text(states))
    elif opts.json:
        records = [status_record(state) for state in states]
        sys.stdout.write(f"{json.dumps({'collections': records}, ensure_ascii=True, indent=1)}\n")
    elif states:
        sys.stdout.write("\n\n".join(map(status_words, states)) + "\n")
    else:
        sys.stdout.write(f"no collections in {plain(str(output))}\n")


def _alarm(states: Sequence[State], max_age: timedelta) -> int:
    """Say on standard error whose last success is too old, and give the exit status."""
    old = [state for state in states if state.too_old(max_age)]
    for state in old:
        age = "there is no success" if state.age is None else f"{age_in_words(state.age)} old"
        limit = age_in_words(max_age)
        sys.stderr.write(f"scrapy status: {state.name}: last success: {age}, limit {limit}\n")
    if not states:
        sys.stderr.write("scrapy status: there is no collection, so there is no success\n")
    return PARTIAL if old or not states else COMPLETE
