"""Captures of one page, looked up in sorted CDXJ files. Standard library only."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NEAR = 1 << 14
"""Bytes from which on lines are read one by one."""


@dataclass(frozen=True, slots=True)
class CaptureLine:
    """One capture in an index."""

    stamp: str
    """Fourteen digits, UTC."""
    status: str
    """HTTP status; ``""`` where there is none, as for an unchanged page."""
    mime: str


def captures(indexes: Path, key: str, url: str) -> list[CaptureLine]:
    """Captures of `url` in every CDXJ file of a folder, oldest first.

    :param key: sort key of `url`; other addresses may share it.
    """
    found = {
        capture
        for path in indexes.glob("*.cdxj")
        for capture in _captures_in(path, key.encode(), url)
    }
    return sorted(found, key=lambda capture: (capture.stamp, capture.status))


def _captures_in(path: Path, key: bytes, url: str) -> Iterator[CaptureLine]:
    with path.open("rb") as file:
        for line in _lines_with(file, key + b" "):
            stamp, _, entry = line[len(key) + 1 :].partition(b" ")
            try:
                fields = json.loads(entry)
            except ValueError:
                continue
            if fields.get("url") == url:
                yield CaptureLine(
                    stamp.decode("ascii", "replace"),
                    str(fields.get("status", "")),
                    str(fields.get("mime", "")),
                )


def _lines_with(file: BinaryIO, prefix: bytes) -> Iterator[bytes]:
    """The lines of a sorted file that begin with `prefix`; memory and reads stay small."""
    low, high = 0, file.seek(0, 2)
    while high - low > _NEAR:
        middle = (low + high) // 2
        file.seek(middle)
        file.readline()
        if file.tell() < high and file.readline() < prefix:
            low = middle
        else:
            high = middle
    file.seek(low)
    if low:
        file.readline()
    for line in file:
        if line.startswith(prefix):
            yield line
        elif line > prefix:
            return
