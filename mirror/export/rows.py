"""A row of an export: an article, with what is joined to it.

The dataclasses are the only source of the published schema, as :mod:`mirror.items` is of an item's.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar, get_args, get_type_hints

import msgspec

from mirror import items
from mirror.export.errors import ExportError
from mirror.items import Article, InvalidItem

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(slots=True)
class Row(Article):
    """The newest state of a page."""

    channel_title: str = ""
    """Of the channel, as its index gives it; ``""`` where it is not known."""
    deleted: items.UtcTime | None = None
    """When the page was deleted from the mirror's repository; ``None`` while it is there, and where
    nobody knows, as of a mirror that was only crawled over HTTP."""


@dataclass(slots=True)
class UniqueRow(Row):
    """An article, once for all the pages that hold it."""

    also_at: list[items.WebUrl] = field(default_factory=list)
    """``url`` of the other pages."""


@dataclass(slots=True)
class VersionRow(Row):
    """One of the states that a page was in."""

    version: int = 0
    """1 for the oldest."""
    versions: int = 0
    """How many there are of this page."""
    changed_fields: list[str] = field(default_factory=list)
    """Keys that differ from the version before; none in the first."""
    text_diff: str = ""
    """What changed in ``text``: a unified diff, one paragraph a line."""


RowT = TypeVar("RowT", bound=Row)


class RowReader(Generic[RowT]):
    """Reads articles from their lines of JSON, as rows to which nothing is joined yet."""

    def __init__(self, shape: type[RowT]) -> None:
        self._decoder = msgspec.json.Decoder(shape)

    def read(self, line: bytes) -> RowT:
        """The row of one line.

        :raises InvalidItem: the line is no article, does not fit the published schema, or has a
            date that is in no calendar.
        """
        try:
            row = self._decoder.decode(line)
            for day in (row.published, row.dateline_date, row.url_date):
                if day is not None:
                    date.fromisoformat(day)
            if row.capture is not None:
                datetime.fromisoformat(row.capture.date)
            if row.git is not None:
                datetime.fromisoformat(row.git.committed_at)
        except (msgspec.DecodeError, ValueError) as error:
            raise InvalidItem(str(error)) from error
        return row


@dataclass(frozen=True, slots=True)
class Column:
    """One value of a row.

    :ivar name: a key, or ``key.key`` for one of an object's own.
    :ivar type: as annotated in the dataclasses, ``Annotated`` included.
    """

    name: str
    type: Any

    def of(self, row: Row) -> Any:
        """Its value; ``None`` where the object is not there."""
        value: Any = row
        for part in self.name.split("."):
            value = None if value is None else getattr(value, part)
        return value


class Columns:
    """What is written of a row, in this order.

    :param names: ``None`` for all that there are.
    :raises ExportError: a name does not exist, or stands twice.
    """

    def __init__(self, shape: type[Row], names: Sequence[str] | None = None) -> None:
        there = _columns(shape)
        self.shape = shape
        self.complete = names is None
        asked = [each.name for each in fields(shape)] if names is None else names
        if missing := [name for name in asked if name not in there]:
            raise ExportError(
                f"there is no field {', '.join(map(repr, missing))}; there are: {', '.join(there)}"
            )
        if len(set(asked)) < len(asked):
            raise ExportError("a field is named twice")
        self.columns = [there[name] for name in asked]

    def values(self, row: Row) -> list[Any]:
        return [column.of(row) for column in self.columns]

    def json(self, row: Row) -> bytes:
        """A row as one line of JSON without its newline, UTF-8."""
        if self.complete:
            return msgspec.json.encode(row)
        return msgspec.json.encode({column.name: column.of(row) for column in self.columns})


def _columns(shape: type[Row]) -> dict[str, Column]:
    found: dict[str, Column] = {}
    for name, kind in get_type_hints(shape, include_extras=True).items():
        found[name] = Column(name, kind)
        part = next((each for each in get_args(kind) if is_dataclass(each)), None)
        if part is not None and type(None) in get_args(kind):
            hints = get_type_hints(part, include_extras=True)
            found |= {f"{name}.{key}": Column(f"{name}.{key}", hints[key]) for key in hints}
    return found


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a row with all its fields: an item's, and what is joined."""
    schema = items.json_schema()
    article = schema["$defs"].pop("Article")
    row = {**article, "title": "Row", "properties": dict(article["properties"])}
    for shape in (Row, UniqueRow, VersionRow):
        properties = msgspec.json.schema(shape)["$defs"][shape.__name__]["properties"]
        for name in (each.name for each in fields(shape) if each.name not in row["properties"]):
            row["properties"][name] = {
                key: value for key, value in properties[name].items() if key != "default"
            }
    row["required"] = [each.name for each in fields(Row)]
    row["description"] = (
        "also_at stands in exports with --unique original only; version, versions, "
        "changed_fields and text_diff in those with --versions only."
    )
    return {**schema, "$ref": "#/$defs/Row", "$defs": {**schema["$defs"], "Row": row}}
