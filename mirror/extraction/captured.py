"""A captured page, read back from the archive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mirror import warc
from mirror.gitstore import Blamed, blamed
from mirror.items import CaptureRef, GitRef

if TYPE_CHECKING:
    from pathlib import Path

    from mirror.collection import Collection
    from mirror.warc import Record
    from mirror.warc.capture import Capture


@dataclass(frozen=True, slots=True)
class StoredPage:
    """The bytes of a page, and where they came from if that was a Git repository."""

    body: bytes
    git: GitRef | None = None


def stored_page(collection: Collection, capture: Capture, limit: int) -> StoredPage:
    """A captured page, transfer and content coding undone.

    :param capture: a full one.
    :param limit: most bytes, decoded.
    :raises OSError, ValueError: the record cannot be read, or is not what the capture says.
    """
    archive = collection.archive
    record = _record(archive, capture)
    origin = blamed(record)
    git = git_ref(origin) if origin is not None else None
    if record.type == "revisit":
        holding = collection.ledger.captures.holding(capture.record_digest or "")
        if holding is None:
            raise ValueError(f"no record has the bytes of {capture.record_id}")
        record = _record(archive, holding)
    if record.type == "resource":
        return StoredPage(record.block, git)
    parsed = warc.parse_response(record.block)
    codings = (value for name, value in parsed.fields if name.lower() == b"content-encoding")
    payload = warc.payload(record.block, parsed)
    return StoredPage(warc.decoded(payload, b", ".join(codings), limit=limit), git)


def _record(archive: Path, capture: Capture) -> Record:
    path = archive / capture.warc
    record = warc.read_at(path, capture.offset, capture.length)
    if record.record_id != capture.record_id:
        raise ValueError(f"{path.name} has another record at {capture.offset}")
    return record


def git_ref(origin: Blamed) -> GitRef:
    """What an item says of the commit and blob that it came from."""
    return GitRef(origin.commit, origin.blob, origin.shown_path, origin.time)


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
