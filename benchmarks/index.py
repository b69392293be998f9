"""What it costs to add a run's lines to an index of millions.

    python -m benchmarks.index [--lines 10000000] [--new 1000] [--folder FOLDER]

An index of so many synthetic lines is written, and added to three times: by two runs of a few lines
each, and by one that is the recent file's turn to be merged. Each is a process of its own.
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from mirror.warc.index import LARGEST_RECENT, SHARE, IndexFiles

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

IO = Path("/proc/self/io")


def line(number: int) -> str:
    """One CDXJ line, as long as those of a real mirror are."""
    page = f"raw/master/pages/ncid{number // 2 % 40}/n{number:010}.md"
    return (
        f"org,example,forge)/owner/repository/{page} 20260101000000 "
        f'{{"url": "https://forge.example.org/owner/repository/{page}", "mime": "text/plain", '
        f'"status": "200", "digest": "sha1:{number:032}", "length": "{number % 9000}", '
        f'"offset": "{number * 4000}", "filename": "repository-20260101000000-00001.warc.gz"}}'
    )


def some(count: int, total: int, turn: int) -> Iterator[str]:
    """`count` lines that are not in an index of `total`, spread all over it."""
    return (line(2 * number + 1) for number in random.Random(turn).sample(range(total), count))


def measured(folder: Path, *arguments: str) -> Sequence[str]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.index", "--folder", str(folder), *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


def update(folder: Path, count: int, total: int, turn: int) -> None:
    """Add lines, and print seconds, peak kilobytes, and bytes that were read and written."""
    before = _io()
    began = time.perf_counter()
    IndexFiles.of(folder, "index").update(some(count, total, turn))
    seconds = time.perf_counter() - began
    after = _io()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(seconds, peak, *(new - old for new, old in zip(after, before, strict=True)))


def _io() -> tuple[int, int]:
    if not IO.exists():
        return 0, 0
    fields = dict(each.split(": ") for each in IO.read_text().splitlines())
    return int(fields["rchar"]), int(fields["wchar"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--new", type=int, default=1_000)
    parser.add_argument("--turn", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help="where the index is written (a temporary one)")
    options = parser.parse_args()
    if options.turn is not None:
        update(options.folder, options.new, options.lines, options.turn)
        return
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        compare(Path(name), options.lines, options.new)


def compare(folder: Path, total: int, few: int) -> None:
    index = IndexFiles.of(folder, "index")
    # Even numbers, in the order of the keys: by channel, then by article.
    keys = (line(number).encode() for number in range(0, 2 * total, 2))
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        IndexFiles.of(Path(scratch), "index").update(each.decode() for each in keys)
        (Path(scratch) / "index.cdxj").rename(index.main)
    size = index.main.stat().st_size
    print(f"{total:,} lines, {size / 1e6:,.0f} MB")
    print(f"{'':24} {'seconds':>8} {'peak MB':>8} {'MB read':>8} {'MB written':>10}")
    enough = min(size // SHARE, LARGEST_RECENT) // (size // total) + 1
    for turn, (what, count) in enumerate(
        [("a run of", few), ("the next run of", few), ("until merged,", enough)]
    ):
        numbers = measured(folder, "--lines", str(total), "--new", str(count), "--turn", str(turn))
        seconds, peak, read, written = map(float, numbers)
        print(
            f"{what + f' {count:,}':24} {seconds:8.2f} {peak / 1024:8.0f}"
            f" {read / 1e6:8.1f} {written / 1e6:10.1f}"
        )


if __name__ == "__main__":
    main()
