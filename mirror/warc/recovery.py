"""Whole WARC files after a crash: what does not belong to a whole record is cut off the end."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from mirror.warc.member import DamagedMember, Members

if TYPE_CHECKING:
    from pathlib import Path


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


def cut_torn_tail(path: Path, start: int = 0) -> int:
    """Cut everything after :func:`whole_length` off the file, and put that on disk.

    :returns: the number of bytes cut off.
    :raises OSError: the file cannot be read or written.
    """
    whole = whole_length(path, start)
    with path.open("rb+") as file:
        torn = os.fstat(file.fileno()).st_size - whole
        if torn:
            os.ftruncate(file.fileno(), whole)
            os.fsync(file.fileno())
    return torn
