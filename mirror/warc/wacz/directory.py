"""The members of a ZIP file, read with the suspicion that a file from elsewhere deserves.

Every byte has to belong to a member, to the directory or to its end: what lies between is what no
reader sees, and members that share bytes are how a small file unpacks to a huge one.
"""

from __future__ import annotations

import os
import stat
import struct
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, BinaryIO

from mirror.warc.wacz import zipformat
from mirror.warc.wacz.zipformat import DEFLATED, LIMIT, STORED, Entry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mirror.warc.wacz.complaints import Complaints

_MOST_DIRECTORY = 64 * 1024 * 1024
_MOST_RATIO = 1100
"""Deflate makes at most 1032 bytes of one."""
_ENCRYPTED = 0x1
_DESCRIPTOR = 0x8
_UTF8 = 0x800


class BadZip(ValueError):
    """There is no directory of members that could be read."""


@dataclass(frozen=True, slots=True)
class Found:
    """A member, as it stands in the file."""

    entry: Entry
    start: int
    """First byte of its data."""
    end: int
    """First byte after it, and after the descriptor that may follow."""
    sound: bool
    """Whether its data may be read."""
    local: bytes
    central: bytes
    """The two headers."""


@dataclass(frozen=True, slots=True)
class Directory:
    members: dict[str, Found]
    """By name; of two of a name the first."""
    start: int
    end: int
    """First byte of the central directory, and first byte after it."""
    size: int
    """Bytes of the file."""


def read_directory(file: BinaryIO, complaints: Complaints) -> Directory:
    """Find the members of a ZIP file, and complain of what is odd about them.

    :raises BadZip: there is no central directory.
    """
    size = file.seek(0, os.SEEK_END)
    start, end, count = _ends(file, size, complaints)
    if end - start > _MOST_DIRECTORY:
        raise BadZip(f"a directory of {end - start} bytes")
    file.seek(start)
    found: dict[str, Found] = {}
    seen: set[str] = set()
    number = 0
    for entry, flags, mode, central in _central(file.read(end - start)):
        number += 1
        name = entry.name
        sound = _check_name(name, seen, complaints) and _check(entry, flags, mode, complaints)
        member = _local(file, entry, flags, central, start, complaints, sound=sound)
        if name not in found:
            found[name] = member
    if number != count:
        complaints.add("zip", "", f"the directory has {number} members, its end says {count}")
    _check_extent(list(found.values()), start, complaints)
    return Directory(found, start, end, size)


def _ends(file: BinaryIO, size: int, complaints: Complaints) -> tuple[int, int, int]:
    """First byte of the directory, first byte after it, number of its members."""
    tail_start = max(0, size - zipformat.END.size - 0xFFFF)
    file.seek(tail_start)
    tail = file.read()
    at = tail.rfind(zipformat.END_SIGNATURE)
    while at >= 0 and len(tail) - at < zipformat.END.size:
        at = tail.rfind(zipformat.END_SIGNATURE, 0, at)
    if at < 0:
        raise BadZip("no ZIP file: it has no end of a central directory")
    _, disk, first, here, count, length, start, comment = zipformat.END.unpack_from(tail, at)
    end = tail_start + at
    if end + zipformat.END.size + comment != size:
        complaints.add("zip", "", "bytes follow the end of the ZIP file")
    if comment:
        complaints.add("zip", "", f"a comment of {comment} bytes")
    if count == zipformat.MOST_SHORT or LIMIT in (length, start):
        end, start, length, count = _end64(file, end)
    elif disk or first or here != count:
        complaints.add("zip", "", "it says that it is one of several parts")
    if start + length != end:
        complaints.add("zip", "", "the directory does not end where its end begins")
    if start > end:
        raise BadZip("the directory begins after its end")
    return start, end, count


def _end64(file: BinaryIO, end: int) -> tuple[int, int, int, int]:
    try:
        file.seek(max(0, end - zipformat.LOCATOR64.size))
        signature, _, place, _ = zipformat.LOCATOR64.unpack(file.read(zipformat.LOCATOR64.size))
        if signature != zipformat.LOCATOR64_SIGNATURE:
            raise BadZip("no ZIP64 locator before the end")
        file.seek(place)
        values = zipformat.END64.unpack(file.read(zipformat.END64.size))
    except (struct.error, OSError, OverflowError):
        raise BadZip("no ZIP64 end of the directory") from None
    if values[0] != zipformat.END64_SIGNATURE:
        raise BadZip("no ZIP64 end of the directory")
    count, length, start = values[7:10]
    return place, start, length, count


def _central(data: bytes) -> Iterator[tuple[Entry, int, int, bytes]]:
    """Entry, flags, mode and bytes of each member.

    :raises BadZip: the directory cannot be read.
    """
    at = 0
    while at < len(data):
        try:
            values = zipformat.CENTRAL.unpack_from(data, at)
        except struct.error:
            raise BadZip("the directory ends within a member") from None
        if values[0] != zipformat.CENTRAL_SIGNATURE:
            raise BadZip("something else than a member stands in the directory")
        flags, method, crc = values[3], values[4], values[7]
        packed, size, name_length, extra_length, comment_length = values[8:13]
        attributes, offset = values[15], values[16]
        after = at + zipformat.CENTRAL.size
        end = after + name_length + extra_length + comment_length
        if end > len(data):
            raise BadZip("the directory ends within a member")
        name = data[after : after + name_length].decode("utf-8", "backslashreplace")
        extra = data[after + name_length : after + name_length + extra_length]
        size, packed, offset = _large(extra, size, packed, offset)
        entry = Entry(name, method, crc, packed, size, offset)
        yield entry, flags, attributes >> 16, data[at:end]
        at = end


def _large(extra: bytes, *numbers: int) -> list[int]:
    """The numbers, those from the ZIP64 field that do not fit their own place."""
    found = list(numbers)
    field = _field(extra, zipformat.ZIP64_FIELD) or b""
    at = 0
    for place, number in enumerate(found):
        if number == LIMIT and len(field) >= at + 8:
            (found[place],) = struct.unpack_from("<Q", field, at)
            at += 8
    return found


def _field(extra: bytes, wanted: int) -> bytes | None:
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == wanted:
            return extra[at + 4 : at + 4 + length]
        at += 4 + length
    return None


def _check_name(name: str, seen: set[str], complaints: Complaints) -> bool:
    """Whether a name is safe to unpack, and the only one of its kind."""
    parts = name.removesuffix("/").split("/")
    safe = (
        not any(part in ("", ".", "..") for part in parts)
        and "\\" not in name
        and ":" not in parts[0]
        and all(each.isprintable() for each in name)
    )
    if not safe:
        complaints.add("zip", name, "this name could lead outside the folder it is unpacked to")
    known = name.casefold()
    if known in seen:
        complaints.add("zip", name, "stands in the ZIP file twice")
        return False
    seen.add(known)
    return safe


def _check(entry: Entry, flags: int, mode: int, complaints: Complaints) -> bool:
    reasons = []
    if flags & _ENCRYPTED:
        reasons.append("is encrypted")
    if entry.method not in (STORED, DEFLATED):
        reasons.append(f"is compressed by method {entry.method}; stored and deflated are known")
    if entry.method == STORED and entry.packed != entry.size:
        reasons.append("is stored, and has two sizes")
    if entry.size > _MOST_RATIO * (entry.packed + 1):
        reasons.append(f"says that {entry.packed} bytes unpack to {entry.size}")
    if stat.S_ISLNK(mode):
        reasons.append("is a symbolic link")
    for reason in reasons:
        complaints.add("zip", entry.name, reason)
    return not reasons


def _local(
    file: BinaryIO,
    entry: Entry,
    flags: int,
    central: bytes,
    limit: int,
    complaints: Complaints,
    *,
    sound: bool,
) -> Found:
    """The member with its local header, which has to say what the directory says."""
    broken = Found(entry, 0, 0, False, b"", central)
    if entry.offset + zipformat.LOCAL.size > limit:
        complaints.add("zip", entry.name, "begins outside the file's members")
        return broken
    file.seek(entry.offset)
    head = file.read(zipformat.LOCAL.size)
    values = zipformat.LOCAL.unpack(head)
    rest = file.read(values[9] + values[10])
    name = rest[: values[9]].decode("utf-8", "backslashreplace")
    extra = rest[values[9] :]
    size, packed = _large(extra, values[8], values[7])
    big = _field(extra, zipformat.ZIP64_FIELD) is not None
    start = entry.offset + len(head) + len(rest)
    end = start + entry.packed
    described = bool(flags & _DESCRIPTOR)
    same = (
        values[0] == zipformat.LOCAL_SIGNATURE
        and values[2] == flags
        and values[3] == entry.method
        and values[4:6] == zipformat.CENTRAL.unpack_from(central)[5:7]
        and name == entry.name
        and (described or (values[6], packed, size) == (entry.crc, entry.packed, entry.size))
    )
    if not same:
        complaints.add("zip", entry.name, "its own header differs from that in the directory")
    if end > limit:
        complaints.add("zip", entry.name, "ends outside the file's members")
        return broken
    if described:
        end += _descriptor(file, entry, end)
    entry = Entry(entry.name, entry.method, entry.crc, entry.packed, entry.size, entry.offset, big)
    return Found(entry, start, end, sound, head + rest, central)


def _descriptor(file: BinaryIO, entry: Entry, start: int) -> int:
    """Bytes of the data descriptor at `start`; 0 where there is none (APPNOTE 4.3.9)."""
    file.seek(start)
    data = file.read(24)
    for signature in (b"PK\x07\x08", b""):
        for form in ("<L2L", "<L2Q"):
            there = signature + struct.pack(
                form, entry.crc, min(entry.packed, LIMIT), min(entry.size, LIMIT)
            )
            if data.startswith(there):
                return len(there)
    return 0


def _check_extent(members: list[Found], stop: int, complaints: Complaints) -> None:
    """Every byte before the directory belongs to one member."""
    whole = sorted((each for each in members if each.end), key=lambda each: each.entry.offset)
    if whole and whole[0].entry.offset:
        complaints.add("zip", "", f"{whole[0].entry.offset} bytes stand before the first member")
    for one, other in pairwise(whole):
        if one.end > other.entry.offset:
            reason = f"shares bytes with {one.entry.name}"
            complaints.add("zip", other.entry.name, reason)
        elif one.end < other.entry.offset:
            gap = other.entry.offset - one.end
            complaints.add("zip", one.entry.name, f"{gap} bytes after it belong to no member")
    if whole and whole[-1].end != stop:
        complaints.add("zip", "", "bytes before the directory belong to no member")
