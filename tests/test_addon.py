"""The add-on in a Scrapy project that has nothing else of this one; as ``docs/capture.md`` says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mirror import warc
from tests.crawling import check_warcs
from tests.path_server import PathServer, message, page

if TYPE_CHECKING:
    from collections.abc import Sequence

PROJECT = Path(__file__).resolve().parents[1]
GUIDE = PROJECT / "docs" / "capture.md"

FIRST = page("one", b"X-oDd:   kept ", b"x-odd: twice")
SECOND = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    b"3;ext=1\r\ntwo\r\n0\r\nTrailer: yes\r\n\r\n"
)
MISSING = message(b"404 Not Here", b"no")
MOVED = message(b"301 Moved", b"", b"Location: /two")
ANSWERS: dict[str, Any] = {
    "/one": FIRST,
    "/two": SECOND,
    "/missing": MISSING,
    "/moved": MOVED,
}
SPIDER = """
import scrapy


class PlainSpider(scrapy.Spider):
    name = "plain"

    async def start(self):
        for path in ("one", "missing", "moved"):
            yield scrapy.Request(self.base + path, errback=self.failed)
        for url in ("file:///etc/hostname", "ftp://127.0.0.1/x", "s3://bucket/key", "data:,x"):
            yield scrapy.Request(url, errback=self.failed)

    def parse(self, response):
        yield {"url": response.url, "text": response.text, "warc": response.meta["capture"].warc}

    def failed(self, failure):
        self.crawler.stats.inc_value(f"failed/{failure.type.__name__}")

    def closed(self, reason):
        print("STATS", dict(self.crawler.stats.get_stats()))
"""
MODES = {
    "asyncio reactor": (),
    "no reactor": ("-s", "TWISTED_REACTOR_ENABLED=False"),
}


def snippet(language: str) -> str:
    """The first example in that language in the guide."""
    found = re.search(
        rf"^```{language}\n(.*?)^```", GUIDE.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    assert found is not None, language
    return found[1]


def make_project(folder: Path, settings: str) -> None:
    package = folder / "plain"
    (package / "spiders").mkdir(parents=True)
    (folder / "scrapy.cfg").write_text("[settings]\ndefault = plain.settings\n")
    (package / "__init__.py").touch()
    (package / "spiders" / "__init__.py").touch()
    (package / "settings.py").write_text(
        'BOT_NAME = "plain"\nSPIDER_MODULES = ["plain.spiders"]\n' + settings
    )
    (package / "spiders" / "plain.py").write_text(SPIDER)


def run(folder: Path, base: str, options: Sequence[str] = ()) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "scrapy", "crawl", "plain", "-a", f"base={base}", *options],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def records(folder: Path) -> list[warc.Record]:
    return [
        stored.record
        for path in sorted(folder.glob("*.warc.gz"))
        for stored in warc.read_records(path)
    ]


@pytest.mark.parametrize("mode", MODES)
def test_plain_project_gets_exact_records(mode: str, tmp_path: Path) -> None:
    make_project(tmp_path, 'ADDONS = {"mirror.capture.WarcAddon": 300}\nWARC_DIR = "kept/here"\n')
    with PathServer(ANSWERS) as server:
        status, output = run(tmp_path, server.url, ["-o", "items.jsonl", *MODES[mode]])
    assert status == 0, output
    assert "Traceback" not in output
    assert "ERROR" not in re.sub(r"log_count/ERROR", "", output)
    written = records(tmp_path / "kept" / "here")
    assert written[0].type == "warcinfo"
    blocks = {
        record.target_uri: bytes(record.block) for record in written if record.type == "response"
    }
    assert blocks == {server.url + path[1:]: answer for path, answer in ANSWERS.items()}
    requests = [record for record in written if record.type == "request"]
    assert len(requests) == len(blocks)
    assert all(b"\r\nAccept-Encoding: identity\r\n" in record.block for record in requests)
    check_warcs(sorted((tmp_path / "kept" / "here").glob("*.warc.gz")))
    assert len((tmp_path / "items.jsonl").read_text().splitlines()) == 2
    assert "'failed/HttpError': 1" in output
    assert "'failed/NotSupported': 4" in output, "file, ftp, s3, data"


def test_example_in_the_guide_runs(tmp_path: Path) -> None:
    make_project(tmp_path, snippet("python"))
    with PathServer(ANSWERS) as server:
        status, output = run(tmp_path, server.url)
    assert status == 0, output
    files = list((tmp_path / "archive").glob("plain-*.warc.gz"))
    assert len(files) == 1
    check_warcs(files)


def test_second_crawl_goes_on_in_the_same_file(tmp_path: Path) -> None:
    make_project(tmp_path, 'ADDONS = {"mirror.capture.WarcAddon": 300}\nWARC_PREFIX = "mine"\n')
    with PathServer(ANSWERS) as server:
        for _ in range(2):
            status, output = run(tmp_path, server.url)
            assert status == 0, output
    (file,) = (tmp_path / "archive").glob("*.warc.gz")
    assert file.name.startswith("mine-")
    kinds = [record.type for record in records(tmp_path / "archive")]
    assert kinds.count("warcinfo") == 2
    assert kinds.count("response") == 8
    check_warcs([file])


def test_size_limit_begins_a_new_file(tmp_path: Path) -> None:
    make_project(tmp_path, 'ADDONS = {"mirror.capture.WarcAddon": 300}\nWARC_MAX_SIZE = 1000\n')
    with PathServer(ANSWERS) as server:
        status, output = run(tmp_path, server.url)
    assert status == 0, output
    files = sorted((tmp_path / "archive").glob("*.warc.gz"))
    assert len(files) > 1
    for file in files:
        check_warcs([file])


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ('PROXY = "gopher://me:secret@h:1"', "PROXY: a proxy is http, https, socks5h or socks4a"),
        ('PRIVATE_ORIGINS = ["127.0.0.1:80"]', "PRIVATE_ORIGINS: no host in '127.0.0.1:80'"),
        ('TLS_CA_FILE = "/no/such/file"', "TLS_CA_FILE '/no/such/file'"),
        (
            'TWISTED_REACTOR = "twisted.internet.selectreactor.SelectReactor"',
            "recording needs asyncio",
        ),
    ],
)
def test_wrong_setting_ends_the_crawl_before_it_begins(
    settings: str, reason: str, tmp_path: Path
) -> None:
    make_project(tmp_path, f'ADDONS = {{"mirror.capture.WarcAddon": 300}}\n{settings}\n')
    with PathServer(ANSWERS) as server:
        _, output = run(tmp_path, server.url)
    assert reason in output
    assert "secret" not in output
    assert server.asked == []


def test_private_origins_is_off_until_it_is_set(tmp_path: Path) -> None:
    make_project(tmp_path, 'ADDONS = {"mirror.capture.WarcAddon": 300}\nPRIVATE_ORIGINS = []\n')
    with PathServer(ANSWERS) as server:
        status, output = run(tmp_path, server.url)
    assert status == 0, output
    assert "'failed/AddressRefused': 3" in output
    assert server.asked == []
