"""The forms in which rows are written."""

from __future__ import annotations

import io
from enum import StrEnum
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast

from isal import igzip

from mirror.export.errors import ExportError
from mirror.export.parquet import ParquetWriter, load_pyarrow
from mirror.export.tables import CsvWriter

if TYPE_CHECKING:
    from pathlib import Path

    from mirror.export.rows import Columns, Row

GZIP_LEVEL = 2
GZIP_BUFFER = 1 << 18


class Format(StrEnum):
    JSONL = "jsonl"
    JSONL_GZ = "jsonl.gz"
    CSV = "csv"
    PARQUET = "parquet"

    @property
    def is_text(self) -> bool:
        """Whether it may be shown on a terminal."""
        return self in (Format.JSONL, Format.CSV)


class Writer(Protocol):
    """Writes rows to a stream that somebody else opens and closes."""

    def write(self, row: Row) -> None: ...

    def finish(self) -> None:
        """Write what is still due; nothing can be written after it."""


def guess_format(path: Path | None) -> Format:
    """The format that a file's name ends in; JSON Lines for standard output.

    :raises ExportError: the name tells nothing.
    """
    if path is None:
        return Format.JSONL
    for ending in (Format.JSONL_GZ, Format.JSONL, Format.CSV, Format.PARQUET):
        if path.name.lower().endswith(f".{ending}"):
            return ending
    raise ExportError(f"{path.name!r} does not end in a format; give --format {'|'.join(Format)}")


def check_available(form: Format) -> None:
    """Find out before hours of work whether a format can be written here.

    :raises ExportError: a package that it needs is not installed.
    """
    if form is Format.PARQUET:
        load_pyarrow()


def open_writer(form: Format, stream: BinaryIO, columns: Columns, *, bom: bool = False) -> Writer:
    """A writer of that format.

    :param bom: whether a CSV file begins with the mark by which spreadsheets know UTF-8.
    :raises ExportError: a package that the format needs is not installed.
    """
    if form is Format.CSV:
        return CsvWriter(stream, columns, bom=bom)
    if form is Format.PARQUET:
        return ParquetWriter(stream, columns)
    if form is Format.JSONL_GZ:
        return GzipLinesWriter(stream, columns)
    return LinesWriter(stream, columns)


class LinesWriter:
    """JSON Lines: an object a line, UTF-8, keys in the order of the columns."""

    def __init__(self, stream: BinaryIO, columns: Columns) -> None:
        self._stream = stream
        self._columns = columns

    def write(self, row: Row) -> None:
        self._stream.write(self._columns.json(row))
        self._stream.write(b"\n")

    def finish(self) -> None:
        """Nothing is due."""


class GzipLinesWriter(LinesWriter):
    """JSON Lines in one gzip member without name or time: the same rows are the same bytes."""

    def __init__(self, stream: BinaryIO, columns: Columns) -> None:
        gzip = igzip.IGzipFile("", "wb", GZIP_LEVEL, stream, 0)  # type: ignore[no-untyped-call]
        self._buffer = io.BufferedWriter(cast("io.RawIOBase", gzip), GZIP_BUFFER)
        super().__init__(self._buffer, columns)

    def finish(self) -> None:
        self._buffer.close()
