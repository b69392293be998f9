"""What one WARC record must be by itself: named, dated, and with the digests of its own bytes."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from mirror import warc
from mirror.frontier import why_no_picture
from mirror.gitstore import blamed
from mirror.items import content_digest
from mirror.verification.facts import RecordRow, committed_key, key
from mirror.warc.capture import EMBEDDED_IN

if TYPE_CHECKING:
    from collections.abc import Callable

    from mirror.verification.pages import PageReader
    from mirror.warc import Record, Response, StoredRecord

    Complain = Callable[[str], None]

ANSWERS = ("response", "revisit", "resource")
KINDS = frozenset((*ANSWERS, "warcinfo", "request", "metadata"))
REVISIT_PROFILES = {
    f"http://netpreserve.org/warc/1.{minor}/revisit/{name}"
    for minor in (0, 1)
    for name in ("identical-payload-digest", "server-not-modified")
}
NOT_MODIFIED = "/server-not-modified"
REDIRECTS = (301, 302, 303, 307, 308)

_RECORD_ID = re.compile(r"<[a-z][a-z0-9+.-]*:[^<>\s]+>", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


def examine(stored: StoredRecord, number: int, reader: PageReader, complain: Complain) -> RecordRow:
    """Check a record by itself, and give what is to be known of it.

    :param number: of the WARC file.
    :param complain: is told each thing that does not hold.
    """
    record = stored.record
    _check_head(record, complain)
    row = RecordRow(
        warc=number,
        offset=stored.location.offset,
        length=stored.location.length,
        kind=record.type,
        id=key(record.record_id),
        info=_key_of(record, "WARC-Warcinfo-ID"),
        size=len(record.block),
        date=record.date,
    )
    if record.type == "metadata":
        return row._replace(refers=_key_of(record, "WARC-Concurrent-To"), line=_line(stored))
    if record.type not in ANSWERS:
        return row
    url = record.target_uri or ""
    response = response_of(record)
    payload = _payload(record, response, complain)
    embedded = _key_of(record, EMBEDDED_IN)
    address = reader.address(url) if embedded is None else None
    row = row._replace(
        url=key(url),
        moment=key(f"{url} {record.date}"),
        page=address is not None,
        embedded=embedded,
        status=_status(record, response),
        payload=record.get("WARC-Payload-Digest") if payload is None else warc.sha1_base32(payload),
        validators=_validators(response),
        interim=_number(record.get("WARC-Interim-Responses")),
        line=_line(stored),
        committed=_committed(record),
    )
    if record.type == "revisit":
        return _revisit(record, row, complain)
    row = row._replace(truncated=record.get("WARC-Truncated"))
    if row.truncated or payload is None:
        return row
    if row.status in REDIRECTS and response is not None:
        target = reader.redirect_target(url, response) if embedded is None else None
        return row._replace(target=key(target) if target else None)
    if embedded is not None and row.status == 200:
        return row._replace(reading=_picture(response, payload))
    if address is None or row.status not in (200, None) or not reader.read_again:
        return row
    if row.id in reader.harmful:
        return row._replace(reading="harmful")
    reading, article = reader.read(address, payload, response)
    return row._replace(reading=reading, content=content_digest(article) if article else None)


def _check_head(record: Record, complain: Complain) -> None:
    if record.type not in KINDS:
        complain(f"WARC-Type {record.type!r} has no place in a collection")
    if not _RECORD_ID.fullmatch(record.record_id):
        complain(f"WARC-Record-ID {record.record_id!r} is no URI in angle brackets")
    if not is_date(record.date):
        complain(f"WARC-Date {record.date!r} is no UTC time to the second")
    if record.type != "warcinfo":
        if record.get("WARC-Warcinfo-ID") is None:
            complain("no WARC-Warcinfo-ID")
        if not record.target_uri:
            complain("no WARC-Target-URI")
    stated = record.get("WARC-Block-Digest")
    if stated is None:
        complain("no WARC-Block-Digest")
    elif stated != (actual := warc.sha1_base32(record.block)):
        complain(f"WARC-Block-Digest is {stated}, the block's is {actual}")


def is_date(text: str) -> bool:
    """Whether `text` is a date as WARC records have it, ``YYYY-MM-DDThh:mm:ssZ``."""
    try:
        return bool(_DATE.fullmatch(text) and datetime.fromisoformat(text))
    except ValueError:
        return False


def response_of(record: Record) -> Response | None:
    """The HTTP response in a record's block; ``None`` where there is none that can be read."""
    if record.type == "resource" or not record.block:
        return None
    try:
        return warc.parse_response(record.block)
    except warc.MalformedMessage:
        return None


def _payload(record: Record, response: Response | None, complain: Complain) -> bytes | None:
    """The page's own bytes, held against ``WARC-Payload-Digest``; a revisit has none."""
    stated = record.get("WARC-Payload-Digest")
    if record.type == "revisit":
        return None
    if record.type == "resource":
        payload, needed = record.block, True
    elif response is None:
        return None
    else:
        payload = warc.payload(record.block, response)
        needed = warc.has_payload_digest(record.block, response)
    if stated is None:
        if needed:
            complain("no WARC-Payload-Digest")
    elif stated != (actual := warc.sha1_base32(payload)):
        complain(f"WARC-Payload-Digest is {stated}, the payload's is {actual}")
    return payload


def _revisit(record: Record, row: RecordRow, complain: Complain) -> RecordRow:
    """A revisit names its profile and the capture that it stands for (WARC 1.1 §6.7)."""
    profile = record.get("WARC-Profile") or ""
    if profile not in REVISIT_PROFILES:
        complain(f"WARC-Profile {profile!r} is unknown")
    if profile.endswith(NOT_MODIFIED) and record.block:
        complain("a revisit for a 304 with a block, which would be replayed")
    said = f"{record.get('WARC-Refers-To-Target-URI')} {record.get('WARC-Refers-To-Date')}"
    return row._replace(refers=_key_of(record, "WARC-Refers-To"), refers_moment=key(said))


def _status(record: Record, response: Response | None) -> int | None:
    if record.type == "revisit" and (record.get("WARC-Profile") or "").endswith(NOT_MODIFIED):
        return 304
    return response.status if response else None


def _picture(response: Response | None, payload: bytes) -> str | None:
    """Whether an answer is a picture; one in a content coding is not looked at again."""
    if response is None or response.header(b"Content-Encoding"):
        return None
    return "no picture" if why_no_picture(response.header(b"Content-Type"), payload) else "picture"


def _validators(response: Response | None) -> bytes | None:
    if response is None:
        return None
    return validators_key(
        *(
            value.decode("latin-1") if (value := response.header(name)) is not None else None
            for name in (b"ETag", b"Last-Modified")
        )
    )


def validators_key(etag: str | None, last_modified: str | None) -> bytes:
    return key(f"{etag}\n{last_modified}")


def _committed(record: Record) -> bytes | None:
    origin = blamed(record)
    if origin is None:
        return None
    return committed_key(origin.commit, origin.blob, origin.shown_path, origin.time)


def _line(stored: StoredRecord) -> bytes | None:
    try:
        line = warc.cdxj_line(stored.record, stored.location)
    except ValueError:  # of a date that is none, which is said elsewhere
        return None
    return None if line is None else key(line)


def _key_of(record: Record, name: str) -> bytes | None:
    value = record.get(name)
    return None if value is None else key(value)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0
