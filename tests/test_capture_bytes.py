"""The response and request blocks equal, byte for byte, what the socket sent and got."""

from __future__ import annotations

import asyncio
import gzip
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from scrapy import Request, Spider
from scrapy.exceptions import DownloadCancelledError, DownloadFailedError, ResponseDataLossError
from scrapy.utils.misc import build_from_crawler
from scrapy.utils.test import get_crawler

from mirror import warc
from mirror.capture import WrongLength
from mirror.capture.handler import ArchivingDownloadHandler
from mirror.capture.recorder import Recorder
from tests.raw_server import Answer, RawServer

if TYPE_CHECKING:
    from pathlib import Path

    from scrapy.http import Response

PAGE = "### 题目\n\n一段文字。\n".encode()
GZIPPED = gzip.compress(PAGE, mtime=0)


def sized(head: bytes, body: bytes) -> bytes:
    return head.replace(b"LENGTH", str(len(body)).encode()) + body


def chunk(data: bytes, extension: bytes = b"") -> bytes:
    return f"{len(data):X}".encode() + extension + b"\r\n" + data + b"\r\n"


@dataclass(frozen=True)
class Case:
    """What the server sends, and what of it is the final response."""

    pieces: tuple[bytes, ...]
    status: int = 200
    body: bytes = PAGE
    close: bool = False
    before: bytes = b""
    """Bytes sent ahead of the final response, which its block leaves out."""
    after: bytes = b""
    """Bytes sent past its end."""

    @property
    def block(self) -> bytes:
        sent = b"".join(self.pieces)
        return sent[len(self.before) : len(sent) - len(self.after)]


OK = b"HTTP/1.1 200 OK\r\nContent-Length: LENGTH\r\n\r\n"
CASES = {
    "plain": Case((sized(OK, PAGE),)),
    "in many pieces": Case(tuple(bytes([byte]) for byte in sized(OK, b"abc")), body=b"abc"),
    "odd case and duplicates": Case(
        (
            sized(
                b"HTTP/1.1 200 OK\r\ncOnTeNt-LeNgTh: LENGTH\r\nX-Twice: b\r\nx-twice:a\r\n"
                b'X-Twice:   b  \r\nETAG: "x"\r\n\r\n',
                PAGE,
            ),
        )
    ),
    "two cookies": Case(
        (
            sized(
                b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1; Path=/\r\nSet-Cookie: b=2\r\n"
                b"Content-Length: LENGTH\r\n\r\n",
                PAGE,
            ),
        )
    ),
    "own reason phrase": Case(
        (sized(b"HTTP/1.1 200 Alles in Ordnung, wirklich\r\nContent-Length: LENGTH\r\n\r\n", PAGE),)
    ),
    "no reason phrase": Case((sized(b"HTTP/1.1 200 \r\nContent-Length: LENGTH\r\n\r\n", PAGE),)),
    "no reason phrase and no space": Case(
        (sized(b"HTTP/1.1 200\r\nContent-Length: LENGTH\r\n\r\n", PAGE),)
    ),
    "HTTP/1.0": Case((b"HTTP/1.0 200 OK\r\nServer: old\r\n\r\n" + PAGE,), close=True),
    "folded": Case(
        (
            sized(
                b"HTTP/1.1 200 OK\r\nX-Long: one\r\n  two\r\n\tthree\r\n"
                b"Content-Length: LENGTH\r\n\r\n",
                PAGE,
            ),
        )
    ),
    "colon-less line": Case(
        (sized(b"HTTP/1.1 200 OK\r\nthis is no header\r\nContent-Length: LENGTH\r\n\r\n", PAGE),)
    ),
    "LF only": Case((sized(b"HTTP/1.1 200 OK\nContent-Length: LENGTH\n\n", PAGE),)),
    "latin-1 in a header": Case(
        (sized(b"HTTP/1.1 200 OK\r\nX-Name: M\xfcller\r\nContent-Length: LENGTH\r\n\r\n", PAGE),)
    ),
    "chunked with extensions and trailers": Case(
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n",
            chunk(PAGE[:7], b";name=value") + chunk(PAGE[7:], b' ; q="a b"'),
            b"0;last\r\nX-Sum: 12\r\nX-Other: y\r\n\r\n",
        )
    ),
    "gzip inside chunked": Case(
        (
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n",
            chunk(GZIPPED[:5]),
            chunk(GZIPPED[5:]) + b"0\r\n\r\n",
        ),
    ),
    "ended by close": Case((b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", PAGE), close=True),
    "204": Case((b"HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n",), status=204, body=b""),
    "302": Case(
        (b"HTTP/1.1 302 Found\r\nLocation: /elsewhere?x=1\r\nContent-Length: 3\r\n\r\nbye",),
        status=302,
        body=b"bye",
    ),
    "304": Case(
        (b'HTTP/1.1 304 Not Modified\r\nETag: "abc"\r\nContent-Length: 99\r\n\r\n',),
        status=304,
        body=b"",
    ),
    "404": Case(
        (sized(b"HTTP/1.1 404 Not Found\r\nContent-Length: LENGTH\r\n\r\n", PAGE),), status=404
    ),
    "503 with Retry-After": Case(
        (b"HTTP/1.1 503 Busy\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n",),
        status=503,
        body=b"",
    ),
    "100 Continue before it": Case(
        (b"HTTP/1.1 100 Continue\r\n\r\n", sized(OK, PAGE)), before=b"HTTP/1.1 100 Continue\r\n\r\n"
    ),
    "two interim responses at once": Case(
        (
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
            + sized(OK, PAGE),
        ),
        before=b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n",
    ),
    "empty lines after the body": Case(
        (sized(OK, PAGE) + b"\r\n\r\n",), after=b"\r\n\r\n", close=True
    ),
}


class Crawl:
    """One handler and its recorder, as a crawler sets them up, writing to a folder."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.folder = folder
        crawler = get_crawler(
            Spider,
            {
                "ADDONS": {"mirror.capture.WarcAddon": 300},
                "TWISTED_REACTOR_ENABLED": False,
                "WARC_DIR": str(folder),
                "USER_AGENT": "test",
                **settings,
            },
        )
        recorder = crawler.get_extension(Recorder)
        assert recorder is not None
        self.recorder = recorder
        self.handler = build_from_crawler(ArchivingDownloadHandler, crawler)

    async def close(self) -> None:
        await self.handler.close()
        await self.recorder.close()

    def records(self, kind: str) -> list[warc.Record]:
        """The records of one type, in the order written."""
        return [
            stored.record
            for path in sorted(self.folder.glob("*.warc.gz"))
            for stored in warc.read_records(path)
            if stored.record.type == kind
        ]


def fetch(crawl: Crawl, *requests: Request) -> list[Response | Exception]:
    """Fetch one after the other, then close the archive."""

    async def run() -> list[Response | Exception]:
        results: list[Response | Exception] = []
        for request in requests:
            try:
                results.append(await crawl.handler.download_request(request))
            except Exception as error:  # noqa: BLE001
                results.append(error)
        await crawl.close()
        return results

    return asyncio.run(run())


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_blocks_are_what_crossed_the_wire(case: Case, tmp_path: Path) -> None:
    with RawServer(lambda _: Answer(case.pieces, close=case.close)) as server:
        crawl = Crawl(tmp_path)
        request = Request(f"{server.url}a%20b/%E9%A2%98?q=1&q=%2f", headers={"X-Odd": "1"})
        (response,) = fetch(crawl, request)
    (recorded,) = crawl.records("response")
    assert recorded.block == case.block
    (sent,) = crawl.records("request")
    assert sent.block == server.requests[0]
    assert sent.block.startswith(b"GET /a%20b/%E9%A2%98?q=1&q=%2f HTTP/1.1\r\n")
    assert not isinstance(response, Exception), response
    assert (response.status, response.body) == (case.status, case.body)
    assert recorded.get("WARC-Truncated") is None
    assert recorded.get("WARC-Concurrent-To") == sent.record_id
    assert recorded.get("WARC-IP-Address") == "127.0.0.1"


def test_kept_connection_gives_each_response_its_own_bytes(tmp_path: Path) -> None:
    answers = [sized(OK, f"page {number}".encode() * (number + 1)) for number in range(20)]
    with RawServer(lambda number: Answer([answers[number]])) as server:
        crawl = Crawl(tmp_path)
        fetch(crawl, *(Request(f"{server.url}{number}") for number in range(20)))
    assert server.connections == 1
    assert [record.block for record in crawl.records("response")] == answers
    assert [record.block for record in crawl.records("request")] == server.requests


def test_more_than_content_length_says_is_no_page_and_recorded_as_truncated(
    tmp_path: Path,
) -> None:
    answer = sized(OK, PAGE)
    with RawServer(lambda _: Answer([answer + b"HTTP/1.1 200 OK\r\nbytes of nobody"])) as server:
        crawl = Crawl(tmp_path)
        (error,) = fetch(crawl, Request(server.url))
    assert isinstance(error, WrongLength)
    (recorded,) = crawl.records("response")
    assert recorded.block == answer
    assert recorded.get("WARC-Truncated") == "unspecified"


@pytest.mark.parametrize("reset", [False, True])
def test_server_that_hangs_up_on_a_new_connection_is_not_asked_again_at_once(
    reset: bool, tmp_path: Path
) -> None:
    with RawServer(lambda _: Answer([], close=True, reset=reset)) as server:
        crawl = Crawl(tmp_path)
        (error,) = fetch(crawl, Request(server.url))
    assert isinstance(error, DownloadFailedError)
    assert len(server.requests) == 1


def test_cut_in_the_head_is_recorded_as_truncated(tmp_path: Path) -> None:
    with RawServer(lambda _: Answer([b"HTTP/1.1 200 OK\r\nContent-Le"], close=True)) as server:
        crawl = Crawl(tmp_path)
        (error,) = fetch(crawl, Request(server.url))
    assert isinstance(error, DownloadFailedError)
    records = crawl.records("response")
    # The client asks a second time after a lost connection: each attempt stands on its own.
    assert len(records) == len(server.requests)
    for record in records:
        assert record.block == b"HTTP/1.1 200 OK\r\nContent-Le"
        assert record.get("WARC-Truncated") == "disconnect"


@pytest.mark.parametrize("reset", [False, True], ids=["FIN", "RST"])
@pytest.mark.parametrize(
    "head",
    [b"Content-Length: 1000\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n3E8\r\n"],
    ids=["length", "chunked"],
)
def test_cut_in_the_body_is_recorded_as_truncated(head: bytes, reset: bool, tmp_path: Path) -> None:
    sent = b"HTTP/1.1 200 OK\r\n" + head + b"only this"
    with RawServer(lambda _: Answer([sent], close=True, reset=reset)) as server:
        crawl = Crawl(tmp_path)
        (error,) = fetch(crawl, Request(server.url))
    assert isinstance(error, ResponseDataLossError)
    (record,) = crawl.records("response")
    assert record.block == sent
    assert record.get("WARC-Truncated") == "disconnect"


def test_endless_body_is_cut_at_the_limit(tmp_path: Path) -> None:
    flood = [b"HTTP/1.1 200 OK\r\n\r\n", *[b"x" * 1_000_000] * 50]
    with RawServer(lambda _: Answer(flood)) as server:
        crawl = Crawl(tmp_path, DOWNLOAD_MAXSIZE=2_000_000)
        (error,) = fetch(crawl, Request(server.url))
    assert isinstance(error, DownloadCancelledError)
    (record,) = crawl.records("response")
    assert record.get("WARC-Truncated") == "length"
    assert 2_000_000 < len(record.block) < 4_000_000


def test_closed_kept_connection_is_asked_again(tmp_path: Path) -> None:
    # The server says keep-alive and closes all the same: the client finds out when it asks again.
    with RawServer(lambda _: Answer([sized(OK, PAGE)], close=True)) as server:
        crawl = Crawl(tmp_path)
        results = fetch(crawl, Request(f"{server.url}1"), Request(f"{server.url}2"))
    assert [getattr(result, "status", result) for result in results] == [200, 200]
    assert len(crawl.records("response")) == 2


def test_written_files_pass_both_checkers(tmp_path: Path) -> None:
    pieces = [case.pieces for case in CASES.values()]
    closes = [case.close for case in CASES.values()]
    with RawServer(lambda n: Answer(pieces[n], close=closes[n])) as server:
        crawl = Crawl(tmp_path)
        fetch(crawl, *(Request(f"{server.url}{number}") for number in range(len(CASES))))
    files = [str(path) for path in tmp_path.glob("*.warc.gz")]
    for checker in (["warcio", "check"], ["fastwarc", "check"]):
        command = [
            str(sys.executable).replace("python3", "python").rpartition("/")[0] + f"/{checker[0]}"
        ]
        done = subprocess.run(
            [*command, checker[1], *files], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
