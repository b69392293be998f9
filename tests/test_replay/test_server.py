"""The server: on this machine only, for reading only, gone when it is told to go."""

from __future__ import annotations

import signal
import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.crawling import scrapy
from tests.replay_samples import two_articles
from tests.replaying import Replay, environment_setting

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("out") / "news"
    two_articles(folder)
    return folder


@pytest.fixture(scope="module")
def replay(folder: Path, serve: Callable[[Path], Replay]) -> Replay:
    return serve(folder)


def listening(pid: int) -> set[str]:
    """Addresses, as hexadecimal of /proc, on which a process and its threads listen."""
    inodes = {
        link.readlink().name
        for link in Path(f"/proc/{pid}/fd").iterdir()
        if link.is_symlink() and "socket" in str(link.readlink())
    }
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes:
                found.add(fields[1].rpartition(":")[0])
    return found


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="no /proc on this system")
def test_everything_listens_on_loopback_alone(replay: Replay) -> None:
    assert replay.get("/").status == 200
    addresses = listening(replay.pid)
    assert addresses
    assert addresses <= {"0100007F", "00000000000000000000000001000000"}


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "evil.example:80", ""])
def test_other_names_are_refused(replay: Replay, host: str) -> None:
    for path in ("/", "/news/2026/https://m.example.org/", "/collinfo.json"):
        assert replay.get(path, {"Host": host}).status == 421


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_can_be_written(replay: Replay, method: str) -> None:
    assert replay.get("/", method=method).status == 405
    assert replay.get("/news/record/https://x.example/", method=method).status == 405


def test_head_has_no_body(replay: Replay) -> None:
    answer = replay.get("/", method="HEAD")
    assert (answer.status, answer.body) == (200, b"")


def test_nothing_but_derived_files_is_written(folder: Path, replay: Replay) -> None:
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    replay.get("/")
    replay.get("/news/2026/https://raw.githubusercontent.com/owner/repo/master/pages/news/n1.md")
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
    own = {path.name for path in folder.iterdir()}
    assert own == {"archive", "indexes", "items", "derived"}


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 0), (signal.SIGTERM, 143)])
def test_signal_ends_everything(folder: Path, number: int, status: int) -> None:
    running = Replay(folder)
    address = ("127.0.0.1", int(running.url.rstrip("/").rpartition(":")[2]))
    began = time.monotonic()
    assert running.stop(number) == status
    assert time.monotonic() - began < 10
    with pytest.raises(OSError), socket.create_connection(address, timeout=1):  # noqa: PT011
        pass
    assert "Traceback" not in running.errors
    assert "KeyboardInterrupt" not in running.errors


def test_port_that_is_taken_is_named(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        options = ["--port", str(port), "-s", f"OUTPUT_DIR={folder.parent}"]
        done = scrapy("replay", "news", *options, *environment_setting())
    assert done.returncode == 1
    assert f"port {port} of 127.0.0.1 cannot be used" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "name one collection"),
        (["a", "b"], "name one collection"),
        (["nothing"], "no collection 'nothing'"),
        (["../news"], "no collection"),
        (["news", "--port", "70000"], "--port takes a number"),
        (["static"], "cannot replay a collection called"),
    ],
)
def test_wrong_arguments_are_told(folder: Path, arguments: list[str], words: str) -> None:
    (folder.parent / "static" / "items").mkdir(parents=True, exist_ok=True)
    done = scrapy("replay", *arguments, "-s", f"OUTPUT_DIR={folder.parent}")
    assert done.returncode == 2
    assert words in done.stdout + done.stderr


def test_hostile_environment_does_not_disturb(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    monkeypatch.setenv("PYWB_CONFIG_FILE", "/nowhere.yaml")
    with Replay(folder) as running:
        url = "https://www.example.org/gb/26/11/1/n1.htm"
        assert "石桥通车" in running.original("2026", url).text


def test_collection_with_odd_characters_in_its_path(tmp_path: Path) -> None:
    folder = tmp_path / "a {coll} *[x] 文" / "news"
    two_articles(folder)
    with Replay(folder) as running:
        url = "https://www.example.org/gb/26/11/1/n1.htm"
        assert "石桥通车" in running.original("2026", url).text
