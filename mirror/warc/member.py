"""Gzip members that hold one WARC record each, taken apart piece by piece.

Compression by record is what lets a record be read by its offset (WARC 1.1 annex D). Memory is
bounded here whatever the bytes are; who wants a record in one piece joins the pieces.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO, cast

from isal import igzip_lib

if TYPE_CHECKING:
    from collections.abc import Iterator

_READ = 32 * 1024
_PIECE = 64 * 1024
_MAX_HEAD = 1024 * 1024
"""Bytes of WARC headers; a megabyte of them is garbage."""

# Declared as a value in isal's stubs.
_IsalError = cast("type[Exception]", igzip_lib.error)

_VERSION = re.compile(rb"WARC/\d{1,3}\.\d{1,3}\r\n")
_CONTENT_LENGTH = re.compile(rb"\r\nContent-Length[ \t]*:[ \t]*(\d{1,18})[ \t]*\r\n", re.IGNORECASE)
_HEAD_END = b"\r\n\r\n"
_RECORD_END = b"\r\n\r\n"


class DamagedMember(ValueError):
    """Where a gzip member with one whole WARC record should stand, there is something else."""


class Members:
    """Walks over the members of `file` from `offset` on."""

    def __init__(self, file: BinaryIO, offset: int = 0) -> None:
        self._file = file
        self._unread = b""
        self._position = offset
        """Offset of the first byte after those handed to the decompressor."""
        file.seek(offset)

    @property
    def offset(self) -> int:
        """Of the next member, between two members."""
        return self._position - len(self._unread)

    def record(self) -> Iterator[bytes]:
        """The next member's record: first its head, with its last line end, then its block.

        The member has to be taken to its end: only there are its checksum and its extent known.
        Nothing comes at the end of the file.

        :raises DamagedMember: the bytes are not one whole member with one whole record.
        """
        if not self._unread and not self._refill():
            return
        inflated = self._inflate()
        text = b""
        while (split := text.find(_HEAD_END)) < 0:
            piece = next(inflated, b"")
            text += piece
            if not piece or len(text) > _MAX_HEAD:
                raise DamagedMember("no WARC record begins here")
        head, text = text[: split + 2], text[split + 4 :]
        remaining = _content_length(head)
        yield head
        while True:
            piece, text = text[:remaining], text[remaining:]
            remaining -= len(piece)
            if piece:
                yield piece
            if not remaining:
                break
            text = next(inflated, b"")
            if not text:
                raise DamagedMember("the record is shorter than its Content-Length")
        while len(text) <= len(_RECORD_END) and (piece := next(inflated, b"")):
            text += piece
        if text != _RECORD_END:
            raise DamagedMember("the record does not end where its Content-Length says")

    def _refill(self) -> bool:
        self._unread = self._file.read(_READ)
        self._position += len(self._unread)
        return bool(self._unread)

    def _inflate(self) -> Iterator[bytes]:
        """The member's content, up to a bounded number of bytes at a time."""
        stream = igzip_lib.IgzipDecompressor(igzip_lib.DECOMP_GZIP)
        while not stream.eof:
            data = b""
            if stream.needs_input:
                if not self._unread and not self._refill():
                    raise DamagedMember("the file ends within a gzip member")
                data, self._unread = self._unread, b""
            try:
                piece = stream.decompress(data, _PIECE)
            except _IsalError as error:
                raise DamagedMember(f"not a whole gzip member: {error}") from None
            if piece:
                yield piece
        self._unread = stream.unused_data


def _content_length(head: bytes) -> int:
    """The block's length as the head of its record has it."""
    if not _VERSION.match(head):
        raise DamagedMember("the member does not begin with a WARC record")
    found = _CONTENT_LENGTH.search(head)
    if found is None:
        raise DamagedMember("the record has no Content-Length")
    return int(found[1])
