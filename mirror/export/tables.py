"""Rows as CSV (RFC 4180) that a spreadsheet opens without running any of it."""

from __future__ import annotations

import codecs
import csv
import io
import re
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

if TYPE_CHECKING:
    from mirror.export.rows import Columns, Row

SEPARATOR = "; "
"""Between the texts of a list."""

# What a spreadsheet takes for a formula (OWASP, CSV Injection), full-width forms included, which
# it does in East Asian locales; also after white space, which some take away first.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n']")


class CsvWriter:
    """A head of column names, then a line a row; UTF-8, lines end in CR LF."""

    def __init__(self, stream: BinaryIO, columns: Columns, *, bom: bool = False) -> None:
        if bom:
            stream.write(codecs.BOM_UTF8)
        self._text = io.TextIOWrapper(stream, "utf-8", newline="", write_through=False)
        self._lines = csv.writer(self._text)
        self._columns = columns
        self._lines.writerow(column.name for column in columns.columns)

    def write(self, row: Row) -> None:
        self._lines.writerow([cell(value) for value in self._columns.values(row)])

    def finish(self) -> None:
        self._text.flush()
        self._text.detach()


def cell(value: Any) -> str:
    """A value as the text of a cell.

    ``None`` is empty. Texts of a list stand between ``; ``, unless one of them has a semicolon,
    begins with ``[`` or is empty: then, as for every object and list of objects, it is JSON.
    An apostrophe stands before what a spreadsheet would compute, and before an apostrophe: to
    read a cell back, take one away at its beginning.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        text = value
    elif isinstance(value, list) and all(isinstance(each, str) for each in value):
        text = _joined(value)
    elif isinstance(value, int):
        return str(value)
    else:
        text = msgspec.json.encode(value).decode()
    return f"'{text}" if _FORMULA.match(text) else text


def _joined(texts: list[str]) -> str:
    if any(not text or ";" in text or text.startswith("[") for text in texts):
        return msgspec.json.encode(texts).decode()
    return SEPARATOR.join(texts)
