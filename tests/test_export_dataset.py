"""Rows out of all runs: which line of a page counts, which articles are wanted, in what order."""

from __future__ import annotations

import os
import resource
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from mirror import exclusions
from mirror.export import DataSet, ExportError, Request, Selection
from mirror.export.changes import MOST_COMPARED, text_diff
from mirror.export.rows import UniqueRow, VersionRow
from mirror.items import GitRef, encode
from tests.export_samples import (
    BASE,
    FIRST,
    SECOND,
    THIRD,
    article,
    capture,
    rows_of,
    selected,
    write_run,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def test_an_article_that_changed_is_exported_once_as_it_is_now(tmp_path: Path) -> None:
    write_run(tmp_path, FIRST, article("n1"), article("n2"))
    write_run(tmp_path, SECOND, article("n1", run=SECOND, title="后来"))
    assert [(row.id, row.title) for row in rows_of(tmp_path)] == [("n1", "后来"), ("n2", "标题 n2")]


def test_rows_stand_in_the_order_of_their_addresses_whatever_run_found_them(
    tmp_path: Path,
) -> None:
    write_run(tmp_path, FIRST, article("n3"), article("n1", "b"))
    write_run(tmp_path, SECOND, article("n2", run=SECOND), article("n1", "a", run=SECOND))
    urls = [row.url for row in rows_of(tmp_path)]
    assert urls == sorted(urls)
    assert len(urls) == 4


def test_what_was_extracted_anew_from_the_same_record_takes_its_place(tmp_path: Path) -> None:
    write_run(tmp_path, FIRST, article("n1"))
    write_run(tmp_path, SECOND, article("n1", extractor="epoch/2"))
    assert [row.extractor for row in rows_of(tmp_path)] == ["epoch/2"]
    assert [row.extractor for row in rows_of(tmp_path, kind="versions")] == ["epoch/2"]


def test_history_that_is_filled_in_later_does_not_hide_the_newest_state(tmp_path: Path) -> None:
    write_run(tmp_path, FIRST, article("n1", title="今"))
    old = replace(capture("n1", FIRST), date="2020-01-01T00:00:00Z", record_id="<urn:test:old>")
    write_run(tmp_path, SECOND, article("n1", title="昔", capture=old))
    assert [row.title for row in rows_of(tmp_path)] == ["今"]
    assert [row.title for row in rows_of(tmp_path, kind="versions")] == ["昔", "今"]


@pytest.fixture
def few_files() -> Iterator[None]:
    """A process that may have few more files open than it has."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    probe = os.dup(0)  # the lowest number that is free
    os.close(probe)
    resource.setrlimit(resource.RLIMIT_NOFILE, (probe + 50, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


# --- reading while something is wrong, or being written ------------------------------------------


def test_a_line_that_is_still_being_written_is_not_there_yet(tmp_path: Path) -> None:
    line = encode(article("n2"))
    for cut in (1, len(line) // 2, len(line)):
        write_run(tmp_path, FIRST, article("n1"), tail=line[:cut])
        with DataSet(tmp_path, Request()) as data:
            data.read()
            assert [row.id for (row,) in data.rows()] == ["n1"]
            assert data.faults.count == 0


def test_what_is_written_after_the_export_began_is_not_part_of_it(tmp_path: Path) -> None:
    path = write_run(tmp_path, FIRST, article("n1"))
    with DataSet(tmp_path, Request()) as data:
        with path.open("ab") as file:
            file.write(encode(article("n2")) + b"\n")
        write_run(tmp_path, SECOND, article("n3"))
        data.read()
        assert [row.id for (row,) in data.rows()] == ["n1"]


def test_a_damaged_line_is_left_out_and_said_to_be(tmp_path: Path) -> None:
    path = write_run(tmp_path, FIRST, *map(article, ("n1", "n2", "n3", "n4", "n5")))
    lines = path.read_bytes().split(b"\n")
    lines[1] = b"\x00" * 40
    lines[2] = lines[2].replace(b'"title":"', b'"title":7,"x":"')
    lines[3] = lines[3].replace(b'"published":"2026-11-01"', b'"published":"2026-02-31"')
    lines[4] = lines[4].replace(b'"date":"2026-11-01T', b'"date":"2026-13-01T')
    path.write_bytes(b"\n".join(lines))
    with DataSet(tmp_path, Request()) as data:
        data.read()
        assert [row.id for group in data.rows() for row in group] == ["n1"]
        offsets = [len(lines[0]) + 1]
        offsets += [offsets[0] + len(lines[1]) + 1]
        offsets += [offsets[1] + len(lines[2]) + 1]
        offsets += [offsets[2] + len(lines[3]) + 1]
        assert [fault.offset for fault in data.faults.listed] == offsets
        assert {fault.file for fault in data.faults.listed} == {path.name}


def test_faults_are_all_counted_and_not_all_listed(tmp_path: Path) -> None:
    write_run(tmp_path, FIRST, tail=b"broken\n" * 1000)
    with DataSet(tmp_path, Request()) as data:
        data.read()
        assert data.faults.count == 1000
        assert len(data.faults.listed) < 100


def test_a_collection_without_items_gives_no_rows(tmp_path: Path) -> None:
    (tmp_path / "items").mkdir()
    assert rows_of(tmp_path) == []
    write_run(tmp_path, FIRST)
    assert rows_of(tmp_path) == []


def test_more_runs_than_files_may_be_open(tmp_path: Path, few_files: None) -> None:
    runs = [f"2026{month:02d}{day:02d}T000000Z" for month in range(1, 11) for day in range(1, 11)]
    for number, run in enumerate(runs):
        write_run(tmp_path, run, article(f"n{number * 37 % 100:03d}", run=run))
    assert [row.id for row in rows_of(tmp_path)] == [f"n{number:03d}" for number in range(100)]


# --- filters -------------------------------------------------------------------------------------


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    write_run(
        tmp_path,
        FIRST,
        article("n1", "a", published="2026-01-01"),
        article("n2", "b", published="2026-01-02"),
        article("n3", "b", published=None, layout="minghui"),
    )
    write_run(tmp_path, SECOND, article("n4", "c", run=SECOND, published="2026-01-03"))
    write_run(tmp_path, THIRD, article("n1", "a", run=THIRD, published="2026-01-04"))
    return tmp_path


def test_filters(mixed: Path) -> None:
    assert selected(mixed) == ["n1", "n2", "n3", "n4"]
    assert selected(mixed, channels=frozenset("ac")) == ["n1", "n4"]
    assert selected(mixed, layouts=frozenset(["minghui"])) == ["n3"]
    assert selected(mixed, since="2026-01-02", until="2026-01-03") == ["n2", "n4"]
    assert selected(mixed, since="2026-01-04") == ["n1"]
    assert selected(mixed, until="2026-01-01") == []  # n1 says another date now
    assert selected(mixed, changed_since=FIRST) == ["n1", "n4"]
    assert selected(mixed, changed_since=SECOND, channels=frozenset("ab")) == ["n1"]
    assert selected(mixed, changed_since=THIRD) == []


def test_a_run_that_wrote_no_items_can_be_named(mixed: Path) -> None:
    (mixed / "runs").mkdir()
    (mixed / "runs" / "20261104T000000Z.json").write_text("{}")
    assert selected(mixed, changed_since="20261104T000000Z") == []


@pytest.mark.parametrize(
    ("conditions", "message"),
    [
        ({"channels": frozenset(["a", "x"])}, r"no channel 'x'; there are: a, b, c"),
        ({"layouts": frozenset(["x"])}, r"no layout 'x'; there are: epoch, minghui"),
        ({"changed_since": "20251101T000000Z"}, rf"no run .*newest: {FIRST}, {SECOND}, {THIRD}"),
        ({"since": "2026-1-1"}, "no date"),
        ({"until": "2026-02-30"}, "no date"),
        ({"since": "２０２６-01-01"}, "no date"),
        ({"since": "2026-02-01", "until": "2026-01-01"}, "after"),
    ],
)
def test_what_does_not_exist_is_refused(
    mixed: Path, conditions: dict[str, str], message: str
) -> None:
    with pytest.raises(ExportError, match=message):
        selected(mixed, **conditions)


# --- one row an article --------------------------------------------------------------------------


def unique(folder: Path, **request: object) -> list[tuple[str, list[str]]]:
    """Channel of each row and the channels of the other pages."""
    found = []
    for row in rows_of(folder, kind="unique", **request):
        assert isinstance(row, UniqueRow)
        found.append((row.channel, [url.split("/")[-2] for url in row.also_at]))
    return found


def test_an_article_in_several_channels_is_one_row_that_names_the_others(tmp_path: Path) -> None:
    write_run(
        tmp_path, FIRST, article("n1", "b"), article("n1", "c"), article("n1", "a"), article("n2")
    )
    assert unique(tmp_path) == [("a", ["b", "c"]), ("news", [])]


def test_spellings_of_the_original_address_are_one_article(tmp_path: Path) -> None:
    write_run(
        tmp_path,
        FIRST,
        article("n1", "a", original_url="http://example.org/1.htm"),
        article("n1", "b", original_url="https://www.example.org/1.htm#top"),
    )
    assert unique(tmp_path) == [("a", ["b"])]


def test_articles_without_an_original_address_are_never_taken_for_one(tmp_path: Path) -> None:
    write_run(
        tmp_path, FIRST, article("n1", "a", original_url=""), article("n1", "b", original_url="")
    )
    assert unique(tmp_path) == [("a", []), ("b", [])]


def test_the_copy_that_changed_last_wins(tmp_path: Path) -> None:
    write_run(tmp_path, FIRST, article("n1", "a", text="长" * 99), article("n1", "b"))
    write_run(tmp_path, SECOND, article("n1", "b", run=SECOND, text="短"))
    assert unique(tmp_path) == [("b", ["a"])]


def test_the_order_in_which_a_run_captured_them_decides_nothing(tmp_path: Path) -> None:
    """Within a run it is that of the crawl; there the longer text wins, then the address."""
    for first, second in ((1, 2), (2, 1)):
        write_run(
            tmp_path,
            FIRST,
            article("n1", "a", capture=capture("a", second=first)),
            article("n1", "b", capture=capture("b", second=second), text="更长的一段。" * 9),
            article("n1", "c", capture=capture("c", second=second), text="更长的一段。" * 9),
        )
        assert unique(tmp_path) == [("b", ["a", "c"])]


def test_commits_tell_which_copy_is_the_later_edit(tmp_path: Path) -> None:
    def git(when: str) -> GitRef:
        return GitRef("c" * 40, "b" * 40, "pages/a.md", when)

    write_run(
        tmp_path,
        FIRST,
        article("n1", "a", git=git("2024-01-01T00:00:00Z"), text="长" * 99),
        article("n1", "b", git=git("2024-01-02T00:00:00Z")),
    )
    assert unique(tmp_path) == [("b", ["a"])]


def test_the_row_is_a_wanted_copy_and_the_others_are_all_there_are(tmp_path: Path) -> None:
    write_run(tmp_path, FIRST, article("n1", "a"), article("n1", "b"), article("n2", "a"))
    only = Selection(channels=frozenset("b"))
    assert unique(tmp_path, selection=only) == [("b", ["a"])]


def test_an_excluded_copy_is_not_named_either(tmp_path: Path) -> None:
    write_run(tmp_path, FIRST, article("n1", "a"), article("n1", "b"), article("n1", "c"))
    listed = exclusions.parse(f"{BASE}/a/*")
    assert unique(tmp_path, exclusions=listed) == [("b", ["c"])]


# --- exclusions ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["newest", "unique", "versions"])
def test_a_page_of_which_any_version_is_excluded_is_left_out(tmp_path: Path, kind: str) -> None:
    write_run(
        tmp_path, FIRST, article("n1", original_url="https://example.org/gone"), article("n2")
    )
    write_run(tmp_path, SECOND, article("n1", run=SECOND))
    listed = exclusions.parse("example.org/gone")
    assert [row.id for row in rows_of(tmp_path, kind=kind, exclusions=listed)] == ["n2"]
    with DataSet(tmp_path, Request(exclusions=listed)) as data:
        data.read()
        assert data.excluded == 1


# --- versions ------------------------------------------------------------------------------------


def test_versions_say_what_changed_since_the_one_before(tmp_path: Path) -> None:
    write_run(tmp_path, FIRST, article("n1"), article("n2"))
    write_run(tmp_path, SECOND, article("n1", run=SECOND, title="后来"))
    write_run(tmp_path, THIRD, article("n1", run=THIRD, title="后来", text="第一段。\n\n第三段。"))
    rows = rows_of(tmp_path, kind="versions")
    assert all(isinstance(row, VersionRow) for row in rows)
    found = [
        (row.id, row.version, row.versions, row.changed_fields, row.text_diff)
        for row in rows
        if isinstance(row, VersionRow)
    ]
    assert found == [
        ("n1", 1, 3, [], ""),
        ("n1", 2, 3, ["title"], ""),
        ("n1", 3, 3, ["text", "text_digest"], "@@ -1,2 +1,2 @@\n 第一段。\n-第二段。\n+第三段。"),
        ("n2", 1, 1, [], ""),
    ]


def test_filters_choose_pages_by_their_newest_version_and_give_all_of_it(tmp_path: Path) -> None:
    write_run(tmp_path, FIRST, article("n1"), article("n2"))
    write_run(tmp_path, SECOND, article("n1", run=SECOND, title="后来"))
    rows = rows_of(tmp_path, kind="versions", selection=Selection(changed_since=FIRST))
    assert [(row.id, row.title) for row in rows] == [("n1", "标题 n1"), ("n1", "后来")]


def test_a_hostile_text_is_compared_in_bounded_time() -> None:
    many = int(MOST_COMPARED**0.5) + 1
    old = "\n\n".join(["同", *(f"{number}a" for number in range(1, many))])
    new = "\n\n".join(["同", *(f"{number}b" for number in range(1, many))])
    lines = text_diff(old, new).split("\n")
    assert lines[0] == f"@@ -1,{many} +1,{many} @@"
    assert (len(lines), lines[1], lines[-1]) == (2 * many + 1, "-同", f"+{many - 1}b")


@pytest.mark.parametrize(
    ("before", "after", "diff"),
    [
        ("甲", "甲", ""),
        ("", "甲", "@@ -0,0 +1 @@\n+甲"),
        ("甲", "", "@@ -1 +0,0 @@\n-甲"),
        ("甲\n\n乙\n\n丙\n\n丁", "甲\n\n乙\n\n丁", "@@ -2,3 +2,2 @@\n 乙\n-丙\n 丁"),
        ("--- 甲", "+++ 甲", "@@ -1 +1 @@\n---- 甲\n++++ 甲"),
    ],
)
def test_text_diff(before: str, after: str, diff: str) -> None:
    assert text_diff(before, after) == diff
