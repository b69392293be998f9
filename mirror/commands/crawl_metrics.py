"""What the end of a crawl leaves for Prometheus, whatever end it was.

Not an extension of Scrapy: a crawl that is refused (another one holds the lock, an argument is
wrong, the disk cannot be written) ends before there are extensions, and is what has to be seen.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mirror.collection import NAME, utc_now
from mirror.commands.terminal import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scrapy.settings import Settings


def metrics_folder(settings: Settings) -> Path | None:
    """``METRICS_DIR``, if metrics are wanted.

    :raises ValueError: it is no folder that can be written to.
    """
    if not settings["METRICS_DIR"]:
        return None
    folder = Path(settings["METRICS_DIR"])
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        raise ValueError(f"METRICS_DIR: {folder} is no folder that can be written to")
    return folder


def leave_metrics(
    folder: Path, settings: Settings, given: Mapping[str, str], exit_status: int
) -> None:
    """Write how this call ended and how its collection does.

    Both are read back from what is on disk, so a call that was refused leaves the run that is
    under way, and the success before it, as they are. What cannot be written is told and changes
    no exit status: the collection is what that speaks of.

    :param given: the spider's arguments, which name the collection.
    """
    from mirror.monitoring import read_state, write_attempt, write_metrics

    name = collection_name(given)
    if name is None:
        return
    now = utc_now()
    collection = Path(settings["OUTPUT_DIR"]) / name
    try:
        write_attempt(folder, name, now, exit_status)
        if (collection / "archive").is_dir():
            reserve = settings.getint("MINIMUM_FREE_BYTES")
            write_metrics(folder, read_state(collection, now, reserve=reserve))
    except OSError as error:
        sys.stderr.write(f"scrapy crawl: metrics cannot be written: {plain(str(error))}\n")


def collection_name(given: Mapping[str, str]) -> str | None:
    """Name of the collection that a crawl with these arguments is about; ``None`` for none."""
    from mirror.address import parse_mirror
    from mirror.spiders.arguments import DEMO

    if name := given.get("collection"):
        return name if NAME.fullmatch(name) else None
    mirror = given.get("mirror", "").strip()
    if mirror == DEMO:
        return DEMO
    try:
        return parse_mirror(mirror).slug
    except ValueError:
        return None
