"""A collection with a capture of every kind, written record by record, and what must come out."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from mirror import warc
from tests.export_samples import article, write_run

if TYPE_CHECKING:
    from pathlib import Path

BASE = "https://m.example.org/news"
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
RUNS = 40


@dataclass(frozen=True, slots=True)
class Expected:
    """What a replayed capture must be."""

    url: str
    stamp: str
    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


class Sample:
    """Writes captures as a crawl does, and remembers them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.expected: list[Expected] = []
        self._clock = BEGIN
        self._writer = warc.WarcWriter(
            folder / "archive", folder.name, info={"software": "test"}, now=lambda: BEGIN
        )
        self._full: dict[str, tuple[warc.Earlier, bytes, str | None]] = {}

    def close(self) -> None:
        self._writer.close()
        (self.folder / "indexes").mkdir(parents=True, exist_ok=True)
        lines: list[str] = []
        for path in (self.folder / "archive").iterdir():
            lines += warc.index_file(path)
        path = self.folder / "indexes" / f"{self.folder.name}.cdxj"
        warc.write_index(sorted(lines, key=str.encode), path)
        (self.folder / "items").mkdir(exist_ok=True)

    def wait(self, hours: float = 1) -> None:
        self._clock += timedelta(hours=hours)

    def response(
        self,
        url: str,
        body: bytes,
        *,
        status: str = "200 OK",
        head: tuple[str, ...] = (),
        on_wire: bytes | None = None,
    ) -> None:
        """A full response; `on_wire` is its body as sent, where that has chunks around it."""
        lines = [f"HTTP/1.1 {status}", *head]
        if not any(line.startswith("Content-Type") for line in head):
            lines.append("Content-Type: text/plain; charset=utf-8")
        if on_wire is None:
            lines.append(f"Content-Length: {len(body)}")
        raw = ("\r\n".join(lines) + "\r\n\r\n").encode() + (body if on_wire is None else on_wire)
        parsed = warc.parse_response(raw)
        record = warc.response(raw, parsed, self._exchange(url))
        self._writer.write([record])
        earlier = warc.Earlier(record.record_id, url, record.date)
        self._full[url] = earlier, body, record.get("WARC-Payload-Digest")
        headers = dict(line.split(": ", 1) for line in head)
        self.expected.append(Expected(url, self._stamp, int(status[:3]), body, headers))

    def identical(self, url: str) -> None:
        """The same body again, as a server sends it that does not know better."""
        earlier, body, _ = self._full[url]
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n\r\n"
        raw = head.encode() + body
        record = warc.revisit_identical(
            raw, warc.parse_response(raw), self._exchange(url), earlier=earlier
        )
        self._writer.write([record])
        self.expected.append(Expected(url, self._stamp, 200, body))

    def not_modified(self, url: str) -> None:
        """A 304."""
        earlier, body, digest = self._full[url]
        raw = b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n'
        records = warc.revisit_not_modified(
            raw,
            warc.parse_response(raw),
            self._exchange(url),
            earlier=earlier,
            payload_digest=digest,
        )
        self._writer.write(list(records))
        self.expected.append(Expected(url, self._stamp, 200, body))

    @property
    def _stamp(self) -> str:
        return self._clock.strftime("%Y%m%d%H%M%S")

    def _exchange(self, url: str) -> warc.Exchange:
        return warc.Exchange(url, self._clock.strftime("%Y-%m-%dT%H:%M:%SZ"))


def every_kind(folder: Path) -> list[Expected]:
    """A collection with a capture of every kind."""
    sample = Sample(folder)
    page = f"{BASE}/page.md"
    sample.response(page, "第一版。\n".encode())
    for step in (sample.identical, sample.not_modified):
        sample.wait()
        step(page)
    sample.wait()
    sample.response(page, "第二版。\n".encode())
    sample.wait()
    sample.not_modified(page)
    sample.response(f"{BASE}/moved.md", b"", status="302 Found", head=(f"Location: {page}",))
    sample.response(f"{BASE}/gone.md", b"404: Not Found", status="404 Not Found")
    sample.response(f"{BASE}/empty.md", b"")
    sample.response(f"{BASE}/query.md?t=11250407", b"with a query")
    body = "分块。".encode()
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    sample.response(
        f"{BASE}/chunked.md", body, head=("Transfer-Encoding: chunked",), on_wire=chunked
    )
    sample.wait()
    sample.not_modified(f"{BASE}/chunked.md")
    packed = gzip.compress("压缩。".encode(), mtime=0)
    sample.response(f"{BASE}/packed.md", packed, head=("Content-Encoding: gzip",))
    sample.response(f"{BASE}/%E7%9F%B3%E6%A1%A5.md", b"a name in Chinese")
    sample.response(f"{BASE}/latin.md", b"\xff\xfe not UTF-8 \x00")
    sample.close()
    return sample.expected


def many_runs(folder: Path) -> list[Expected]:
    """A page through 40 runs a day apart: new, the same again, not modified, in turns."""
    sample = Sample(folder)
    page = f"{BASE}/page.md"
    for run in range(RUNS):
        if run % 5 == 0:
            sample.response(page, f"第{run}版。\n".encode() * (run + 1))
        elif run % 5 in (1, 4):
            sample.identical(page)
        else:
            sample.not_modified(page)
        sample.wait(24)
    sample.close()
    return sample.expected


def two_articles(folder: Path) -> None:
    """A collection of two articles that name each other, with the captures they were read from."""
    sample = Sample(folder)
    articles = []
    for name, other, body in (("n1", "n2", "石桥通车。"), ("n2", "n1", "渡船停了。")):
        here = article(name)
        link = here.original_url.replace(name, other)
        sample.response(here.url, f"### {body}".encode())
        html = f'<p>{body}见<a href="{link}">另一篇</a>。</p>'
        articles.append(article(name, title=body, text=body, html=html))
    sample.close()
    write_run(folder, "20261101T000000Z", *articles)
