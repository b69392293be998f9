"""Records read back from WARC files, exactly as they were written.

The members are taken apart here rather than by warcio or FastWARC: those pass over damage that an
archive has to know of (a cut last record, bytes between two records, a wrong Content-Length).
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from mirror.warc.location import Location
from mirror.warc.member import DamagedMember, Members
from mirror.warc.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class BadWarc(ValueError):
    """A WARC file that is not whole records from its first byte to its last."""

    def __init__(self, path: Path, offset: int, reason: str) -> None:
        super().__init__(f"{path}: at byte {offset}: {reason}")
        self.path = path
        self.offset = offset
        self.reason = reason


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record and where it stands."""

    location: Location
    record: Record


def read_records(path: Path, start: int = 0) -> Iterator[StoredRecord]:
    """Every record of a file in order; one at a time is in memory.

    :param start: offset of the record to begin with.
    :raises BadWarc: at the first byte that does not belong to a whole record; the records before
        it have been given by then.
    :raises OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        yield from records_in(file, path, start)


def records_in(file: BinaryIO, path: Path, start: int = 0) -> Iterator[StoredRecord]:
    """As :func:`read_records`, of a file that is open; only ``read`` and ``seek`` are asked of it.

    :param path: what the file is called.
    """
    members = Members(file, start)
    while True:
        offset = members.offset
        record = _next_record(members, path)
        if record is None:
            return
        yield StoredRecord(Location(path.name, offset, members.offset - offset), record)


def read_at(path: Path, offset: int, length: int) -> Record:
    """The record whose gzip member is the `length` bytes from `offset` on.

    :raises BadWarc: those bytes are no such member.
    :raises OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        file.seek(offset)
        data = file.read(length)
    members = Members(io.BytesIO(data))
    try:
        record = _next_record(members, path)
    except BadWarc as error:
        raise BadWarc(path, offset + error.offset, error.reason) from None
    if record is None or members.offset != length:
        raise BadWarc(path, offset, f"no gzip member of {length} bytes")
    return record


def _next_record(members: Members, path: Path) -> Record | None:
    offset = members.offset
    try:
        pieces = list(members.record())
    except DamagedMember as error:
        raise BadWarc(path, offset, str(error)) from None
    return Record(_headers(pieces[0]), b"".join(pieces[1:])) if pieces else None


def _headers(head: bytes) -> tuple[tuple[str, str], ...]:
    """The named fields of a record's head (WARC 1.1 §4), without Content-Length."""
    headers: list[tuple[str, str]] = []
    for line in head.decode("utf-8", "surrogateescape").split("\r\n")[1:-1]:
        if line[:1] in (" ", "\t") and headers:
            name, value = headers[-1]
            headers[-1] = (name, f"{value} {line.strip()}")
            continue
        name, _, value = line.partition(":")
        headers.append((name.rstrip(), value.strip()))
    return tuple(each for each in headers if each[0].lower() != "content-length")
