"""The file that a run's items are appended to."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from mirror.warc.warcfile import sync_folder

if TYPE_CHECKING:
    from pathlib import Path


class ItemLog:
    """The items of one run, opened for appending.

    :raises OSError: the file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=1 << 18)
        self._synced = self.length = self._file.tell()
        """Bytes written so far."""
        sync_folder(path.parent)

    def add(self, line: bytes) -> int:
        offset = self.length
        self._file.write(line + b"\n")
        self.length += len(line) + 1
        return offset

    def flush(self) -> None:
        self._file.flush()

    def sync(self) -> None:
        self._file.flush()
        if self._synced != self.length:
            os.fsync(self._file.fileno())
            self._synced = self.length

    def close(self) -> None:
        self._file.close()

    def abandon(self) -> None:
        """Close the file, and do not mind when what is left cannot be written."""
        with suppress(OSError):
            self._file.close()
