"""``index.idx``: for each block of a compressed index where it stands and what it begins with."""

from __future__ import annotations

import hashlib
import json
import zlib
from typing import TYPE_CHECKING, BinaryIO

from mirror.warc.wacz.content import lines, pieces, window

if TYPE_CHECKING:
    from mirror.warc.wacz.complaints import Complaints
    from mirror.warc.wacz.directory import Found

_MOST_BLOCK = 64 * 1024 * 1024


def check_idx(
    file: BinaryIO, member: Found, members: dict[str, Found], complaints: Complaints
) -> None:
    """Hold every line of an idx file against the block that it names.

    :raises Unreadable: the idx file is damaged.
    """
    name = member.entry.name
    stops: dict[str, int] = {}
    default = ""
    for number, line in enumerate(lines(pieces(file, member)), 1):
        prefix, brace, rest = line.partition(b" {")
        try:
            entry = json.loads(brace.strip() + rest)
            if number == 1 and prefix.startswith(b"!meta"):
                default = str(entry.get("filename", ""))
                if entry.get("format") != "cdxj-gzip-1.0":
                    complaints.add("index", name, f"its format is {entry.get('format')!r}")
                continue
            path = f"indexes/{entry.get('filename') or default}"
            offset, length = int(entry["offset"]), int(entry["length"])
            digest = entry.get("digest")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            complaints.add("index", name, f"line {number} names no block")
            continue
        block = members.get(path)
        if block is None or not block.sound or offset != stops.get(path, 0) or length <= 0:
            complaints.add("index", name, f"line {number}: no block of {path} stands there")
            continue
        stops[path] = offset + length
        if reason := _wrong(file, block, offset, length, digest, prefix):
            complaints.add("index", name, f"line {number}: {reason}")
    for path, stop in stops.items():
        if stop != members[path].entry.size:
            complaints.add("index", name, f"names no block of {path} from byte {stop} on")


def _wrong(
    file: BinaryIO, member: Found, offset: int, length: int, digest: object, prefix: bytes
) -> str:
    if offset + length > member.entry.packed or length > _MOST_BLOCK:
        return "the block does not end in its file"
    source = window(file, member)
    source.seek(offset)
    data = source.read(length)
    if digest is not None and digest != f"sha256:{hashlib.sha256(data).hexdigest()}":
        return "the block has another digest"
    inflater = zlib.decompressobj(31)
    try:
        text = inflater.decompress(data, _MOST_BLOCK)
    except zlib.error:
        return "the block is no gzip member"
    if not inflater.eof or inflater.unused_data:
        return "the block is no whole gzip member"
    if not text.startswith(prefix + b" {"):
        return "the block begins with another line"
    return ""
