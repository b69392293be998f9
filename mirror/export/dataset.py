"""The rows of an export, in the order of their addresses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Self

from mirror.exclusions import Exclusions
from mirror.export.catalogue import Catalogue
from mirror.export.changes import text_diff
from mirror.export.deletions import deletions
from mirror.export.errors import ExportError, Fault, Faults, UnreadableCollection
from mirror.export.lines import LineReader, run_files
from mirror.export.rows import Row, RowReader, UniqueRow, VersionRow
from mirror.export.selection import Selection
from mirror.export.titles import channel_titles
from mirror.items import InvalidItem, changed_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mirror.export.catalogue import Place
    from mirror.export.rows import RowT

Kind = Literal["newest", "unique", "versions"]

SHAPES: dict[Kind, type[Row]] = {"newest": Row, "unique": UniqueRow, "versions": VersionRow}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked of a collection."""

    kind: Kind = "newest"
    """``newest``: the newest state of each page; ``unique``: of each article, once; ``versions``:
    every state of each page."""
    selection: Selection = field(default_factory=Selection)
    exclusions: Exclusions = field(default_factory=Exclusions)

    @property
    def shape(self) -> type[Row]:
        return SHAPES[self.kind]


class DataSet:
    """The rows of one collection; :meth:`read` first, then :meth:`rows`.

    :param folder: of the collection. Nothing is written to it, and no lock is taken: what a crawl
        writes meanwhile is not part of the export.
    :raises ExportError: there is no run of the name that the selection gives.
    :raises UnreadableCollection: the items cannot be read.
    """

    def __init__(self, folder: Path, request: Request) -> None:
        self.folder = folder
        self.request = request
        try:
            self._files = run_files(folder / "items")
        except OSError as error:
            raise UnreadableCollection(str(error)) from error
        self._check_run(request.selection.changed_since)
        self._catalogue = Catalogue(self._files)

    def _check_run(self, run: str | None) -> None:
        if run is None:
            return
        # A run that found nothing new has a summary and no items; one that was killed, the reverse.
        runs = {path.stem for path in (self.folder / "runs").glob("[!.]*.json")}
        runs.update(file.run for file in self._files)
        if run not in runs:
            newest = sorted(runs)[-5:]
            raise ExportError(
                f"the collection has no run {run!r}; the newest: {', '.join(newest) or 'none'}"
            )

    def close(self) -> None:
        self._catalogue.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def size(self) -> int:
        """Bytes that :meth:`read` will read."""
        return sum(file.size for file in self._files)

    @property
    def faults(self) -> Faults:
        """Lines that had to be left out, as far as they were met."""
        return self._catalogue.faults

    @property
    def excluded(self) -> int:
        """Number of pages that are left out because they are on an exclusion list."""
        return self._catalogue.excluded()

    def read(self, advance: Callable[[int], object] = lambda _: None) -> None:
        """Find out what there is, and what of it is wanted.

        :param advance: is told of bytes that were read.
        :raises ExportError: the selection names a channel or layout that does not exist.
        :raises UnreadableCollection: the items cannot be read.
        """
        catalogue, selection = self._catalogue, self.request.selection
        try:
            catalogue.read(self.request.exclusions, advance)
        except OSError as error:
            raise UnreadableCollection(str(error)) from error
        selection.check_names(catalogue.channels, catalogue.layouts)
        catalogue.select(selection)

    def count(self) -> int:
        """Number of wanted articles, or pages; of versions there may be more."""
        if self.request.kind == "unique":
            return self._catalogue.articles()
        return self._catalogue.wanted()

    def rows(self) -> Iterator[list[Row]]:
        """The rows of each article, or page, in order of URL; of versions, oldest first."""
        titles, gone = channel_titles(self.folder), deletions(self.folder)
        with LineReader(self._files) as lines:
            for rows in self._groups(lines):
                for row in rows:
                    row.channel_title = titles.get(row.channel, "")
                    row.deleted = gone.get(row.url)
                if rows:
                    yield rows

    def _groups(self, lines: LineReader) -> Iterator[list[Row]]:
        if self.request.kind == "unique":
            unique = RowReader(UniqueRow)
            for copy in self._catalogue.copies():
                row = self._row(lines, copy.place, unique)
                if row is not None:
                    row.also_at = copy.also_at
                    yield [row]
        elif self.request.kind == "versions":
            version = RowReader(VersionRow)
            for places in self._catalogue.histories():
                found = (self._row(lines, place, version) for place in places)
                yield list(_compared([each for each in found if each is not None]))
        else:
            plain = RowReader(Row)
            for place in self._catalogue.newest():
                newest = self._row(lines, place, plain)
                yield [newest] if newest is not None else []

    def _row(self, lines: LineReader, place: Place, reader: RowReader[RowT]) -> RowT | None:
        try:
            return reader.read(lines.read(place.file, place.offset, place.length))
        except (InvalidItem, OSError) as error:
            name = self._files[place.file].path.name
            self.faults.add(Fault(name, place.offset, str(error)))
            return None


def _compared(rows: list[VersionRow]) -> Iterator[Row]:
    """The versions of a page, each with what changed since the one before."""
    before: VersionRow | None = None
    for number, row in enumerate(rows, 1):
        row.version, row.versions = number, len(rows)
        if before is not None:
            row.changed_fields = changed_fields(before, row)
            row.text_diff = text_diff(before.text, row.text)
        yield row
        before = row
