"""The whole job by Git beside crawls over HTTP, on the same pages in the same run.

    python -m benchmarks.git [--channels A,B] [--repeat 3] [--history]

``git``: pages read from a clone, captured, archived, extracted, stored, indexed, hashed; the clone
is there, as in every run but a collection's first, and how long it took to make stands below the
table. ``bare`` and ``wget`` are those of ``benchmarks.crawl``, over loopback. ``again``: a run that
finds nothing new. ``--history`` adds one that captures every version of every page.

Contestants take turns; of each the median is printed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.crawl import COMPLETE_OR_PARTIAL, PROJECT, Round, bare, bare_one_item, wget
from benchmarks.processes import measured
from benchmarks.serving import SERVE_MIRROR, mirror_url

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

NAME = "epoch-news"
YARDSTICK = "bare"
"""What every speed is printed as a ratio to: a spider with Scrapy's default settings."""
ADDRESS = f"https://github.com/owner/{NAME}"


def clone(folder: Path) -> Path:
    """The corpus as a bare repository."""
    bundle = SERVE_MIRROR.parents[1] / "corpus" / f"{NAME}.bundle"
    if not bundle.is_file():
        raise SystemExit(f"no corpus beside the project ({bundle})")
    repository = folder / f"{NAME}.git"
    subprocess.run(["git", "clone", "-q", "--bare", bundle, repository], check=True)
    return repository


def crawl(repository: Path, folder: Path, channels: str, **arguments: str) -> Round:
    given = {"mirror": str(repository), "address": ADDRESS, "collection": "ours", **arguments}
    if channels:
        given.setdefault("channels", channels)
    command = [sys.executable, "-m", "scrapy", "crawl", "git", "-s", f"OUTPUT_DIR={folder}"]
    command += [word for name, value in given.items() for word in ("-a", f"{name}={value}")]
    usage = measured(command, cwd=PROJECT, accepted=COMPLETE_OR_PARTIAL)
    newest = max((folder / "ours" / "runs").glob("*.json"))
    return Round(sum(json.loads(newest.read_text("utf-8"))["records"].values()), usage)


def cloned(repository: Path, folder: Path) -> float:
    """Make a collection that has a clone, and its front page alone; gives the seconds that took."""
    began = time.monotonic()
    crawl(repository, folder, "", paths="README.md")
    return time.monotonic() - began


def run(
    base: str, repository: Path, channels: str, repeat: int, *, history: bool
) -> tuple[dict[str, list[Round]], list[float]]:
    """Every contestant's rounds, ABCABC; and how long each clone took, with a run around it."""
    rounds: dict[str, list[Round]] = {}
    clones: list[float] = []
    for _ in range(repeat):
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            over_http: dict[str, Callable[[str, str, Path], Round]] = {
                YARDSTICK: bare,
                "bare, one item": bare_one_item,
            }
            for name, contestant in over_http.items():
                rounds.setdefault(name, []).append(contestant(base, channels, folder))
            rounds.setdefault("wget", []).append(wget(folder / "found.txt", folder))
            clones.append(cloned(repository, folder))
            rounds.setdefault("git", []).append(crawl(repository, folder, channels))
            rounds.setdefault("again", []).append(crawl(repository, folder, channels))
            if history:
                past = crawl(repository, folder, channels, history="all")
                rounds.setdefault("history", []).append(past)
    return rounds, clones


def table(rounds: Mapping[str, Sequence[Round]]) -> list[str]:
    columns = f"{'pages':>7} {'seconds':>8} {'pages/s':>8} {'ratio':>6} {'CPU ms/page':>12}"
    lines = [f"{'':15} {columns} {'peak MB':>8}"]
    standard = statistics.median(each.pages / each.usage.seconds for each in rounds[YARDSTICK])
    for name, own in rounds.items():
        pages = own[0].pages
        seconds = statistics.median(each.usage.seconds for each in own)
        cpu = statistics.median(each.usage.cpu_seconds for each in own)
        peak = statistics.median(each.usage.peak_bytes for each in own)
        line = f"{name:15} {pages:7,} {seconds:8.1f} "
        if pages:
            speed = pages / seconds
            line += f"{speed:8,.0f} {speed / standard:6.2f} {cpu / pages * 1e3:12.2f}"
        lines.append(f"{line:61} {peak / 1e6:8.0f}")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--channels", default="", help="some of them, A,B (all)")
    parser.add_argument("--repeat", type=int, default=3, help="rounds (3)")
    parser.add_argument("--history", action="store_true", help="also every version of every page")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary, mirror_url(None) as base:
        repository = clone(Path(temporary))
        rounds, clones = run(
            base, repository, arguments.channels, arguments.repeat, history=arguments.history
        )
    print("\n".join(table(rounds)))
    print(f"clone, with a run around it: {statistics.median(clones):.1f} s")


if __name__ == "__main__":
    main()
