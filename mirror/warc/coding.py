"""Content codings undone, with a bound on what comes out."""

from __future__ import annotations

import importlib
import zlib
from typing import Protocol, cast

MAX_CODINGS = 5
"""Codings stacked on one body; more is an attack."""
_WINDOW = 4096
"""Bytes decompressed at a time: they give at most 4 MiB (deflate stops at 1,032 to 1), which
bounds how far the limit can be passed, and what a gzip member of a few bytes costs."""


class BodyTooLarge(ValueError):
    """The decoded body passes the limit."""


class BadEncoding(ValueError):
    """The body is not what its Content-Encoding says, or the coding is unknown."""


class _BrotliDecompressor(Protocol):
    def process(self, data: bytes, output_buffer_limit: int) -> bytes: ...
    def is_finished(self) -> bool: ...


def decoded(payload: bytes, content_encoding: bytes | None, *, limit: int) -> bytes:
    """Undo the content codings of `payload` (RFC 9110 §8.4): gzip, x-gzip, deflate, br, identity.

    ``deflate`` is read with and without the zlib wrapper, ``br`` when ``brotli`` 1.2 or newer is
    installed. Bytes after the end of a coded body are ignored, as browsers do.

    :param content_encoding: the field's value, several codings separated by commas.
    :param limit: most bytes that any step may give.
    :raises BodyTooLarge: more than `limit` bytes come out.
    :raises BadEncoding: garbage, a body cut short, an unknown coding, too many codings.
    """
    codings = [
        coding
        for part in (content_encoding or b"").lower().split(b",")
        if (coding := part.strip()) and coding != b"identity"
    ]
    if len(codings) > MAX_CODINGS:
        raise BadEncoding(f"{len(codings)} content codings on one body")
    if len(payload) > limit:
        raise BodyTooLarge(f"body of {len(payload)} bytes, more than {limit}")
    for coding in reversed(codings):
        if not payload:
            return b""
        match coding:
            case b"gzip" | b"x-gzip":
                payload = _gunzip(payload, limit)
            case b"deflate":
                payload = _inflate_either(payload, limit)
            case b"br":
                payload = _unbrotli(payload, limit)
            case _:
                raise BadEncoding(f"unknown content coding {coding!r}")
    return payload


def _gunzip(data: bytes, limit: int) -> bytes:
    """One member after another (RFC 1952 §2.2)."""
    members: list[bytes] = []
    position = 0
    while not members or data.startswith(b"\x1f\x8b", position):
        member, position = _inflate(data, position, 31, limit)
        members.append(member)
        limit -= len(member)
    return b"".join(members)


def _inflate_either(data: bytes, limit: int) -> bytes:
    try:
        return _inflate(data, 0, 15, limit)[0]
    except BadEncoding:
        # "deflate" means the zlib wrapper (RFC 9110 §8.4.1.2); some servers leave it out.
        return _inflate(data, 0, -15, limit)[0]


def _inflate(data: bytes, position: int, wbits: int, limit: int) -> tuple[bytes, int]:
    """One deflate stream of at most `limit` bytes, and the position after it."""
    stream = zlib.decompressobj(wbits)
    pieces: list[bytes] = []
    size = 0
    while not stream.eof:
        window = data[position : position + _WINDOW]
        if not window:
            raise BadEncoding("compressed body is cut short")
        try:
            pieces.append(stream.decompress(window))
        except zlib.error as error:
            raise BadEncoding(str(error)) from None
        position += len(window)
        size += len(pieces[-1])
        if size > limit:
            raise BodyTooLarge(f"more than {limit} bytes after decoding")
    return b"".join(pieces), position - len(stream.unused_data)


def _unbrotli(data: bytes, limit: int) -> bytes:
    try:
        brotli = importlib.import_module("brotli")
    except ImportError:
        raise BadEncoding("content coding b'br' needs the package brotli") from None
    stream = cast("_BrotliDecompressor", brotli.Decompressor())
    pieces: list[bytes] = []
    size = 0
    try:
        while not stream.is_finished():
            piece = stream.process(data, output_buffer_limit=limit + 1 - size)
            if not piece and not data:
                break
            data = b""
            pieces.append(piece)
            size += len(piece)
            if size > limit:
                raise BodyTooLarge(f"more than {limit} bytes after decoding")
    except (brotli.error, TypeError) as error:
        raise BadEncoding(f"brotli: {error}") from None
    if not stream.is_finished():
        raise BadEncoding("compressed body is cut short")
    return b"".join(pieces)
