"""The room that a collection takes, and what is left."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

FOLDERS = ("archive", "items", "indexes", "runs", "derived", "repo.git")
LEDGER = "ledger"
OTHER = "other"
BLOCK = 512
"""Bytes in a unit of ``st_blocks``, stat(2)."""


@dataclass(frozen=True, slots=True)
class DiskUse:
    """Bytes on disk, as ``du`` counts them."""

    parts: dict[str, int]
    """By folder of the collection; ``ledger`` for its files, ``other`` for what is not ours."""
    free: int
    """What the file system still has for whoever is no superuser."""
    size: int
    """Of the file system."""

    @property
    def total(self) -> int:
        return sum(self.parts.values())


def disk_use(folder: Path) -> DiskUse:
    """Look at the size of every file of a collection; links are not followed.

    :raises OSError: the collection's folder cannot be read.
    """
    parts: Counter[str] = Counter()
    with os.scandir(folder) as entries:
        for entry in entries:
            part = _part(entry.name)
            size = _tree(entry.path) if entry.is_dir(follow_symlinks=False) else _size(entry)
            parts[part] += size
    there = shutil.disk_usage(folder)
    named = [*FOLDERS, LEDGER, OTHER]
    return DiskUse({name: parts[name] for name in named if parts[name]}, there.free, there.total)


def _part(name: str) -> str:
    if name in FOLDERS:
        return name
    return LEDGER if name.startswith("ledger.sqlite") else OTHER


def _tree(top: str) -> int:
    """Bytes under a folder; what vanishes or cannot be read meanwhile counts nothing."""
    total, folders = 0, [top]
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    else:
                        total += _size(entry)
        except OSError:
            continue
    return total


def _size(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_blocks * BLOCK
    except OSError:
        return 0
