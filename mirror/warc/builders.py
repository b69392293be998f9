"""The records of one capture, by type (WARC 1.1 §6) and as the collection's WARC profile has them.

``WARC-Warcinfo-ID`` is not theirs to set: the writer knows the file that a record ends up in.
URIs and texts are made safe here: nothing in them can break out of its header line.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mirror.warc.digest import sha1_base32
from mirror.warc.message import payload
from mirror.warc.record import Record, new_record_id, safe_name, safe_text, safe_uri

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mirror.warc.message import Buffer, Response

Truncation = Literal["length", "time", "disconnect", "unspecified"]
"""Values of ``WARC-Truncated`` (WARC 1.1 §5.13)."""
Fields = list[tuple[str, str]]

HTTP_REQUEST = "application/http;msgtype=request"
HTTP_RESPONSE = "application/http;msgtype=response"
WARC_FIELDS = "application/warc-fields"

REVISIT_IDENTICAL = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
REVISIT_NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"

_VISIBLE = re.compile(rb"[!-~]")
_FORMAT = {
    "format": "WARC File Format 1.1",
    "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
}


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the records of one request and its response have in common (WARC 1.1 §5.7)."""

    target_uri: str
    date: str
    """When the capture began, ``YYYY-MM-DDThh:mm:ssZ``; the same in all its records."""
    ip: str | None = None
    """Numeric address of the server; ``None`` where it is not known, as behind a proxy."""
    protocols: Sequence[str] = ()
    """From the higher layer to the lower, ``("http/1.1", "tls/1.3")`` (IIPC's WARC-Protocol)."""
    extra: Sequence[tuple[str, str]] = ()
    """Further headers, the same on each record."""

    def headers(self) -> Fields:
        headers = [("WARC-Target-URI", safe_uri(self.target_uri))]
        if self.ip:
            headers.append(("WARC-IP-Address", safe_text(self.ip)))
        headers += [("WARC-Protocol", safe_text(protocol)) for protocol in self.protocols]
        return headers + _extra(self.extra)


@dataclass(frozen=True, slots=True)
class Earlier:
    """The record that a revisit refers to."""

    record_id: str
    target_uri: str
    date: str

    def headers(self) -> Fields:
        return [
            ("WARC-Refers-To", safe_text(self.record_id)),
            ("WARC-Refers-To-Target-URI", safe_uri(self.target_uri)),
            ("WARC-Refers-To-Date", safe_text(self.date)),
        ]


def warcinfo(
    fields: Mapping[str, str], *, filename: str, date: str, record_id: str | None = None
) -> Record:
    """What is to be known of the records that follow (§6.2).

    ``format`` and ``conformsTo`` are added to `fields`.
    """
    return _record(
        "warcinfo",
        date,
        [("WARC-Filename", safe_text(filename))],
        WARC_FIELDS,
        _warc_fields({**fields, **_FORMAT}.items()),
        record_id,
    )


def request(
    raw: Buffer,
    exchange: Exchange,
    *,
    concurrent_to: Sequence[str] = (),
    record_id: str | None = None,
) -> Record:
    """A request as it was sent (§6.5).

    :raises ValueError: `raw` is empty, which readers take for the end of the file.
    """
    headers = exchange.headers() + _concurrent(concurrent_to)
    return _record("request", exchange.date, headers, HTTP_REQUEST, _not_empty(raw), record_id)


def response(
    raw: Buffer,
    parsed: Response | None,
    exchange: Exchange,
    *,
    truncated: Truncation | None = None,
    digest: str | None = None,
    concurrent_to: Sequence[str] = (),
    record_id: str | None = None,
) -> Record:
    """The final response in `raw` as it was received (§6.3).

    Interim responses before it and bytes after its end are left out; how many interim ones there
    were stands in ``WARC-Interim-Responses``, if any. There is no ``WARC-Payload-Digest`` where
    :func:`has_payload_digest` says so.

    :param parsed: as read from `raw`; ``None`` if it could not be: the block is then all of `raw`.
    :param digest: of the payload, for a caller that has taken it already.
    :raises ValueError: `raw` is empty, which readers take for the end of the file.
    """
    headers = exchange.headers() + _concurrent(concurrent_to)
    block = _not_empty(raw)
    if parsed is not None:
        if has_payload_digest(raw, parsed):
            headers.append(("WARC-Payload-Digest", digest or sha1_base32(payload(raw, parsed))))
        if parsed.interim:
            headers.append(("WARC-Interim-Responses", str(parsed.interim)))
        block = block[parsed.start : parsed.end]
    if truncated:
        headers.append(("WARC-Truncated", truncated))
    return _record("response", exchange.date, headers, HTTP_RESPONSE, block, record_id)


def has_payload_digest(raw: Buffer, parsed: Response) -> bool:
    """Whether the record of a response carries ``WARC-Payload-Digest``, which is optional (§5.9).

    Not where it is chunked: the standard means the payload without the framing, while warcio and
    cdxj-indexer take it with the framing. And not where they may see the head end elsewhere than
    HTTP does: warcio at a line of nothing but white space, FastWARC only at CRLF.
    """
    if parsed.framing == "chunked":
        return False
    *lines, empty, _after = bytes(raw[parsed.start : parsed.head_end]).split(b"\n")
    return empty == b"\r" and all(line[-1:] == b"\r" and _VISIBLE.search(line) for line in lines)


def revisit_identical(
    raw: Buffer,
    parsed: Response,
    exchange: Exchange,
    *,
    earlier: Earlier,
    concurrent_to: Sequence[str] = (),
    record_id: str | None = None,
) -> Record:
    """A response whose payload is that of an earlier record: its head alone is kept (§6.7.2).

    :raises ValueError: the response is cut short, or has no payload digest to compare by.
    """
    if parsed.end is None or not has_payload_digest(raw, parsed):
        raise ValueError(f"no payload digest for a revisit of {exchange.target_uri}")
    body = payload(raw, parsed)
    headers = [
        *exchange.headers(),
        *_concurrent(concurrent_to),
        ("WARC-Profile", REVISIT_IDENTICAL),
        *earlier.headers(),
        ("WARC-Payload-Digest", sha1_base32(body)),
    ]
    if body:
        headers.append(("WARC-Truncated", "length"))
    head = bytes(raw[parsed.start : parsed.head_end])
    return _record("revisit", exchange.date, headers, HTTP_RESPONSE, head, record_id)


def revisit_not_modified(
    raw: Buffer,
    parsed: Response,
    exchange: Exchange,
    *,
    earlier: Earlier,
    payload_digest: str | None,
    concurrent_to: Sequence[str] = (),
    record_id: str | None = None,
) -> tuple[Record, Record]:
    """A ``304 Not Modified``: the revisit record, and a metadata record with the 304's own bytes.

    The revisit's block is empty, which §6.7.3 allows: pywb and wabac.js replay the head in a
    revisit's block, and would replay the 304. Its bytes stand under a URN instead, where replay
    of the page never meets them.

    :param payload_digest: ``WARC-Payload-Digest`` of the earlier record, by which pywb looks it
        up; ``None`` if it has none.
    """
    headers = [
        *exchange.headers(),
        *_concurrent(concurrent_to),
        ("WARC-Profile", REVISIT_NOT_MODIFIED),
        *earlier.headers(),
    ]
    if payload_digest:
        headers.append(("WARC-Payload-Digest", safe_text(payload_digest)))
    revisit = _record("revisit", exchange.date, headers, None, b"", record_id)
    message = bytes(raw[parsed.start : parsed.end])
    about = [("WARC-Target-URI", uuid.uuid4().urn), *_concurrent([revisit.record_id])]
    return revisit, _record("metadata", exchange.date, about, HTTP_RESPONSE, message, None)


def metadata(
    fields: Iterable[tuple[str, str]],
    *,
    target_uri: str,
    date: str,
    concurrent_to: Sequence[str] = (),
    refers_to: str | None = None,
    record_id: str | None = None,
) -> Record:
    """Something known that left no bytes, as ``application/warc-fields`` (§6.6).

    CDXJ indexes leave records of this content type out.
    """
    headers = [("WARC-Target-URI", safe_uri(target_uri)), *_concurrent(concurrent_to)]
    if refers_to:
        headers.append(("WARC-Refers-To", safe_text(refers_to)))
    return _record("metadata", date, headers, WARC_FIELDS, _warc_fields(fields), record_id)


def resource(
    block: bytes,
    *,
    target_uri: str,
    date: str,
    content_type: str,
    digest: str | None = None,
    concurrent_to: Sequence[str] = (),
    extra: Sequence[tuple[str, str]] = (),
    record_id: str | None = None,
) -> Record:
    """A page that came without an HTTP message around it, such as a Git blob (§6.4).

    :param digest: of the block, for a caller that has taken it already.
    """
    digest = digest or sha1_base32(block)
    headers = [
        ("WARC-Target-URI", safe_uri(target_uri)),
        *_concurrent(concurrent_to),
        *_extra(extra),
        ("WARC-Payload-Digest", digest),
    ]
    return _record(
        "resource", date, headers, safe_text(content_type), block, record_id, digest=digest
    )


def revisit_resource(
    *,
    target_uri: str,
    date: str,
    earlier: Earlier,
    payload_digest: str,
    is_empty: bool = False,
    extra: Sequence[tuple[str, str]] = (),
    record_id: str | None = None,
) -> Record:
    """A page without an HTTP message around it whose bytes an earlier record has (§6.7.2).

    Its block is empty: there is no head to keep, and replay takes that of the earlier record.

    :param is_empty: the page has no bytes: nothing is left out.
    """
    headers = [
        ("WARC-Target-URI", safe_uri(target_uri)),
        *_extra(extra),
        ("WARC-Profile", REVISIT_IDENTICAL),
        *earlier.headers(),
        ("WARC-Payload-Digest", safe_text(payload_digest)),
    ]
    if not is_empty:
        headers.append(("WARC-Truncated", "length"))
    return _record("revisit", date, headers, None, b"", record_id)


def _record(
    kind: str,
    date: str,
    headers: Fields,
    content_type: str | None,
    block: bytes,
    record_id: str | None,
    *,
    digest: str | None = None,
) -> Record:
    first = [
        ("WARC-Type", kind),
        ("WARC-Record-ID", record_id or new_record_id()),
        ("WARC-Date", safe_text(date)),
    ]
    last = [("WARC-Block-Digest", digest or sha1_base32(block))]
    if content_type:
        last.append(("Content-Type", content_type))
    return Record((*first, *headers, *last), block)


def _concurrent(record_ids: Iterable[str]) -> Fields:
    return [("WARC-Concurrent-To", safe_text(record_id)) for record_id in record_ids]


def _extra(headers: Iterable[tuple[str, str]]) -> Fields:
    return [(safe_name(name), safe_text(value)) for name, value in headers]


def _warc_fields(fields: Iterable[tuple[str, str]]) -> bytes:
    """The content of ``application/warc-fields`` (§8)."""
    return "".join(f"{name}: {value}\r\n" for name, value in _extra(fields)).encode()


def _not_empty(raw: Buffer) -> bytes:
    if not raw:
        raise ValueError("an HTTP record needs at least one byte")
    return bytes(raw)
