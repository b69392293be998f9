"""The room that a collection takes: for each article, and for each run that finds nothing new.

    python -m benchmarks.disk [BASE_URL] [--channels A,B] [--runs 24]

Crawls once, then again and again while nothing changes. Room is what the files take on disk
(`du`), so a small file counts a whole block; the figures are those of a file system with blocks of
the printed size. A year is one of hourly runs.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.processes import measured
from benchmarks.serving import mirror_url
from mirror.monitoring.disk import DiskUse, disk_use

if TYPE_CHECKING:
    from collections.abc import Mapping

PROJECT = Path(__file__).resolve().parents[1]
COMPLETE_OR_PARTIAL = (0, 3)
"""The corpus holds fewer channels than its root page names: all of it is a partial crawl."""
HOURLY = 365 * 24
COLLECTION = "measured"


@dataclass(frozen=True, slots=True)
class Growth:
    """Room after the first run, and what the same number of unchanged runs added to it."""

    articles: int
    first: Mapping[str, int]
    """Bytes by part of the collection."""
    runs: int
    added: Mapping[str, int]
    """Bytes of all of these runs, by part."""
    block: int


def measure(base: str, channels: str, runs: int) -> Growth:
    """
    :raises SystemExit: a crawl failed, or a later one found something new.
    """
    with tempfile.TemporaryDirectory() as temporary:
        output = Path(temporary)
        _crawl(base, channels, output)
        folder = output / COLLECTION
        articles = _articles(folder, "new")
        if not articles:
            raise SystemExit("the mirror has no articles: nothing to measure")
        first = disk_use(folder)
        for _ in range(runs):
            _crawl(base, channels, output)
            if _articles(folder, "new") or _articles(folder, "changed"):
                raise SystemExit("the mirror changed meanwhile: these were no runs without news")
        added = _difference(disk_use(folder), first)
        return Growth(articles, first.parts, runs, added, os.statvfs(folder).f_frsize)


def _crawl(base: str, channels: str, output: Path) -> None:
    command = [sys.executable, "-m", "scrapy", "crawl", "web", "-a", f"mirror={base}"]
    command += ["-a", f"collection={COLLECTION}", "-s", f"OUTPUT_DIR={output}"]
    if channels:
        command += ["-a", f"channels={channels}"]
    measured(command, cwd=PROJECT, accepted=COMPLETE_OR_PARTIAL)


def _articles(folder: Path, change: str) -> int:
    newest = max((folder / "runs").glob("*.json"))
    return int(json.loads(newest.read_text("utf-8"))["articles"][change])


def _difference(after: DiskUse, before: DiskUse) -> dict[str, int]:
    return {part: size - before.parts.get(part, 0) for part, size in after.parts.items()}


def table(growth: Growth) -> list[str]:
    """One line a part of the collection, the last for all of it."""
    lines = [
        (
            f"{growth.articles:,} articles, then {growth.runs} runs without news;"
            f" blocks of {growth.block:,} bytes"
        ),
        f"{'':10} {'first run, MB':>14} {'an article, B':>14} {'a run, B':>10} {'a year, MB':>11}",
    ]
    rows = {part: (size, growth.added.get(part, 0)) for part, size in growth.first.items()}
    rows["all"] = (sum(growth.first.values()), sum(growth.added.values()))
    for part, (first, added) in rows.items():
        run = added / growth.runs
        lines.append(
            f"{part:10} {first / 1e6:14,.1f} {first / growth.articles:14,.0f} {run:10,.0f}"
            f" {run * HOURLY / 1e6:11,.1f}"
        )
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("base", nargs="?", help="default: epoch-news of the corpus")
    parser.add_argument("--channels", default="", help="some of them, A,B (all)")
    parser.add_argument("--runs", type=int, default=24, help="runs without news (24)")
    arguments = parser.parse_args()
    if arguments.runs < 1:
        parser.error("--runs takes a number from 1")
    with mirror_url(arguments.base) as base:
        growth = measure(base, arguments.channels, arguments.runs)
    print("\n".join(table(growth)))


if __name__ == "__main__":
    main()
