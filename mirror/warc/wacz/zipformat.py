"""The structures of a ZIP file (PKWARE APPNOTE 6.3), as this project writes them.

Written here rather than by :mod:`zipfile`: the same content has to give the same bytes under every
Python, and the verifier holds the headers of our own files against these very functions, so that no
byte of them can change unnoticed.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

STORED = 0
DEFLATED = 8
LIMIT = 0xFFFFFFFF
"""Sizes and offsets from here on stand in a ZIP64 field."""
MOST_SHORT = 0xFFFF

LOCAL = struct.Struct("<4s5H3L2H")
CENTRAL = struct.Struct("<4s6H3L5H2L")
END = struct.Struct("<4s4H2LH")
END64 = struct.Struct("<4sQ2H2L4Q")
LOCATOR64 = struct.Struct("<4sLQL")
LOCAL_SIGNATURE = b"PK\x03\x04"
CENTRAL_SIGNATURE = b"PK\x01\x02"
END_SIGNATURE = b"PK\x05\x06"
END64_SIGNATURE = b"PK\x06\x06"
LOCATOR64_SIGNATURE = b"PK\x06\x07"
ZIP64_FIELD = 1

_UNIX = 3 << 8
_FILE_MODE = 0o100644 << 16
_TIME, _DATE = 0, 0x21
"""1980-01-01 00:00: the same for the same content, whenever it is packed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One member, as the central directory has it."""

    name: str
    method: int
    crc: int
    packed: int
    """Bytes in the ZIP file."""
    size: int
    """Bytes of the member itself."""
    offset: int
    """Of its local header."""
    big: bool = False
    """Whether its local header has a ZIP64 field."""


def local_header(entry: Entry) -> bytes:
    """What stands before a member's data; of the same length whatever its sizes."""
    name = entry.name.encode("ascii")
    packed, size, extra = entry.packed, entry.size, b""
    if entry.big:
        extra = struct.pack("<2H2Q", ZIP64_FIELD, 16, size, packed)
        packed = size = LIMIT
    return (
        LOCAL.pack(
            LOCAL_SIGNATURE,
            _version(entry.big),
            0,
            entry.method,
            _TIME,
            _DATE,
            entry.crc,
            packed,
            size,
            len(name),
            len(extra),
        )
        + name
        + extra
    )


def central_header(entry: Entry) -> bytes:
    """The member in the central directory."""
    name = entry.name.encode("ascii")
    numbers, large = [], []
    for number in (entry.size, entry.packed, entry.offset):
        numbers.append(min(number, LIMIT))
        if number >= LIMIT:
            large.append(number)
    size, packed, offset = numbers
    extra = struct.pack(f"<2H{len(large)}Q", ZIP64_FIELD, 8 * len(large), *large) if large else b""
    version = _version(entry.big or bool(large))
    return (
        CENTRAL.pack(
            CENTRAL_SIGNATURE,
            _UNIX | version,
            version,
            0,
            entry.method,
            _TIME,
            _DATE,
            entry.crc,
            packed,
            size,
            len(name),
            len(extra),
            0,
            0,
            0,
            _FILE_MODE,
            offset,
        )
        + name
        + extra
    )


def end_records(count: int, start: int, size: int) -> bytes:
    """What ends a ZIP file whose central directory of `count` members begins at `start`."""
    end = END.pack(
        END_SIGNATURE,
        0,
        0,
        min(count, MOST_SHORT),
        min(count, MOST_SHORT),
        min(size, LIMIT),
        min(start, LIMIT),
        0,
    )
    if count < MOST_SHORT and start < LIMIT and size < LIMIT:
        return end
    rest = END64.size - 12
    return (
        END64.pack(END64_SIGNATURE, rest, _UNIX | 45, 45, 0, 0, count, count, size, start)
        + LOCATOR64.pack(LOCATOR64_SIGNATURE, 0, start + size, 1)
        + end
    )


def _version(big: bool) -> int:
    """Needed to extract: 2.0 for deflated members and folders, 4.5 for ZIP64."""
    return 45 if big else 20
