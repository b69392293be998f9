"""Content codings and the bound on what they give."""

from __future__ import annotations

import contextlib
import gzip
import time
import tracemalloc
import zlib

import brotli  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirror.warc import BadEncoding, BodyTooLarge, decoded

TEXT = "雨后的茶园。\n".encode() * 200
LIMIT = 1_000_000


def raw_deflate(data: bytes) -> bytes:
    return zlib.compress(data, wbits=-15)


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        (None, TEXT),
        (b"", TEXT),
        (b"identity", TEXT),
        (b"gzip", gzip.compress(TEXT, mtime=0)),
        (b" GZip ", gzip.compress(TEXT, mtime=0)),
        (b"x-gzip", gzip.compress(TEXT, mtime=0)),
        (
            b"gzip",
            gzip.compress(TEXT[:700], mtime=0)
            + gzip.compress(b"", mtime=0)
            + gzip.compress(TEXT[700:], mtime=0),
        ),
        (b"gzip", gzip.compress(TEXT, mtime=0) + b"\0\0trailing"),
        (b"deflate", zlib.compress(TEXT)),
        (b"deflate", raw_deflate(TEXT)),
        (b"br", brotli.compress(TEXT)),
        (b"deflate, identity, gzip", gzip.compress(zlib.compress(TEXT), mtime=0)),
    ],
)
def test_codings_are_undone(coding: bytes | None, body: bytes) -> None:
    assert decoded(body, coding, limit=LIMIT) == TEXT


@pytest.mark.parametrize("coding", [b"gzip", b"deflate", b"br", b"gzip, br"])
def test_no_body_stays_none(coding: bytes) -> None:
    assert decoded(b"", coding, limit=LIMIT) == b""


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        (b"gzip", TEXT),
        (b"gzip", gzip.compress(TEXT, mtime=0)[:-1]),
        (b"gzip", gzip.compress(TEXT, mtime=0)[:-5] + b"wrong"),
        (b"deflate", b"\xff" * 50),
        (b"deflate", zlib.compress(TEXT)[:-10]),
        (b"br", b"\xff" * 50),
        (b"br", brotli.compress(TEXT)[:-3]),
        (b"zstd", TEXT),
        (b"compress", TEXT),
        (b", ".join([b"gzip"] * 6), TEXT),
    ],
)
def test_what_is_not_what_it_says_is_refused(coding: bytes, body: bytes) -> None:
    with pytest.raises(BadEncoding):
        decoded(body, coding, limit=LIMIT)


@pytest.mark.parametrize("coding", [b"gzip", b"deflate", b"br", None])
def test_the_limit_is_exact(coding: bytes | None) -> None:
    compress = {b"gzip": gzip.compress, b"deflate": zlib.compress, b"br": brotli.compress}
    body = compress[coding](TEXT) if coding else TEXT
    assert decoded(body, coding, limit=len(TEXT)) == TEXT
    with pytest.raises(BodyTooLarge):
        decoded(body, coding, limit=len(TEXT) - 1)


@pytest.mark.parametrize("coding", [b"gzip", b"deflate", b"br"])
def test_a_bomb_is_stopped_before_it_fills_memory(coding: bytes) -> None:
    compress = {b"gzip": gzip.compress, b"deflate": zlib.compress, b"br": brotli.compress}
    bomb = compress[coding](bytes(200_000_000))
    tracemalloc.start()
    with pytest.raises(BodyTooLarge):
        decoded(bomb, coding, limit=LIMIT)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000


def test_many_empty_members_take_linear_time() -> None:
    body = gzip.compress(b"", mtime=0) * 50_000
    started = time.process_time()
    assert decoded(body, b"gzip", limit=LIMIT + len(body)) == b""
    assert time.process_time() - started < 3


@given(st.binary(max_size=300), st.sampled_from([b"gzip", b"deflate", b"br", b"gzip, deflate"]))
def test_any_bytes_decode_or_are_refused(body: bytes, coding: bytes) -> None:
    with contextlib.suppress(BadEncoding, BodyTooLarge):
        assert len(decoded(body, coding, limit=10_000)) <= 10_000
