"""The lock of a collection: readers, writers, and what each is told of the other."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from mirror import lock
from mirror.lock import Locked, WriteLock, holder, shared

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[WriteLock]:
    held = WriteLock(tmp_path)
    held.acquire("run 20261123T101500Z")
    yield held
    held.release()


@pytest.fixture
def dead() -> int:
    """The number of a process that is no more."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_writer_waits_for_a_reader(tmp_path: Path) -> None:
    first = WriteLock(tmp_path)
    first.acquire()
    first.release()
    with ExitStack() as reading:
        reading.enter_context(shared(tmp_path))
        letting_go = threading.Timer(0.5, reading.close)
        letting_go.start()
        waiting = WriteLock(tmp_path)
        waiting.acquire()
        assert letting_go.finished.is_set()
        waiting.release()


def test_writer_does_not_wait_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "READERS_SECONDS", 0.2)
    first = WriteLock(tmp_path)
    first.acquire()
    first.release()
    # A run that was killed has left its name; it holds nothing.
    first.say("run 20200101T000000Z")
    with shared(tmp_path), pytest.raises(Locked, match=r"^a process that reads it$"):
        WriteLock(tmp_path).acquire()


def test_readers_share(tmp_path: Path) -> None:
    held = WriteLock(tmp_path)
    held.acquire()
    held.release()
    with shared(tmp_path), shared(tmp_path):
        pass


def test_writer_is_named_at_once(
    writer: WriteLock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "sleep", None)
    name = rf"^run 20261123T101500Z \(pid {os.getpid()}\)$"
    with pytest.raises(Locked, match=name):
        WriteLock(tmp_path).acquire()
    with pytest.raises(Locked, match=name), shared(tmp_path):
        pass
    writer.say("scrapy rebuild")
    with pytest.raises(Locked, match=r"^scrapy rebuild "), shared(tmp_path):
        pass


def test_writer_that_has_not_said_its_name_yet_is_given_time_to(tmp_path: Path, dead: int) -> None:
    """A name that a killed run left is not taken for that of the next one."""
    (tmp_path / lock.HOLDER).write_text(f"run 20200101T000000Z (pid {dead})")
    with (tmp_path / lock.LOCK).open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        saying = threading.Timer(0.3, WriteLock(tmp_path).say, ["run 20261123T101500Z"])
        saying.start()
        with pytest.raises(Locked, match=r"^run 20261123T101500Z \(pid \d+\)$"):
            WriteLock(tmp_path).acquire()
        saying.join()


@pytest.mark.parametrize(
    ("left", "told"),
    [
        (None, "another process"),
        ("", "another process"),
        ("run 20200101T000000Z (pid {dead})", "run 20200101T000000Z (pid {dead})"),
        ("run x (pid 9999999999)", "run x (pid 9999999999)"),
        ("of another program", "of another program"),
    ],
)
def test_writer_that_never_says_its_name(
    left: str | None, told: str, tmp_path: Path, dead: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As ``flock`` does not; or has said it in another container, where its number is another."""
    monkeypatch.setattr(lock, "NAME_SECONDS", 0.1)
    if left is not None:
        (tmp_path / lock.HOLDER).write_text(left.format(dead=dead))
    with (tmp_path / lock.LOCK).open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(Locked) as refused:
            WriteLock(tmp_path).acquire()
    assert str(refused.value) == told.format(dead=dead)


def test_lock_dies_with_its_process(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from mirror.lock import WriteLock;"
        "lock = WriteLock(Path(sys.argv[1])); lock.acquire();"
        "print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        name = f"a run that is beginning (pid {process.pid})"
        with pytest.raises(Locked) as refused:
            WriteLock(tmp_path).acquire()
        assert str(refused.value) == name
        process.kill()
    assert holder(tmp_path) == name
    after = WriteLock(tmp_path)
    after.acquire()
    assert holder(tmp_path) == f"a run that is beginning (pid {os.getpid()})"


def test_what_was_let_go_of_has_no_holder(tmp_path: Path) -> None:
    held = WriteLock(tmp_path)
    held.acquire()
    held.release()
    assert holder(tmp_path) is None
