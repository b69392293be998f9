"""The lines of ``items/``, read while a crawl may be writing there."""

from __future__ import annotations

import os
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Self

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOST_OPEN = 32


@dataclass(frozen=True, slots=True)
class RunFile:
    """The items of one run, as far as they were written when the export began."""

    path: Path
    size: int
    """Bytes, up to the end of the last line that is whole."""

    @property
    def run(self) -> str:
        return self.path.stem


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a run's items, without its end."""

    offset: int
    data: bytes


def run_files(items: Path) -> list[RunFile]:
    """The items of each run, oldest run first: a run's name is its start."""
    return [RunFile(path, _whole(path)) for path in sorted(items.glob("[!.]*.jsonl"))]


def _whole(path: Path) -> int:
    """Bytes of a file up to the end of its last whole line; what follows is being written."""
    step = 1 << 16
    with path.open("rb") as file:
        end = os.fstat(file.fileno()).st_size
        while end:
            start = max(0, end - step)
            file.seek(start)
            found = file.read(end - start).rfind(b"\n")
            if found >= 0:
                return start + found + 1
            end = start
    return 0


def read_lines(file: RunFile) -> Iterator[Line]:
    """The whole lines of a run's items in the order in which they were written."""
    offset = 0
    with file.path.open("rb") as stream:
        while data := stream.readline(file.size - offset):
            yield Line(offset, data.removesuffix(b"\n"))
            offset += len(data)


class LineReader:
    """Reads single lines back, from more files than may be open at once."""

    def __init__(self, files: list[RunFile]) -> None:
        self._files = files
        self._open: OrderedDict[int, BinaryIO] = OrderedDict()

    def read(self, number: int, offset: int, length: int) -> bytes:
        """Bytes of the file with that place in the list.

        :raises OSError: it cannot be read any more.
        """
        return os.pread(self._file(number).fileno(), length, offset)

    def _file(self, number: int) -> BinaryIO:
        if number in self._open:
            self._open.move_to_end(number)
            return self._open[number]
        if len(self._open) == MOST_OPEN:
            self._open.popitem(last=False)[1].close()
        file = self._open[number] = self._files[number].path.open("rb", buffering=0)
        return file

    def close(self) -> None:
        while self._open:
            self._open.popitem()[1].close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
