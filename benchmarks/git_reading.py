"""Ways to read every blob of a repository's newest tree: how fast, and with how much memory.

    python -m benchmarks.git_reading REPOSITORY [--repeat 3]

``cat-file``: two processes of git, as :class:`mirror.gitstore.BlobReader` has them, read through
asyncio. ``pygit2``: libgit2 in the process, where it is installed (it is not in the locks). Each
runs in a process of its own; they take turns; of each the median is printed.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import importlib.util
import statistics
import sys
from pathlib import Path

from benchmarks.processes import Usage, measured
from mirror.gitstore import Blob, BlobReader, Git, tree

MOST = 16 * 1024 * 1024
WAYS = ("cat-file", "pygit2")


async def by_cat_file(repository: Path) -> int:
    git = Git(repository, local=True)
    ids = [entry.blob async for entry in tree(git, "HEAD")]
    size = 0
    async with BlobReader(git, MOST) as blobs:
        async for blob in blobs.read(ids):
            assert isinstance(blob, Blob)
            size += len(blob.data)
    return size


def by_pygit2(repository: Path) -> int:
    pygit2 = importlib.import_module("pygit2")
    opened = pygit2.Repository(str(repository))
    trees, size = [opened.head.peel().tree], 0
    while trees:
        for entry in trees.pop():
            if entry.type_str == "tree":
                trees.append(entry)
            else:
                size += len(entry.data)
    return size


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("repository", type=Path)
    parser.add_argument("--repeat", type=int, default=3, help="rounds (3)")
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.way == "cat-file":
        asyncio.run(by_cat_file(arguments.repository))
        return
    if arguments.way == "pygit2":
        by_pygit2(arguments.repository)
        return

    async def count() -> int:
        return sum([1 async for _ in tree(Git(arguments.repository, local=True), "HEAD")])

    blobs = asyncio.run(count())
    ways = [way for way in WAYS if way != "pygit2" or importlib.util.find_spec("pygit2")]
    command = [sys.executable, "-m", "benchmarks.git_reading", str(arguments.repository), "--way"]
    used: dict[str, list[Usage]] = {way: [] for way in ways}
    for _ in range(arguments.repeat):
        for way in ways:
            used[way].append(measured([*command, way]))
    print(f"{blobs:,} blobs")
    print(f"{'':10} {'blobs/s':>8} {'CPU ms/blob':>12} {'peak MB':>8}")
    for way, rounds in used.items():
        seconds = statistics.median(each.seconds for each in rounds)
        cpu = statistics.median(each.cpu_seconds for each in rounds)
        peak = statistics.median(each.peak_bytes for each in rounds)
        print(f"{way:10} {blobs / seconds:8,.0f} {cpu / blobs * 1e3:12.3f} {peak / 1e6:8.0f}")


if __name__ == "__main__":
    main()
