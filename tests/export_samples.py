"""Collections made of articles of our own, without a crawl."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from mirror.export import DataSet, Request, Selection
from mirror.items import Article, CaptureRef, Image, Link, encode

if TYPE_CHECKING:
    from pathlib import Path

    from mirror.export.rows import Row

BASE = "https://raw.githubusercontent.com/owner/repo/master/pages"
BLOB = "https://github.com/owner/repo/blob/master/pages"
FIRST, SECOND, THIRD = "20261101T000000Z", "20261102T000000Z", "20261103T000000Z"


def article(name: str = "n1", channel: str = "news", run: str = FIRST, **changes: Any) -> Article:
    """An article as the crawl of `run` writes it; `changes` are fields."""
    fields: dict[str, Any] = {
        "id": name,
        "mirror": "github.com/owner/repo",
        "layout": "epoch",
        "channel": channel,
        "url": f"{BASE}/{channel}/{name}.md",
        "page_url": f"{BLOB}/{channel}/{name}.md",
        "original_url": f"https://www.example.org/gb/26/11/1/{name}.htm",
        "title": f"标题 {name}",
        "published": "2026-11-01",
        "dateline_date": "2026-11-01",
        "url_date": None,
        "byline": "",
        "reporters": ["林禾", "周砚"],
        "editors": [],
        "text": "第一段。\n\n第二段。",
        "html": "<p>第一段。</p><p>第二段。</p>",
        "images": [
            Image("https://i.example.org/1.jpg", "https://i.example.org/1.jpg", "", "", "", True)
        ],
        "links": [Link("https://example.org/", "//example.org/", "例", "external")],
        "tags": ["村"],
        "language": "zh-Hans",
        "capture": capture(f"{channel}/{name}", run),
        "extractor": "epoch/2",
    }
    fields |= changes
    digest = hashlib.sha256(fields["text"].encode()).hexdigest()
    return Article(**{"text_digest": f"sha256:{digest}", **fields})


def capture(name: str, run: str = FIRST, *, second: int = 0, offset: int = 0) -> CaptureRef:
    return CaptureRef(
        date=f"{run[:4]}-{run[4:6]}-{run[6:8]}T00:00:{second:02d}Z",
        run=run,
        warc=f"test-{run}-00001.warc.gz",
        offset=offset,
        length=900,
        record_id=f"<urn:test:{name}:{run}>",
        payload_digest="sha1:AAAA",
        status=200,
    )


def write_run(folder: Path, run: str, *articles: Article, tail: bytes = b"") -> Path:
    """Write the items of a run, and `tail` after them; gives their file."""
    path = folder / "items" / f"{run}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(encode(each) + b"\n" for each in articles) + tail)
    return path


def rows_of(folder: Path, **request: Any) -> list[Row]:
    """All rows of an export, in order."""
    with DataSet(folder, Request(**request)) as data:
        data.read()
        return [row for group in data.rows() for row in group]


def selected(folder: Path, **conditions: Any) -> list[str]:
    """Ids of the newest articles that meet the conditions."""
    return [row.id for row in rows_of(folder, selection=Selection(**conditions))]
