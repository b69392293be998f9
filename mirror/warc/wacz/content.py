"""The data of members: read once through for their hashes, and in windows for what is in them."""

from __future__ import annotations

import hashlib
import io
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from mirror.warc.wacz.zipformat import STORED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mirror.warc.wacz.directory import Found

    Progress = Callable[[int], object]

_CHUNK = 256 * 1024
MOST_LINE = 64 * 1024 * 1024
"""Bytes of one line, of a list of pages or an index."""
HASHES = ("sha256", "sha512", "sha1", "md5")


class Unreadable(ValueError):
    """A member's data is not what its headers say."""


@dataclass(frozen=True, slots=True)
class Hashes:
    """Of a member's content, and of its data where it is deflated, in hexadecimal."""

    content: str
    packed_sha256: str


class Window(io.RawIOBase):
    """Part of a file, as a file."""

    def __init__(self, file: BinaryIO, start: int, length: int) -> None:
        self._file = file
        self._start = start
        self._length = length
        self._at = 0

    def seek(self, offset: int, whence: int = 0) -> int:
        assert not whence
        self._at = offset
        return offset

    def read(self, size: int = -1) -> bytes:
        left = max(0, self._length - self._at)
        self._file.seek(self._start + self._at)
        data = self._file.read(left if size < 0 else min(size, left))
        self._at += len(data)
        return data


def window(file: BinaryIO, member: Found) -> Window:
    """A member's data as it stands in the file."""
    return Window(file, member.start, member.entry.packed)


def pieces(file: BinaryIO, member: Found) -> Iterator[bytes]:
    """A member's content, never more of it than its headers say.

    :raises Unreadable: the data is damaged, or is of another size.
    """
    data = window(file, member)
    if member.entry.method == STORED:
        while piece := data.read(_CHUNK):
            yield piece
        return
    inflater = zlib.decompressobj(-15)
    left = member.entry.size
    try:
        while not inflater.eof:
            given = inflater.unconsumed_tail or data.read(_CHUNK)
            if not given:
                raise Unreadable("its deflated data ends too early")
            piece = inflater.decompress(given, _CHUNK)
            left -= len(piece)
            if left < 0:
                raise Unreadable("it unpacks to more than it says")
            if piece:
                yield piece
    except zlib.error as error:
        raise Unreadable(f"it cannot be inflated: {error}") from None
    if left:
        raise Unreadable("it unpacks to less than it says")
    if inflater.unused_data or data.read(1):
        raise Unreadable("bytes follow its deflated data")


def hashes(file: BinaryIO, member: Found, algorithm: str, progress: Progress) -> Hashes:
    """Read a member through.

    :param algorithm: one of :data:`HASHES`.

    :raises Unreadable: its data is damaged, or its checksum is another.
    """
    content = hashlib.new(algorithm, usedforsecurity=False)
    packed = hashlib.sha256()
    crc = 0
    for piece in pieces(file, member):
        crc = zlib.crc32(piece, crc)
        content.update(piece)
    if crc != member.entry.crc:
        raise Unreadable("its content has another CRC-32 than its headers say")
    if member.entry.method != STORED:
        data = window(file, member)
        while piece := data.read(_CHUNK):
            packed.update(piece)
    progress(member.entry.packed)
    return Hashes(content.hexdigest(), packed.hexdigest())


def small(file: BinaryIO, member: Found, most: int) -> bytes:
    """A member's whole content.

    :raises Unreadable: it is damaged, or larger than `most` bytes.
    """
    if member.entry.size > most:
        raise Unreadable(f"it has {member.entry.size} bytes; {most} are enough for such a file")
    return b"".join(pieces(file, member))


def lines(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Lines without their ends, out of pieces.

    :raises Unreadable: one is too long, or the last is not ended.
    """
    rest = b""
    for part in parts:
        *whole, rest = (rest + part).split(b"\n")
        yield from whole
        if len(rest) > MOST_LINE:
            raise Unreadable(f"a line has more than {MOST_LINE} bytes")
    if rest:
        raise Unreadable("its last line is not ended")
