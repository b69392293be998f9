"""Records read back as they were written."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirror import warc
from tests import warc_samples as samples

if TYPE_CHECKING:
    from pathlib import Path


def test_every_record_comes_back_with_its_place(tmp_path: Path) -> None:
    target = samples.writer(tmp_path)
    written = []
    for group in samples.every_type():
        for record, location in zip(group, target.write(group), strict=True):
            written.append(warc.StoredRecord(location, record.with_warcinfo(target.warcinfo_id)))
    target.close()
    info, *read = warc.read_records(target.path)
    assert info.record.type == "warcinfo"
    assert read == written
    for stored in written:
        place = stored.location
        assert warc.read_at(target.path, place.offset, place.length) == stored.record
    assert list(warc.read_records(target.path, start=written[3].location.offset)) == written[3:]


@given(blocks=st.lists(st.binary(max_size=200_000), max_size=4))
def test_any_block_comes_back(
    tmp_path_factory: pytest.TempPathFactory, blocks: list[bytes]
) -> None:
    path = samples.write_file(
        tmp_path_factory.mktemp("blocks"), [[samples.resource(block)] for block in blocks]
    )
    assert [stored.record.block for stored in warc.read_records(path)][1:] == blocks


@pytest.mark.parametrize("size", [0, 1, 32 * 1024, 64 * 1024 - 1, 64 * 1024, 10_000_000])
def test_blocks_of_every_size_come_back(tmp_path: Path, size: int) -> None:
    block = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    path = samples.write_file(tmp_path, [[samples.resource(block)]])
    assert [stored.record.block for stored in warc.read_records(path)][1:] == [block]


def test_foreign_heads_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    head = (
        "WARC/1.0\r\nwarc-type:  resource \r\nX: one\r\n two\r\nX: é\r\ncontent-length: 3\r\n\r\n"
    )
    path.write_bytes(gzip.compress(head.encode() + b"tea\r\n\r\n"))
    (stored,) = warc.read_records(path)
    assert stored.record == warc.Record(
        (("warc-type", "resource"), ("X", "one two"), ("X", "é")), b"tea"
    )
    assert stored.record.type == "resource"


def test_damage_is_named_by_file_place_and_kind(tmp_path: Path) -> None:
    path = samples.write_file(tmp_path, [[samples.resource(b"tea")]])
    size = path.stat().st_size
    path.write_bytes(path.read_bytes() + b"garbage of more than a gzip header")
    records = warc.read_records(path)
    assert next(records).record.type == "warcinfo"
    assert next(records).record.block == b"tea"
    with pytest.raises(warc.BadWarc, match=f"{path.name}: at byte {size}: not a whole gzip") as bad:
        next(records)
    assert (bad.value.path, bad.value.offset) == (path, size)


def test_a_torn_last_record_is_damage(tmp_path: Path) -> None:
    path = samples.write_file(tmp_path, [[samples.resource(b"tea")]])
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(warc.BadWarc, match="the file ends within a gzip member"):
        list(warc.read_records(path))


@pytest.mark.parametrize(("shift", "stretch"), [(1, 0), (-1, 0), (0, -1), (0, 1), (10_000, 0)])
def test_a_wrong_place_is_damage(tmp_path: Path, shift: int, stretch: int) -> None:
    target = samples.writer(tmp_path)
    (place,) = target.write([samples.resource(b"tea")])
    target.write([samples.resource(b"more tea")])
    target.close()
    with pytest.raises(warc.BadWarc):
        warc.read_at(target.path, place.offset + shift, place.length + stretch)


def test_an_empty_file_has_no_records(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    path.touch()
    assert list(warc.read_records(path)) == []
