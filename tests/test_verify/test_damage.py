"""Whatever is done to a collection, verifying it says so, and names the file."""

from __future__ import annotations

import json
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mirror.verification.summaries import Summary
from mirror.warc import read_records
from tests.test_verify.damage import archive_of, told, verified

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hypothesis.strategies import DataObject

FOLDERS = ("archive", "indexes", "items", "runs")

# Of these the summary is the only witness, in a run that is not the last one.
UNWITNESSED = {
    *("arguments", "bytes_received", "channels", "finished", "foreign", "interim_responses"),
    *("invalid", "limit_reached", "missing_channels", "moved_to", "pages", "reason", "retries"),
    *("seconds", "sisters", "started", "unreachable", "warnings"),
}
UNWITNESSED_OF_LAST = UNWITNESSED - {"pages"}

KEYS = set(Summary.__struct_fields__)

some = settings(max_examples=settings().max_examples // 4)


@contextmanager
def copied(whole: Path) -> Iterator[Path]:
    """A copy that may be damaged, under the same name."""
    folder = whole.parent / "copy" / whole.name
    shutil.copytree(whole, folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder.parent)


def files(folder: Path) -> list[str]:
    return sorted(f"{name}/{path.name}" for name in FOLDERS for path in (folder / name).iterdir())


def assert_named(folder: Path, name: str) -> None:
    report = verified(folder)
    assert not report.holds
    assert any(name in finding for finding in told(report)), told(report)[:5]


def changed_keys(before: bytes, after: bytes) -> set[str] | None:
    """Keys of a summary whose value changed; ``None`` where it is no summary any more, or says
    the same in another spelling."""
    try:
        old, new = json.loads(before), json.loads(after)
    except ValueError:
        return None
    if old == new or not isinstance(new, dict) or not new.keys() >= KEYS:
        return None
    return {key for key in KEYS if old[key] != new[key]}


def test_whole_collection_holds(whole: Path) -> None:
    report = verified(whole)
    assert told(report) == []
    assert report.notes == []
    assert report.counts["runs"] == 2
    assert report.counts["items"] > 60


@pytest.mark.parametrize("place", FOLDERS)
def test_flipped_bit_is_found(place: str, whole: Path) -> None:
    names = [name for name in files(whole) if name.startswith(place)]

    @some
    @given(st.data())
    def search(data: DataObject) -> None:
        name = data.draw(st.sampled_from(names))
        content = bytearray((whole / name).read_bytes())
        position = data.draw(st.integers(0, len(content) - 1))
        content[position] ^= 1 << data.draw(st.integers(0, 7))
        if place == "runs":
            keys = changed_keys((whole / name).read_bytes(), bytes(content))
            alone = UNWITNESSED_OF_LAST if name == names[-1] else UNWITNESSED
            assume(keys is None or (keys and not keys <= alone))
        with copied(whole) as folder:
            (folder / name).write_bytes(content)
            assert_named(folder, name)

    search()


@pytest.mark.parametrize("place", ["indexes", "items", "runs"])
def test_line_lost_doubled_or_moved_is_found(place: str, whole: Path) -> None:
    names = [name for name in files(whole) if name.startswith(place)]

    @some
    @given(st.data())
    def search(data: DataObject) -> None:
        name = data.draw(st.sampled_from(names))
        lines = (whole / name).read_bytes().splitlines(keepends=True)
        at = data.draw(st.integers(0, len(lines) - 1))
        match data.draw(st.sampled_from(["lose", "double", "swap"])):
            case "lose":
                del lines[at]
            case "double":
                lines.insert(at, lines[at])
            case _:
                # A log of events and the keys of an object say the same in any order.
                assume(place == "indexes" and len(lines) > 1)
                other = (at + 1) % len(lines)
                lines[at], lines[other] = lines[other], lines[at]
        if place == "runs":
            keys = changed_keys((whole / name).read_bytes(), b"".join(lines))
            assume(keys is None or (keys and not keys <= UNWITNESSED))
        with copied(whole) as folder:
            (folder / name).write_bytes(b"".join(lines))
            assert_named(folder, name)

    search()


def test_record_lost_doubled_or_moved_is_found(whole: Path) -> None:
    places = [stored.location for stored in read_records(archive_of(whole))]
    data = archive_of(whole).read_bytes()
    records = [data[place.offset : place.offset + place.length] for place in places]

    @some
    @given(st.integers(0, len(records) - 2), st.sampled_from(["lose", "double", "swap"]))
    def search(at: int, how: str) -> None:
        left = list(records)
        if how == "lose":
            del left[at]
        elif how == "double":
            left.insert(at, left[at])
        else:
            left[at : at + 2] = left[at + 1], left[at]
        with copied(whole) as folder:
            archive_of(folder).write_bytes(b"".join(left))
            assert_named(folder, f"archive/{archive_of(folder).name}")

    search()


@given(length=st.integers(0, 2**20), name=st.sampled_from(["archive", "indexes", "items", "runs"]))
@some
def test_file_cut_short_is_found(whole: Path, length: int, name: str) -> None:
    with copied(whole) as folder:
        file = max((folder / name).iterdir())
        content = file.read_bytes()
        file.write_bytes(content[: length % len(content)])
        assert_named(folder, f"{name}/{file.name}")


def test_file_lost_is_found(whole: Path) -> None:
    for name in files(whole):
        with copied(whole) as folder:
            (folder / name).unlink()
            assert_named(folder, name)
