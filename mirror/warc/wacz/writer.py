"""A WACZ file written from front to back, member by member, with nothing kept but its directory."""

from __future__ import annotations

import hashlib
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from mirror.warc.wacz import zipformat
from mirror.warc.wacz.zipformat import DEFLATED, STORED, Entry

if TYPE_CHECKING:
    from collections.abc import Iterator

_SAFELY_SMALL = 0xF000_0000
"""Members that may get larger have ZIP64 sizes; nothing that can be packed grows by a sixteenth."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A member, with what ``datapackage.json`` says of it."""

    path: str
    size: int
    sha256: str
    packed: int
    packed_sha256: str
    deflated: bool


class TooLarge(ValueError):
    """A member has become larger than was announced."""


class Member:
    """A member that is being written; made by :class:`WaczWriter`."""

    def __init__(self, file: BinaryIO, *, deflated: bool) -> None:
        self._file = file
        # Raw deflate (RFC 1951), as ZIP has it.
        self._compressor = zlib.compressobj(9, zlib.DEFLATED, -15, 9) if deflated else None
        self._content = hashlib.sha256()
        self._data = hashlib.sha256()
        self.crc = 0
        self.size = 0
        self.packed = 0
        """Bytes in the file so far; some of what was written last may be held back."""

    def write(self, data: bytes | memoryview) -> None:
        """Append to the member.

        :raises OSError: the file cannot be written.
        """
        self.crc = zlib.crc32(data, self.crc)
        self.size += len(data)
        self._content.update(data)
        if self._compressor is None:
            self._put(data)
        else:
            self._put(self._compressor.compress(data))

    def flush(self) -> None:
        """Let :attr:`packed` tell all that was written; it costs some bytes."""
        if self._compressor is not None:
            self._put(self._compressor.flush(zlib.Z_SYNC_FLUSH))

    def finish(self, path: str) -> Resource:
        if self._compressor is not None:
            self._put(self._compressor.flush())
        content = self._content.hexdigest()
        data = self._data.hexdigest() if self._compressor is not None else content
        return Resource(
            path, self.size, content, self.packed, data, deflated=self._compressor is not None
        )

    def _put(self, data: bytes | memoryview) -> None:
        self._file.write(data)
        self.packed += len(data)
        if self._compressor is not None:
            self._data.update(data)


class WaczWriter:
    """Writes members into `file`, which is seekable and empty."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._end = 0
        self._entries: list[Entry] = []
        self.resources: list[Resource] = []
        """Of the members so far, in their order."""

    @contextmanager
    def member(self, path: str, *, deflated: bool = False, most: int = 0) -> Iterator[Member]:
        """Write a member in a ``with`` block.

        :param most: bytes that it may get at most; need not be given below some gigabytes.
        :raises TooLarge: it got larger.
        :raises OSError: the file cannot be written.
        """
        if any(each.path == path for each in self.resources):
            raise ValueError(f"{path} stands in the package already")
        start, method = self._end, DEFLATED if deflated else STORED
        big = most >= _SAFELY_SMALL
        blank = Entry(path, method, 0, 0, 0, start, big)
        header = zipformat.local_header(blank)
        self._file.seek(start)
        self._file.write(header)
        writing = Member(self._file, deflated=deflated)
        yield writing
        resource = writing.finish(path)
        if not big and max(resource.size, resource.packed) >= zipformat.LIMIT:
            raise TooLarge(f"{path} has {resource.size} bytes, more than was announced")
        entry = Entry(path, method, writing.crc, resource.packed, resource.size, start, big)
        self._file.seek(start)
        self._file.write(zipformat.local_header(entry))
        self._end = start + len(header) + resource.packed
        self._entries.append(entry)
        self.resources.append(resource)

    def add(self, path: str, data: bytes) -> None:
        """A small member, stored."""
        with self.member(path) as member:
            member.write(data)

    def finish(self) -> None:
        """Write the directory; the file is whole after that.

        :raises OSError: the file cannot be written.
        """
        self._file.seek(self._end)
        size = 0
        for entry in self._entries:
            size += self._file.write(zipformat.central_header(entry))
        self._file.write(zipformat.end_records(len(self._entries), self._end, size))
