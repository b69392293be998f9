"""Items, index lines and pages without either, each wrong in one way."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from tests.test_verify.damage import (
    CHANGED,
    GONE,
    STRANGE,
    archive_of,
    assert_told,
    change_item,
    change_ledger,
    change_summary,
    index_of,
    items,
    make_stale,
    retell,
    summaries,
    told,
    verified,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Change = Callable[[list[bytes]], None]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("warc", "other.warc.gz"),
        ("offset", 1),
        ("length", 1),
        ("date", "2020-01-01T00:00:00Z"),
        ("status", 201),
        ("run", "20200101T000000Z"),
        ("payload_digest", "sha1:7777"),
    ],
)
def test_item_that_says_another_thing_of_its_record(key: str, value: Any, folder: Path) -> None:
    path = items(folder)[0]
    change_item(path, 4, lambda item: item["capture"].update({key: value}))
    retell(folder)
    report = verified(folder)
    assert told(report) == [f"items/{path.name}:5: not as the record has it: {key}"]


def test_item_of_no_record(folder: Path) -> None:
    path = items(folder)[0]
    change_item(path, 4, lambda item: item["capture"].update(record_id="<urn:uuid:0>"))
    assert_told(verified(folder), f"items/{path.name}:5: names no record")


def test_item_without_a_capture(folder: Path) -> None:
    path = items(folder)[0]
    change_item(path, 4, lambda item: item.update(capture=None))
    assert_told(verified(folder), f"items/{path.name}:5: names no capture")


def test_item_of_another_page(folder: Path) -> None:
    path = items(folder)[0]
    change_item(path, 4, lambda item: item.update(url=item["url"].replace(".md", ".txt")))
    assert_told(verified(folder), f"items/{path.name}:5: not as the record has it: url")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda item: item.update(text=item["text"] + "。"), "text_digest is"),
        (lambda item: item.update(title="別の"), "read again, differs in title"),
        (lambda item: item["tags"].append("別の"), "read again, differs in tags"),
        (lambda item: item.update(id=item.pop("id")), "not spelt as items are"),
        (lambda item: item.pop("byline"), "no valid item"),
        (lambda item: item.update(published="yesterday"), "no valid item"),
        (lambda item: item.update(extractor="other/1"), "is not of the layout"),
        (lambda item: item.update(extractor="epoch/0"), "several versions of an extractor"),
        (
            lambda item: item.update(
                git={"commit": "", "blob": "", "path": "", "committed_at": "2020-01-01T00:00:00Z"}
            ),
            "both a Git blob and an HTTP status",
        ),
    ],
)
def test_item_that_is_wrong(
    change: Callable[[dict[str, Any]], object], words: str, folder: Path
) -> None:
    change_item(items(folder)[0], 4, change)
    assert_told(verified(folder), words)


def test_item_that_stands_twice(folder: Path) -> None:
    path = items(folder)[0]
    data = path.read_bytes()
    path.write_bytes(data + data.partition(b"\n")[0] + b"\n")
    change_summary(
        summaries(folder)[0],
        lambda plain: (
            plain["articles"].update(new=plain["articles"]["new"] + 1),
            plain["pages"]["article"].update(item=plain["pages"]["article"]["item"] + 1),
        ),
    )
    assert_told(verified(folder), f"items/{path.name}:1: the same event stands twice")


def test_items_of_another_version_are_stale_and_no_damage(folder: Path) -> None:
    make_stale(folder)
    report = verified(folder)
    assert told(report) == []
    ((version, count),) = report.stale.items()
    assert version.startswith("epoch/0.")
    assert count == report.counts["items"]


def test_stale_items_are_held_against_their_records_all_the_same(folder: Path) -> None:
    make_stale(folder)
    change_item(items(folder)[0], 4, lambda item: item["capture"].update(offset=7))
    assert_told(verified(folder), ":5: not as the record has it: offset")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda found: found.pop(5), "indexes/test.cdxj: no line for the record in archive/"),
        (lambda found: found.insert(5, found[5]), "indexes/test.cdxj:7: stands twice"),
        (lambda found: found.insert(5, found[5]), "2 lines for the record"),
        (lambda found: found.reverse(), "indexes/test.cdxj:2: not in the order of bytes"),
        (
            lambda found: found.__setitem__(5, found[5].replace(b'"length": "', b'"length": "9')),
            "indexes/test.cdxj:6: not the line of the record",
        ),
        (
            lambda found: found.__setitem__(5, re.sub(rb'"offset": "', b'"offset": "9', found[5])),
            "indexes/test.cdxj:6: no record begins at that place",
        ),
        (lambda found: found.append(b"~ what is this\n"), "no CDXJ line that names a record"),
        (
            lambda found: found.__setitem__(-1, found[-1].removesuffix(b"\n")),
            "the last line is not ended",
        ),
    ],
)
def test_index_that_is_wrong(
    change: Callable[[list[bytes]], object], words: str, folder: Path
) -> None:
    path = index_of(folder)
    found = path.read_bytes().splitlines(keepends=True)
    change(found)
    path.write_bytes(b"".join(found))
    assert_told(verified(folder), words)


def test_line_of_a_record_that_is_not_indexed(folder: Path) -> None:
    path = index_of(folder)
    entry = json.dumps({"offset": "0", "filename": archive_of(folder).name})
    path.write_bytes(path.read_bytes() + f"~ 20200101000000 {entry}\n".encode())
    assert_told(verified(folder), "that record is not one to be indexed")


def test_index_in_several_files(folder: Path) -> None:
    path = index_of(folder)
    found = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(found[::2]))
    path.with_name("more.cdxj").write_bytes(b"".join(found[1::2]))
    assert verified(folder).holds


def test_recent_index_that_a_crash_left_in_the_main_one_as_well(folder: Path) -> None:
    path = index_of(folder)
    found = path.read_bytes().splitlines(keepends=True)
    path.with_name("test.recent.cdxj").write_bytes(b"".join(found[3:6]))
    report = verified(folder)
    assert told(report) == []
    assert any("the next run makes it good" in note for note in report.notes)


def test_lines_of_which_only_some_stand_in_both_files(folder: Path) -> None:
    path = index_of(folder)
    found = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(found[:4] + found[5:]))
    path.with_name("test.recent.cdxj").write_bytes(b"".join(found[3:5]))
    assert_told(verified(folder), "indexes/test.cdxj: 2 lines for the record")


def forget_item(folder: Path, line: int) -> str:
    """Take an item out of the log, out of the counts of its run and out of the ledger."""
    path = items(folder)[0]
    found = path.read_bytes().splitlines(keepends=True)
    item = json.loads(found.pop(line))
    path.write_bytes(b"".join(found))

    def discount(plain: dict[str, Any]) -> None:
        plain["articles"]["new"] -= 1
        plain["pages"]["article"]["item"] -= 1
        warnings = Counter(plain["warnings"])
        warnings.subtract(item["warnings"])
        plain["warnings"] = {code: count for code, count in warnings.items() if count}

    change_summary(summaries(folder)[0], discount)
    change_ledger(folder, f"DELETE FROM article WHERE url='{item['url']}'")
    retell(folder)
    return str(item["url"])


def line_of(folder: Path, name: str) -> int:
    """Which item of the first run is of a page, counted from 0."""
    lines = items(folder)[0].read_bytes().splitlines()
    return next(n for n, line in enumerate(lines) if f"/ncid9001/{name}".encode() in line)


def test_article_without_an_item(folder: Path) -> None:
    url = forget_item(folder, line_of(folder, "n9000008.md"))
    report = verified(folder)
    assert report.findings.by_check == {"accounts": 2}, "its capture and its revisit"
    assert_told(report, f"{url} is an article of which no item says what it says")


@pytest.mark.parametrize(("name", "page"), [("unknown", STRANGE), ("dangling", GONE)])
def test_page_that_no_list_has(name: str, page: str, folder: Path) -> None:
    def forget(plain: dict[str, Any]) -> None:
        plain[name] = []
        del plain["pages"]["article"][name]

    change_summary(summaries(folder)[-1], forget)
    change_ledger(folder, f"DELETE FROM page WHERE url LIKE '%/ncid9001/{page}'")
    report = verified(folder)
    assert report.findings.by_check == {"accounts": 1}, told(report)
    assert_told(report, f"/{page} ")


def test_changed_article_is_two_items_of_which_each_is_proved(folder: Path) -> None:
    """The first of the two events is taken away: the page has an item, but not that one."""
    line = line_of(folder, CHANGED)
    at = json.loads(items(folder)[0].read_bytes().splitlines()[line])["capture"]["offset"]
    forget_item(folder, line)
    name = f"archive/{archive_of(folder).name}"
    assert_told(verified(folder), f"{name}: at byte {at}: ")
