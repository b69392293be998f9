"""Writing WARC files: names, rotation, resuming, errors, crashes."""

from __future__ import annotations

import errno
import os
import resource
import signal
import subprocess
import sys
import textwrap
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mirror import warc
from tests import warc_samples as samples

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).resolve().parents[1]


class Clock:
    """A time that a test moves."""

    def __init__(self, now: datetime = samples.NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@contextmanager
def no_file_grows_past(size: int) -> Iterator[None]:
    """The kernel refuses to write past `size` bytes in any file, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def types(path: Path) -> list[str]:
    return [stored.record.type for stored in warc.read_records(path)]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def noise(size: int) -> bytes:
    """Bytes that no compression makes smaller."""
    return os.urandom(size)


def test_a_new_file_begins_with_its_warcinfo(tmp_path: Path) -> None:
    target = samples.writer(tmp_path / "new" / "archive")
    assert target.path == tmp_path / "new" / "archive" / "tea-20260305123015-00001.warc.gz"
    target.close()
    (stored,) = warc.read_records(target.path)
    assert stored.record.type == "warcinfo"
    assert stored.record.date == samples.DATE
    assert stored.record.record_id == target.warcinfo_id
    assert b"software: tests\r\n" in stored.record.block


def test_names_and_dates_are_utc(tmp_path: Path) -> None:
    east = timezone(timedelta(hours=8))
    target = samples.writer(tmp_path, now=lambda: samples.NOW.astimezone(east))
    assert target.path.name == "tea-20260305123015-00001.warc.gz"
    target.close()


def test_locations_are_those_of_the_members(tmp_path: Path) -> None:
    target = samples.writer(tmp_path)
    places = target.write([samples.resource(b"one"), samples.resource(b"two")])
    places += target.write([samples.resource(b"three")])
    assert target.write([]) == []
    target.close()
    assert [warc.read_at(target.path, p.offset, p.length).block for p in places] == [
        b"one",
        b"two",
        b"three",
    ]
    assert all(place.warc == target.path.name for place in places)
    assert places[-1].offset + places[-1].length == target.path.stat().st_size


def test_a_run_goes_on_in_the_newest_file_with_its_own_warcinfo(tmp_path: Path) -> None:
    first = samples.writer(tmp_path)
    first.write([samples.resource(b"one")])
    first.close()
    before = first.path.read_bytes()
    second = samples.writer(tmp_path)
    second.write([samples.resource(b"two")])
    second.close()
    assert second.path == first.path
    assert second.path.read_bytes().startswith(before)
    assert types(second.path) == ["warcinfo", "resource", "warcinfo", "resource"]
    owners = [s.record.get("WARC-Warcinfo-ID") for s in warc.read_records(second.path)]
    assert owners == [None, first.warcinfo_id, None, second.warcinfo_id]


def test_a_record_that_names_its_warcinfo_keeps_it(tmp_path: Path) -> None:
    target = samples.writer(tmp_path)
    target.write([samples.resource(b"x").with_warcinfo("<urn:x:other>")])
    target.close()
    assert [*warc.read_records(target.path)][1].record.get("WARC-Warcinfo-ID") == "<urn:x:other>"


@pytest.mark.parametrize(
    ("later", "goes_on"),
    [
        (datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC), True),
        (datetime(2026, 4, 1, tzinfo=UTC), False),
        (datetime(2027, 3, 5, tzinfo=UTC), False),
    ],
)
def test_a_file_ends_with_its_month(tmp_path: Path, later: datetime, goes_on: bool) -> None:
    clock = Clock()
    target = samples.writer(tmp_path, now=clock)
    first = target.path
    clock.now = later
    target.write([samples.resource(b"in the same run")])
    assert (target.path == first) is goes_on
    target.close()
    again = samples.writer(tmp_path, now=clock)
    assert again.path == target.path
    again.close()


def test_a_new_month_begins_a_new_file_between_runs(tmp_path: Path) -> None:
    samples.writer(tmp_path).close()
    samples.writer(tmp_path, now=Clock(datetime(2026, 4, 1, tzinfo=UTC))).close()
    assert names(tmp_path) == [
        "tea-20260305123015-00001.warc.gz",
        "tea-20260401000000-00002.warc.gz",
    ]


def test_rotation_by_size_never_splits_a_group(tmp_path: Path) -> None:
    target = samples.writer(tmp_path, max_size=10_000)
    groups = [[samples.resource(noise(1500)), samples.resource(noise(1500))] for _ in range(12)]
    for group in groups:
        assert len({place.warc for place in target.write(group)}) == 1
    target.close()
    files = sorted(tmp_path.iterdir())
    assert len(files) > 2
    assert all(types(path)[0] == "warcinfo" and len(types(path)) % 2 for path in files)
    assert sum(len(types(path)) - 1 for path in files) == 24
    # A group begins before the limit or in the next file.
    assert all(10_000 <= path.stat().st_size < 14_000 for path in files[:-1])


def test_a_full_file_is_not_resumed(tmp_path: Path) -> None:
    target = samples.writer(tmp_path, max_size=100)
    target.close()
    again = samples.writer(tmp_path, max_size=100)
    again.close()
    assert len(names(tmp_path)) == 2


def test_a_large_file_is_left_to_the_runs_that_wrote_it(tmp_path: Path) -> None:
    target = samples.writer(tmp_path)
    target.close()
    size = target.path.stat().st_size
    samples.writer(tmp_path, resume_size=size + 1).close()
    assert len(names(tmp_path)) == 1, "there was room for a byte"
    before = target.path.read_bytes()
    samples.writer(tmp_path, resume_size=len(before)).close()
    assert len(names(tmp_path)) == 2
    assert target.path.read_bytes() == before


def test_a_run_that_writes_much_goes_on_in_its_file(tmp_path: Path) -> None:
    target = samples.writer(tmp_path, resume_size=100)
    target.write([samples.resource(noise(1500))])
    target.write([samples.resource(noise(1500))])
    target.close()
    assert len(names(tmp_path)) == 1


def test_a_clock_set_back_does_not_confuse_the_order(tmp_path: Path) -> None:
    samples.writer(tmp_path).close()
    early = Clock(datetime(2026, 2, 1, tzinfo=UTC))
    samples.writer(tmp_path, now=early).close()
    newest = samples.writer(tmp_path, now=early)
    newest.close()
    assert newest.path.name == "tea-20260201000000-00002.warc.gz"


def test_files_of_other_prefixes_are_not_touched(tmp_path: Path) -> None:
    others = [
        "tea-green-20260305123015-00009.warc.gz",
        "tea-20260305123015-00009.warc.gz.part",
        "tea-2026-00009.warc.gz",
        "teaX20260305123015-00009.warc.gz",
    ]
    for name in others:
        (tmp_path / name).write_bytes(b"not ours")
    target = samples.writer(tmp_path)
    target.close()
    assert target.path.name == "tea-20260305123015-00001.warc.gz"
    assert all((tmp_path / name).read_bytes() == b"not ours" for name in others)


@pytest.mark.parametrize("prefix", ["", ".hidden", "a/b", "..", "a b", "a\n", "茶", "x" * 200])
def test_a_prefix_that_cannot_begin_a_file_name_is_refused(tmp_path: Path, prefix: str) -> None:
    with pytest.raises(ValueError, match="not a prefix"):
        warc.WarcWriter(tmp_path, prefix, info={}, now=Clock())
    assert names(tmp_path) == []


@pytest.mark.parametrize("month", [3, 4])
def test_a_torn_tail_is_cut_off_before_anything_is_written(
    tmp_path: Path, month: int, caplog: pytest.LogCaptureFixture
) -> None:
    first = samples.writer(tmp_path)
    first.write([samples.resource(b"whole")])
    first.close()
    whole = first.path.read_bytes()
    first.path.write_bytes(whole + whole[:50])
    second = samples.writer(tmp_path, now=Clock(datetime(2026, month, 9, tzinfo=UTC)))
    second.write([samples.resource(b"next")])
    second.close()
    assert types(first.path)[:2] == ["warcinfo", "resource"]
    assert types(second.path)[-2:] == ["warcinfo", "resource"]
    assert "cut 50 bytes of a torn record" in caplog.text


def test_a_file_without_one_whole_record_is_removed(tmp_path: Path) -> None:
    (tmp_path / "tea-20260305123015-00001.warc.gz").write_bytes(b"\x1f\x8b torn")
    target = samples.writer(tmp_path)
    target.close()
    assert names(tmp_path) == ["tea-20260305123015-00002.warc.gz"]


def test_recovery_trusts_the_length_that_is_known(tmp_path: Path) -> None:
    path = samples.write_file(tmp_path, [[samples.resource(b"one")]])
    size = path.stat().st_size
    # Damage before the known length would cut the file there, if it were read again.
    path.write_bytes(b"?" + path.read_bytes()[1:] + b"torn")
    samples.writer(tmp_path, whole={path.name: size}).close()
    assert next(warc.read_records(path, start=size)).record.type == "warcinfo"


def test_a_full_disk_leaves_whole_groups_and_ends_the_writing(tmp_path: Path) -> None:
    target = samples.writer(tmp_path)
    target.write([samples.resource(b"first")])
    size = target.path.stat().st_size
    with no_file_grows_past(size + 3000):
        with pytest.raises(OSError, match="File too large") as full:
            target.write([samples.resource(b"fits"), samples.resource(noise(9000))])
        assert (full.value.errno, full.value.filename) == (errno.EFBIG, str(target.path))
    assert target.path.stat().st_size == size
    for again in (lambda: target.write([samples.resource(b"room again")]), target.sync):
        with pytest.raises(OSError, match="File too large") as same:
            again()
        assert (same.value.errno, same.value.filename) == (errno.EFBIG, str(target.path))
    target.close()
    assert types(target.path) == ["warcinfo", "resource"]


def test_a_disk_that_is_full_from_the_start_leaves_no_file(tmp_path: Path) -> None:
    with no_file_grows_past(10), pytest.raises(OSError, match="File too large"):
        samples.writer(tmp_path)
    assert names(tmp_path) == []


def test_a_disk_that_is_full_at_rotation_ends_the_writing(tmp_path: Path) -> None:
    target = samples.writer(tmp_path, max_size=100)
    first = target.path
    size = first.stat().st_size
    with no_file_grows_past(10), pytest.raises(OSError, match="File too large"):
        target.write([samples.resource(b"x")])
    with pytest.raises(OSError, match="File too large"):
        target.write([samples.resource(b"x")])
    target.close()
    assert names(tmp_path) == [first.name]
    assert first.stat().st_size == size


def test_a_folder_that_is_none_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FileExistsError):
        samples.writer(tmp_path / "file")


def test_a_record_unfit_to_be_written_stops_its_group_alone(tmp_path: Path) -> None:
    target = samples.writer(tmp_path)
    evil = warc.Record((("X", "a\r\nWARC-Type: response"),), b"")
    with pytest.raises(ValueError, match="not safe"):
        target.write([samples.resource(b"before"), evil])
    target.write([samples.resource(b"after")])
    target.close()
    assert [s.record.block for s in warc.read_records(target.path)][1:] == [b"after"]


def test_a_closed_writer_writes_no_more(tmp_path: Path) -> None:
    target = samples.writer(tmp_path)
    target.close()
    target.close()
    for late in (lambda: target.write([]), target.sync):
        with pytest.raises(ValueError, match="is closed"):
            late()


def test_many_threads_write_whole_groups(tmp_path: Path) -> None:
    target = samples.writer(tmp_path, max_size=20_000)
    places: list[tuple[bytes, warc.Location]] = []

    def work(name: int) -> None:
        for number in range(40):
            block = b"%d %d " % (name, number) + noise(200)
            places.append((block, target.write([samples.resource(block)])[0]))

    threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    target.close()
    assert len(places) == 160
    assert len(names(tmp_path)) > 1
    for block, place in places:
        assert warc.read_at(tmp_path / place.warc, place.offset, place.length).block == block


def test_what_was_reported_written_survives_a_kill(tmp_path: Path) -> None:
    script = """
        import os, sys
        from pathlib import Path
        from tests import warc_samples as samples
        target = samples.writer(Path(sys.argv[1]))
        while True:
            place = target.write([samples.resource(os.urandom(300_000)) for _ in range(3)])[-1]
            print(place.offset + place.length, flush=True)
    """
    for delay in (0.0, 0.01, 0.05):
        child = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(script), str(tmp_path)],
            stdout=subprocess.PIPE,
            cwd=PROJECT,
            text=True,
        )
        assert child.stdout is not None
        reported = [child.stdout.readline()]
        time.sleep(delay)
        child.send_signal(signal.SIGKILL)
        reported += child.stdout.read().splitlines()
        child.stdout.close()
        child.wait()
        after = samples.writer(tmp_path)
        after.write([samples.resource(b"after the crash")])
        after.close()
        ends = [s.location.offset + s.location.length for s in warc.read_records(after.path)]
        assert {int(line) for line in reported} <= set(ends)
        assert types(after.path)[-2:] == ["warcinfo", "resource"]
    assert names(tmp_path) == [after.path.name]
