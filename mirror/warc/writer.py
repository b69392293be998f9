"""Writing records into the WARC files of one folder."""

from __future__ import annotations

import logging
import re
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from isal import igzip_lib

from mirror.warc.builders import warcinfo
from mirror.warc.location import Location
from mirror.warc.recovery import DamagedWithin, cut_torn_tail
from mirror.warc.warcfile import WarcFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from mirror.warc.record import Record

logger = logging.getLogger(__name__)

DEFAULT_MAX_SIZE = 1_000_000_000
DEFAULT_RESUME_SIZE = 64_000_000
"""Each run tells the SHA-256 of the files that it wrote to, and has to read all of them for it: a
tenth of a second at this size. A year of hourly runs without news adds 40 MB."""
DEFAULT_LEVEL = 2
"""isal's second level: against zlib's sixth about five times as fast and 7 % larger on Markdown
pages of 8 kB (``benchmarks/compression.py``); its third wins 1 % for a fifth of the speed."""

_PREFIX = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,149}")


def gzip_member(record: Record, level: int = DEFAULT_LEVEL) -> bytes:
    """A record as it stands in a file: in a gzip member of its own (WARC 1.1 annex D)."""
    return bytes(igzip_lib.compress(record.to_bytes(), level, igzip_lib.COMP_GZIP))


class WarcWriter:
    """Writes records into ``<prefix>-<YYYYMMDDhhmmss>-<serial>.warc.gz``, one gzip member each.

    It goes on in its file while that is of this month (UTC) and smaller than `max_size`, and begins
    a new one else. So do runs that follow each other, but that a file of `resume_size` is left
    alone: what a run costs that has little to write must not depend on what is there. Each run's
    `info` is written as
    a ``warcinfo`` record where the run begins in a file, and the records after it name that one:
    WARC 1.1 §6.2 lets ``warcinfo`` stand anywhere, for all that follows up to the next.

    A newest file that a crash left torn is first cut back to whole records; one that is damaged
    within is left as it is, and a new one begun. The caller sees to it
    that one writer at a time works on a prefix. Methods may be called from any thread.

    :param folder: made if missing.
    :param info: fields of the ``warcinfo`` records; format and standard are added.
    :param now: the time, aware, for file names and ``warcinfo`` dates.
    :param level: of isal, 0 to 3.
    :param resume_size: bytes from which on a file that is there is not gone on in; 0 begins a new
        one in any case.
    :param whole: by file name, a length that is known to be whole records, as from a ledger's
        checkpoint: recovery need not read up to there.
    :raises ValueError: `prefix` cannot begin a file name.
    :raises OSError: a file cannot be opened, recovered or written.
    """

    def __init__(
        self,
        folder: Path,
        prefix: str,
        *,
        info: Mapping[str, str],
        now: Callable[[], datetime],
        max_size: int = DEFAULT_MAX_SIZE,
        level: int = DEFAULT_LEVEL,
        resume_size: int = DEFAULT_RESUME_SIZE,
        whole: Mapping[str, int] | None = None,
    ) -> None:
        if not _PREFIX.fullmatch(prefix):
            raise ValueError(f"not a prefix for WARC files: {prefix!r}")
        self._folder = folder
        self._prefix = prefix
        self._info = dict(info)
        self._now = now
        self._max_size = max_size
        self._level = level
        self._lock = threading.Lock()
        self._closed = False
        self._error: OSError | None = None
        folder.mkdir(parents=True, exist_ok=True)
        newest, self._serial = self._newest()
        if newest and not self._recover(newest, (whole or {}).get(newest.name)):
            newest = None
        size = newest.stat().st_size if newest else 0
        if newest and size < resume_size and self._has_room(newest, size):
            self._file = WarcFile(newest, new=False)
            self._begin_run()
        else:
            self._begin_file()

    @property
    def path(self) -> Path:
        """The file currently written."""
        return self._file.path

    @property
    def warcinfo_id(self) -> str:
        """``WARC-Record-ID`` of the ``warcinfo`` record that the next record will name."""
        return self._warcinfo_id

    def write(self, group: Sequence[Record]) -> list[Location]:
        """Append the records of one group to one file, each with its ``WARC-Warcinfo-ID``.

        Returns when the operating system has them; :meth:`sync` puts them on disk.

        :raises ValueError: a record is not fit to be written, or the writer is closed. Nothing of
            the group is written.
        :raises OSError: as when the disk is full. The file is cut back to the last whole group,
            and every later call fails with the same error.
        """
        with self._writing():
            if not self._has_room(self._file.path, self._file.size):
                self._rotate()
            return self._append(group)

    def sync(self) -> Location:
        """Put on disk what was written, and the names of new files.

        :returns: the place of the record to come: what stands before it is on disk.
        :raises ValueError: the writer is closed.
        :raises OSError: the disk failed; every later call fails with the same error.
        """
        with self._writing():
            self._file.sync()
            return Location(self._file.path.name, self._file.size, 0)

    def close(self) -> None:
        """Put everything on disk and close the file; a second call does nothing.

        :raises OSError: the disk failed. After an earlier error it is not tried.
        """
        with self._lock:
            if self._closed:
                return
            self._closed = True
            try:
                if self._error is None:
                    self._file.sync()
            finally:
                self._file.close()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One at a time, and none after an error: what the disk does next is not known."""
        with self._lock:
            if self._closed:
                raise ValueError(f"the writer of {self._file.path} is closed")
            if (error := self._error) is not None:
                raise OSError(error.errno, error.strerror, error.filename)
            try:
                yield
            except OSError as error:
                self._error = error
                raise

    def _newest(self) -> tuple[Path | None, int]:
        """The file with the highest serial, and that: the clock may have been set back since."""
        pattern = re.compile(re.escape(self._prefix) + r"-\d{14}-(\d{5,})\.warc\.gz", re.ASCII)
        found = [
            (int(name[1]), path)
            for path in self._folder.iterdir()
            if (name := pattern.fullmatch(path.name))
        ]
        serial, newest = max(found, default=(0, None))
        return newest, serial

    def _recover(self, path: Path, start: int | None) -> bool:
        """Leave whole records only; ``False`` if the file is not one to go on in."""
        try:
            cut = cut_torn_tail(path, start)
        except DamagedWithin as error:
            logger.error("%s; a new file is begun", error)
            return False
        if cut:
            logger.warning("cut %d bytes of a torn record off %s", cut, path)
        if path.stat().st_size == 0:
            path.unlink()
            return False
        return True

    def _has_room(self, path: Path, size: int) -> bool:
        stamp = path.name[len(self._prefix) + 1 :]
        return size < self._max_size and stamp.startswith(f"{self._utc():%Y%m}")

    def _utc(self) -> datetime:
        return self._now().astimezone(UTC)

    def _rotate(self) -> None:
        # On disk before the next file begins, so that only the newest file can ever be torn.
        self._file.sync()
        self._file.close()
        self._begin_file()

    def _begin_file(self) -> None:
        name = f"{self._prefix}-{self._utc():%Y%m%d%H%M%S}-{self._serial + 1:05}.warc.gz"
        self._file = WarcFile(self._folder / name, new=True)
        self._serial += 1
        self._begin_run()

    def _begin_run(self) -> None:
        date = f"{self._utc():%Y-%m-%dT%H:%M:%SZ}"
        record = warcinfo(self._info, filename=self._file.path.name, date=date)
        self._warcinfo_id = record.record_id
        try:
            self._append([record])
        except OSError:
            self._file.close()
            if self._file.size == 0:
                self._file.path.unlink(missing_ok=True)
            raise

    def _append(self, group: Sequence[Record]) -> list[Location]:
        locations: list[Location] = []
        members: list[bytes] = []
        end = self._file.size
        for record in group:
            member = gzip_member(record.with_warcinfo(self._warcinfo_id), self._level)
            members.append(member)
            locations.append(Location(self._file.path.name, end, len(member)))
            end += len(member)
        self._file.append(b"".join(members))
        return locations
