"""What a captured answer to a picture's request is, read back from the archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mirror import warc
from mirror.extraction.captured import stored_page
from mirror.frontier import why_no_picture

if TYPE_CHECKING:
    from mirror.collection import Collection
    from mirror.warc.capture import Capture


def why_captured_is_no_picture(collection: Collection, capture: Capture, limit: int) -> str:
    """As :func:`~mirror.frontier.why_no_picture` says of the answer that was captured.

    A revisit has the head of its own answer and the bytes of another record, which may be of
    another URL; one for a 304 has neither and stands for that record as it is.

    :param limit: most bytes of a picture, decoded.
    :raises OSError, ValueError: a record cannot be read, or is not what the capture says.
    """
    archive = collection.archive
    record = warc.read_at(archive / capture.warc, capture.offset, capture.length)
    whole = capture
    if record.type == "revisit":
        target, date = record.get("WARC-Refers-To-Target-URI"), record.get("WARC-Refers-To-Date")
        found = collection.ledger.captures.at(target or "", date or "")
        if found is None:
            raise ValueError(f"{capture.warc} has no record of {target} at {date}")
        whole = found
        if not record.block:
            record = warc.read_at(archive / whole.warc, whole.offset, whole.length)
    body = stored_page(collection, whole, limit).body
    return why_no_picture(warc.parse_response(record.block).header(b"Content-Type"), body)
