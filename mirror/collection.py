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
import os
import re
import shutil
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any, BinaryIO

import filelock

from mirror.ledger import Ledger, LedgerError
from mirror.warc import IndexFiles, iter_index
from mirror.warc.warcfile import sync_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from mirror.ledger import StoredItem

EXIT_USAGE = 2
EXIT_UNWRITABLE = 73
EXIT_LOCKED = 75

NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,199}", re.ASCII)


class CollectionError(Exception):
    """A collection cannot be used; the message is for the operator.

    :ivar exit_status: what the command exits with, by the table in ``docs/cron.md``.
    """

    def __init__(self, message: str, exit_status: int) -> None:
        super().__init__(message)
        self.exit_status = exit_status


def existing_collection(output: Path, name: str) -> Path:
    """The folder of a collection that is there.

    :raises CollectionError: it is not; the message lists those that are.
    """
    if not NAME.fullmatch(name) or not (output / name / "items").is_dir():
        there = ", ".join(sorted(path.parent.name for path in output.glob("*/items")))
        raise CollectionError(
            f"no collection {name!r} in {output}; there are: {there or 'none'}", EXIT_USAGE
        )
    return output / name


def utc_now() -> datetime:
    return datetime.now(UTC)


class Collection:
    """A collection opened for writing, locked against every other process.

    :param output: the folder of collections; made when it does not exist.
    :param name: of the collection, a folder in `output`.
    :param mirror: name of the mirror that it is of; a collection belongs to one.
    :param now: the clock, UTC.
    :raises CollectionError: it is locked, of another mirror, or cannot be written.
    """

    def __init__(
        self, output: Path, name: str, mirror: str | None, *, now: Callable[[], datetime] = utc_now
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
        self._items_file: BinaryIO | None = None
        self.run = ""
        try:
            for made in (self.archive, self.items, self.indexes, self.runs):
                made.mkdir(parents=True, exist_ok=True)
            self._lock()
        except OSError as error:
            raise CollectionError(
                f"{folder} cannot be written: {error}", EXIT_UNWRITABLE
            ) from error
        try:
            self.ledger = Ledger(folder / "ledger.sqlite")
            self._belong_to(mirror)
        except LedgerError as error:
            self._unlock()
            raise CollectionError(str(error), EXIT_UNWRITABLE) from error
        except CollectionError:
            self._unlock()
            raise

    def _lock(self) -> None:
        """Take the lock, which the kernel lets go of when the process ends, however it ends."""
        self._lock_file = filelock.UnixFileLock(self.folder / ".lock")
        self._holder = self.folder / ".lock-holder"
        try:
            self._lock_file.acquire(timeout=0)
        except filelock.Timeout:
            try:
                holder = self._holder.read_text("utf-8")
            except OSError:
                holder = "another process"
            raise CollectionError(
                f'collection "{self.name}" is locked by {holder}', EXIT_LOCKED
            ) from None
        self._holder.write_text(f"pid {os.getpid()}", "utf-8")

    def _unlock(self) -> None:
        self._holder.unlink(missing_ok=True)
        self._lock_file.release()

    def _belong_to(self, mirror: str | None) -> None:
        known = self.ledger.get("mirror")
        if known is None:
            if mirror is not None:
                self.ledger.put("mirror", mirror)
                self.ledger.commit()
        elif mirror is not None and known != mirror:
            self.ledger.close()
            raise CollectionError(
                f'collection "{self.name}" is of the mirror {known}, not of {mirror}; '
                "give another one with -a collection=NAME",
                EXIT_USAGE,
            )

    def start_run(self, spider: str) -> str:
        """Begin a run: its id is its UTC start, moved on where that second is taken."""
        started = self.now().replace(microsecond=0)
        while self.ledger.has_run(run := started.strftime("%Y%m%dT%H%M%SZ")) or any(
            self.runs.glob(f"{run}*")
        ):
            started += timedelta(seconds=1)
        self.run = run
        self.ledger.start_run(run, spider, started.strftime("%Y-%m-%dT%H:%M:%SZ"))
        self.ledger.commit()
        self._holder.write_text(f"run {run} (pid {os.getpid()})", "utf-8")
        return run

    def add_item(self, line: bytes) -> int:
        """Append one line of JSON, without its newline, to the items of this run.

        Gives the offset of its first byte.
        """
        if self._items_file is None:
            self._items_file = (self.items / f"{self.run}.jsonl").open("ab", buffering=1 << 18)
        offset = self._items_file.tell()
        self._items_file.write(line + b"\n")
        return offset

    def item_line(self, item: StoredItem) -> bytes:
        """The line of an item that was written before, in this run or an earlier one."""
        if item.run == self.run and self._items_file is not None:
            self._items_file.flush()
        with (self.items / f"{item.run}.jsonl").open("rb") as file:
            file.seek(item.offset)
            return file.read(item.length)

    def sync_items(self) -> None:
        """Put the items written so far on disk; call it after their records are there."""
        if self._items_file is not None:
            self._items_file.flush()
            os.fsync(self._items_file.fileno())

    def finish_run(self, summary: dict[str, Any], exit_status: int) -> Path:
        """Write the run's summary and close its items. The records are on disk before."""
        self.sync_items()
        if self._items_file is not None:
            self._items_file.close()
            self._items_file = None
        path = self.runs / f"{self.run}.json"
        write_atomically(path, json.dumps(summary, ensure_ascii=False, indent=1).encode() + b"\n")
        self.ledger.finish_run(self.run, self.now().strftime("%Y-%m-%dT%H:%M:%SZ"), exit_status)
        self.ledger.commit()
        return path

    def close(self) -> None:
        if self._items_file is not None:
            self._items_file.close()
            self._items_file = None
        self.ledger.close()
        self._unlock()

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
