"""One HTTP/1 response, read from the bytes that crossed the wire.

The same code reads a response when it has just arrived and when it comes out of a WARC record
years later, so both give the same fields and the same payload. It is lenient where servers are
careless (RFC 9112 §2.2) and never changes a byte: everything it says is an offset into the
message or a copy of a part of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Buffer = bytes | bytearray | memoryview
Framing = Literal["none", "length", "chunked", "close"]
"""How the end of a body is known (RFC 9112 §6.3)."""

# Every expression here runs in linear time on any bytes: servers choose what it is run on.
_EMPTY_LINES = re.compile(rb"[\r\n]*")
_STATUS_LINE = re.compile(rb"(HTTP/\d+(?:\.\d+)?)[ \t]+(\d{3})([ \t\r][^\n]*)?\n")
_HEAD_END = re.compile(rb"\n\r?\n")
_CHUNK_SIZE = re.compile(rb"[ \t]*0*([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\n]*)?\r?\n")
_LINE_END = re.compile(rb"\r?\n")
_MAX_LENGTH_DIGITS = 18
"""More digits than any body has; also keeps int() clear of its own limit."""


class MalformedMessage(ValueError):
    """The bytes are no HTTP/1 response whose extent can be told."""


@dataclass(frozen=True, slots=True)
class Response:
    """Where the parts of a final response stand in the bytes that it was read from."""

    interim: int
    """Number of 1xx heads that stood before it (RFC 9110 §15.2); 101 is a final response."""
    start: int
    """Offset of the first byte of the status line."""
    head_end: int
    """Offset of the first byte of the body."""
    end: int | None
    """Offset after the last byte of the message, trailers included.

    ``None``: the message is cut short, or its chunk framing is broken.
    """
    version: bytes
    """As sent, ``HTTP/1.1``."""
    status: int
    reason: bytes
    fields: list[tuple[bytes, bytes]]
    """As sent: order, case, duplicates; folded values joined by one space (RFC 9112 §5.2).

    Lines without a colon are no fields and left out here. A bare CR or a NUL inside a value reads
    as a space (RFC 9110 §5.5).
    """
    framing: Framing

    def header(self, name: bytes) -> bytes | None:
        """The value of the first field called `name`, in any case."""
        wanted = name.lower()
        return next((value for key, value in self.fields if key.lower() == wanted), None)


def parse_response(raw: Buffer, *, method: bytes = b"GET", closed: bool = True) -> Response:
    """Read the final response at the start of `raw`; what follows its end is not looked at.

    :param method: of the request: decides whether there is a body (RFC 9112 §6.3).
    :param closed: the peer closed the connection after `raw`, so that a body that ends with the
        connection is complete. The block of a WARC record is always closed.
    :raises MalformedMessage: no status line, a head without an end, or contradicting
        Content-Length fields.
    """
    data = bytes(raw) if isinstance(raw, memoryview) else raw
    interim = 0
    position = _after_empty_lines(data, 0)
    while True:
        line = _STATUS_LINE.match(data, position)
        if line is None:
            raise MalformedMessage(f"no HTTP status line at byte {position}")
        # The line's own end counts: a head of no fields is a status line and an empty line.
        blank = _HEAD_END.search(data, line.end() - 1)
        if blank is None:
            raise MalformedMessage("the head of the response has no end")
        status = int(line[2])
        if not 100 <= status < 200 or status == 101:
            break
        interim += 1
        position = _after_empty_lines(data, blank.end())
    head_end = blank.end()
    fields = _fields(bytes(data[line.end() : head_end]))
    framing, length = _framing(status, method, fields)
    end: int | None
    match framing:
        case "none":
            end = head_end
        case "length":
            end = head_end + length if head_end + length <= len(data) else None
        case "chunked":
            end = _chunked_end(data, head_end)
        case "close":
            end = len(data) if closed else None
    return Response(
        interim=interim,
        start=position,
        head_end=head_end,
        end=end,
        version=bytes(line[1]),
        status=status,
        reason=bytes(line[3] or b"").strip(b" \t\r"),
        fields=fields,
        framing=framing,
    )


def payload(raw: Buffer, response: Response) -> bytes:
    """The body without its chunked framing, chunk extensions and trailers.

    The content coding is left alone. Of a message cut short, it is what is there.

    :param raw: the bytes that `response` was read from.
    """
    if response.framing == "none":
        return b""
    if response.framing == "chunked":
        data = bytes(raw) if isinstance(raw, memoryview) else raw
        chunks, _ = _chunks(data, response.head_end)
        return b"".join(bytes(data[start:end]) for start, end in chunks)
    end = len(raw) if response.end is None else response.end
    return bytes(raw[response.head_end : end])


def _after_empty_lines(data: bytes | bytearray, position: int) -> int:
    """Some servers send a line end too many after a body, in front of the next response."""
    found = _EMPTY_LINES.match(data, position)
    return found.end() if found else position


def _fields(head: bytes) -> list[tuple[bytes, bytes]]:
    fields: list[tuple[bytes, list[bytes]]] = []
    values: list[bytes] | None = None
    for line in _LINE_END.split(head):
        if line[:1] in (b" ", b"\t"):
            # A fold belongs to the line before it, and to nothing if that was no field.
            if values is not None:
                values.append(_field_text(line))
            continue
        name, colon, value = line.partition(b":")
        name = name.rstrip(b" \t")
        values = [_field_text(value)] if colon and name else None
        if values is not None:
            fields.append((name, values))
    return [(name, b" ".join(filter(None, values))) for name, values in fields]


def _field_text(value: bytes) -> bytes:
    return value.replace(b"\r", b" ").replace(b"\0", b" ").strip(b" \t")


def _framing(status: int, method: bytes, fields: list[tuple[bytes, bytes]]) -> tuple[Framing, int]:
    """The rules of RFC 9112 §6.3 in their order; the length counts for ``length`` only."""
    if method == b"HEAD" or status in (101, 204, 304):
        return "none", 0
    if method == b"CONNECT" and 200 <= status < 300:
        return "none", 0
    codings = _list_values(fields, b"transfer-encoding")
    if codings:
        return ("chunked" if codings[-1].lower() == b"chunked" else "close"), 0
    lengths = _list_values(fields, b"content-length")
    if not lengths:
        return "close", 0
    if not all(length.isdigit() for length in lengths):
        raise MalformedMessage(f"Content-Length is no number: {lengths!r}")
    distinct = {length.lstrip(b"0") or b"0" for length in lengths}
    if len(distinct) > 1:
        raise MalformedMessage(f"Content-Length fields contradict each other: {lengths!r}")
    digits = distinct.pop()
    if len(digits) > _MAX_LENGTH_DIGITS:
        raise MalformedMessage("Content-Length is larger than any body")
    return "length", int(digits)


def _list_values(fields: list[tuple[bytes, bytes]], name: bytes) -> list[bytes]:
    """Members of a comma-separated field that may be repeated (RFC 9110 §5.6.1)."""
    return [
        member
        for key, value in fields
        if key.lower() == name
        for part in value.split(b",")
        if (member := part.strip(b" \t"))
    ]


def _chunked_end(data: bytes | bytearray, position: int) -> int | None:
    _, last = _chunks(data, position)
    if last is None:
        return None
    trailers = _HEAD_END.search(data, last - 1)
    return trailers.end() if trailers else None


def _chunks(data: bytes | bytearray, position: int) -> tuple[list[tuple[int, int]], int | None]:
    """Extents of the data of each chunk, and where the trailer section begins (RFC 9112 §7.1).

    The latter is ``None`` where the last chunk is missing; the last extent may then be cut.
    """
    chunks: list[tuple[int, int]] = []
    while True:
        size_line = _CHUNK_SIZE.match(data, position)
        if size_line is None:
            return chunks, None
        size = int(size_line[1], 16)
        position = size_line.end()
        if size == 0:
            return chunks, position
        chunks.append((position, min(position + size, len(data))))
        line_end = _LINE_END.match(data, position + size)
        if line_end is None:
            return chunks, None
        position = line_end.end()
