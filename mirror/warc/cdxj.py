"""CDXJ indexes: one sorted line for each record that can be replayed.

The lines are those that ``cdxj-indexer -s`` prints of the same files, byte for byte: the same
records, JSON keys, their order, values and spacing. Its quirks are kept where they are visible:
HTTP heads are read by warcio's parser, and a digest that a record does not carry is taken over its
payload with the chunked framing.

There is no difference for files of this package's writer. For others: a record without a
``WARC-Date`` or with one that is no date is an error here as there; records other than HTTP and
``resource``, ``metadata`` are not indexed.
"""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING

from warcio.statusandheaders import StatusAndHeadersParser
from warcio.timeutils import iso_date_to_timestamp

from mirror.warc.digest import sha1_base32
from mirror.warc.reader import read_records

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mirror.warc.location import Location
    from mirror.warc.record import Record

_INDEXED = ("response", "revisit", "resource", "metadata")
_MIME_END = re.compile(r"[;\s]")
_HTTP = StatusAndHeadersParser(["HTTP/1.0", "HTTP/1.1"], verify=False)


def cdxj_line(record: Record, location: Location) -> str | None:
    """The record's line, without a line end: ``surt timestamp {json}``.

    ``None`` for records that are not indexed: ``warcinfo``, ``request``, ``conversion`` and what
    is ``application/warc-fields``.
    """
    kind = record.type
    if kind not in _INDEXED:
        return None
    if kind in ("resource", "metadata") and record.get("Content-Type") == "application/warc-fields":
        return None
    uri = record.target_uri
    status, http_type, payload_start = _http_head(record)
    mime = {"revisit": "warc/revisit", "response": http_type}.get(kind, record.get("Content-Type"))
    digest = record.get("WARC-Payload-Digest")
    if digest is None and kind != "revisit":
        digest = sha1_base32(memoryview(record.block)[payload_start:])
    entry = {
        "url": uri,
        "mime": _MIME_END.split(mime, maxsplit=1)[0] if mime else mime,
        "status": status,
        "digest": digest,
        "length": str(location.length),
        "offset": str(location.offset),
        "filename": location.warc,
    }
    present = {key: value for key, value in entry.items() if value is not None}
    return f"{url_key(uri)} {iso_date_to_timestamp(record.date)} {json.dumps(present)}"


def index_file(path: Path, start: int = 0) -> list[str]:
    """The lines of a WARC file, sorted by bytes, each once.

    :param start: offset of the record to begin with.
    :raises BadWarc: the file is damaged.
    """
    return sorted(set(iter_index(path, start)), key=str.encode)


def iter_index(path: Path, start: int = 0) -> Iterator[str]:
    """The lines of a WARC file in the order of its records; one record at a time is in memory.

    :param start: offset of the record to begin with.
    :raises BadWarc: the file is damaged.
    """
    for stored in read_records(path, start):
        line = cdxj_line(stored.record, stored.location)
        if line is not None:
            yield line


def _http_head(record: Record) -> tuple[str | None, str | None, int]:
    """Status, content type and length of the HTTP head; none where there is no HTTP response."""
    uri = record.target_uri or ""
    is_http = record.type in ("response", "revisit") and uri.startswith(("http:", "https:"))
    if not is_http or not record.block:
        return None, None, 0
    block = io.BytesIO(record.block)
    head = _HTTP.parse(block)
    if not head:
        return None, None, block.tell()
    return head.get_statuscode(), head.get_header("content-type"), block.tell()


def url_key(uri: str | None) -> str:
    """The sort-friendly form of a URI; what surt cannot read stands as it is."""
    # Brings requests and more: a tenth of a second, which who makes no index should not wait for.
    import surt  # noqa: PLC0415

    try:
        return str(surt.surt(uri))
    except Exception:  # noqa: BLE001 - it documents no errors, and cdxj-indexer does the same
        return str(uri)
