"""What channels are called: read from the newest captures of their index pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mirror import warc
from mirror.address import mirror_named
from mirror.export.ledger import ask_ledger

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

    from mirror.layouts import IndexPage

HOLDING = """
SELECT url, warc, offset, length FROM capture WHERE record_digest=? AND type<>'revisit' LIMIT 1
"""
MOST_BYTES = 16 * 1024 * 1024
MOST_TRIED = 10
"""Pages of a channel that are looked at before it stays without a title."""

# A channel's head is what the root links to. It is the page that is kept up to date; older ones
# are not written again when a channel is given another name.
INDEX_PAGES = """
SELECT c.url, iif(c.type='revisit', c.record_digest, NULL), c.url, c.warc, c.offset, c.length
FROM page p LEFT JOIN page r ON r.url=p.found_on JOIN capture c ON c.url=p.url
WHERE p.kind='index' AND p.channel=? AND c.truncated IS NULL
AND (c.type='resource' OR c.type='response' AND c.status=200
    OR c.type='revisit' AND c.status IS NULL)
ORDER BY r.kind IS 'root' DESC, c.date DESC, c.url LIMIT ?
"""


def channel_titles(folder: Path) -> dict[str, str]:
    """The title of each channel of a collection that has one, by the channel's folder name.

    Without a ledger, or without the records that it names, there are none: a title is an
    addition, and its absence stops nobody.
    """
    return ask_ledger(folder, lambda ledger: dict(_titles(ledger, folder / "archive"))) or {}


def _titles(ledger: sqlite3.Connection, archive: Path) -> Iterator[tuple[str, str]]:
    meta = dict(ledger.execute("SELECT key, value FROM meta"))
    refs = (meta["ref"],) if meta.get("ref") else ()
    channels = ledger.execute(
        "SELECT DISTINCT channel FROM page WHERE kind='index' AND channel<>'' ORDER BY channel"
    ).fetchall()
    for (channel,) in channels:
        for url, digest, *place in ledger.execute(INDEX_PAGES, (channel, MOST_TRIED)).fetchall():
            # Of a repository, equal bytes are stored once, maybe as another page.
            row = (url, *(ledger.execute(HOLDING, (digest,)).fetchone() or place))
            page = _index_page(meta.get("mirror", ""), refs, archive, *row)
            if page is not None and page.kind == "channel" and page.title:
                yield page.channel or channel, page.title
                break


def _index_page(
    name: str,
    refs: tuple[str, ...],
    archive: Path,
    url: str,
    held_by: str,
    file: str,
    offset: int,
    length: int,
) -> IndexPage | None:
    """The index page in a record; ``None`` when the record or the page cannot be read."""
    # The parsers take longer to import than all else here, and most who do read no index page.
    from mirror import layouts  # noqa: PLC0415

    try:
        address = mirror_named(name, url, refs).find(url, refs)
        record = warc.read_at(archive / file, offset, length)
        body = record.block if record.type == "resource" else _body(record.block)
    except (OSError, ValueError):
        return None
    if address is None or record.target_uri != held_by:
        return None
    page = layouts.read(layouts.Page(address, body))
    return page if isinstance(page, layouts.IndexPage) else None


def _body(block: bytes) -> bytes:
    """The page in a recorded response.

    :raises ValueError: it cannot be read.
    """
    response = warc.parse_response(block)
    coding = response.header(b"Content-Encoding")
    return warc.decoded(warc.payload(block, response), coding, limit=MOST_BYTES)
