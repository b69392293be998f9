"""Crawls of servers in trouble: what each kind of it leads to, over real sockets."""

from __future__ import annotations

import signal
import socket
import subprocess
import threading
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from tests.authority import Authority
from tests.crawling import PROJECT, SCRAPY, Finished, check_warcs, crawl, crawl_arguments, scrapy
from tests.epoch_pages import article_source
from tests.fault_server import (
    ENDLESS,
    EVERY,
    HARMLESS,
    LASTING,
    REASONS,
    FaultServer,
    Kind,
)
from tests.raw_server import Answer, RawServer
from tests.test_politeness_faults import QUICK, path_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

YEAR = 365 * 86400
ROBOTS = b"User-agent: *\nAllow: /\n"


def small_mirror(names: Sequence[str], robots: bytes = ROBOTS) -> dict[str, bytes]:
    """One channel with an article of each name."""
    rows = [f"#### [{name}](../../pages/c1/{name}.md?1)" for name in names]
    return {
        "/robots.txt": robots,
        "/README.md": "## 镜像\n\n#### [甲](indexes/c1/README.md?1)\n".encode(),
        "/indexes/c1/README.md": "\n".join(["### 甲", "---", *rows, ""]).encode(),
        **{f"/pages/c1/{name}.md": article_source().encode() for name in names},
    }


NAMES = [f"n{number}" for number in range(12)]


def at(where: str, *kinds: Kind | None) -> Callable[[str, int], Kind | None]:
    """The n-th request for a path meets the n-th kind; the last one for good."""

    def plan(path: str, attempt: int) -> Kind | None:
        return kinds[min(attempt, len(kinds) - 1)] if path == where else None

    return plan


def crawled(
    output: Path,
    plan: Callable[[str, int], Kind | None],
    *options: str,
    pages: dict[str, bytes] | None = None,
) -> tuple[Finished, FaultServer]:
    with FaultServer(small_mirror(NAMES) if pages is None else pages, plan) as server:
        done = crawl(output, *QUICK, *options, mirror=server.url)
    return done, server


def listed(done: Finished, outcome: str = "failed") -> dict[str, str]:
    return {path_of(page["url"]): page["reason"] for page in done.summary[outcome]}


# --- every kind by itself ------------------------------------------------------------------------


def test_every_kind_of_trouble_ends_and_is_named(tmp_path: Path) -> None:
    """A page that always meets the same trouble: how often it is asked for, what is said of it."""
    kinds = {f"k{number}": kind for number, kind in enumerate(EVERY)}

    def plan(path: str, attempt: int) -> Kind | None:
        return kinds.get(path.rpartition("/")[2].removesuffix(".md"))

    done, server = crawled(
        tmp_path,
        plan,
        *("-s", "RETRY_TIMES=1", "-s", "HOST_FAILURES_MAX=1000", "-s", "WAIT_MAX=2"),
        pages=small_mirror(list(kinds)),
    )
    assert done.status == 3, done.output
    said = {**listed(done), **listed(done, "dangling")}
    named = {kinds[path.rpartition("/")[2].removesuffix(".md")]: said[path] for path in said}
    assert named == {kind: REASONS[kind] for kind in EVERY if kind not in HARMLESS}
    assert len(done.items) == len(HARMLESS)
    asked = {kind: server.asked[f"/pages/c1/{name}.md"] for name, kind in kinds.items()}
    once = {*LASTING, *ENDLESS, *HARMLESS}
    assert asked == {kind: 1 if kind in once else 2 for kind in EVERY}
    check_warcs(done.warcs)
    verified = scrapy("verify", "-s", f"OUTPUT_DIR={tmp_path}", "test")
    assert verified.returncode == 0, verified.stdout + verified.stderr


@pytest.mark.parametrize("kind", ["500", "503", "reset", "cut short", "trickle"])
def test_what_fails_now_and_then_is_had(kind: Kind, tmp_path: Path) -> None:
    def flapping(path: str, attempt: int) -> Kind | None:
        return kind if attempt % 2 == 0 and path != "/robots.txt" else None

    done, server = crawled(tmp_path, flapping)
    assert done.status == 0, done.output
    assert len(done.items) == len(NAMES)
    assert sum(server.asked.values()) == 1 + 2 * (2 + len(NAMES))
    politeness = done.summary["politeness"]
    assert politeness["retries"] == {REASONS[kind]: 2 + len(NAMES)}
    assert politeness["given_up"] == {}
    assert done.summary["retries"] == 2 + len(NAMES)


# --- waits ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "least"),
    [
        ("429 seconds", 1.0),
        ("429 invalid", 0.7),
        ("403 secondary", 1.0),
        ("429 GitHub", 0.9),
        ("503 seconds", 1.0),
    ],
)
def test_no_request_comes_while_a_host_is_held(kind: Kind, least: float, tmp_path: Path) -> None:
    # The front page is asked for alone: nothing else can be under way when it is refused.
    done, server = crawled(tmp_path, at("/README.md", kind, None), "-s", "UNTIMED_WAIT=0.7")
    assert done.status == 0, done.output
    (refused,) = [when for when, _, met in server.times if met is not None]
    following = min(when for when, _, _ in server.times if when > refused)
    # A Unix time has no fractions: the reset may be named for the second that has begun.
    assert following - refused >= (least if kind != "429 GitHub" else 0.0)
    (held,) = done.summary["politeness"]["seconds_held"].values()
    assert held >= (least if kind != "429 GitHub" else 0.0) - 0.01


def test_host_that_asks_for_a_year_is_given_up_and_the_rest_is_listed(tmp_path: Path) -> None:
    patient = ("-s", "CONCURRENT_REQUESTS=1", "-s", "WAIT_MAX=0.5")
    done, server = crawled(tmp_path, at("/pages/c1/n5.md", "429 seconds"), *patient)
    assert done.status == 3, done.output
    failed = listed(done)
    assert failed.pop("/pages/c1/n5.md") == "status 429"
    assert set(failed.values()) == {"host given up"}
    assert len(failed) + len(done.items) == len(NAMES) - 1
    assert server.asked["/pages/c1/n5.md"] == 1
    assert not [path for path in failed if server.asked[path]]
    assert list(done.summary["politeness"]["given_up"].values()) == ["asks to wait 1 s"]


def test_host_that_keeps_failing_is_given_up_in_a_bounded_number_of_requests(
    tmp_path: Path,
) -> None:
    def down(path: str, attempt: int) -> Kind | None:
        return "502" if path.startswith("/pages/") else None

    names = [f"n{number}" for number in range(200)]
    done, server = crawled(tmp_path, down, "-s", "RETRY_TIMES=2", pages=small_mirror(names))
    assert done.status == 3, done.output
    failed = listed(done)
    assert len(failed) == 200
    assert set(failed.values()) == {"status 502", "host given up"}
    # Sixteen together, then one at a time, until ten have failed in a row.
    assert sum(server.asked.values()) <= 3 + 2 * 16 + 10
    (reason,) = done.summary["politeness"]["given_up"].values()
    assert reason == "10 failures in a row, the last: status 502"


def test_signal_ends_a_run_that_waits(tmp_path: Path) -> None:
    arguments = ("-s", "UNTIMED_WAIT=600", "-s", "WAIT_MAX=1000")
    with FaultServer(small_mirror(NAMES), at("/indexes/c1/README.md", "429 invalid")) as server:
        given = {"mirror": server.url, "collection": "test"}
        process = subprocess.Popen(
            [*SCRAPY, *crawl_arguments(tmp_path, given, *QUICK, *arguments)],
            cwd=PROJECT,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stderr is not None
        try:
            server.wait_for("429 invalid", seconds=60)
            process.send_signal(signal.SIGTERM)
            _, log = process.communicate(timeout=60)
        finally:
            process.kill()
    done = Finished(process.returncode, log, tmp_path / "test")
    assert done.status == 143, log
    assert list(listed(done, "not_reached")) == ["/indexes/c1/README.md"]
    assert sum(server.asked.values()) == 3


SPIDER = """
import scrapy

class TwoHosts(scrapy.Spider):
    name = "two"

    async def start(self):
        for number in range(20):
            for base in ({first!r}, {second!r}):
                yield scrapy.Request(f"{{base}}{{number}}", callback=self.parse, dont_filter=True)

    def parse(self, response):
        pass
"""


def test_host_that_is_held_takes_no_place_from_another(tmp_path: Path) -> None:
    pages = {f"/{number}": b"page" for number in range(20)}
    pages["/robots.txt"] = ROBOTS

    def refuses(path: str, attempt: int) -> Kind | None:
        return "429 seconds" if path in ("/0", "/1") and not attempt else None

    with FaultServer(pages, refuses) as held, FaultServer(pages, lambda *_: None) as other:
        (tmp_path / "two.py").write_text(SPIDER.format(first=held.url, second=other.url))
        done = scrapy(
            *("runspider", str(tmp_path / "two.py"), *QUICK, "-s", f"WARC_DIR={tmp_path}"),
            *("-s", "CONCURRENT_REQUESTS=4", "-s", "AUTOTHROTTLE_ENABLED=False"),
        )
    assert done.returncode == 0, done.stderr
    assert set(held.asked) == set(pages)
    assert other.asked == Counter(dict.fromkeys(pages, 1))
    refused = min(when for when, _, met in held.times if met is not None)
    again = min(when for when, _, _ in held.times if when > refused + 0.9)
    between = [when for when, _, _ in other.times if when < again]
    assert len(between) == len(pages), "the other host was done before the first was asked again"


def test_crawl_delay_is_kept(tmp_path: Path) -> None:
    robots = b"User-agent: *\nCrawl-delay: 0.3\nAllow: /\n"
    done, server = crawled(tmp_path, lambda *_: None, pages=small_mirror(NAMES[:4], robots))
    assert done.status == 0, done.output
    whens = [when for when, path, _ in server.times if path != "/robots.txt"]
    assert len(whens) == 6
    # When a request arrives is later than when it was sent, by as much as the machine is busy.
    assert whens[-1] - whens[0] >= 5 * 0.3 - 0.15


def test_crawl_delay_of_a_day_gives_the_host_up(tmp_path: Path) -> None:
    robots = b"User-agent: *\nCrawl-delay: 86400\n"
    done, server = crawled(tmp_path, lambda *_: None, pages=small_mirror(NAMES, robots))
    assert done.status == 4, done.output
    assert listed(done) == {"/README.md": "host given up"}
    assert server.asked == {"/robots.txt": 1}
    (reason,) = done.summary["politeness"]["given_up"].values()
    assert reason == "asks for 86400 s between requests"


# --- robots.txt ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["503", "500", "hang", "empty", "429 seconds", "501"])
def test_robots_txt_that_cannot_be_had_forbids_everything(kind: Kind, tmp_path: Path) -> None:
    done, server = crawled(tmp_path, at("/robots.txt", kind), "-s", "RETRY_TIMES=1")
    assert done.status == 4, done.output
    assert done.items == []
    assert set(server.asked) == {"/robots.txt"}
    assert server.asked["/robots.txt"] == (1 if kind == "501" else 2)
    reason = "status 501" if kind == "501" else REASONS[kind]
    assert listed(done) == {"/README.md": f"robots.txt unreachable: {reason}"}
    assert "RFC 9309" in done.summary["unreachable"]
    assert "could not be reached" in done.output


@pytest.mark.parametrize("kind", ["503", "trickle", "reset"])
def test_robots_txt_that_comes_at_the_second_attempt_is_obeyed(kind: Kind, tmp_path: Path) -> None:
    robots = b"User-agent: *\nDisallow: /pages/c1/n7.md\n"
    done, server = crawled(
        tmp_path, at("/robots.txt", kind, None), pages=small_mirror(NAMES, robots)
    )
    assert done.status == 3, done.output
    assert listed(done) == {"/pages/c1/n7.md": "robots.txt"}
    assert server.asked["/robots.txt"] == 2
    assert len(done.items) == len(NAMES) - 1


@pytest.mark.parametrize("kind", ["404", "403", "redirect to itself"])
def test_robots_txt_that_is_not_there_forbids_nothing(kind: Kind, tmp_path: Path) -> None:
    done, _ = crawled(tmp_path, at("/robots.txt", kind))
    assert done.status == 0, done.output
    assert len(done.items) == len(NAMES)


def test_robots_ignore_does_not_ask_for_it(tmp_path: Path) -> None:
    with FaultServer(small_mirror(NAMES), at("/robots.txt", "503")) as server:
        done = crawl(tmp_path, *QUICK, mirror=server.url, robots="ignore")
    assert done.status == 0, done.output
    assert server.asked["/robots.txt"] == 0


# --- hosts that cannot be talked to --------------------------------------------------------------

FEW = ("-s", "RETRY_TIMES=2", "-s", "BACKOFF_BASE=0.02", "-s", "DOWNLOAD_TIMEOUT=5")


def check_unreachable(done: Finished, reason: str) -> None:
    assert done.status == 4, done.output
    (page,) = done.summary["failed"]
    assert page["reason"] == f"robots.txt unreachable: {reason}"
    assert done.summary["unreachable"]
    assert "Traceback" not in done.output


def test_host_without_an_address(tmp_path: Path) -> None:
    done = crawl(tmp_path, *FEW, mirror="http://no-such-host.invalid/")
    check_unreachable(done, "host not found")
    assert done.summary["politeness"]["retries"] == {"host not found": 2}


def test_port_without_a_server(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    done = crawl(tmp_path, *FEW, mirror=f"http://127.0.0.1:{port}/")
    check_unreachable(done, "connection refused")


def test_certificate_of_an_unknown_authority_is_not_tried_again(tmp_path: Path) -> None:
    context = Authority(tmp_path).server_context("127.0.0.1")
    with RawServer(lambda _: Answer([b""]), tls=context) as server:
        done = crawl(tmp_path / "output", *FEW, mirror=server.url)
    check_unreachable(done, "certificate refused")
    assert server.connections == 1


def test_port_that_speaks_no_tls(tmp_path: Path) -> None:
    def speak(listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection:
                    connection.recv(4096)
                    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=speak, args=(listener,), daemon=True).start()
        port = listener.getsockname()[1]
        done = crawl(tmp_path, *FEW, mirror=f"https://127.0.0.1:{port}/")
        listener.shutdown(socket.SHUT_RDWR)
    check_unreachable(done, "connection failed")
    assert done.summary["politeness"]["retries"] == {"connection failed": 2}
