"""How a collection is read: nothing changed, findings bounded, in parts and processes."""

from __future__ import annotations

import gzip
import re
from typing import TYPE_CHECKING

import pytest

from mirror import warc
from mirror.extraction.extract import extract as read_page
from mirror.verification import archive, lines, pages, processes
from mirror.verification.report import Options
from mirror.verification.verifier import bytes_to_read, verify
from tests.test_verify.damage import (
    STRANGE,
    archive_of,
    change_item,
    change_ledger,
    change_summary,
    flip,
    index_of,
    is_of,
    items,
    members,
    reseal,
    summaries,
    told,
    verified,
    with_block_digest,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mirror.extraction.extract import Reading
    from mirror.layouts import Page

    Change = Callable[[list[bytes]], None]


def test_nothing_is_changed(whole: Path) -> None:
    def state() -> dict[str, tuple[int, int]]:
        return {
            str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in whole.rglob("*")
        }

    before = state()
    assert verified(whole).holds
    assert state() == before


def test_findings_are_bounded_and_all_counted(folder: Path) -> None:
    lines = len(index_of(folder).read_bytes().splitlines())
    index_of(folder).unlink()
    report = verify(folder, Options(most=3))
    assert len(report.findings.listed) == 3
    assert report.findings.total == lines


def test_quick_holds_items_against_records_and_does_not_read_pages(folder: Path) -> None:
    assert told(verified(folder, quick=True)) == []
    change_item(items(folder)[0], 4, lambda item: item.update(title="別の"))
    change_item(items(folder)[0], 6, lambda item: item["capture"].update(offset=7))
    found = told(verified(folder, quick=True))
    assert [finding for finding in found if finding.startswith("items/")] == [
        f"items/{items(folder)[0].name}:7: not as the record has it: offset"
    ]


def test_progress_is_told_of_every_byte(whole: Path) -> None:
    read = 0

    def progress(count: int) -> None:
        nonlocal read
        read += count

    assert verify(whole, progress=progress).holds
    assert read == bytes_to_read(whole)


@pytest.mark.parametrize("damaged", [False, True], ids=["whole", "damaged"])
def test_parts_and_processes_change_nothing(
    damaged: bool, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if damaged:
        flip(archive_of(folder), 50_000)
        change_item(items(folder)[0], 40, lambda item: item.update(title="別の"))
        reverse = index_of(folder).read_bytes().splitlines(keepends=True)[::-1]
        index_of(folder).write_bytes(b"".join(reverse))
    at_once = verified(folder)
    monkeypatch.setattr(archive, "STEP", 10_000)
    monkeypatch.setattr(lines, "STEP", 10_000)
    assert len(archive.parts(archive_of(folder), 1)) > 5
    in_parts = verified(folder)
    monkeypatch.setattr(processes, "WORTH", 0)
    in_processes = verify(folder, Options(most=100_000, jobs=2))
    for report in (in_parts, in_processes):
        assert report.counts == at_once.counts
        assert sorted(told(report)) == sorted(told(at_once))
    assert at_once.holds is not damaged


def test_page_that_looks_like_a_record(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is cut where the bytes of a page look like a record: it is read rightly all the same.

    The bytes that look so stand uncompressed in the page's own member.
    """
    request = next(record for record in members(archive_of(folder)) if is_of("request", record))
    lure = gzip.compress(request) * 3
    place = [stored.location for stored in warc.read_records(archive_of(folder))][10]
    path = archive_of(folder)
    data = path.read_bytes()
    record = members(path)[10]
    assert is_of("response", record)
    head, _, _ = record.partition(b"\r\n\r\n")
    block = b"HTTP/1.1 200 OK\r\n\r\n" + lure
    head = re.sub(rb"WARC-Payload-Digest: [^\r]*\r\n", b"", head)
    rebuilt = with_block_digest(head + b"\r\n\r\n" + block + b"\r\n\r\n")
    stored = gzip.compress(rebuilt, 0)
    assert lure in stored
    path.write_bytes(data[: place.offset] + stored + data[place.offset + place.length :])
    reseal(folder)
    at_once = verified(folder)
    monkeypatch.setattr(archive, "STEP", 10)
    starts = {part.start for part in archive.parts(path, 1)}
    assert starts & set(range(place.offset + 1, place.offset + len(stored))), "a cut is wrong"
    in_parts = verified(folder)
    assert in_parts.counts == at_once.counts
    assert sorted(told(in_parts)) == sorted(told(at_once))


def test_page_that_ended_its_reader_is_not_read_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reason = "extractor-died: the page ended the process that read it"
    change_summary(summaries(folder)[-1], lambda plain: plain["unknown"][0].update(reason=reason))
    change_ledger(folder, f"UPDATE page SET reason='{reason}' WHERE outcome='unknown'")
    read: list[str] = []

    def extract(page: Page) -> Reading:
        read.append(page.address.url)
        return read_page(page)

    monkeypatch.setattr(pages, "extract", extract)
    report = verified(folder)
    assert told(report) == []
    assert report.notes == ["1 pages were not read again: they ended the process that read them"]
    assert sum(url.endswith(f"/ncid9001/{STRANGE}") for url in read) == 1, "as it was before"
