"""A mirror that wishes its readers ill, crawled as an operator would crawl any other."""

from __future__ import annotations

import gzip
import itertools
import json
import os
import socket
import subprocess
import sys
import time
import unicodedata
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.crawling import PROJECT, SCRAPY, Finished, check_warcs, crawl, crawl_arguments
from tests.path_server import PathServer, message, page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROBOTS = b"User-agent: *\nAllow: /\n"
CHANNEL = "indexes/c1/README.md"
MOST_MEMORY = 300 * 1024 * 1024
SECONDS = 6
ESCAPES = "\x1b[2J\x1b]0;owned\x07\x9b31m\x08\r\u202e\u2028"


def article(name: str, body: str = "<p>一段文字。</p>", title: str = "题目") -> str:
    return (
        f"### {title}\n\n---\n\n"
        f'<div class="post_content" id="artbody"> <!-- article content begin -->\n{body}\n'
        "<!-- article content end --></div>\n\n---\n\n"
        f"原文链接（需翻墙）：https://www.epochtimes.com/gb/24/3/5/{name}.htm"
    )


def bomb() -> bytes:
    """10 GB of zeros in 10 MB of gzip: deflate's blocks may be repeated as they are."""
    once = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = once.compress(bytes(10_000_000)) + once.flush(zlib.Z_FULL_FLUSH)
    head = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
    return head + block * 1000


def endless() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n\r\n"
    yield from itertools.repeat(b"### endless\n" * 10_000)


def trickle() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
    for _ in range(100):
        time.sleep(0.1)
        yield b"x"


def endless_head() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n"
    yield from itertools.repeat(b"a: b\r\n" * 10_000)


def trailers() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n"
    yield from itertools.repeat(b"a: b\r\n" * 10_000)


def small_chunks() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    yield from itertools.repeat(b"1\r\nx\r\n" * 10_000)


class Tripwires:
    """Ports of this machine that nobody may connect to."""

    def __init__(self) -> None:
        self._sockets = [socket.create_server(("127.0.0.1", 0))]
        if socket.has_dualstack_ipv6():
            self._sockets.append(socket.create_server(("::1", 0), family=socket.AF_INET6))
        for each in self._sockets:
            each.setblocking(False)
        self.port: int = self._sockets[0].getsockname()[1]
        self.port6: int = self._sockets[-1].getsockname()[1]

    def touched(self) -> int:
        count = 0
        for each in self._sockets:
            try:
                each.accept()[0].close()
                count += 1
            except BlockingIOError:
                pass
        return count

    def close(self) -> None:
        for each in self._sockets:
            each.close()


@pytest.fixture(scope="module")
def tripwires() -> Iterator[Tripwires]:
    wires = Tripwires()
    yield wires
    wires.close()


def targets(wires: Tripwires) -> dict[str, str]:
    return {
        "file": "file:///etc/passwd",
        "metadata": "http://169.254.169.254/latest/meta-data/n1.md",
        "ipv6": f"http://[::1]:{wires.port6}/n1.md",
        "port": f"http://127.0.0.1:{wires.port}/n1.md",
        "name": f"http://localhost:{wires.port}/n1.md",
        "decimal": f"http://2130706433:{wires.port}/n1.md",
        "protocol-relative": f"//127.0.0.1:{wires.port}/n1.md",
        "user": f"http://127.0.0.1@127.0.0.1:{wires.port}/n1.md",
        "ftp": f"ftp://127.0.0.1:{wires.port}/n1.md",
        "data": "data:text/plain,n1.md",
        "script": "javascript:alert(1)//n1.md",
    }


PAGES: dict[str, Any] = {
    "nested.md": page(article("nested", "<div>" * 10_000 + "deep" + "</div>" * 10_000)),
    "title.md": page(article("title", title=f"题{ESCAPES}目")),
    "large.md": page(article("large", "<p>" + "字" * 1_500_000 + "</p>")),
    "huge.md": page("字" * 5_000_000),
    "bomb.md": message(b"200 OK", bomb(), b"Content-Encoding: gzip"),
    "endless.md": endless,
    "endless-head.md": endless_head,
    "endless-trailers.md": trailers,
    "small-chunks.md": small_chunks,
    "trickle.md": trickle,
    "not-modified.md": message(b"304 Not Modified", b""),
    "short.md": b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + article("short").encode(),
    "broken-gzip.md": message(
        b"200 OK", gzip.compress(article("broken-gzip").encode())[:-20], b"Content-Encoding: gzip"
    ),
    "many-fields.md": page(article("many-fields"), b"\r\n".join([b"a: b"] * 30_000)),
    "long-field.md": page(article("long-field"), b"a: " + b"b" * 200_000),
    "no-http.md": b"SSH-2.0-OpenSSH_9.2\r\n",
    "nothing.md": b"",
    "status.md": message(b"500 \x1b[31mred", b""),
    "location.md": message(b"302 Found", b"", b"Location: /x\x1b[2J\xc2\x9b\xe2\x80\xae.md"),
}
FAILED = {
    "bomb.md": "too large",
    "endless.md": "too large",
    "endless-head.md": "too large",
    "endless-trailers.md": "too large",
    "small-chunks.md": "too large",
    "trickle.md": "timeout",
    "not-modified.md": "status 304",
    "short.md": "cut short",
    "broken-gzip.md": "bad content coding",
    "no-http.md": "connection failed",
    "nothing.md": "connection failed",
    "status.md": "status 500",
}
ITEMS = {"good", "nested", "title", "large", "many-fields", "long-field"}


@dataclass(frozen=True)
class Attacked:
    done: Finished
    asked: list[str]
    peak: int
    touched: int
    base: str

    def reasons(self, outcome: str) -> dict[str, str]:
        """``{file name: reason}`` of the pages of one outcome."""
        return {
            entry["url"].rpartition("/")[2]: entry["reason"] for entry in self.done.summary[outcome]
        }


@pytest.fixture(scope="module")
def attacked(tripwires: Tripwires, tmp_path_factory: pytest.TempPathFactory) -> Attacked:
    bad = targets(tripwires)
    redirects = {
        f"to-{name}.md": message(b"302 Found", b"", b"Location: " + url.encode())
        for name, url in bad.items()
    }
    pages = {"good.md": page(article("good")), **PAGES, **redirects}
    rows = [f"#### [{name}](../../pages/c1/{name}?03051200)" for name in pages]
    rows += [f"#### [{name}{ESCAPES}]({url})" for name, url in bad.items()]
    rows += ["#### [up](../../../../../../../../../../etc/passwd.md)", "#### [x](http://[.md)"]
    rows += ["#### [\x1b[2J](../../pages/c1/%1b%5b2J%0a.md)"]
    links = " ".join(f"[{name}]({url.replace('n1.md', 'README.md')})" for name, url in bad.items())
    answers: dict[str, Any] = {
        "/robots.txt": message(b"200 OK", ROBOTS),
        "/README.md": page(f"## 镜像\n\n#### [甲](indexes/c1/README.md?1) {links}\n"),
        f"/{CHANNEL}": page("### 甲\n---\n" + "\n".join(rows) + "\n"),
        **{f"/pages/c1/{name}": answer for name, answer in pages.items()},
    }
    with PathServer(answers) as server:
        done, peak = crawl_measured(tmp_path_factory.mktemp("hostile"), server.url)
    return Attacked(done, server.asked, peak, tripwires.touched(), server.url)


def crawl_measured(output: Path, url: str) -> tuple[Finished, int]:
    """The crawl, and the most memory that it held, in bytes (getrusage(2))."""
    arguments = crawl_arguments(
        output,
        {"mirror": url, "collection": "test"},
        *("-s", f"DOWNLOAD_TIMEOUT={SECONDS}", "-s", "RETRY_TIMES=1"),
        # As any public host is crawled; only loopback has more by default.
        *("-s", "CONCURRENT_REQUESTS_PER_DOMAIN=4"),
    )
    measure = (
        "import resource, subprocess, sys; code = subprocess.call(sys.argv[1:]);"
        "print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", measure, *SCRAPY, *arguments],
        cwd=PROJECT,
        capture_output=True,
        timeout=300,
        check=False,
    )
    # Not as text: that would turn a carriage return into a line's end.
    status, peak = done.stdout.split()[-2:]
    log = done.stderr.decode("utf-8", "surrogateescape")
    unit = 1 if sys.platform == "darwin" else 1024
    return Finished(int(status), log, output / "test"), int(peak) * unit


def test_crawl_ends_partial_and_forbidden_targets_are_left_alone(attacked: Attacked) -> None:
    assert attacked.done.status == 3, attacked.done.output
    assert attacked.touched == 0


def test_every_page_is_an_item_or_stands_in_the_summary(attacked: Attacked) -> None:
    failed = attacked.reasons("failed")
    assert attacked.reasons("unknown")["huge.md"].startswith("no-layout")
    assert {name: reason for name, reason in failed.items() if name in FAILED} == FAILED
    redirects = {name: reason for name, reason in failed.items() if name not in FAILED}
    assert all(reason.startswith(("redirects to", "too many")) for reason in redirects.values())
    named = {item["id"] for item in attacked.done.items}
    assert named == ITEMS
    asked = {path.rpartition("/")[2] for path in attacked.asked if path.startswith("/pages/")}
    listed = {*failed, *attacked.reasons("unknown"), *attacked.reasons("dangling")}
    # Its own page is the target of its redirect, and that one is listed.
    listed |= {"location.md"}
    assert asked - listed - {f"{name}.md" for name in named} == set()


def test_rows_that_lead_elsewhere_are_counted(attacked: Attacked) -> None:
    summary = attacked.done.summary
    assert set(summary["invalid"]) >= {"file", "ftp", "data", "javascript"}
    assert "http://169.254.169.254" in summary["foreign"]
    assert not [origin for origin in summary["foreign"] if "@" in origin]


def test_memory_stays_bounded(attacked: Attacked) -> None:
    assert attacked.peak < MOST_MEMORY, f"{attacked.peak / 2**20:.0f} MiB"


def test_nothing_on_a_page_steers_a_terminal(attacked: Attacked) -> None:
    assert unprintable(attacked.done.output) == set()


def unprintable(text: str) -> set[str]:
    return {
        character
        for character in text
        if unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp", "Cs")
        and character not in "\n\t"
    }


def test_summary_and_items_hold_no_raw_control_characters(attacked: Attacked) -> None:
    for folder in ("runs", "items", "indexes"):
        for path in (attacked.done.folder / folder).iterdir():
            assert unprintable(path.read_text("utf-8")) <= {"\u202e", "\u2028"}, path
    (item,) = [item for item in attacked.done.items if item["id"] == "title"]
    assert unprintable(item["title"]) == set()


def test_archive_is_clean(attacked: Attacked) -> None:
    check_warcs(attacked.done.warcs)


def test_no_traceback_is_shown(attacked: Attacked) -> None:
    assert "Traceback" not in attacked.done.output


@pytest.mark.parametrize("length", [1, 2])
def test_redirects_in_a_circle_are_listed(length: int, tmp_path: Path) -> None:
    answers: dict[str, Any] = {
        f"/pages/c1/{n}.md": message(
            b"302 Found", b"", f"Location: /pages/c1/{(n + 1) % length}.md".encode()
        )
        for n in range(length)
    }
    done = crawl_rows(answers, ["#### [一](../../pages/c1/0.md?1)"], tmp_path)
    assert done.status == 3
    assert "circle" in str(done.summary["failed"])


def crawl_rows(answers: dict[str, Any], rows: list[str], output: Path, *options: str) -> Finished:
    """Crawl a small mirror whose one channel has these rows."""
    mirror: dict[str, Any] = {
        "/robots.txt": message(b"200 OK", ROBOTS),
        "/README.md": page("## 镜像\n\n#### [甲](indexes/c1/README.md?1)\n"),
        f"/{CHANNEL}": page("\n".join(["### 甲", "---", *rows, ""])),
        **answers,
    }
    with PathServer(mirror) as server:
        return crawl(output, *options, mirror=server.url)


# --- robots.txt ----------------------------------------------------------------------------------

HOSTILE_ROBOTS: dict[str, Any] = {
    "huge": message(b"200 OK", b"User-agent: *\nDisallow: /nowhere\n" * 400_000),
    "endless": endless,
    "garbage": message(b"200 OK", os.urandom(100_000)),
    "escapes": message(b"200 OK", b"User-agent: \x1b[2J*\nAllow: /\x1b[2J\nSitemap: \x9b\n"),
    "slow": trickle,
    "nothing": b"",
    "broken gzip": message(b"200 OK", gzip.compress(ROBOTS)[:-9], b"Content-Encoding: gzip"),
    "to itself": message(b"302 Found", b"", b"Location: /robots.txt"),
    "to a file": message(b"302 Found", b"", b"Location: file:///etc/passwd"),
    "to the cloud": message(b"302 Found", b"", b"Location: http://169.254.169.254/robots.txt"),
    "to a port": None,
}
NOT_HAD = {"endless", "slow", "nothing", "broken gzip"}
"""Files that cannot be had: they forbid everything (RFC 9309 §2.3.1.4). A redirect that leads
nowhere forbids nothing (§2.3.1.2)."""


@pytest.mark.parametrize("kind", HOSTILE_ROBOTS)
def test_hostile_robots_txt_does_no_harm(kind: str, tripwires: Tripwires, tmp_path: Path) -> None:
    robots = HOSTILE_ROBOTS[kind]
    if kind == "to a port":
        location = f"Location: http://127.0.0.1:{tripwires.port}/robots.txt".encode()
        robots = message(b"301 Moved Permanently", b"", location)
    done = crawl_rows(
        {"/robots.txt": robots, "/pages/c1/good.md": page(article("good"))},
        ["#### [一](../../pages/c1/good.md?1)"],
        tmp_path,
        *("-s", "DOWNLOAD_TIMEOUT=1", "-s", "RETRY_TIMES=0"),
    )
    assert done.status == (4 if kind in NOT_HAD else 0), done.output
    assert len(done.items) == (0 if kind in NOT_HAD else 1)
    assert tripwires.touched() == 0
    assert unprintable(done.output) == set()
    check_warcs(done.warcs)
    assert json.dumps(done.summary)
