"""One collection on disk: its folders, its lock, the run that is writing to it.

output/<collection>/archive/    WARC files, the only truth
                    items/      <run>.jsonl, the articles new or changed in that run
                    indexes/    sorted CDXJ over archive/
                    runs/       <run>.json, what each run did
                    ledger.sqlite
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import shutil
import sqlite3
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any

from mirror import ledger
from mirror.item_log import ItemLog
from mirror.ledger import Ledger, LedgerError
from mirror.lock import BEGINNING, Locked, WriteLock
from mirror.warc import WARC_DATE, IndexFiles, iter_index
from mirror.warc.warcfile import sync_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from mirror.ledger import StoredItem

logger = logging.getLogger(__name__)

EXIT_USAGE = 2
EXIT_UNWRITABLE = 73
EXIT_LOCKED = 75

MADE_ANEW = "made anew"
"""Key in the ledger, as long as not all that the archive says has been acted upon."""
TORN = "torn"
"""Key in the ledger: the runs whose items may go beyond what it vouches for."""

NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,199}", re.ASCII)


class CollectionError(Exception):
    """A collection cannot be used; the message is for the operator.

    :ivar exit_status: what the command exits with, by the table in ``docs/cron.md``.
    """

    def __init__(self, message: str, exit_status: int) -> None:
        super().__init__(message)
        self.exit_status = exit_status


def existing_collection(output: Path, name: str) -> Path:
    """The folder of a collection that is there: its archive, of which all else can be made.

    :raises CollectionError: it is not; the message lists those that are.
    """
    return _existing(output, name, "archive")


def collection_with_items(output: Path, name: str) -> Path:
    """The folder of a collection for one that reads its items.

    :raises CollectionError: it is not there, or has lost its items: without that word the answer
        would be that it has no articles.
    """
    try:
        return _existing(output, name, "items")
    except CollectionError:
        existing_collection(output, name)
        raise CollectionError(
            f'collection "{name}" has no folder items/; '
            f"scrapy rebuild {name} writes it anew from the archive",
            EXIT_USAGE,
        ) from None


def _existing(output: Path, name: str, part: str) -> Path:
    if not NAME.fullmatch(name) or not (output / name / part).is_dir():
        there = ", ".join(sorted(path.parent.name for path in output.glob("*/archive")))
        raise CollectionError(
            f"no collection {name!r} in {output}; there are: {there or 'none'}", EXIT_USAGE
        )
    return output / name


def utc_now() -> datetime:
    return datetime.now(UTC)


class Collection:
    """A collection opened for writing, locked against every other process.

    What a killed run left is made good by :func:`mirror.recovery.open_collection`, by which
    spiders and commands open one.

    :param output: the folder of collections; made when it does not exist.
    :param name: of the collection, a folder in `output`.
    :param holder: what opens it, for those who find it locked before a run has begun.
    :param now: the clock, UTC.
    :raises CollectionError: it is locked, or cannot be written.
    """

    def __init__(
        self,
        output: Path,
        name: str,
        *,
        holder: str = BEGINNING,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        if not NAME.fullmatch(name):
            raise CollectionError(
                f"{name!r} cannot be the name of a collection: "
                "letters, digits, '.', '_' and '-' only",
                EXIT_USAGE,
            )
        folder = output / name
        self.folder = folder
        self.name = name
        self.now = now
        self.archive = folder / "archive"
        self.items = folder / "items"
        self.indexes = folder / "indexes"
        self.runs = folder / "runs"
        self._logs: dict[str, ItemLog] = {}
        self._closed = False
        self.run = ""
        try:
            for made in (self.archive, self.items, self.indexes, self.runs):
                made.mkdir(parents=True, exist_ok=True)
            sync_folder(output)
            self._lock = WriteLock(folder)
            self._lock.acquire(holder)
        except Locked as error:
            message = f'collection "{name}" is locked by {error}'
            raise CollectionError(message, EXIT_LOCKED) from None
        except OSError as error:
            raise CollectionError(
                f"{folder} cannot be written: {error}", EXIT_UNWRITABLE
            ) from error
        try:
            self.ledger = self._open_ledger()
        except (OSError, sqlite3.Error) as error:
            self._lock.release()
            raise CollectionError(
                f"{folder / ledger.NAME} cannot be written: {error}", EXIT_UNWRITABLE
            ) from error

    def _open_ledger(self) -> Ledger:
        path = self.folder / ledger.NAME
        try:
            return Ledger(path)
        except LedgerError as error:
            logger.warning("%s; it is made anew from the archive", error)
            self._remove_ledger()
            return Ledger(path)

    def _remove_ledger(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            (self.folder / f"{ledger.NAME}{suffix}").unlink(missing_ok=True)

    @property
    def made_anew(self) -> bool:
        """The ledger was empty, of a collection that is not, and is being made from the archive."""
        return self.ledger.get(MADE_ANEW) is not None

    def forget_ledger(self) -> None:
        """Begin with an empty ledger, to be made anew from the archive."""
        self.ledger.abandon()
        self._remove_ledger()
        self.ledger = self._open_ledger()

    def belong_to(self, mirror: str) -> None:
        """A collection belongs to one mirror: the first that it is opened for.

        :raises CollectionError: it is of another; it has been closed.
        """
        known = self.ledger.get("mirror")
        if known is None:
            self.ledger.put("mirror", mirror)
            self.ledger.commit()
        elif known != mirror:
            self.close()
            raise CollectionError(
                f'collection "{self.name}" is of the mirror {known}, not of {mirror}; '
                "give another one with -a collection=NAME",
                EXIT_USAGE,
            )

    def start_run(self, spider: str) -> str:
        """Begin a run: its id is its UTC start, moved on where that second is taken."""
        started = self.now().replace(microsecond=0)
        while (
            self.ledger.find_run(run := started.strftime("%Y%m%dT%H%M%SZ")) is not None
            or (self.runs / f"{run}.json").exists()
        ):
            started += timedelta(seconds=1)
        self.run = run
        self.ledger.start_run(run, spider, started.strftime(WARC_DATE))
        # On disk before the first record: what the archive has beyond is known to be of this run.
        self.ledger.sync()
        sync_folder(self.folder)
        self._lock.say(f"run {run}")
        return run

    def add_item(self, run: str, line: bytes) -> int:
        """Append one line of JSON, without its newline, to the items of a run.

        Gives the offset of its first byte.
        """
        log = self._logs.get(run)
        if log is None:
            log = self._logs[run] = ItemLog(self.items / f"{run}.jsonl")
        return log.add(line)

    def item_line(self, item: StoredItem) -> bytes:
        """The line of an item that was written before, in this run or an earlier one."""
        if (log := self._logs.get(item.run)) is not None:
            log.flush()
        with (self.items / f"{item.run}.jsonl").open("rb") as file:
            file.seek(item.offset)
            return file.read(item.length)

    def sync_items(self) -> None:
        """Put the items written so far on disk, and vouch for them in the ledger.

        Call it after their records are on disk, and commit the ledger after it.
        """
        for run, log in self._logs.items():
            log.sync()
            self.ledger.set_items(run, log.length)

    def cut_items(self, run: str, length: int) -> int:
        """Cut a run's items off behind what a checkpoint vouches for; gives the bytes cut off.

        What is lost with that is in the archive, and is written again from there.
        """
        path = self.items / f"{run}.jsonl"
        if not path.exists():
            return 0
        torn = path.stat().st_size - length
        if torn <= 0 < length:
            return 0
        if torn > 0:
            with path.open("rb+") as file:
                os.ftruncate(file.fileno(), length)
                os.fsync(file.fileno())
        if not length:
            path.unlink()
            sync_folder(self.items)
        return max(torn, 0)

    def take_stock(self) -> list[dict[str, Any]]:
        """Measure, index and note every WARC file that grew since a run last did so.

        Those are the files of this run, and those of a run that did not come to its end. Gives
        ``{name, length, sha256}`` of each.

        :raises OSError: a file cannot be read, or the index not written.
        """
        known = self.ledger.measured_lengths()
        grown: list[dict[str, Any]] = []
        for path in sorted(self.archive.glob("*.warc.gz")):
            length = path.stat().st_size
            if length != known.get(path.name):
                sha256 = sha256_of(path, length)
                grown.append({"name": path.name, "length": length, "sha256": sha256})
        indexed = {entry["name"]: self.ledger.warc_indexed(entry["name"]) for entry in grown}
        update_index(self.archive, self.indexes, indexed)
        for entry in grown:
            self.ledger.put_warc(entry["name"], length=entry["length"], sha256=entry["sha256"])
            self.ledger.set_indexed(entry["name"], entry["length"])
        return grown

    def finish_run(self, summary: dict[str, Any], finished: str, exit_status: int | None) -> Path:
        """Write a run's summary and close its items. The records are on disk before.

        :param summary: as it is written; its ``run`` is the run that has ended.
        :param finished: UTC time, as a ``WARC-Date``.
        :param exit_status: ``None`` for a run that was killed and is completed now.
        """
        run = summary["run"]
        self.sync_items()
        if (log := self._logs.pop(run, None)) is not None:
            log.close()
        path = self.runs / f"{run}.json"
        write_atomically(path, json.dumps(summary, ensure_ascii=False, indent=1).encode() + b"\n")
        self.ledger.finish_run(run, finished, exit_status)
        self.ledger.commit()
        return path

    def close(self) -> None:
        """Let go of the collection; what was written since the last checkpoint is kept."""
        if self._closed:
            return
        self._closed = True
        try:
            self.sync_items()
            self.ledger.close()
        finally:
            for log in self._logs.values():
                log.abandon()
            self.ledger.abandon()
            self._lock.release()

    def abandon(self) -> None:
        """Let go of the collection as the last checkpoint left it: the disk has failed.

        The next run makes good what came after that from its records.
        """
        if not self._closed:
            self._closed = True
            for log in self._logs.values():
                log.abandon()
            self.ledger.abandon()
            self._lock.release()

    def free_bytes(self) -> int:
        """Room left on the file system of the archive."""
        return shutil.disk_usage(self.folder).free


def write_atomically(path: Path, data: bytes) -> None:
    """Replace a file so that a reader, or a crash, finds the old one or the new one whole."""
    partial = path.with_name(f".{path.name}.partial")
    with partial.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    sync_folder(path.parent)


def index_files(folder: Path) -> IndexFiles:
    """The CDXJ index of the collection in `folder`."""
    return IndexFiles.of(folder / "indexes", folder.name)


def update_index(archive: Path, indexes: Path, indexed: Mapping[str, int]) -> None:
    """Bring the collection's CDXJ index up to date with its WARC files.

    An index that is gone is made anew from all of them.

    :param indexed: bytes of each file that stand in the index already, by file name.
    """
    index = index_files(indexes.parent)
    if not index.main.exists():
        indexed = dict.fromkeys(sorted(path.name for path in archive.glob("*.warc.gz")), 0)
    index.update(
        chain.from_iterable(iter_index(archive / name, start) for name, start in indexed.items())
    )


def sha256_of(path: Path, length: int) -> str:
    """SHA-256, in hexadecimal, of the first `length` bytes of a file.

    :raises ValueError: the file is shorter.
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        left = length
        while left:
            chunk = file.read(min(left, 1 << 20))
            if not chunk:
                raise ValueError(f"{path} has {length - left} bytes, not {length}")
            digest.update(chunk)
            left -= len(chunk)
    return digest.hexdigest()
