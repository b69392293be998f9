"""One recorded exchange: what it was and where its record stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mirror.warc.builders import REVISIT_NOT_MODIFIED
from mirror.warc.digest import sha1_base32
from mirror.warc.message import MalformedMessage, parse_response, payload

if TYPE_CHECKING:
    from mirror.warc.location import Location
    from mirror.warc.message import Response
    from mirror.warc.record import Record


EMBEDDED_IN = "WARC-X-Embedded-In"
"""Header of each record of an exchange that was made for a part of a page: the page's URL."""


@dataclass(frozen=True, slots=True)
class Capture:
    """An answer's record in an archive, with what a later request needs of it."""

    url: str
    """``WARC-Target-URI``."""
    date: str
    """``WARC-Date``, UTC to the second."""
    warc: str
    """Name of the WARC file."""
    offset: int
    length: int
    """Of the record's gzip member, in bytes."""
    record_id: str
    type: Literal["response", "revisit", "resource"]
    status: int | None
    """HTTP status; ``None`` for bytes that are no HTTP response."""
    payload_digest: str | None
    """``sha1:BASE32`` of the payload without transfer coding, also where the record has none."""
    record_digest: str | None
    """``WARC-Payload-Digest`` of the record; ``None`` where it has none, as of chunked responses:
    a revisit by digest cannot refer to it."""
    etag: str | None
    last_modified: str | None
    truncated: str | None
    """Value of ``WARC-Truncated``."""
    embedded_in: str | None = None
    """URL of the page that this was fetched for as a part of, as a picture is; else ``None``."""

    @property
    def is_full(self) -> bool:
        """Whether it is a state of the page by itself, and not the word that it is as it was.

        Of a page that came without HTTP a revisit is one as well: its bytes stand in another
        record, maybe one of another page or of an older state.
        """
        if self.type == "revisit":
            return self.status is None
        whole = self.type == "resource" or self.status == 200
        return whole and self.truncated is None


def response_in(record: Record) -> Response | None:
    """The HTTP response in a record's block; ``None`` where there is none that can be read."""
    if record.type not in ("response", "revisit") or not record.block:
        return None
    try:
        return parse_response(record.block)
    except MalformedMessage:
        return None


def capture_read(record: Record, place: Location, earlier: Capture | None = None) -> Capture:
    """What is to be known of the record of an answer that is read back from the archive.

    The validators of a 304 stand in the record after it.

    :param earlier: of a revisit, the capture that it refers to.
    """
    http = response_in(record)
    digest = sha1_base32(payload(record.block, http)) if http else None
    return capture_of(record, place, http, digest, earlier)


def capture_of(
    record: Record,
    place: Location,
    http: Response | None,
    digest: str | None,
    earlier: Capture | None = None,
) -> Capture:
    """What is to be known of the record of an answer: the same when it is written and when it is
    read back.

    :param http: the answer; of a revisit for a 304, the 304, where it is at hand.
    :param digest: ``sha1:BASE32`` of the answer's payload without transfer coding.
    :param earlier: of a revisit, the capture that it refers to.
    """
    stated = record.get("WARC-Payload-Digest")
    if record.type == "revisit":
        digest = earlier.payload_digest if earlier is not None else stated
    elif record.type == "resource":
        digest = stated
    etag, last_modified = validators_in(http)
    return Capture(
        url=record.target_uri or "",
        date=record.date,
        warc=place.warc,
        offset=place.offset,
        length=place.length,
        record_id=record.record_id,
        type=record.type,  # type: ignore[arg-type]
        status=status_of(record, http),
        payload_digest=digest,
        record_digest=stated,
        etag=etag,
        last_modified=last_modified,
        truncated=None if record.type == "revisit" else record.get("WARC-Truncated"),
        embedded_in=record.get(EMBEDDED_IN),
    )


def status_of(record: Record, http: Response | None) -> int | None:
    """The HTTP status of an answer; ``None`` where there was no HTTP."""
    if record.type == "revisit" and record.get("WARC-Profile") == REVISIT_NOT_MODIFIED:
        return 304
    return http.status if http is not None else None


def validators_in(http: Response | None) -> tuple[str | None, str | None]:
    """``ETag`` and ``Last-Modified`` of an answer, where it has them."""
    values = (http.header(name) if http else None for name in (b"ETag", b"Last-Modified"))
    etag, last_modified = (v.decode("latin-1") if v is not None else None for v in values)
    return etag, last_modified
