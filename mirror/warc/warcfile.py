"""One WARC file opened for appending."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from pathlib import Path

logger = logging.getLogger(__name__)


class WarcFile:
    """Appends to `path`; the bytes of one call are there in full or not at all.

    :param new: the file must not exist yet; else it must.
    :raises OSError: it cannot be opened.
    """

    def __init__(self, path: Path, *, new: bool) -> None:
        self.path = path
        flags = os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC
        self._descriptor = os.open(path, flags | (os.O_CREAT | os.O_EXCL if new else 0), 0o666)
        self._name_synced = not new
        self.size = os.fstat(self._descriptor).st_size
        """Bytes in the file, all of them whole records."""

    def append(self, data: bytes) -> None:
        """Write `data` at the end.

        :raises OSError: not all of it could be written; the file is as it was before.
        """
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError as error:
            self._cut_back()
            self._fail(error)
        self.size += len(data)

    def sync(self) -> None:
        """Put the content, and once the file's name, on disk.

        :raises OSError: the disk failed.
        """
        try:
            os.fsync(self._descriptor)
            if not self._name_synced:
                sync_folder(self.path.parent)
                self._name_synced = True
        except OSError as error:
            self._fail(error)

    def close(self) -> None:
        """Close without putting on disk; a second call does nothing."""
        if self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1
            os.close(descriptor)

    def _fail(self, error: OSError) -> NoReturn:
        raise OSError(error.errno, error.strerror, str(self.path)) from error

    def _cut_back(self) -> None:
        try:
            os.ftruncate(self._descriptor, self.size)
        except OSError:
            # Whoever opens the file next cuts the torn record off.
            logger.exception("%s could not be cut back to %d bytes", self.path, self.size)


def sync_folder(folder: Path) -> None:
    """Put the names in `folder` on disk.

    :raises OSError: the disk failed.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
