"""The sorted index of an archive in two files: the main one, and a recent one beside it.

A run adds a few lines to an index of millions. They go into the recent file, which is small and
written anew each time; when it has outgrown its share it is merged into the main one. pywb reads
every file in the folder, so that the two together are the index.

Every step replaces one file as a whole. A crash may come between the main file's replacement and
the recent one's removal: then the recent lines stand in both, none is lost, and the next update
removes the recent file.
"""

from __future__ import annotations

import heapq
import os
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import chain, groupby, islice
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

from mirror.warc.sorted_lines import SortedLines
from mirror.warc.warcfile import sync_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

SORTED_AT_ONCE = 50_000
"""New lines that are in memory together while they are sorted."""
SHARE = 8
"""The recent file may grow to this part of the main one: a line that comes in is then written some
eight times over the years for being merged, however large the index is."""
LARGEST_RECENT = 32 * 1024 * 1024
"""Bytes above which the recent file is merged in any case: each run writes it anew."""


@dataclass(frozen=True, slots=True)
class IndexFiles:
    """An index of lines that are sorted by bytes, each of which stands in it once."""

    main: Path
    recent: Path

    @classmethod
    def of(cls, folder: Path, name: str) -> IndexFiles:
        """Those called `name` in `folder`: ``<name>.cdxj`` and ``<name>.recent.cdxj``."""
        return cls(folder / f"{name}.cdxj", folder / f"{name}.recent.cdxj")

    def update(self, lines: Iterable[str]) -> None:
        """Add `lines`, in any order; those that stand in the index already are passed over.

        What is read of the main file for `n` lines grows with `n` and with the logarithm of its
        size, unless it is time to merge. The lines are sorted in batches on disk, and the files are
        streamed, so that memory does not grow with either.

        :raises OSError: the index could not be written; it is as it was before.
        """
        self._drop_merged()
        with sorted_lines(lines) as added:
            if not added.size:
                return
            recent = _size(self.recent)
            if recent + added.size > min(_size(self.main) // SHARE, LARGEST_RECENT):
                replace_lines(self.main, _merged(*self._read(), added))
                self._drop_recent()
                return
            with SortedLines(self.main) as main:
                fresh = (line for line in added if line not in main)
                first = next(fresh, None)
                if first is not None:
                    new = chain([first], fresh)
                    replace_lines(self.recent, _merged(lines_of(self.recent), new))

    def lines(self) -> Iterator[bytes]:
        """Every line without its end, in order, also of an index that a crash left in between."""
        return _merged(*self._read())

    def _read(self) -> tuple[Iterator[bytes], Iterator[bytes]]:
        return lines_of(self.main), lines_of(self.recent)

    def _drop_merged(self) -> None:
        """Remove what a crash may have left: scratch files, a recent file that was merged.

        The two files have no line in common but in that case, in which they have all.
        """
        for path in (self.main, self.recent):
            _scratch(path).unlink(missing_ok=True)
        if self.recent.exists() and self.main.exists():
            with SortedLines(self.main) as main:
                # Ends with the first line, unless there was a crash.
                merged = all(line in main for line in lines_of(self.recent))
            if merged:
                self._drop_recent()

    def _drop_recent(self) -> None:
        if self.recent.exists():
            self.recent.unlink()
            sync_folder(self.recent.parent)


class Sorted:
    """Lines in order, in batches on disk. Can be read once."""

    def __init__(self, batches: list[Iterator[bytes]], size: int) -> None:
        self._batches = batches
        self.size = size
        """Bytes, the lines' ends included."""

    def __iter__(self) -> Iterator[bytes]:
        return heapq.merge(*self._batches)


@contextmanager
def sorted_lines(lines: Iterable[str]) -> Iterator[Sorted]:
    """Sort any number of lines by their bytes in UTF-8; one batch at a time is in memory."""
    encoded = (line.encode() for line in lines)
    size = 0
    with ExitStack() as stack:
        batches: list[Iterator[bytes]] = []
        while batch := sorted(islice(encoded, SORTED_AT_ONCE)):
            file = stack.enter_context(TemporaryFile())
            file.writelines(line + b"\n" for line in batch)
            size += file.tell()
            file.seek(0)
            batches.append(line.removesuffix(b"\n") for line in file)
        yield Sorted(batches, size)


def replace_lines(path: Path, lines: Iterable[bytes]) -> None:
    """Replace the file at `path` by `lines`, which come without their ends, all at once.

    A reader sees the old file or the new one, also after a crash.
    """
    scratch = _scratch(path)
    try:
        with scratch.open("wb") as file:
            file.writelines(line + b"\n" for line in lines)
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(path)
    except BaseException:
        with suppress(OSError):
            scratch.unlink()
        raise
    sync_folder(path.parent)


def write_index(lines: Iterable[str], path: Path) -> None:
    """Replace the index at `path` by `lines`, which are sorted by bytes, all at once."""
    replace_lines(path, (line.encode() for line in lines))


def lines_of(path: Path) -> Iterator[bytes]:
    """The lines of a file without their ends; none of one that is not there."""
    if path.exists():
        with path.open("rb") as file:
            for line in file:
                yield line.removesuffix(b"\n")


def _merged(*parts: Iterable[bytes]) -> Iterator[bytes]:
    return (line for line, _ in groupby(heapq.merge(*parts)))


def _scratch(path: Path) -> Path:
    return path.with_name(f"{path.name}.part")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
