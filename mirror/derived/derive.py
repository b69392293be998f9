"""Bringing a collection's derived files up to date with its items.

What there is to make is the difference between the states of articles in ``items/`` and those in
the catalogue; where renderer, tables or exclusion list are others than the catalogue was made
with, everything is made anew. A crash, wherever it comes, leaves what was there before: pages are
appended to WARC files, the index is replaced, then the catalogue; each step leaves the earlier
catalogue's pages where they are.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import filelock

from mirror import exclusions, warc
from mirror.collection import EXIT_LOCKED, CollectionError, utc_now
from mirror.derived.excluded_pictures import excluded_pictures
from mirror.derived.layout import FORMAT, SCHEMA, derived_of
from mirror.derived.pages import DateTaken, PageWriter
from mirror.derived.tables import Tables
from mirror.export.catalogue import Catalogue
from mirror.export.lines import LineReader, run_files
from mirror.export.selection import Selection
from mirror.export.titles import channel_titles
from mirror.items import InvalidItem, decode
from mirror.render.page import RENDERER
from mirror.warc.warcfile import sync_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from mirror.derived.layout import Derived
    from mirror.export.lines import RunFile
    from mirror.items import Article

__all__ = ["DateTaken", "Outcome", "derive"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done."""

    made: int
    """Readable pages written."""
    pages: int
    """Article pages in the catalogue."""
    states: int
    """Readable pages in the catalogue."""
    faults: int
    """Lines of ``items/`` that are no items and were left out."""
    anew: bool
    """Whether everything was made again."""


def derive(
    folder: Path,
    *,
    anew: bool = False,
    now: Callable[[], datetime] = utc_now,
    advance: Callable[[int, int], object] = lambda done, total: None,
) -> Outcome:
    """Bring ``derived/`` of the collection in `folder` up to date.

    Nothing else of the collection is written to, and its lock is not needed: what a crawl writes
    meanwhile is for the next time.

    :param anew: make everything again, also what is there.
    :param advance: is told how many readable pages of how many are made.
    :raises CollectionError: another process is at it.
    :raises ExclusionError: the exclusion list cannot be read.
    :raises OSError, sqlite3.Error: something cannot be read or written; what was there is whole.
    """
    derived = derived_of(folder)
    derived.index.parent.mkdir(parents=True, exist_ok=True)
    with _alone(derived):
        excluded = exclusions.of_collection(folder)
        files = run_files(folder / "items")
        basis = _basis(files, excluded)
        old = None if anew else _usable(derived, basis)
        if old == basis:
            return _counted(derived)
        return _Derivation(folder, derived, files, excluded, basis, now).run(
            None if old is None else derived.catalogue, advance
        )


class _Derivation:
    def __init__(
        self,
        folder: Path,
        derived: Derived,
        files: list[RunFile],
        excluded: exclusions.Exclusions,
        basis: dict[str, str],
        now: Callable[[], datetime],
    ) -> None:
        self.folder = folder
        self.derived = derived
        self.files = files
        self.excluded = excluded
        self.basis = basis
        self.now = now

    def run(self, start: Path | None, advance: Callable[[int, int], object]) -> Outcome:
        """Make the difference to the catalogue `start`; to nothing, where there is none."""
        partial = self.derived.catalogue.with_name(".catalogue.partial")
        try:
            partial.unlink(missing_ok=True)
            if start is not None:
                shutil.copyfile(start, partial)
            with closing(sqlite3.connect(partial, isolation_level=None)) as connection:
                connection.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;")
                if start is None:
                    connection.executescript(SCHEMA)
                connection.execute("BEGIN")
                tables = Tables(connection)
                outcome = self._fill(tables, start is None, advance)
                connection.execute("COMMIT")
                warc.write_index(tables.index(), self.derived.index)
                used = tables.warcs()
            _put_on_disk(partial)
            partial.replace(self.derived.catalogue)
            sync_folder(self.derived.folder)
        finally:
            with suppress(OSError):
                partial.unlink(missing_ok=True)
        self._sweep(used)
        return outcome

    def _fill(self, tables: Tables, anew: bool, advance: Callable[[int, int], object]) -> Outcome:
        with Catalogue(self.files) as catalogue, LineReader(self.files) as lines:
            catalogue.read(self.excluded, lambda _: None)
            catalogue.select(Selection())
            tables.want(
                (self.files[place.file].run, place.file, place.offset, place.length, rank, page)
                for page, places in enumerate(catalogue.histories())
                for rank, place in enumerate(reversed(places))
            )
            tables.drop_unwanted()
            excluded = list(catalogue.excluded_urls())
            tables.put_excluded([*excluded, *excluded_pictures(self.files, excluded)])
            made = self._write_pages(tables, lines, anew, advance)
            for run, file, offset, length in tables.unlisted():
                article = _article(lines, file, offset, length)
                if article is not None:
                    tables.list_page(article, run, offset, length)
            tables.put_meta(self.basis)
            return Outcome(
                made, tables.pages(), tables.states(), catalogue.faults.count + tables.faults, anew
            )

    def _write_pages(
        self,
        tables: Tables,
        lines: LineReader,
        anew: bool,
        advance: Callable[[int, int], object],
    ) -> int:
        titles = channel_titles(self.folder)
        tables.put_channels(titles)
        total = tables.missing_count()
        if not total:
            return 0
        made = 0
        with PageWriter(self.derived, resume=not anew, now=self.now) as writer:
            for run, file, offset, length in tables.missing():
                article = _article(lines, file, offset, length)
                if article is None or article.capture is None:
                    tables.faults += 1
                    continue
                page = writer.write(article, titles.get(article.channel, ""), tables.is_taken)
                tables.add_version(run, offset, length, page)
                made += 1
                advance(made, total)
        return made

    def _sweep(self, used: set[str]) -> None:
        """Remove the pages that no catalogue names any more."""
        for path in self.derived.archive.glob("*.warc.gz"):
            if path.name not in used:
                path.unlink(missing_ok=True)


def _article(lines: LineReader, file: int, offset: int, length: int) -> Article | None:
    try:
        return decode(lines.read(file, offset, length))
    except (InvalidItem, OSError):
        return None


def _basis(files: list[RunFile], excluded: exclusions.Exclusions) -> dict[str, str]:
    """What a catalogue is made of; one of the same basis is up to date."""
    return {
        "format": FORMAT,
        "renderer": RENDERER,
        "exclusions": hashlib.sha256(repr(excluded_key(excluded)).encode()).hexdigest(),
        "items": json.dumps([[file.path.name, file.size] for file in files]),
    }


def excluded_key(excluded: exclusions.Exclusions) -> tuple[list[str], ...]:
    """An exclusion list as a value that is the same in every process."""
    return (
        sorted(excluded.ids),
        sorted(excluded.id_prefixes),
        sorted(excluded.urls),
        sorted(excluded.url_prefixes),
    )


def _usable(derived: Derived, basis: dict[str, str]) -> dict[str, str] | None:
    """The basis of the catalogue that is there, if it can be added to; ``None``: begin anew."""
    try:
        with closing(_reading(derived)) as connection:
            meta = dict(connection.execute("SELECT key, value FROM meta"))
            warcs = [name for (name,) in connection.execute("SELECT DISTINCT warc FROM version")]
    except (sqlite3.Error, OSError):
        return None
    if any(meta.get(key) != basis[key] for key in ("format", "renderer", "exclusions")):
        return None
    if not derived.index.is_file() or not all((derived.archive / n).is_file() for n in warcs):
        return None
    return {key: meta.get(key, "") for key in basis}


def _counted(derived: Derived) -> Outcome:
    with closing(_reading(derived)) as connection:
        tables = Tables(connection)
        return Outcome(0, tables.pages(), tables.states(), 0, anew=False)


def _reading(derived: Derived) -> sqlite3.Connection:
    uri = f"{derived.catalogue.resolve().as_uri()}?mode=ro&immutable=1"
    return sqlite3.connect(uri, uri=True)


def _put_on_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _alone(derived: Derived) -> Iterator[None]:
    """Keep other processes from the derived files; the kernel lets go when the process ends.

    :raises CollectionError: another one has them.
    """
    lock = filelock.UnixFileLock(derived.folder / ".lock")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        raise CollectionError(
            f"another process is making the readable pages of {derived.collection!r}", EXIT_LOCKED
        ) from None
    try:
        yield
    finally:
        lock.release()
