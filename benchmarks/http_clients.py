"""Two HTTP clients that record bytes, beside each other: Twisted's and aiohttp's.

    python -m benchmarks.http_clients [BASE_URL] [--pages 3000] [--repeat 3]

First the odd answers of ``tests/test_capture_bytes.py``, each from a raw socket. ``exact``: the
final response and the request are byte for byte what crossed the wire. ``bytes only``: they are,
but the client takes the page for failed. ``lost``: they are not. Then speed on the same pages, in
turns. What follows from it stands in ``docs/decisions/http-client.md``.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from benchmarks.crawl import PROJECT, bare
from benchmarks.processes import measured
from benchmarks.serving import mirror_url
from mirror import warc
from tests.raw_server import Answer, RawServer
from tests.test_capture_bytes import CASES, Case

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CLIENTS = ("twisted", "aiohttp")
CONCURRENCY = 16
SEGMENT = 40
"""Bytes that the odd answers are sent at a time."""
TIMEOUT = 3.0
"""Seconds after which a client that still waits for more has not understood the answer."""


class Done(Protocol):
    def __call__(self, url: str, sent: bytes, received: bytes, error: str, /) -> None:
        """Called with each exchange; `error` names what the client raised, else ``""``."""


class Fetch(Protocol):
    def __call__(self, urls: list[str], concurrency: int, timeout: float, done: Done, /) -> None:
        """Get each URL, so many at a time, and report its exchange."""


# In a process of its own: a reactor can be run once.


def fetch_all(client: str, urls: list[str], concurrency: int, report: Path) -> None:
    """Get `urls` with one client; write how long it took, and each exchange, to `report`."""
    fetch: Fetch = import_module(f"benchmarks.{client}_client").fetch
    exchanges: list[tuple[str, bytes, bytes, str]] = []

    def done(url: str, sent: bytes, received: bytes, error: str, /) -> None:
        exchanges.append((url, sent, received, error))

    started, cpu_started = time.perf_counter(), time.process_time()
    fetch(urls, concurrency, TIMEOUT, done)
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu_started
    lines = [json.dumps({"seconds": seconds, "cpu_seconds": cpu_seconds})]
    for url, sent, received, error in exchanges:
        exchange = {"url": url, "error": error}
        exchange |= {"sent": sent.decode("latin-1"), "received": received.decode("latin-1")}
        lines.append(json.dumps(exchange))
    report.write_text("\n".join(lines), "utf-8")


def fetched(client: str, urls: Sequence[str], concurrency: int) -> list[dict[str, str]]:
    """The lines of the report of :func:`fetch_all`."""
    with tempfile.TemporaryDirectory() as temporary:
        asked, report = Path(temporary, "urls.txt"), Path(temporary, "report.jsonl")
        asked.write_text("\n".join(urls), "utf-8")
        command = [sys.executable, "-m", "benchmarks.http_clients", "--client", client]
        command += ["--concurrency", str(concurrency), str(asked), str(report)]
        measured(command, cwd=PROJECT)
        return [json.loads(line) for line in report.read_text("utf-8").split("\n")]


# Fidelity


def fidelity(client: str) -> dict[str, str]:
    """By case: ``exact``, ``bytes only (error)`` or ``lost (error)``."""
    with ExitStack() as stack:
        servers = {name: stack.enter_context(_served(case)) for name, case in CASES.items()}
        urls = {name: f"{server.url}a%20b?q=%2f" for name, server in servers.items()}
        _, *exchanges = fetched(client, list(urls.values()), 1)
    by_url = {exchange["url"]: exchange for exchange in exchanges}
    return {
        name: _verdict(CASES[name], servers[name].requests, by_url[url])
        for name, url in urls.items()
    }


def _served(case: Case) -> RawServer:
    """The case in small segments: whoever hangs up early misses the last ones."""
    pieces = [
        piece[start : start + SEGMENT]
        for piece in case.pieces
        for start in range(0, len(piece), SEGMENT)
    ]
    return RawServer(lambda _: Answer(pieces, close=case.close))


def _verdict(case: Case, requests: list[bytes], exchange: Mapping[str, str]) -> str:
    raw = exchange["received"].encode("latin-1")
    try:
        parsed = warc.parse_response(raw)
        block = raw[parsed.start : parsed.end]
    except warc.MalformedMessage:
        block = raw
    why = f" ({exchange['error']})" if exchange["error"] else ""
    if block != case.block or exchange["sent"].encode("latin-1") not in requests:
        return f"lost{why}"
    return f"bytes only{why}" if why else "exact"


# Speed


def pages_of(base: str, most: int) -> list[str]:
    """URLs of up to `most` pages of a mirror."""
    with tempfile.TemporaryDirectory() as folder:
        bare(base, "", Path(folder), "CONCURRENT_ITEMS=1", f"CLOSESPIDER_PAGECOUNT={most}")
        return Path(folder, "found.txt").read_text("utf-8").splitlines()[:most]


def speeds(urls: Sequence[str], repeat: int) -> dict[str, tuple[float, float]]:
    """By client: pages a second and processor seconds a page, medians; start-up left out."""
    rounds: dict[str, list[dict[str, str]]] = {client: [] for client in CLIENTS}
    for _ in range(repeat):
        for client in CLIENTS:
            head, *exchanges = fetched(client, urls, CONCURRENCY)
            if failed := [exchange["url"] for exchange in exchanges if exchange["error"]]:
                raise SystemExit(f"{client}: {len(failed)} pages failed, {failed[0]} the first")
            rounds[client].append(head)
    return {
        client: (
            statistics.median(len(urls) / float(each["seconds"]) for each in own),
            statistics.median(float(each["cpu_seconds"]) / len(urls) for each in own),
        )
        for client, own in rounds.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("base", nargs="?", help="default: epoch-news of the corpus")
    parser.add_argument("report", nargs="?", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--pages", type=int, default=3000, help="at most, for speed (3000)")
    parser.add_argument("--repeat", type=int, default=3, help="rounds (3)")
    parser.add_argument("--client", choices=CLIENTS, help=argparse.SUPPRESS)
    parser.add_argument("--concurrency", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.client:
        urls = Path(arguments.base).read_text("utf-8").splitlines()
        fetch_all(arguments.client, urls, arguments.concurrency, arguments.report)
        return
    verdicts = {client: fidelity(client) for client in CLIENTS}
    print(f"{'':40} {CLIENTS[0]:32} {CLIENTS[1]}")
    for case in CASES:
        print(f"{case:40} {verdicts[CLIENTS[0]][case]:32} {verdicts[CLIENTS[1]][case]}")
    with mirror_url(arguments.base) as base:
        urls = pages_of(base, arguments.pages)
        measures = speeds(urls, arguments.repeat)
    standard = measures[CLIENTS[0]]
    print(f"\n{len(urls)} pages {'pages/s':>12} {'ratio':>6} {'CPU ms/page':>12} {'ratio':>6}")
    for client, (rate, cpu) in measures.items():
        print(
            f"{client:12} {rate:11,.0f} {rate / standard[0]:6.2f}"
            f" {cpu * 1000:12.2f} {cpu / standard[1]:6.2f}"
        )


if __name__ == "__main__":
    main()
