"""A mirror whose articles have pictures on a host of their own, both on loopback."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Any

from tests.crawling import Finished, crawl
from tests.epoch_pages import article_source
from tests.path_server import PathServer, message, page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

ROBOTS = message(b"200 OK", b"User-agent: *\nAllow: /\n")
QUICK = ("-s", "RETRY_TIMES=1", "-s", "BACKOFF_BASE=0.05", "-s", "BACKOFF_MAX=0.1")


def png(width: int, height: int, colour: bytes = b"\x7a\x92\xa8") -> bytes:
    """A picture of one colour (PNG, third edition, §5)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checked = kind + data
        return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = (b"\0" + colour * width) * height
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def picture(body: bytes, kind: bytes = b"image/png", *fields: bytes) -> bytes:
    """An answer that is a picture, or says so."""
    return message(b"200 OK", body, b"Content-Type: " + kind, *fields)


def mirror_of(articles: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Answers of a mirror with one channel.

    :param articles: by their names, the addresses of the pictures that they show.
    """
    rows = "".join(f"#### [{name}](../../pages/c1/{name}.md?1)\n" for name in articles)
    return {
        "/robots.txt": ROBOTS,
        "/README.md": page("## 镜像\n\n#### [甲](indexes/c1/README.md?1)\n"),
        "/indexes/c1/README.md": page(f"### 甲\n---\n{rows}"),
        **{f"/pages/c1/{name}.md": page(_article(name, urls)) for name, urls in articles.items()},
    }


def _article(name: str, urls: Sequence[str]) -> str:
    pictures = "".join(f'<p><img alt="图" src="{url}"/></p>\n' for url in urls)
    original = f"https://www.epochtimes.com/gb/24/3/5/{name}.htm"
    return article_source(
        f"<p>【大纪元2024年03月05日讯】一段文字。</p>\n{pictures}", featured="", original=original
    )


def crawl_pictured(
    output: Path, mirror: PathServer, pictures: PathServer, *options: str, **arguments: str
) -> Finished:
    """Crawl with pictures, whose host the operator has named."""
    arguments.setdefault("images", "1")
    host = f"127.0.0.1:{pictures.port}"
    return crawl(
        output,
        *("-s", f"IMAGE_HOSTS={host}", "-s", f"PRIVATE_ORIGINS=http://{host}"),
        *QUICK,
        *options,
        mirror=mirror.url,
        **arguments,
    )
