"""What it costs to be crash-safe and incremental, and what a run costs that finds nothing new.

    python -m benchmarks.overhead [URL] [--channels A,B] [--rounds 3]

The same first crawl in turn with everything that makes it safe, and without: no flush of the disk,
no checkpoint, a ledger in memory that is gone with the process. Each safe one is followed by a
second run, when nothing has changed. Which of the two comes first changes from round to round.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.processes import Usage, measured
from benchmarks.serving import mirror_url

SAFE = "from scrapy.cmdline import execute; execute()"
UNSAFE = """
import os
os.fsync = os.fdatasync = lambda descriptor: None
from mirror.ledger import Ledger
begin = Ledger.__init__
Ledger.__init__ = lambda self, path: begin(self, ":memory:")
"""
NO_CHECKPOINTS = ("-s", "CHECKPOINT_SECONDS=1000000")


def run(code: str, output: Path, url: str, channels: str, *options: str) -> Usage:
    """One crawl in a process of its own."""
    command = [sys.executable, "-c", code, "crawl", "web", "-L", "ERROR"]
    arguments = ["-a", f"mirror={url}", "-a", "collection=cost"]
    if channels:
        arguments += ["-a", f"channels={channels}"]
    # 3: a mirror may name channels that it does not have.
    return measured([*command, *arguments, "-s", f"OUTPUT_DIR={output}", *options], accepted=(0, 3))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("url", nargs="?", help="base URL; default: epoch-news of the corpus")
    parser.add_argument("--channels", default="")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    if args.rounds < 1:
        parser.error("--rounds takes a number from 1")
    safe: list[Usage] = []
    unsafe: list[Usage] = []
    again: list[Usage] = []

    def crawl_safely(output: Path) -> None:
        safe.append(run(SAFE, output, url, args.channels))
        again.append(run(SAFE, output, url, args.channels))

    def crawl_unsafely(output: Path) -> None:
        unsafe.append(run(UNSAFE + SAFE, output, url, args.channels, *NO_CHECKPOINTS))

    with mirror_url(args.url) as url:
        for number in range(args.rounds):
            turns = [crawl_safely, crawl_unsafely]
            for turn in reversed(turns) if number % 2 else turns:
                with tempfile.TemporaryDirectory(prefix="overhead-") as folder:
                    turn(Path(folder))
    clock, processor = _medians(safe)
    for name, usages in (("safe", safe), ("unsafe", unsafe), ("nothing new", again)):
        print("{:14} {:8.2f} s {:8.2f} s of processors".format(name, *_medians(usages)))
    other, others = _medians(unsafe)
    print(f"overhead       {100 * (clock / other - 1):+.1f} % of the time", end=", ")
    print(f"{100 * (processor / others - 1):+.1f} % of the processors' time")
    other, others = _medians(again)
    print(f"nothing new    1/{clock / other:.0f} of the first run's time", end=", ")
    print(f"1/{processor / others:.0f} of the processors'")


def _medians(usages: list[Usage]) -> tuple[float, float]:
    """Seconds by the clock, and of the processors."""
    return (
        statistics.median(usage.seconds for usage in usages),
        statistics.median(usage.cpu_seconds for usage in usages),
    )


if __name__ == "__main__":
    main()
