"""A file of lines sorted by bytes, asked for one of them without reading it all."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

BLOCK = 1024
"""Bytes read at once; some CDXJ lines."""
_KEPT = 8192
"""Blocks kept: the steps that the searches for many lines begin with are the same."""


class SortedLines:
    """The lines of `path`, opened for searching; each search reads some blocks of the file.

    :raises OSError: the file cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self._size = os.fstat(self._descriptor).st_size
        self._block = lru_cache(_KEPT)(self._read_block)

    def __enter__(self) -> SortedLines:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        os.close(self._descriptor)

    def __contains__(self, line: object) -> bool:
        """Whether a line, given as bytes without its end, stands in the file."""
        # Every line that begins before `low` is less than `line`, none that begins at or after
        # `high` is.
        assert isinstance(line, bytes)
        low, high = 0, self._size
        while low < high:
            middle = (low + high) // 2
            start, found = self._line_after(middle)
            if start >= high or found >= line:
                high = middle
            else:
                low = start + len(found) + 1
        return low < self._size and self._line_after(low)[1] == line

    def _line_after(self, offset: int) -> tuple[int, bytes]:
        """The first line that begins at `offset` or after it, and where."""
        start = self._find_end(offset - 1) + 1 if offset else 0
        return start, self._read(start, self._find_end(start))

    def _find_end(self, offset: int) -> int:
        """Where the first end of a line from `offset` on stands; the file's end if none does."""
        number, within = divmod(offset, BLOCK)
        while number * BLOCK < self._size:
            found = self._block(number).find(b"\n", within)
            if found >= 0:
                return number * BLOCK + found
            number, within = number + 1, 0
        return self._size

    def _read(self, start: int, stop: int) -> bytes:
        first, last = start // BLOCK, max(start, stop - 1) // BLOCK
        text = b"".join(self._block(number) for number in range(first, last + 1))
        return text[start - first * BLOCK : stop - first * BLOCK]

    def _read_block(self, number: int) -> bytes:
        return os.pread(self._descriptor, BLOCK, number * BLOCK)
