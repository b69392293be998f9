"""Records and files for the tests of ``mirror.warc``, in our own words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mirror import warc

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

NOW = datetime(2026, 3, 5, 12, 30, 15, tzinfo=UTC)
DATE = "2026-03-05T12:30:15Z"
PAGE_URL = "https://mirror.example/o/r/main/pages/tea/n9000001.md"
PAGE = "# 茶园的早晨\n\n雨停了，采茶的人上山。\n".encode()

REQUEST = b"GET /o/r/main/pages/tea/n9000001.md HTTP/1.1\r\nHost: mirror.example\r\n\r\n"
OK = (
    b"HTTP/1.1 200 OK\r\nServer: test\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b'ETag: "a1"\r\nContent-Length: %d\r\n\r\n' % len(PAGE) + PAGE
)
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"6;note=x\r\nsteam \r\n5\r\nrises\r\n0\r\nX-Sum: 11\r\n\r\n"
)
NOT_MODIFIED = b'HTTP/1.1 304 Not Modified\r\nETag: "a1"\r\n\r\n'
CUT_SHORT = b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nonly the begin"

EXCHANGE = warc.Exchange(
    target_uri=PAGE_URL, date=DATE, ip="192.0.2.7", protocols=("http/1.1", "tls/1.3")
)


def response(raw: bytes, truncated: warc.Truncation | None = None) -> warc.Record:
    return warc.response(raw, warc.parse_response(raw), EXCHANGE, truncated=truncated)


def resource(block: bytes, name: str = "n1") -> warc.Record:
    return warc.resource(
        block,
        target_uri=f"https://mirror.example/o/r/main/{name}.md",
        date=DATE,
        content_type="text/markdown",
    )


def earlier(record: warc.Record) -> warc.Earlier:
    return warc.Earlier(record.record_id, record.target_uri or "", record.date)


def every_type() -> list[list[warc.Record]]:
    """Groups of records as a crawl writes them, every type and every odd kind of response."""
    request = warc.request(REQUEST, EXCHANGE)
    full = response(OK)
    digest = full.get("WARC-Payload-Digest")
    known = earlier(full)
    same = warc.revisit_identical(OK, warc.parse_response(OK), EXCHANGE, earlier=known)
    parsed_304 = warc.parse_response(NOT_MODIFIED)
    not_modified = warc.revisit_not_modified(
        NOT_MODIFIED, parsed_304, EXCHANGE, earlier=known, payload_digest=digest
    )
    no_digest = warc.revisit_not_modified(
        NOT_MODIFIED, parsed_304, EXCHANGE, earlier=known, payload_digest=None
    )
    refused = warc.metadata(
        [("outcome", "refused")],
        target_uri="urn:x-mirror:outcome:1",
        date=DATE,
        concurrent_to=[request.record_id],
    )
    return [
        [request, full],
        [warc.request(REQUEST, EXCHANGE), response(CHUNKED)],
        [response(CUT_SHORT, "disconnect")],
        [same],
        list(not_modified),
        list(no_digest),
        [refused],
        [resource(PAGE), resource(b"", "empty")],
        [warc.response(b"SSH-2.0-server\r\n", None, EXCHANGE)],
        *([response(raw)] for raw in ODD_RESPONSES.values()),
    ]


ODD_RESPONSES = {
    "interim": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    + OK
    + b"HTTP/1.1 400 Nobody asked\r\n\r\n",
    "line feeds only": b"HTTP/1.1 200 OK\nContent-Type: text/plain\nContent-Length: 3\n\ntea",
    "folded": b"HTTP/1.1 200 OK\r\nX-Long: one\r\n\t two\r\nContent-Length: 3\r\n\r\ntea",
    "no colon": b"HTTP/1.1 200 OK\r\nnothing here\r\nContent-Length: 3\r\n\r\ntea",
    "latin-1": b"HTTP/1.1 200 Tr\xe8s bien\r\nX: \xff\r\nContent-Length: 3\r\n\r\ntea",
    "no reason": b"HTTP/1.1 200\r\nContent-Length: 3\r\n\r\ntea",
    "until closed": b"HTTP/1.0 200 OK\r\n\r\ntea",
    "no body": b"HTTP/1.1 204 No Content\r\n\r\n",
    "empty body": b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
    "blank line of spaces": b"HTTP/1.1 200 OK\r\nA: b\r\n  \r\nContent-Length: 3\r\n\r\ntea",
    "blank line of nbsp": b"HTTP/1.1 200 OK\r\nA: b\r\n\xc2\xa0\r\nContent-Length: 3\r\n\r\ntea",
    "blank line of controls": b"HTTP/1.1 200 OK\r\nA: b\r\n\x1c\r\nContent-Length: 3\r\n\r\ntea",
    "broken gzip": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\ntea",
    "broken chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnot hex\r\n",
    "bare CR and NUL": b"HTTP/1.1 200 OK\r\nX: a\rb\0c\r\nContent-Length: 3\r\n\r\ntea",
    "type of blanks": b"HTTP/1.1 200 OK\r\nContent-Type: ; x\r\nContent-Length: 3\r\n\r\ntea",
}


def writer(folder: Path, **options: object) -> warc.WarcWriter:
    settings: dict[str, object] = {"info": {"software": "tests"}, "now": lambda: NOW, **options}
    return warc.WarcWriter(folder, "tea", **settings)  # type: ignore[arg-type]


def write_file(folder: Path, groups: Iterable[list[warc.Record]]) -> Path:
    """A closed WARC file of `groups`, begun by its ``warcinfo`` record."""
    target = writer(folder, resume_size=0)
    for group in groups:
        target.write(group)
    target.close()
    return target.path
