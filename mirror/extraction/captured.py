"""A captured page, read back from the archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mirror import warc
from mirror.items import CaptureRef

if TYPE_CHECKING:
    from pathlib import Path

    from mirror.warc.capture import Capture


def body_of(archive: Path, capture: Capture, limit: int) -> bytes:
    """The bytes of a captured page, transfer and content coding undone.

    :param archive: the folder of the WARC files.
    :param limit: most bytes, decoded.
    :raises OSError, ValueError: the record cannot be read, or is not what the capture says.
    """
    path = archive / capture.warc
    record = warc.read_at(path, capture.offset, capture.length)
    if record.record_id != capture.record_id:
        raise ValueError(f"{path.name} has another record at {capture.offset}")
    if record.type == "resource":
        return record.block
    parsed = warc.parse_response(record.block)
    codings = (value for name, value in parsed.fields if name.lower() == b"content-encoding")
    return warc.decoded(warc.payload(record.block, parsed), b", ".join(codings), limit=limit)


def capture_ref(capture: Capture, run: str) -> CaptureRef:
    """What an item says of the record that it came from."""
    return CaptureRef(
        date=capture.date,
        run=run,
        warc=capture.warc,
        offset=capture.offset,
        length=capture.length,
        record_id=capture.record_id,
        payload_digest=capture.payload_digest,
        status=capture.status,
    )
