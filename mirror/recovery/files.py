"""The files of an archive, in the order in which they were written."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mirror.warc import WARC_DATE

if TYPE_CHECKING:
    from pathlib import Path

_SERIAL = re.compile(r"-\d{14}-(\d{5,})\.warc\.gz$", re.ASCII)


def warc_files(archive: Path) -> list[Path]:
    """By their serial numbers: the clock may have been set back between two of them."""
    found = [
        (int(serial[1]), path)
        for path in archive.glob("*.warc.gz")
        if (serial := _SERIAL.search(path.name))
    ]
    return [path for _, path in sorted(found)]


def start_of(run: str) -> str | None:
    """When a run began, as a ``WARC-Date``: its id is that. ``None`` if it is no run's id."""
    try:
        began = datetime.strptime(run, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    return began.strftime(WARC_DATE)
