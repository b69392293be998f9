"""Whole WARC files after a crash: what does not belong to a whole record is cut off the end."""

from __future__ import annotations

import mmap
import os
from typing import TYPE_CHECKING

from mirror.warc.member import DamagedMember, Members
from mirror.warc.reader import BadWarc, read_records

if TYPE_CHECKING:
    from pathlib import Path

_MEMBER = b"\x1f\x8b\x08"
"""Begins a gzip member (RFC 1952 §2.3)."""


class DamagedWithin(ValueError):
    """A file is damaged, and whole records stand behind the damage: nothing may be cut off."""


def whole_length(path: Path, start: int = 0) -> int:
    """Length of the longest beginning of the file that is gzip members of one whole record each.

    Reads the file in pieces, whatever stands in it.

    :param start: a length already known to be whole; the file is read from there.
    :raises OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        if start > os.fstat(file.fileno()).st_size:
            # Something was cut off what was known: nothing is known any more.
            start = 0
        members = Members(file, start)
        whole = start
        try:
            while _pass_over(members):
                whole = members.offset
        except DamagedMember:
            pass
        return whole


def _pass_over(members: Members) -> bool:
    """Read the next record without keeping it; ``False`` at the end of the file."""
    found = False
    for _ in members.record():
        found = True
    return found


def cut_torn_tail(path: Path, start: int | None = None) -> int:
    """Cut everything after :func:`whole_length` off the file, and put that on disk.

    :param start: the length that the last checkpoint vouches for. What was written after it and
        not put on disk may be torn anywhere, so what follows the first tear is cut off with it.
        Where it is not known, a tear with whole records behind it may be damage of another kind,
        and cutting would lose them.
    :returns: the number of bytes cut off.
    :raises DamagedWithin: `start` is not known and whole records follow the tear; nothing was cut.
    :raises OSError: the file cannot be read or written.
    """
    whole = whole_length(path, start or 0)
    with path.open("rb+") as file:
        size = os.fstat(file.fileno()).st_size
        torn = size - whole
        if torn:
            unknown = start is None or start > size
            if unknown and (following := next_record(path, whole + 1)) is not None:
                raise DamagedWithin(
                    f"{path}: damaged at byte {whole}; the next whole record is at {following}"
                )
            os.ftruncate(file.fileno(), whole)
            os.fsync(file.fileno())
    return torn


def next_record(path: Path, start: int, kinds: tuple[str, ...] = ()) -> int | None:
    """Offset of the first whole record from `start` on, of one of these kinds if any are given.

    :raises OSError: the file cannot be read.
    """
    if start >= path.stat().st_size:
        return None
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        while (start := data.find(_MEMBER, start)) >= 0:
            try:
                stored = next(read_records(path, start), None)
            except BadWarc:
                stored = None
            if stored is not None and (not kinds or stored.record.type in kinds):
                return start
            start += 1
    return None
