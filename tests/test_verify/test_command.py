"""``scrapy verify`` as an operator uses it, also on what odd servers leave behind."""

from __future__ import annotations

import fcntl
import gzip
import json
import re
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from mirror import warc
from mirror.collection import CollectionError
from mirror.demo.server import demo_site, read_site
from mirror.verification.lock import held_for_reading
from mirror.verification.verifier import verify
from mirror.warc.builders import REVISIT_NOT_MODIFIED
from tests.crawling import crawl, scrapy
from tests.test_verify.damage import archive_of, flip, make_stale, told, verified

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return scrapy("verify", "-s", f"OUTPUT_DIR={folder.parent}", folder.name, *options)


def test_collection_that_holds_is_0(whole: Path) -> None:
    done = run(whole)
    assert (done.returncode, done.stderr) == (0, "")
    *_, summary, verdict = done.stdout.splitlines()
    assert re.fullmatch(
        r"test: \d+ records in 1 WARC files, \d+ items, \d+ index lines, 2 runs; [\d.]+ s", summary
    )
    assert verdict == "all holds"


def test_damage_is_3_and_told_with_its_place(folder: Path) -> None:
    place = [stored.location for stored in warc.read_records(archive_of(folder))][12]
    flip(archive_of(folder), place.offset + place.length // 2)
    done = run(folder)
    assert done.returncode == 3
    assert f"archive/{archive_of(folder).name}: at byte {place.offset}: " in done.stdout
    assert "do not hold: " in done.stdout.splitlines()[-1]


def test_report_for_machines(folder: Path, tmp_path: Path) -> None:
    (index,) = (folder / "indexes").iterdir()
    lines = len(index.read_bytes().splitlines())
    index.unlink()
    file = tmp_path / "report.json"
    done = run(folder, "--json", str(file), "--most", "2")
    assert done.returncode == 3
    assert len(done.stdout.splitlines()) == 2 + 3, "two findings, how many more, sum, verdict"
    report = json.loads(file.read_text("utf-8"))
    assert report["holds"] is False
    assert report["findings"]["total"] == lines
    assert report["findings"]["by_check"] == {"index": lines}
    assert len(report["findings"]["listed"]) == 2
    assert report["findings"]["listed"][0]["file"] == "indexes/test.cdxj"
    printed = run(folder, "--json", "-")
    assert json.loads(printed.stdout)["findings"]["total"] == report["findings"]["total"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "name one collection"),
        (["a", "b"], "name one collection"),
        (["nothere"], "no collection 'nothere'"),
        (["../test"], "name one collection"),
        (["test", "--must", "3"], "name one collection"),
        (["test", "--most", "-3"], "not negative"),
        (["test", "--most", "few"], "invalid int"),
    ],
)
def test_wrong_usage_is_2(arguments: list[str], words: str, whole: Path) -> None:
    done = scrapy("verify", "-s", f"OUTPUT_DIR={whole.parent}", *arguments)
    assert done.returncode == 2
    assert words in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_collection_that_a_run_writes_to_is_75(folder: Path) -> None:
    with (folder / ".lock").open("r+b") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        (folder / ".lock-holder").write_text("run 20200101T000000Z (pid 1)\x1b[0m", "utf-8")
        done = run(folder)
    assert done.returncode == 75
    assert 'collection "test" is locked by run 20200101T000000Z (pid 1)\\x1b[0m' in done.stderr


def test_readers_share_and_a_run_waits_for_another_time(folder: Path) -> None:
    with held_for_reading(folder), held_for_reading(folder):
        refused = crawl(folder.parent, mirror="http://127.0.0.1:9/")
    assert refused.status == 75
    with (folder / ".lock").open("r+b") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        (folder / ".lock-holder").unlink(missing_ok=True)
        with pytest.raises(CollectionError, match="another process"), held_for_reading(folder):
            pass


def test_collection_copied_without_its_lock(folder: Path) -> None:
    (folder / ".lock").unlink()
    assert run(folder).returncode == 0
    assert not (folder / ".lock").exists()


def test_archive_extracted_again_by_a_newer_version_holds(folder: Path) -> None:
    """The older items stay in the log as stale ones beside those of today."""
    make_stale(folder)
    again = (
        "crawl",
        "warc",
        "-s",
        f"OUTPUT_DIR={folder.parent}",
        "-a",
        f"collection={folder.name}",
    )
    done = scrapy(*again)
    assert done.returncode == 3, "one page is of no layout, today as then"
    report = verified(folder)
    assert told(report) == []
    assert len(list((folder / "items").iterdir())) == 3
    (stale,) = report.stale.values()
    assert stale < report.counts["items"] < 2 * stale, "of a page that changed, the last capture"


# --- what odd servers leave behind ---------------------------------------------------------------


class Odd(BaseHTTPRequestHandler):
    """The demo mirror with a few pages answered as servers do that are old, busy or broken."""

    protocol_version = "HTTP/1.1"
    asked: dict[str, int]
    site = read_site(demo_site())

    def do_GET(self) -> None:
        path = self.path.removeprefix("/")
        self.asked[path] = times = self.asked.get(path, 0) + 1
        body = self.site[path].body if path in self.site else None
        match path.rpartition("/")[2]:
            case "robots.txt":
                self._send(302, b"", Location="/aside/one.md")
            case "one.md":
                self._send(302, b"", Location="/aside/two.md")
            case "two.md":
                self._send(200, b"User-agent: *\nAllow: /\n")
            case "n9000001.md":
                self.send_response(200)
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                for n in range(0, len(body or b""), 1000):
                    piece = (body or b"")[n : n + 1000]
                    self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
                self.wfile.write(b"0\r\n\r\n")
            case "n9000003.md":
                self._send(200, gzip.compress(body or b""), **{"Content-Encoding": "gzip"})
            case "n9000004.md":
                self._send(301, b"moved", Location="/moved/n9000004.md")
            case "n9000006.md" if times == 1:
                self._send(503, b"busy")
            case "n9000010.md":
                self._send(500, b"broken")
            case "n9000011.md":
                self._send(200, b"half", **{"Content-Length": "8"})
                self.close_connection = True
            case "n9000013.md":
                self._send(200, b"\x1f\x8bno gzip", **{"Content-Encoding": "gzip"})
            case "n9000015.md":
                self._send(304, b"")
            case "n9000008.md" if times > 1:
                self._send(304, b"")
            case "n9000017.md":
                self.wfile.write(b"this is no HTTP\r\n\r\n")
                self.close_connection = True
            case "n9000019.md":
                self._send(302, b"", Location="http://192.0.2.1/elsewhere")
            case _ if body is None and not path.startswith("moved/"):
                self._send(404, b"no such page")
            case _:
                self._send(200, body or self.site[f"pages/ncid9001/{path[6:]}"].body)

    def _send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def odd_server() -> Iterator[str]:
    handler = type("Handler", (Odd,), {"asked": {}})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


def test_what_odd_servers_answer_holds_over_two_runs(tmp_path: Path) -> None:
    options = ("-s", "RETRY_TIMES=1", "-s", "RETRY_PRIORITY_ADJUST=0")
    with odd_server() as url:
        first = crawl(tmp_path, *options, mirror=url)
        time.sleep(0.1)
        second = crawl(tmp_path, *options, mirror=url, refetch="all")
    assert (first.status, second.status) == (3, 3), first.output
    report = verify(second.folder)
    assert told(report) == []
    assert report.counts["runs"] == 2
    assert second.summary["truncated"] == {"disconnect": 4}
    kinds = [stored.record.get("WARC-Profile") for stored in warc.read_records(second.warcs[0])]
    assert REVISIT_NOT_MODIFIED in kinds
