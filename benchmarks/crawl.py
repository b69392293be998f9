"""Our whole job beside the crawls that it is held to, on the same pages in the same run.

    python -m benchmarks.crawl [BASE_URL] [--channels A,B] [--repeat 3]

``ours``: captured, archived, extracted, stored, indexed, hashed. ``bare``: a spider with Scrapy's
default settings that follows the same links and keeps a title of each page. ``bare, one item``:
the same with ``CONCURRENT_ITEMS=1``, the fastest that we know to make it. ``wget``: given the list
of pages, writes a WARC file, follows and extracts nothing.

Contestants take turns, so that whatever else the machine does falls on all of them; of each the
median is printed. Times are those of whole processes, from start to end.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.processes import Usage, measured
from benchmarks.serving import mirror_url

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

PROJECT = Path(__file__).resolve().parents[1]
YARDSTICK = "bare, one item"
"""What every speed is printed as a ratio to."""
COMPLETE_OR_PARTIAL = (0, 3)
"""The corpus holds fewer channels than its root page names: all of it is a partial crawl."""
WGET_SOME_ERRORS = 8
"""wget(1): the server issued an error response; dead links are in the list."""


@dataclass(frozen=True, slots=True)
class Round:
    """One contestant's one crawl."""

    pages: int
    """Articles and indexes that were read; of wget, the URLs in its list."""
    usage: Usage


def ours(base: str, channels: str, folder: Path) -> Round:
    command = [sys.executable, "-m", "scrapy", "crawl", "web", "-a", f"mirror={base}"]
    command += ["-a", "collection=ours", "-s", f"OUTPUT_DIR={folder}"]
    if channels:
        command += ["-a", f"channels={channels}"]
    usage = measured(command, cwd=PROJECT, accepted=COMPLETE_OR_PARTIAL)
    (summary,) = (folder / "ours" / "runs").glob("*.json")
    ended: Mapping[str, Mapping[str, int]] = json.loads(summary.read_text("utf-8"))["pages"]
    read = sum(outcomes.get("item", 0) + outcomes.get("index", 0) for outcomes in ended.values())
    return Round(read, usage)


def bare(base: str, channels: str, folder: Path, *settings: str) -> Round:
    found = folder / "found.txt"
    command = [sys.executable, "-m", "benchmarks.bare_spider", base, str(found)]
    command += ["--channels", channels]
    for setting in settings:
        command += ["-s", setting]
    usage = measured(command, cwd=PROJECT)
    return Round(len(found.read_text("utf-8").splitlines()), usage)


def bare_one_item(base: str, channels: str, folder: Path) -> Round:
    return bare(base, channels, folder, "CONCURRENT_ITEMS=1")


def wget(urls: Path, folder: Path) -> Round:
    command = ["wget", "--no-verbose", "--no-config", f"--warc-file={folder / 'wget'}"]
    command += ["--delete-after", f"--directory-prefix={folder}", f"--input-file={urls}"]
    usage = measured(command, accepted=(0, WGET_SOME_ERRORS))
    return Round(len(urls.read_text("utf-8").splitlines()), usage)


def run(base: str, channels: str, repeat: int) -> dict[str, list[Round]]:
    """Every contestant's rounds, ABCABC.

    :raises SystemExit: ours and the bare spider did not read the same number of pages.
    """
    contestants: dict[str, Callable[[str, str, Path], Round]] = {
        "bare": bare,
        YARDSTICK: bare_one_item,
        "ours": ours,
    }
    rounds: dict[str, list[Round]] = {name: [] for name in contestants}
    for _ in range(repeat):
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            for name, contestant in contestants.items():
                rounds[name].append(contestant(base, channels, folder))
            if shutil.which("wget"):
                rounds.setdefault("wget", []).append(wget(folder / "found.txt", folder))
    read = {rounds[name][0].pages for name in contestants}
    if len(read) != 1:
        raise SystemExit(f"contestants read different numbers of pages: {sorted(read)}")
    return rounds


def table(rounds: Mapping[str, Sequence[Round]]) -> list[str]:
    """One line a contestant, medians over its rounds."""
    columns = f"{'pages':>7} {'pages/s':>8} {'ratio':>6} {'CPU ms/page':>12}"
    lines = [f"{'':15} {columns} {'peak MB':>8} {'at half':>8}"]
    standard = _speed(rounds[YARDSTICK])
    for name, own in rounds.items():
        pages = own[0].pages
        cpu = statistics.median(each.usage.cpu_seconds for each in own)
        peak = statistics.median(each.usage.peak_bytes for each in own)
        half = statistics.median(each.usage.half_bytes for each in own)
        lines.append(
            f"{name:15} {pages:7,} {_speed(own):8,.0f} {_speed(own) / standard:6.2f}"
            f" {cpu / pages * 1000:12.2f} {peak / 1e6:8.0f} {half / 1e6:8.0f}"
        )
    return lines


def _speed(rounds: Sequence[Round]) -> float:
    return statistics.median(each.pages / each.usage.seconds for each in rounds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("base", nargs="?", help="default: epoch-news of the corpus")
    parser.add_argument("--channels", default="", help="some of them, A,B (all)")
    parser.add_argument("--repeat", type=int, default=3, help="rounds (3)")
    arguments = parser.parse_args()
    with mirror_url(arguments.base) as base:
        rounds = run(base, arguments.channels, arguments.repeat)
    print("\n".join(table(rounds)))


if __name__ == "__main__":
    main()
