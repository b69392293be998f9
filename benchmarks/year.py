"""A collection after a year of hourly runs that found nothing new.

    python -m benchmarks.year [--hours 8760] [--articles 2000] [--folder DIR]

Two real crawls of a mirror of our own making, dated as many hours back; then the hours: what the
second crawl recorded is recorded again by the program's own code, under a clock that is an hour
further each time, without the network and without Scrapy's engine (``benchmarks/idle_runs.py``).
Index pages that are done are looked at once in thirty days, as by a real crawl. At the end, today,
the collection is opened, crawled once more for real, verified, made anew and backed up.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tarfile
import tempfile
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.utils.project import get_project_settings

from benchmarks.idle_runs import answers_of, idle_run
from benchmarks.processes import measured
from mirror.demo import DemoServer
from mirror.recovery import open_collection
from tests.grown_mirror import GrownMirror

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from benchmarks.idle_runs import Answer

NAME = "year"
CHANNELS = 4
FEW = 100
"""Runs at the beginning and at the end that are compared."""
EARLIER = """
import datetime
import mirror.collection
import mirror.capture.connection
from scrapy.cmdline import execute

class Earlier(datetime.datetime):
    @classmethod
    def now(cls, tz):
        return datetime.datetime.now(tz) - datetime.timedelta(hours={hours})

mirror.collection.utc_now = lambda: Earlier.now(datetime.UTC)
mirror.capture.connection.datetime = Earlier
execute()
"""
"""``scrapy`` under a clock that is some hours behind."""


def crawl(output: Path, url: str, *options: str, hours: int = 0) -> None:
    """One real crawl, dated `hours` back."""
    command = [sys.executable, "-c", EARLIER.format(hours=hours), "crawl", "web", "-L", "ERROR"]
    arguments = ["-a", f"mirror={url}", "-a", f"collection={NAME}", "-s", f"OUTPUT_DIR={output}"]
    measured([*command, *arguments, *options])


@contextmanager
def timed(what: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    print(f"{what:38} {time.perf_counter() - began:10.2f} s", flush=True)


def folders(folder: Path) -> Iterator[tuple[str, int, int]]:
    """Name, number of files and bytes of each part of a collection, the last one all of them."""
    parts = {
        name: list((folder / name).iterdir()) for name in ("archive", "items", "indexes", "runs")
    }
    parts["ledger"] = [folder / "ledger.sqlite"]
    parts["all"] = [path for paths in parts.values() for path in paths]
    for name, files in parts.items():
        yield name, len(files), sum(path.stat().st_size for path in files)


def begin(output: Path, url: str, hours: int) -> dict[str, Answer]:
    """Make the collection, some hours ago; gives what each further run is answered."""
    crawl(output, url, hours=hours + 2)
    # Every index page is asked for by its validators, so that its answer is known.
    crawl(output, url, "-a", "age=0s", hours=hours + 1)
    folder = output / NAME
    return answers_of(folder / "archive", max((folder / "runs").iterdir()).stem)


def let_pass(output: Path, hours: int, answers: Mapping[str, Answer]) -> Iterator[None]:
    """Each of the hours up to now, of which a run has just come to its end."""
    settings = get_project_settings()
    now = datetime.now(UTC).replace(microsecond=0)
    for ago in range(hours, 0, -1):
        idle_run(output, NAME, answers, settings, now - timedelta(hours=ago))
        yield


def _seconds(output: Path, hours: int, answers: Mapping[str, Answer]) -> list[float]:
    moments = [time.perf_counter()]
    for _ in let_pass(output, hours, answers):
        moments.append(time.perf_counter())
        if sys.stderr.isatty() and len(moments) % 100 == 0:
            print(f"{len(moments)} of {hours}", end="\r", file=sys.stderr, flush=True)
    return [after - before for before, after in pairwise(moments)]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hours", type=int, default=8760)
    parser.add_argument("--articles", type=int, default=2000)
    parser.add_argument("--folder", type=Path, help="where to work; by default a temporary one")
    args = parser.parse_args()
    if args.hours < 1:
        parser.error("--hours takes a number from 1")
    with tempfile.TemporaryDirectory(prefix="year-", dir=args.folder) as folder:
        _measure(Path(folder), args.hours, args.articles)


def _measure(folder: Path, hours: int, articles: int) -> None:
    site, output = folder / "site", folder / "output"
    mirror = GrownMirror({f"ncid900{n}": articles // CHANNELS for n in range(CHANNELS)})
    mirror.write(site)
    with DemoServer(site=site) as server:
        times = _seconds(output, hours, begin(output, server.url, hours))
        few = max(1, min(FEW, hours // 2))
        first, last = (statistics.median(part) * 1000 for part in (times[:few], times[-few:]))
        print(f"{len(mirror.articles):,} articles, then {hours:,} hourly runs without news")
        for name, files, size in folders(output / NAME):
            print(f"{name:38} {files:10,} files {size / 1e6:10.1f} MB")
        print(f"{f'a run, median of the first {few}':38} {first:10.1f} ms")
        print(f"{f'a run, median of the last {few}':38} {last:10.1f} ms {last / first:10.2f} times")
        with timed("open and close"):
            open_collection(output, NAME, None).close()
        with timed("a real run without news"):
            crawl(output, server.url)
        scrapy = [sys.executable, "-m", "scrapy"]
        for command in ("status", "verify", "rebuild"):
            with timed(f"scrapy {command}"):
                measured([*scrapy, command, "-s", f"OUTPUT_DIR={output}", NAME])
        with timed("tar"), tarfile.open(folder / "backup.tar", "w") as tar:
            tar.add(output / NAME, NAME)


if __name__ == "__main__":
    main()
