"""A forge, impersonated behind a proxy with an authority of our own, crawled from end to end."""

from __future__ import annotations

import gzip
import os
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest

from mirror.demo.server import demo_site, is_unchanged, read_site
from tests.authority import Authority
from tests.crawling import Finished, check_warcs, crawl, crawl_arguments, scrapy
from tests.proxies import Kind, Proxy

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Self

HOME = "https://github.com/owner/repo"
RAW = "https://raw.githubusercontent.com/owner/repo/main/"
REFS = "https://github.com/owner/repo.git/info/refs?service=git-upload-pack"
SECRET = "pass word"
QUICK = ("-s", "AUTOTHROTTLE_ENABLED=False", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=16")


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
    first: Finished
    second: Finished
    first_asked: Counter[str]
    second_asked: Counter[str]
    proxy: Proxy
    text: bytes
    """Everything that is on disk or in the logs afterwards, WARC files unpacked."""


@pytest.fixture(scope="module", params=["PROXY=http", "PROXY=socks5h", "https_proxy"])
def runs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> TwoRuns:
    folder = tmp_path_factory.mktemp("forge")
    authority = Authority(folder)
    context = authority.server_context("github.com", "raw.githubusercontent.com")
    with Forge(context) as forge:
        routes = {"github.com:443": forge.port, "raw.githubusercontent.com:443": forge.port}
        kind: Kind = "socks5h" if "socks" in request.param else "http"
        with Proxy(kind, routes, user="someone", password=SECRET) as proxy:
            named = ["-s", f"PROXY={proxy.url}"] if "PROXY" in request.param else []
            variables = {} if named else {"https_proxy": proxy.url}
            options = [*QUICK, *named, "-s", f"TLS_CA_FILE={authority.pem}"]
            output = folder / "output"
            first = crawl_with(variables, output, *options)
            asked = Counter(forge.asked)
            second = crawl_with(variables, output, *options)
    logs = f"{first.output}\n{second.output}".encode()
    return TwoRuns(
        first, second, asked, forge.asked - asked, proxy, logs + b"".join(_contents(output))
    )


def crawl_with(variables: dict[str, str], output: Path, *options: str) -> Finished:
    arguments = {"mirror": HOME, "collection": "forge"}
    done = scrapy(
        *crawl_arguments(output, arguments, *options), environment={**os.environ, **variables}
    )
    return Finished(done.returncode, done.stdout + done.stderr, output / "forge")


def _contents(folder: Path) -> Iterator[bytes]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            yield gzip.decompress(data) if path.suffix == ".gz" else data


def test_forge_is_crawled_completely(runs: TwoRuns) -> None:
    assert runs.first.status == 0, runs.first.output
    assert len(runs.first.items) == 64
    for item in runs.first.items:
        assert item["url"].startswith(f"{RAW}pages/")
        assert item["page_url"].startswith("https://github.com/owner/repo/blob/main/pages/")
        assert item["mirror"] == "github.com/owner/repo"
    check_warcs(runs.second.warcs)


def test_default_branch_is_asked_for_once_and_kept(runs: TwoRuns) -> None:
    assert runs.first_asked[REFS] == 1
    assert runs.second.status == 0, runs.second.output
    assert runs.second_asked[REFS] == 0
    assert runs.second.summary["ref"] == "main"
    assert runs.second.summary["articles"] == {"new": 0, "changed": 0, "unchanged": 0}
    pages = {url.removeprefix(RAW) for url in runs.second_asked if url.endswith(".md")}
    assert pages == {"README.md", *(f"indexes/{c}/README.md" for c in ("ncid9001", "ncid9002"))}
    assert runs.second.summary["statuses"]["304"] == 3


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
        options = ["-s", f"PROXY={proxy.url}", "-s", "RETRY_TIMES=0"]
        done = crawl(tmp_path / "output", *options, mirror=HOME)
    assert done.status == 4
    assert done.summary["unreachable"].endswith("certificate refused")
    assert "unable to get local issuer certificate" in done.output
    assert forge.asked == Counter()
