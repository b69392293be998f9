"""Where an export goes: a file that is there whole or not at all, or a stream."""

from __future__ import annotations

import os
import secrets
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from mirror.warc.warcfile import sync_folder

if TYPE_CHECKING:
    from types import TracebackType

STDOUT = 1
BUFFER = 1 << 20


class Destination:
    """A file to write to, which takes its name when all of it is on disk.

    Until then an older file of that name stays as it is; after an error it stays for good. What is
    no ordinary file (a pipe, a device) is written to as it comes.

    :param path: ``None`` for standard output.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._target = Path(os.path.realpath(path)) if path is not None else None
        self._partial: Path | None = None
        self._file: BinaryIO | None = None

    @property
    def is_terminal(self) -> bool:
        return self.path is None and sys.stdout.isatty()

    def __enter__(self) -> BinaryIO:
        """Open it.

        :raises OSError: it cannot be written.
        """
        if self._target is None:
            self._file = os.fdopen(os.dup(STDOUT), "wb", BUFFER)
        elif _is_stream(self._target):
            self._file = self._target.open("wb", BUFFER)
        else:
            if self._target.is_dir():
                raise IsADirectoryError(f"{self._target} is a folder")
            name = f".{self._target.name}.{secrets.token_hex(4)}.partial"
            self._partial = self._target.with_name(name)
            try:
                self._file = self._partial.open("xb", BUFFER)
            except BaseException:  # a signal can come between the file and its being known
                self._partial.unlink(missing_ok=True)
                raise
        return self._file

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the file its name, or take it away after an error.

        :raises OSError: it cannot be written.
        """
        assert self._file is not None
        try:
            if kind is None:
                self._finish(self._file)
        finally:
            with suppress(OSError):  # what stops the last bytes now was an error before
                self._file.close()
            if self._partial is not None:
                self._partial.unlink(missing_ok=True)

    def _finish(self, file: BinaryIO) -> None:
        file.flush()
        if self._partial is None or self._target is None:
            return
        os.fsync(file.fileno())
        self._partial.replace(self._target)
        self._partial = None
        sync_folder(self._target.parent)


def _is_stream(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)
