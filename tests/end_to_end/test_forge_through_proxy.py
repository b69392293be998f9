"""A forge, impersonated behind a proxy with an authority of our own, crawled from end to end."""

from __future__ import annotations

import gzip
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest

from mirror.demo.server import demo_site, is_unchanged, read_site
from tests.authority import Authority
from tests.end_to_end.crawl_process import Crawled, complaints, crawl
from tests.proxies import Proxy

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Self

HOME = "https://github.com/owner/repo"
RAW = "https://raw.githubusercontent.com/owner/repo/main/"
REFS = "https://github.com/owner/repo.git/info/refs?service=git-upload-pack"
SECRET = "pass word"
QUICK = {"AUTOTHROTTLE_ENABLED": False, "CONCURRENT_REQUESTS_PER_DOMAIN": 16}


def advertisement() -> bytes:
    """gitprotocol-http(5), version 0, of a repository with the one branch ``main``."""
    commit = b"1" * 40
    lines = [
        b"# service=git-upload-pack\n",
        None,
        commit + b" HEAD\0multi_ack symref=HEAD:refs/heads/main agent=git/2.39\n",
        commit + b" refs/heads/main\n",
        None,
    ]
    return b"".join(
        b"0000" if line is None else b"%04x%s" % (len(line) + 4, line) for line in lines
    )


@dataclass
class Forge:
    """Both hosts of GitHub that a crawl meets, on one port, told apart by the Host header."""

    tls: ssl.SSLContext
    asked: Counter[str] = field(default_factory=Counter)

    def __enter__(self) -> Self:
        pages = read_site(demo_site())
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1

            def do_GET(self) -> None:
                url = f"https://{self.headers['Host']}{self.path}"
                asked[url] += 1
                if url == REFS:
                    self.answer(200, advertisement())
                    return
                name = unquote(url.removeprefix(RAW))
                if urlsplit(url).path == "/robots.txt":
                    name = "robots.txt"
                page = pages.get(name)
                if page is None:
                    self.answer(404, b"404: Not Found")
                elif is_unchanged(page, self.headers["If-None-Match"], None):
                    self.answer(304, b"", page.etag)
                else:
                    self.answer(200, page.body, page.etag)

            def answer(self, status: int, body: bytes, etag: str = "") -> None:
                self.send_response(status)
                if status != 304:
                    self.send_header("Content-Length", str(len(body)))
                if etag:
                    self.send_header("ETag", etag)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.socket = self.tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    @property
    def port(self) -> int:
        return self._server.server_port


@dataclass
class TwoRuns:
    first: Crawled
    second: Crawled
    first_asked: Counter[str]
    second_asked: Counter[str]
    proxy: Proxy
    text: bytes
    """Everything that is on disk or in the logs afterwards, WARC files unpacked."""


@pytest.fixture(scope="module", params=["http", "socks5h"])
def runs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> TwoRuns:
    folder = tmp_path_factory.mktemp("forge")
    authority = Authority(folder)
    context = authority.server_context("github.com", "raw.githubusercontent.com")
    with Forge(context) as forge:
        routes = {"github.com:443": forge.port, "raw.githubusercontent.com:443": forge.port}
        with Proxy(request.param, routes, user="someone", password=SECRET) as proxy:
            settings = {**QUICK, "PROXY": proxy.url, "TLS_CA_FILE": authority.pem}
            output = folder / "output"
            first = crawl(output, HOME, settings=settings)
            asked = Counter(forge.asked)
            second = crawl(output, HOME, settings=settings)
    return TwoRuns(first, second, asked, forge.asked - asked, proxy, b"".join(_contents(output)))


def _contents(folder: Path) -> Iterator[bytes]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            yield gzip.decompress(data) if path.suffix == ".gz" else data


def test_forge_is_crawled_completely(runs: TwoRuns) -> None:
    assert runs.first.status == 0, runs.first.log
    assert len(runs.first.items) == 64
    for item in runs.first.items:
        assert item["url"].startswith(f"{RAW}pages/")
        assert item["page_url"].startswith("https://github.com/owner/repo/blob/main/pages/")
        assert item["mirror"] == "github.com/owner/repo"
    assert complaints(runs.first.warcs) == ""


def test_default_branch_is_asked_for_once_and_kept(runs: TwoRuns) -> None:
    assert runs.first_asked[REFS] == 1
    assert runs.second.status == 0, runs.second.log
    assert runs.second_asked[REFS] == 0
    assert runs.second.summary["ref"] == "main"
    assert runs.second.summary["articles"] == {"new": 0, "changed": 0, "unchanged": 64}


def test_names_are_left_to_the_proxy(runs: TwoRuns) -> None:
    assert set(runs.proxy.asked) == {"github.com:443", "raw.githubusercontent.com:443"}


def test_nothing_of_the_proxy_is_kept(runs: TwoRuns) -> None:
    words = ["localhost", f":{runs.proxy.port}", SECRET, "pass%20word", "someone", "proxy-auth"]
    assert [word for word in words if word.encode() in runs.text.lower()] == []


def test_certificate_of_the_impostor_is_refused_without_the_setting(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with (
        Forge(authority.server_context("github.com")) as forge,
        Proxy("http", {"github.com:443": forge.port}) as proxy,
    ):
        done = crawl(tmp_path / "output", HOME, settings={"PROXY": proxy.url, "RETRY_TIMES": 0})
    assert done.status == 4
    assert done.summary["unreachable"].endswith("certificate refused")
    assert "unable to get local issuer certificate" in done.log
    assert forge.asked == Counter()
