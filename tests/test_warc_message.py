"""Reading HTTP/1 responses from raw bytes."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mirror.warc import MalformedMessage, parse_response, payload

BODY = "一壶茶\n".encode()
SIZED = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY


def test_parts_of_an_ordinary_response() -> None:
    raw = b'HTTP/1.1 200 All fine\r\nETag: "x"\r\nContent-Length: 3\r\n\r\nteaMORE'
    parsed = parse_response(raw)
    assert (parsed.version, parsed.status, parsed.reason) == (b"HTTP/1.1", 200, b"All fine")
    assert parsed.fields == [(b"ETag", b'"x"'), (b"Content-Length", b"3")]
    assert (parsed.start, parsed.head_end, parsed.end) == (0, len(raw) - 7, len(raw) - 4)
    assert parsed.framing == "length"
    assert payload(raw, parsed) == b"tea"


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_every_kind_of_buffer_reads_the_same(
    kind: type[bytes] | type[bytearray] | type[memoryview],
) -> None:
    for raw in (SIZED, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nt\r\n0\r\n\r\n"):
        parsed = parse_response(kind(raw))
        assert parsed == parse_response(raw)
        assert payload(kind(raw), parsed) == payload(raw, parsed)
        assert all(type(part) is bytes for field in parsed.fields for part in field)


def test_fields_keep_order_case_and_duplicates() -> None:
    raw = b"HTTP/1.1 200 OK\r\nset-COOKIE: a\r\nX: 1\r\nSet-Cookie:b\r\n\r\n"
    parsed = parse_response(raw)
    assert parsed.fields == [(b"set-COOKIE", b"a"), (b"X", b"1"), (b"Set-Cookie", b"b")]
    assert parsed.header(b"SET-cookie") == b"a"
    assert parsed.header(b"absent") is None


@pytest.mark.parametrize(
    ("head", "fields"),
    [
        (b"X: one\r\n   two\r\n\tthree", [(b"X", b"one two three")]),
        (b"X:\r\n one", [(b"X", b"one")]),
        (b"X: one\r\n \r\n two", [(b"X", b"one two")]),
        (b" begins with a fold\r\nX: 1", [(b"X", b"1")]),
        (b"no colon\r\n its fold\r\nX: 1", [(b"X", b"1")]),
        (b": no name\r\nX: 1", [(b"X", b"1")]),
        (b"X : 1", [(b"X", b"1")]),
        (b"X: caf\xe9 \xff", [(b"X", b"caf\xe9 \xff")]),
        (b"X: a\rb\0c", [(b"X", b"a b c")]),
        (b"X: a:b", [(b"X", b"a:b")]),
        (b"X:", [(b"X", b"")]),
    ],
)
def test_careless_fields(head: bytes, fields: list[tuple[bytes, bytes]]) -> None:
    for end in (b"\r\n", b"\n"):
        raw = b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n"
        assert parse_response(raw.replace(b"\r\n", end)).fields == fields


@pytest.mark.parametrize(
    ("line", "version", "status", "reason"),
    [
        (b"HTTP/1.0 200 OK", b"HTTP/1.0", 200, b"OK"),
        (b"HTTP/1.1 200", b"HTTP/1.1", 200, b""),
        (b"HTTP/1.1 200 ", b"HTTP/1.1", 200, b""),
        (b"HTTP/1.1  404  Not  Here ", b"HTTP/1.1", 404, b"Not  Here"),
        (b"HTTP/1.1 200 \xe9t\xe9", b"HTTP/1.1", 200, b"\xe9t\xe9"),
        (b"HTTP/2 200 OK", b"HTTP/2", 200, b"OK"),
    ],
)
def test_status_lines(line: bytes, version: bytes, status: int, reason: bytes) -> None:
    parsed = parse_response(line + b"\r\n\r\n")
    assert (parsed.version, parsed.status, parsed.reason) == (version, status, reason)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n",
        b"<html>not HTTP</html>\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/1.1 OK\r\n\r\n",
        b"HTTP/1.1 200 OK",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\nX: 1\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\ntea",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3, 4\r\n\r\ntea",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\ntea",
        b"HTTP/1.1 200 OK\r\nContent-Length: +3\r\n\r\ntea",
        b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\ntea",
    ],
)
def test_what_is_no_response_is_malformed(raw: bytes) -> None:
    with pytest.raises(MalformedMessage):
        parse_response(raw)


@pytest.mark.parametrize("value", [b"3", b"03", b"3, 3", b" 3 ", b"3\r\nContent-Length: 003"])
def test_equal_content_lengths_count_as_one(value: bytes) -> None:
    raw = b"HTTP/1.1 200 OK\r\nContent-Length: " + value + b"\r\n\r\nteapot"
    parsed = parse_response(raw)
    assert (parsed.framing, payload(raw, parsed)) == ("length", b"tea")


def test_interim_responses_are_passed_over_and_counted() -> None:
    before = b"HTTP/1.1 100 Continue\r\n\r\n\r\nHTTP/1.1 103 Early Hints\nLink: </x>\n\n"
    parsed = parse_response(before + SIZED)
    assert (parsed.interim, parsed.start) == (2, len(before))
    assert parsed.end == len(before) + len(SIZED)


def test_switching_protocols_is_final_and_has_no_body() -> None:
    raw = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nanything"
    parsed = parse_response(raw)
    assert (parsed.interim, parsed.status, parsed.framing) == (0, 101, "none")
    assert payload(raw, parsed) == b""


@pytest.mark.parametrize(
    ("method", "status"), [(b"HEAD", 200), (b"GET", 204), (b"GET", 304), (b"CONNECT", 200)]
)
@pytest.mark.parametrize("field", [b"Content-Length: 9", b"Transfer-Encoding: chunked", b"X: 1"])
def test_responses_that_never_have_a_body(method: bytes, status: int, field: bytes) -> None:
    raw = b"HTTP/1.1 %d X\r\n%s\r\n\r\n" % (status, field)
    parsed = parse_response(raw + b"next", method=method)
    assert (parsed.framing, parsed.end) == ("none", len(raw))


@pytest.mark.parametrize("closed", [True, False])
def test_a_body_that_ends_with_the_connection(closed: bool) -> None:
    raw = b"HTTP/1.0 200 OK\r\n\r\ntea"
    parsed = parse_response(raw, closed=closed)
    assert (parsed.framing, parsed.end) == ("close", len(raw) if closed else None)
    assert payload(raw, parsed) == b"tea"


def test_a_sized_body_that_is_cut_short_has_no_end() -> None:
    for cut in range(len(SIZED) - len(BODY), len(SIZED)):
        parsed = parse_response(SIZED[:cut])
        assert parsed.end is None
        assert payload(SIZED[:cut], parsed) == SIZED[parsed.head_end : cut]


CHUNKED = (
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: Chunked\r\n\r\n"
    b'5;a="b"\r\nsteam\r\n06 \r\n rises\r\n0;last\r\nX-Sum: 11\r\nmore\r\n\r\n'
)


def test_chunks_win_over_content_length_and_lose_extensions_and_trailers() -> None:
    parsed = parse_response(CHUNKED + b"over")
    assert (parsed.framing, parsed.end) == ("chunked", len(CHUNKED))
    assert payload(CHUNKED + b"over", parsed) == b"steam rises"


def test_chunks_that_end_in_line_feeds_only() -> None:
    raw = CHUNKED.replace(b"\r\n", b"\n")
    parsed = parse_response(raw)
    assert parsed.end == len(raw)
    assert payload(raw, parsed) == b"steam rises"


def test_a_chunked_body_cut_anywhere_has_no_end_and_gives_what_is_there() -> None:
    head_end = parse_response(CHUNKED).head_end
    for cut in range(head_end, len(CHUNKED)):
        parsed = parse_response(CHUNKED[:cut])
        assert parsed.end is None
        assert b"steam rises".startswith(payload(CHUNKED[:cut], parsed))


@pytest.mark.parametrize(
    "body",
    [
        b"tea",
        b"-1\r\nx\r\n0\r\n\r\n",
        b"3\r\nteaX\r\n0\r\n\r\n",
        b"0x3\r\ntea\r\n0\r\n\r\n",
        b"f" * 16 + b"\r\ntea\r\n",
        b"f" * 17 + b"\r\ntea\r\n",
    ],
)
def test_broken_chunk_framing_has_no_end(body: bytes) -> None:
    raw = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body
    parsed = parse_response(raw)
    assert parsed.end is None
    assert len(payload(raw, parsed)) <= len(body)


def test_another_transfer_coding_last_ends_with_the_connection() -> None:
    raw = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n\r\nx"
    assert parse_response(raw).framing == "close"


@given(st.binary(max_size=400))
@example(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n")
def test_any_bytes_parse_or_are_malformed(data: bytes) -> None:
    for raw in (data, b"HTTP/1.1 200 OK\r\n" + data, CHUNKED[:75] + data):
        try:
            parsed = parse_response(raw)
        except MalformedMessage:
            continue
        assert 0 <= parsed.start < parsed.head_end <= len(raw)
        assert parsed.end is None or parsed.head_end <= parsed.end <= len(raw)
        assert len(payload(raw, parsed)) <= len(raw) - parsed.head_end
        assert all(b"\n" not in part for field in parsed.fields for part in field)


@given(
    body=st.binary(max_size=300),
    sizes=st.lists(st.integers(1, 50), max_size=8),
    trailers=st.lists(st.sampled_from([b"A: b", b"c"]), max_size=2),
    rest=st.binary(max_size=20),
)
def test_whatever_is_chunked_comes_back(
    body: bytes, sizes: list[int], trailers: list[bytes], rest: bytes
) -> None:
    framed, position = b"", 0
    for size in [*sizes, len(body) or 1]:
        chunk = body[position : position + size]
        position += len(chunk)
        if chunk:
            framed += b"%x\r\n%s\r\n" % (len(chunk), chunk)
    framed += b"0\r\n" + b"".join(line + b"\r\n" for line in trailers) + b"\r\n"
    raw = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + framed
    parsed = parse_response(raw + rest)
    assert parsed.end == len(raw)
    assert payload(raw + rest, parsed) == body


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200" + b" " * 2_000_000,
        b"HTTP/1.1 200 " + b" x" * 1_000_000 + b"\r\n\r\n",
        b"\r\n" * 1_000_000 + SIZED,
        b"HTTP/1.1 100 C\r\n\r\n" * 50_000 + SIZED,
        b"HTTP/1.1 200 OK\r\nX: 1\r\n" + b" y\r\n" * 500_000 + b"\r\n",
        CHUNKED[:75] + b"1;" + b" " * 2_000_000,
        CHUNKED[:75] + b"1\r\nx\r\n" * 200_000,
        CHUNKED[:75] + b"0\r\n" + b"a" * 2_000_000,
    ],
    ids=["spaces", "reason", "blank lines", "interim", "folds", "extension", "chunks", "trailer"],
)
def test_hostile_responses_take_linear_time(raw: bytes) -> None:
    started = time.process_time()
    with contextlib.suppress(MalformedMessage):
        parse_response(raw)
    assert time.process_time() - started < 2
