"""A file that is there whole or not at all."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from mirror.export import Destination


def test_a_file_takes_its_name_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text("older")
    with Destination(path) as stream:
        stream.write(b"newer")
        stream.flush()
        assert path.read_text() == "older"
    assert path.read_text() == "newer"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_after_an_error_the_older_file_is_still_there_and_nothing_else(
    tmp_path: Path, error: type[BaseException]
) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text("older")

    def fail() -> None:
        with Destination(path) as stream:
            stream.write(b"half")
            raise error

    with pytest.raises(error):
        fail()
    assert path.read_text() == "older"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_has_the_permissions_of_any_other(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        with Destination(tmp_path / "out.csv"):
            pass
    finally:
        os.umask(before)
    assert (tmp_path / "out.csv").stat().st_mode & 0o777 == 0o640


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    link = tmp_path / "out.jsonl"
    link.symlink_to(tmp_path / "there" / "real.jsonl")
    with Destination(link) as stream:
        stream.write(b"x")
    assert link.is_symlink()
    assert (tmp_path / "there" / "real.jsonl").read_bytes() == b"x"


def test_a_pipe_is_written_to_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "pipe.jsonl"
    os.mkfifo(path)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(path.read_bytes()))
    reader.start()
    with Destination(path) as stream:
        stream.write(b"x")
    reader.join(10)
    assert read == [b"x"]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["", "missing/out.jsonl", "/dev/full", "long" * 100])
def test_what_cannot_be_written_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(OSError), Destination(tmp_path / name) as stream:  # noqa: PT011
        stream.write(b"x" * (1 << 21))
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_at_the_last_byte_is_an_error() -> None:
    with pytest.raises(OSError, match="No space"), Destination(Path("/dev/full")) as stream:
        stream.write(b"x")
