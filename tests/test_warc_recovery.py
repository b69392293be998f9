"""Torn files cut back to whole records."""

from __future__ import annotations

import gzip
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirror import warc
from tests import warc_samples as samples

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, list[int]]:
    """A small file, and the offsets at which its records end, 0 among them."""
    path = samples.write_file(
        tmp_path_factory.mktemp("whole"),
        [
            [samples.response(samples.OK)],
            [samples.resource(b"", "empty")],
            [samples.resource(b"x")],
        ],
    )
    ends = [stored.location.offset + stored.location.length for stored in warc.read_records(path)]
    return path.read_bytes(), [0, *ends]


def test_a_whole_file_is_left_alone(tmp_path: Path, whole: tuple[bytes, list[int]]) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(whole[0])
    assert warc.whole_length(path) == len(whole[0])
    assert warc.cut_torn_tail(path) == 0
    assert path.read_bytes() == whole[0]


def test_a_file_cut_at_any_byte_keeps_every_whole_record(
    tmp_path: Path, whole: tuple[bytes, list[int]]
) -> None:
    data, ends = whole
    path = tmp_path / "a.warc.gz"
    for cut in range(len(data) + 1):
        path.write_bytes(data[:cut])
        expected = max(end for end in ends if end <= cut)
        assert warc.cut_torn_tail(path) == cut - expected
        assert path.read_bytes() == data[:expected]


def test_any_changed_byte_is_noticed_by_the_record_that_it_is_in(
    tmp_path: Path, whole: tuple[bytes, list[int]]
) -> None:
    data, ends = whole
    path = tmp_path / "a.warc.gz"
    # Bytes 4 to 9 of a gzip header (time, flags of speed, system) carry no data (RFC 1952 §2.3).
    idle = {end + byte for end in ends for byte in range(4, 10)}
    for position in set(range(len(data))) - idle:
        path.write_bytes(data[:position] + bytes([data[position] ^ 0x55]) + data[position + 1 :])
        assert warc.whole_length(path) == max(end for end in ends if end <= position)


@given(tail=st.binary(min_size=1, max_size=200))
def test_any_garbage_after_the_last_record_is_cut(
    tmp_path_factory: pytest.TempPathFactory, whole: tuple[bytes, list[int]], tail: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "garbage.warc.gz"
    path.write_bytes(whole[0] + tail)
    assert warc.cut_torn_tail(path) == len(tail)
    assert path.read_bytes() == whole[0]


RECORD = b"WARC/1.1\r\nWARC-Type: resource\r\nContent-Length: 3\r\n\r\ntea\r\n\r\n"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a record",
        b"\0" * 5000,
        RECORD + RECORD,
        RECORD[:-1],
        RECORD[:-4],
        RECORD + b"\n",
        RECORD.replace(b"tea", b"teapot"),
        RECORD.replace(b"3", b"4"),
        RECORD.replace(b"3", b"999999999999999999"),
        RECORD.replace(b"3", b"-3"),
        RECORD.replace(b"3", b"9" * 400),
        RECORD.replace(b"Content-Length: 3\r\n", b""),
        RECORD.replace(b"WARC/1.1", b"HTTP/1.1"),
        b"WARC/1.1\r\n" + b"X: y\r\n" * 500_000,
    ],
    ids=range(15),
)
def test_a_member_that_is_not_one_whole_record_is_cut(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.warc.gz"
    good = gzip.compress(RECORD)
    path.write_bytes(good + gzip.compress(content) + good)
    assert warc.whole_length(path) == len(good)


def test_a_bomb_in_the_tail_takes_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    head = b"WARC/1.1\r\nContent-Length: 200000000\r\n\r\n"
    path.write_bytes(gzip.compress(head + bytes(100_000_000)))
    tracemalloc.start()
    assert warc.whole_length(path) == 0
    assert tracemalloc.get_traced_memory()[1] < 2_000_000
    tracemalloc.stop()


def test_recovery_reads_from_the_known_length_on(
    tmp_path: Path, whole: tuple[bytes, list[int]]
) -> None:
    data, ends = whole
    path = tmp_path / "a.warc.gz"
    path.write_bytes(b"?" + data[1:] + b"torn")
    assert warc.whole_length(path) == 0
    assert warc.whole_length(path, start=ends[2]) == len(data)
    assert warc.cut_torn_tail(path, start=len(data)) == 4


def test_a_known_length_past_the_end_of_the_file_is_not_believed(
    tmp_path: Path, whole: tuple[bytes, list[int]]
) -> None:
    data, ends = whole
    path = tmp_path / "a.warc.gz"
    path.write_bytes(data[:-1])
    assert warc.whole_length(path, start=len(data)) == ends[-2]


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        warc.cut_torn_tail(tmp_path / "absent.warc.gz")
