"""A small real collection, and ways to damage it so that one thing alone does not hold."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mirror import warc
from mirror.collection import sha256_of
from mirror.demo import DemoServer
from mirror.demo.server import demo_site
from mirror.items import content_digest, decode
from mirror.verification.report import Options, Report
from mirror.verification.verifier import verify
from tests.crawling import crawl

if TYPE_CHECKING:
    from collections.abc import Callable

CHANGED, GONE, STRANGE = "n9000001.md", "n9000003.md", "n9000004.md"
"""Pages that are different when the mirror is crawled a second time."""


def make_collection(folder: Path) -> Path:
    """Two crawls of the demo mirror; before the second one page changes, one goes, one breaks."""
    site = Path(shutil.copytree(str(demo_site()), folder / "site"))
    with DemoServer(site=site) as server:
        first = crawl(folder, mirror=server.url)
        port = int(server.url.rstrip("/").rpartition(":")[2])
    assert first.status == 0, first.output
    pages = site / "pages" / "ncid9001"
    changed = pages / CHANGED
    changed.write_bytes(changed.read_bytes().replace(b"</p>", "又添了一句。</p>".encode(), 1))
    (pages / GONE).unlink()
    (pages / STRANGE).write_text("nothing that anybody knows\n", "utf-8")
    with DemoServer(port=port, site=site) as server:
        second = crawl(folder, mirror=server.url, refetch="changed")
    assert second.status == 3, second.output
    return second.folder


def verified(folder: Path, **options: Any) -> Report:
    """In this process, telling everything."""
    return verify(folder, Options(most=100_000, jobs=1, **options))


def told(report: Report) -> list[str]:
    return [str(finding) for finding in report.findings.listed]


def archive_of(folder: Path) -> Path:
    (path,) = (folder / "archive").iterdir()
    return path


def members(path: Path) -> list[bytes]:
    """The records of a WARC file, uncompressed."""
    data = path.read_bytes()
    return [
        gzip.decompress(data[place.offset : place.offset + place.length])
        for place in (stored.location for stored in warc.read_records(path))
    ]


def flip(path: Path, at: int) -> None:
    """Turn one bit of a file over."""
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def rewrite(folder: Path, change: Callable[[list[bytes]], None]) -> None:
    """Change the records of the archive as someone would who covers the traces.

    Block digests, index, summaries and ledger are made to agree with the new file wherever they
    are about its bytes; pointers in items are not.
    """
    path = archive_of(folder)
    records = members(path)
    change(records)
    path.write_bytes(b"".join(gzip.compress(record, 1) for record in records))
    reseal(folder)


def reseal(folder: Path) -> None:
    """Give summaries and ledger the length and the SHA-256 that the archive has now."""
    path = archive_of(folder)
    ends: dict[str, int] = {}
    run = ""
    for stored in warc.read_records(path):
        if stored.record.type == "warcinfo":
            named = re.search(rb"\r\nrun: (\w+)", stored.record.block)
            run = named[1].decode() if named else ""
        if run:
            ends[run] = stored.location.offset + stored.location.length
    for run, length in ends.items():
        digest = sha256_of(path, length)
        with closing(sqlite3.connect(folder / "ledger.sqlite")) as ledger, ledger:
            ledger.execute(
                "UPDATE warc SET length=?, indexed=?, sha256=?", (length, length, digest)
            )
        summary = folder / "runs" / f"{run}.json"
        plain = json.loads(summary.read_bytes())
        plain["warcs"] = [{"name": path.name, "length": length, "sha256": digest}]
        write_summary(summary, plain)


def retell(folder: Path) -> None:
    """Give the ledger what the items are now."""
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as ledger, ledger:
        known = ledger.execute("SELECT url, run, id FROM article").fetchall()
        ids = {(url, run): article_id for url, run, article_id in known}
        ledger.execute("DELETE FROM article")
        for path in sorted((folder / "items").iterdir()):
            offset = 0
            for line in path.read_bytes().splitlines(keepends=True):
                article = decode(line.removesuffix(b"\n"))
                date = article.capture.date if article.capture else ""
                if (article.url, path.stem) in ids:
                    ledger.execute(
                        "INSERT OR REPLACE INTO article VALUES (?, ?, ?, ?, ?, ?, ?)",
                        (
                            *(article.url, date, ids[article.url, path.stem]),
                            *(content_digest(article), path.stem, offset, len(line) - 1),
                        ),
                    )
                offset += len(line)


def make_stale(folder: Path) -> None:
    """As if an earlier version of the extractor had made every item."""
    for path in (folder / "items").iterdir():
        changed = path.read_bytes().replace(b'"extractor":"epoch/', b'"extractor":"epoch/0.')
        path.write_bytes(changed)
    retell(folder)


def write_summary(path: Path, plain: dict[str, Any]) -> None:
    path.write_bytes(json.dumps(plain, ensure_ascii=False, indent=1).encode() + b"\n")


def with_block_digest(record: bytes) -> bytes:
    """The record with the block digest and the length that its block has."""
    head, _, rest = record.partition(b"\r\n\r\n")
    block = rest[:-4]
    digest = warc.sha1_base32(block).encode()
    head = re.sub(rb"(?<=WARC-Block-Digest: )[^\r]*", digest, head)
    head = re.sub(rb"(?<=Content-Length: )\d+", str(len(block)).encode(), head)
    return head + b"\r\n\r\n" + rest


def is_of(kind: str, record: bytes) -> bool:
    return record.startswith(b"WARC/1.1\r\nWARC-Type: " + kind.encode() + b"\r\n")


def summaries(folder: Path) -> list[Path]:
    return sorted((folder / "runs").iterdir())


def items(folder: Path) -> list[Path]:
    return sorted((folder / "items").iterdir())


def change_ledger(folder: Path, *statements: str) -> None:
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as ledger, ledger:
        for statement in statements:
            assert ledger.execute(statement).rowcount > 0, statement


def change_item(path: Path, line: int, change: Callable[[dict[str, Any]], object]) -> None:
    found = path.read_bytes().splitlines(keepends=True)
    item = json.loads(found[line])
    change(item)
    found[line] = json.dumps(item, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    path.write_bytes(b"".join(found))


def change_summary(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    plain = json.loads(path.read_bytes())
    change(plain)
    write_summary(path, plain)


def assert_told(report: Report, words: str) -> None:
    assert not report.holds
    assert any(words in finding for finding in told(report)), told(report)[:10]


def of_kind(records: list[bytes], kind: str) -> list[int]:
    return [n for n, record in enumerate(records) if is_of(kind, record)]


def index_of(folder: Path) -> Path:
    (path,) = (folder / "indexes").iterdir()
    return path
