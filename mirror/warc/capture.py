"""One recorded exchange: what it was and where its record stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Capture:
    """A ``response`` or ``revisit`` record in an archive, with what a later request needs of it."""

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
    type: Literal["response", "revisit"]
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
