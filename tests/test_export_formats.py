"""What is written, read back by the usual readers."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mirror.export import Columns, ExportError, Format, guess_format, json_schema, open_writer
from mirror.export.rows import Row, UniqueRow, VersionRow
from mirror.export.tables import cell
from mirror.items import Article
from tests.crawling import PROJECT
from tests.export_samples import BASE, FIRST, article, rows_of, write_run

COMPUTED = "=+-@＝＋－＠"
"""What a spreadsheet begins a formula with."""


def written(form: Format, rows: list[Row], *fields: str, bom: bool = False) -> bytes:
    """An export of rows, of all their fields or of some."""
    stream = io.BytesIO()
    columns = Columns(type(rows[0]), fields or None)
    writer = open_writer(form, stream, columns, bom=bom)
    for row in rows:
        writer.write(row)
    writer.finish()
    return stream.getvalue()


def sample(tmp_path: Path, kind: str = "newest", **changes: Any) -> list[Row]:
    write_run(tmp_path, FIRST, article("n1", "a", **changes), article("n1", "b", **changes))
    return rows_of(tmp_path, kind=kind)


# --- JSON Lines ----------------------------------------------------------------------------------


def test_a_row_is_the_item_with_what_is_joined_to_it(tmp_path: Path) -> None:
    lines = written(Format.JSONL, sample(tmp_path)).split(b"\n")
    items = (tmp_path / "items" / f"{FIRST}.jsonl").read_bytes().split(b"\n")
    assert lines[0] == items[0][:-1] + b',"channel_title":"","deleted":null}'
    assert lines[2] == b""


def test_keys_of_each_kind_of_export(tmp_path: Path) -> None:
    joined = {
        "newest": ["channel_title", "deleted"],
        "unique": ["channel_title", "deleted", "also_at"],
        "versions": [
            *("channel_title", "deleted"),
            *("version", "versions", "changed_fields", "text_diff"),
        ],
    }
    for kind, names in joined.items():
        row = json.loads(written(Format.JSONL, sample(tmp_path, kind)).split(b"\n")[0])
        assert list(row) == [*Article.__dataclass_fields__, *names]


def test_fields_in_the_order_asked_for(tmp_path: Path) -> None:
    rows = sample(tmp_path, "unique")
    line = written(Format.JSONL, rows, "also_at", "id", "capture.warc", "git.commit").split(b"\n")[
        0
    ]
    assert json.loads(line) == {
        "also_at": [f"{BASE}/b/n1.md"],
        "id": "n1",
        "capture.warc": f"test-{FIRST}-00001.warc.gz",
        "git.commit": None,
    }
    assert line.startswith(b'{"also_at":')


@pytest.mark.parametrize("fields", [["nope"], ["capture.nope"], ["title.x"], ["id", "id"], [""]])
def test_fields_that_do_not_exist_are_refused(fields: list[str]) -> None:
    with pytest.raises(ExportError, match="field"):
        Columns(Row, fields)


def test_fields_of_another_kind_of_export_are_refused() -> None:
    Columns(UniqueRow, ["also_at"])
    with pytest.raises(ExportError, match="there are: id, mirror"):
        Columns(VersionRow, ["also_at"])


def test_gzip_holds_the_same_lines_and_is_the_same_each_time(tmp_path: Path) -> None:
    rows = sample(tmp_path)
    packed = written(Format.JSONL_GZ, rows)
    assert gzip.decompress(packed) == written(Format.JSONL, rows)
    assert packed == written(Format.JSONL_GZ, rows)
    assert packed[4:8] == bytes(4)  # no time
    assert not packed[3]  # no name


# --- CSV -----------------------------------------------------------------------------------------


def read_cell(text: str) -> str:
    """What the documentation tells readers to do."""
    return text.removeprefix("'")


def read_list(text: str) -> list[str]:
    """What the documentation tells readers to do."""
    text = read_cell(text)
    if text.startswith("["):
        loaded: list[str] = json.loads(text)
        return loaded
    return text.split("; ") if text else []


def table(data: bytes, encoding: str = "utf-8") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(encoding), newline="")))


def test_csv_has_a_head_and_a_line_a_row(tmp_path: Path) -> None:
    rows = sample(tmp_path, "unique", byline='含,逗号与"引号"', published=None)
    data = written(Format.CSV, rows)
    (row,) = table(data)
    assert list(row) == [*Article.__dataclass_fields__, "channel_title", "deleted", "also_at"]
    assert row["byline"] == '含,逗号与"引号"'
    assert row["published"] == ""
    assert row["text"] == "第一段。\n\n第二段。"
    assert row["reporters"] == "林禾; 周砚"
    assert row["also_at"] == f"{BASE}/b/n1.md"
    assert json.loads(row["capture"])["status"] == 200
    assert json.loads(row["links"])[0]["kind"] == "external"
    assert row["git"] == ""
    assert data.startswith(b"id,mirror,")
    assert data.endswith(b"\r\n")


def test_a_byte_order_mark_on_request(tmp_path: Path) -> None:
    rows = sample(tmp_path)
    plain, marked = written(Format.CSV, rows), written(Format.CSV, rows, bom=True)
    assert marked == b"\xef\xbb\xbf" + plain
    assert table(marked, "utf-8-sig") == table(plain)


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://evil.example","x")',
        "+1+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1",
        "\u3000=1",
        "\u00a0=1",
        "＝1",
        "＠x",
        "\tx",
    ],
)
def test_no_cell_is_a_formula(tmp_path: Path, text: str) -> None:
    rows = sample(tmp_path, title=text, reporters=[text], tags=[text, "x"])
    for name in ("title", "reporters", "tags"):
        value = table(written(Format.CSV, rows, name))[0][name]
        assert value.startswith("'")
        assert (read_cell(value) if name == "title" else read_list(value)[0]) == text


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_cell_is_read_back_as_it_was_and_never_computed(text: str) -> None:
    value = cell(text)
    assert read_cell(value) == text
    assert not value.lstrip().startswith(tuple(COMPUTED))


TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.lists(TEXTS | st.text("; ['=\"a")))
@example([""])
@example(["a; b"])
@example(["a;", "b"])
@example(["[a]", "b"])
@example(["'[a"])
def test_a_list_is_read_back_as_it_was_and_never_computed(texts: list[str]) -> None:
    value = cell(texts)
    assert read_list(value) == texts
    assert not value.lstrip().startswith(tuple(COMPUTED))


# --- Parquet -------------------------------------------------------------------------------------


def test_parquet_is_typed_and_nested(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = sample(tmp_path, "versions")
    read = parquet.read_table(io.BytesIO(written(Format.PARQUET, rows)))
    types = {field.name: field.type for field in read.schema}
    assert list(types) == list(VersionRow.__dataclass_fields__)
    assert types["published"] == arrow.date32()
    assert types["version"] == arrow.int64()
    assert types["capture"].field("date").type == arrow.timestamp("ms", tz="UTC")
    assert types["capture"].field("offset").type == arrow.int64()
    assert types["links"].value_type.field("kind").type == arrow.string()
    assert types["images"].value_type.field("featured").type == arrow.bool_()
    assert types["git"].field("commit").type == arrow.string()
    lines = written(Format.JSONL, rows).decode().splitlines()
    assert json.loads(json.dumps(read.to_pylist(), default=_plain)) == [
        json.loads(line) for line in lines
    ]


def _plain(value: Any) -> str:
    return str(value.isoformat()).replace("+00:00", "Z")


def test_parquet_of_some_fields_and_of_no_rows(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = sample(tmp_path)
    read = parquet.read_table(
        io.BytesIO(written(Format.PARQUET, rows, "git.commit", "capture.date"))
    )
    assert read.schema.names == ["git.commit", "capture.date"]
    assert read.column(0).to_pylist() == [None, None]
    stream = io.BytesIO()
    open_writer(Format.PARQUET, stream, Columns(Row)).finish()
    assert parquet.read_table(stream).num_rows == 0


def test_parquet_is_written_in_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr("mirror.export.parquet.GROUP_CHARACTERS", 50)
    write_run(tmp_path, FIRST, *(article(f"n{number}") for number in range(7)))
    data = written(Format.PARQUET, rows_of(tmp_path))
    groups = parquet.ParquetFile(io.BytesIO(data)).metadata
    assert groups.num_rows == 7
    assert groups.num_row_groups > 2


def test_without_pyarrow_parquet_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(ExportError, match="pip install pyarrow"):
        open_writer(Format.PARQUET, io.BytesIO(), Columns(Row))


# --- names and schema ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("a.jsonl", Format.JSONL),
        ("a.b.jsonl.gz", Format.JSONL_GZ),
        ("A.CSV", Format.CSV),
        ("a.parquet", Format.PARQUET),
    ],
)
def test_a_format_is_told_by_the_name_of_the_file(name: str, form: Format) -> None:
    assert guess_format(Path("out.jsonl") / name) is form


@pytest.mark.parametrize("name", ["a", "a.gz", "a.csv.gz", "jsonl", "a.jsonl.bz2"])
def test_a_name_that_tells_no_format_is_refused(name: str) -> None:
    with pytest.raises(ExportError, match="--format jsonl"):
        guess_format(Path(name))


def test_the_published_schema_is_that_of_the_rows() -> None:
    published = json.loads((PROJECT / "docs" / "export.schema.json").read_text("utf-8"))
    assert published == json_schema()
    row = published["$defs"]["Row"]
    article_schema = json.loads((PROJECT / "docs" / "article.schema.json").read_text("utf-8"))
    item = article_schema["$defs"]["Article"]
    assert row["required"] == [*item["required"], "channel_title", "deleted"]
    assert row["properties"] == item["properties"] | {
        name: row["properties"][name]
        for name in (
            *("channel_title", "deleted", "also_at"),
            *("version", "versions", "changed_fields", "text_diff"),
        )
    }
    assert row["additionalProperties"] is False
