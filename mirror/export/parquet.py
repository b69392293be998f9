"""Rows as Parquet: typed and nested, a group of rows at a time."""

from __future__ import annotations

import importlib
from dataclasses import is_dataclass
from datetime import date, datetime
from types import NoneType, UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    BinaryIO,
    Literal,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from mirror.export.errors import ExportError
from mirror.items import IsoDate, UtcTime

if TYPE_CHECKING:
    from collections.abc import Callable

    from mirror.export.rows import Columns, Row

ZSTD_LEVEL = 3
"""A quarter smaller than at the level 1 that Arrow takes, for a second on 20,000 articles."""
GROUP_ROWS = 10_000
GROUP_CHARACTERS = 8_000_000
"""Of text and HTML. A group is in memory as Python values, then as columns, then compressed."""


class ParquetWriter:
    """A Parquet file, compressed with Zstandard; needs the package ``pyarrow``.

    Dates are ``date32``, times ``timestamp[ms, UTC]``, objects ``struct``, lists ``list``.

    :raises ExportError: pyarrow is not installed.
    """

    def __init__(self, stream: BinaryIO, columns: Columns) -> None:
        self._arrow, parquet = load_pyarrow()
        self._columns = columns
        self._converters = [_converter(column.type) for column in columns.columns]
        self._schema = self._arrow.schema(
            [_field(self._arrow, column.name, column.type) for column in columns.columns]
        )
        self._writer = parquet.ParquetWriter(
            stream, self._schema, compression="zstd", compression_level=ZSTD_LEVEL
        )
        self._values: list[list[Any]] = [[] for _ in columns.columns]
        self._rows = self._characters = 0

    def write(self, row: Row) -> None:
        for values, convert, value in zip(
            self._values, self._converters, self._columns.values(row), strict=True
        ):
            values.append(convert(value))
        self._rows += 1
        self._characters += len(row.text) + len(row.html)
        if self._rows >= GROUP_ROWS or self._characters >= GROUP_CHARACTERS:
            self._flush()

    def finish(self) -> None:
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if not self._rows:
            return
        arrays = [
            self._arrow.array(values, type=each.type)
            for values, each in zip(self._values, self._schema, strict=True)
        ]
        self._writer.write_table(self._arrow.Table.from_arrays(arrays, schema=self._schema))
        for values in self._values:
            values.clear()
        self._rows = self._characters = 0


def load_pyarrow() -> tuple[Any, Any]:
    """The modules ``pyarrow`` and ``pyarrow.parquet``; they have no annotations of their own.

    :raises ExportError: they are not installed.
    """
    try:
        return importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    except ImportError:
        raise ExportError(
            "Parquet needs the package pyarrow, which is not installed here: pip install pyarrow"
        ) from None


def _plain(kind: Any) -> tuple[Any, bool]:
    """A type without ``None``, and whether that was part of it."""
    if get_origin(kind) in (Union, UnionType):
        (inner,) = (each for each in get_args(kind) if each is not NoneType)
        return inner, True
    return kind, False


def _field(arrow: Any, name: str, kind: Any) -> Any:
    inner, optional = _plain(kind)
    # A value of an object that may be missing may be missing itself.
    return arrow.field(name, _type(arrow, inner), nullable=optional or "." in name)


def _type(arrow: Any, kind: Any) -> Any:
    """The Arrow type of a dataclass field's annotation."""
    if kind == IsoDate:
        return arrow.date32()
    if kind == UtcTime:
        return arrow.timestamp("ms", tz="UTC")
    if is_dataclass(kind):
        hints = get_type_hints(kind, include_extras=True)
        return arrow.struct([_field(arrow, name, part) for name, part in hints.items()])
    origin = get_origin(kind)
    if origin is Annotated:
        return _type(arrow, get_args(kind)[0])
    if origin is list:
        return arrow.list_(arrow.field("element", _type(arrow, get_args(kind)[0]), nullable=False))
    if kind is str or origin is Literal:
        return arrow.string()
    if kind is bool:
        return arrow.bool_()
    if kind is int:
        return arrow.int64()
    raise TypeError(f"no Arrow type for {kind!r}")


def _converter(kind: Any) -> Callable[[Any], Any]:
    """What makes of a row's value one that Arrow takes for that type."""
    inner, _ = _plain(kind)
    if inner == IsoDate:
        return lambda value: None if value is None else date.fromisoformat(value)
    if inner == UtcTime:
        return lambda value: None if value is None else datetime.fromisoformat(value)
    if is_dataclass(inner):
        hints = get_type_hints(inner, include_extras=True)
        parts = [(name, _converter(part)) for name, part in hints.items()]
        return lambda value: (
            None
            if value is None
            else {name: convert(getattr(value, name)) for name, convert in parts}
        )
    if get_origin(inner) is list:
        convert = _converter(get_args(inner)[0])
        return lambda value: [convert(each) for each in value]
    return lambda value: value
