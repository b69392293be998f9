"""Run summaries, runs that came to no end, and the ledger, each wrong in one way."""

from __future__ import annotations

import gzip
import json
import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from tests.test_verify.damage import (
    archive_of,
    assert_told,
    change_ledger,
    change_summary,
    is_of,
    items,
    members,
    retell,
    summaries,
    told,
    verified,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mirror.verification.report import Report

    Change = Callable[[list[bytes]], None]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda plain: plain.update(run="20200101T000000Z"), "run is '20200101T000000Z'"),
        (lambda plain: plain.update(spider="bew"), "spider is 'bew'"),
        (lambda plain: plain.update(mirror="127.0.0.1:1"), "mirror is '127.0.0.1:1'"),
        (lambda plain: plain.update(robots="ignore"), "robots is 'ignore'"),
        (lambda plain: plain.update(software="mirror-archive/0"), "software is"),
        (lambda plain: plain.update(exit_status=0), "meaning is not that of exit status 0"),
        (lambda plain: plain.update(exit_status=0), "exit_status is 0, in the ledger 3"),
        (lambda plain: plain["records"].update(response=4), "records counts 4 response"),
        (lambda plain: plain["truncated"].update(length=1), "truncated counts 1 length"),
        (lambda plain: plain["statuses"].update({"200": 999}), "statuses counts 999 200"),
        (lambda plain: plain.update(bytes_received=9), "bytes_received is 9"),
        (lambda plain: plain["articles"].update(unchanged=1), "items, articles"),
        (lambda plain: plain["articles"].update(changed=2), "new or changed"),
        (lambda plain: plain["warnings"].clear(), ""),
        (lambda plain: plain["pages"]["index"].update(index=6), "pages is not as the ledger"),
        (lambda plain: plain["unknown"].clear(), "pages counts 1 unknown, 0 are listed"),
        (lambda plain: plain["unknown"].clear(), "unknown lacks http://"),
        (lambda plain: plain["dangling"][0].update(reason="status 403"), "does not make a page"),
        (lambda plain: plain["dangling"][0].update(reason="status 410"), "no capture of this run"),
        (lambda plain: plain["dangling"][0].update(found_on="http://x/"), "it was found on"),
        (lambda plain: plain["dangling"][0].update(new=False), "not as the ledger has it"),
        (lambda plain: plain["warcs"].clear(), "does not name archive/"),
        (lambda plain: plain["warcs"][0].update(length=7), "says 7 bytes of archive/"),
        (lambda plain: plain["warcs"][0].update(sha256="0"), "is not that in runs/"),
        (lambda plain: plain["warcs"][0].update(name="x.warc.gz"), "is not there; runs/"),
        (lambda plain: plain.pop("warcs"), "no run summary"),
        (lambda plain: plain.update(pages=[]), "no run summary"),
    ],
)
def test_summary_that_is_wrong(
    change: Callable[[dict[str, Any]], object], words: str, folder: Path
) -> None:
    change_summary(summaries(folder)[-1], change)
    report = verified(folder)
    if words:
        assert_told(report, words)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (b'"robots"', b'"run": "x",\n "robots"', "a key stands twice"),
        (b"\n ", b"\n\t", "not spelt as run summaries are"),
        (b"}\n", b"", "no run summary"),
    ],
)
def test_summary_that_is_spelt_otherwise(old: bytes, new: bytes, words: str, folder: Path) -> None:
    path = summaries(folder)[-1]
    path.write_bytes(path.read_bytes()[::-1].replace(old[::-1], new[::-1], 1)[::-1])
    assert_told(verified(folder), words)


def test_summary_of_an_ended_run_is_missing(folder: Path) -> None:
    path = summaries(folder)[0]
    path.unlink()
    assert_told(verified(folder), f"runs/{path.name}: is missing: the ledger has its end")


def test_items_of_no_run(folder: Path) -> None:
    path = items(folder)[-1]
    path.rename(path.with_name("20200101T000000Z.jsonl"))
    assert_told(verified(folder), "items/20200101T000000Z.jsonl: no run has this name")


def interrupt(folder: Path) -> str:
    """The last run was killed before its summary."""
    path = summaries(folder)[-1]
    path.unlink()
    change_ledger(
        folder,
        f"UPDATE run SET finished=NULL, exit_status=NULL WHERE id='{path.stem}'",
        "DELETE FROM capture WHERE run=(SELECT max(id) FROM run)",
    )
    first = json.loads(summaries(folder)[0].read_bytes())["warcs"][0]
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as ledger, ledger:
        ledger.execute("UPDATE warc SET length=?, indexed=?", (first["length"],) * 2)
        ledger.execute("UPDATE warc SET sha256=?", (first["sha256"],))
    return path.stem


def test_interrupted_run_is_noted_and_no_damage(folder: Path) -> None:
    run = interrupt(folder)
    report = verified(folder)
    assert told(report) == []
    assert report.notes == [f"run {run} has no summary: it came to no end"]


def test_article_of_an_interrupted_run_may_have_no_item_yet(folder: Path) -> None:
    interrupt(folder)
    path = items(folder)[-1]
    path.unlink()
    retell(folder)
    report = verified(folder)
    assert told(report) == []
    assert report.notes[1] == "1 captures of articles by such runs have no item"


def test_request_whose_answer_a_crash_tore_off(folder: Path) -> None:
    """Its run has no end, so it may stand alone; in a run that ended it may not."""
    run = interrupt(folder)
    path = archive_of(folder)
    request = [record for record in members(path) if is_of("request", record)][-1]
    orphan = re.sub(rb"(?<=WARC-Record-ID: <urn:uuid:)\w{8}", b"00000000", request)
    path.write_bytes(path.read_bytes() + gzip.compress(orphan))
    assert told(verified(folder)) == []
    assert_told(first_run_again(folder, run), "no record answers it")


def first_run_again(folder: Path, run: str) -> Report:
    """Verified as if the first run, which has a summary, had the second one's records too."""
    path = archive_of(folder)
    first = summaries(folder)[0].stem.encode()
    records = [record.replace(run.encode(), first) for record in members(path)]
    path.write_bytes(b"".join(gzip.compress(record) for record in records))
    return verified(folder)


ONE = "WHERE url=(SELECT min(url) FROM article)"


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (f"UPDATE capture SET offset=offset+1 {ONE}", "not as the archive has it: offset"),
        (f"UPDATE capture SET length=1 {ONE}", "not as the archive has it: length"),
        (f"UPDATE capture SET date='2020' || substr(date, 5) {ONE}", "has it: date"),
        (f"UPDATE capture SET record_id='<urn:x:y>' {ONE}", "no such record"),
        (f"UPDATE capture SET etag='x' {ONE}", "not as the archive has it: validators"),
        (f"UPDATE capture SET status=1 {ONE}", "not as the archive has it: status"),
        (f"UPDATE capture SET truncated='time' {ONE}", "not as the archive has it: truncated"),
        (f"UPDATE capture SET payload_digest='x' {ONE}", "has it: payload_digest"),
        (f"UPDATE capture SET run='x' {ONE}", "not as the archive has it: run"),
        (f"DELETE FROM capture {ONE}", "does not know the capture in archive/"),
        (f"UPDATE article SET digest='x' {ONE}", "its last item, in items/"),
        (f"UPDATE article SET url='http://x/' {ONE}", "no item is of it"),
        (f"DELETE FROM article {ONE}", "does not know the article in items/"),
        ("UPDATE warc SET length=length-1", "are not those of the last run"),
        ("UPDATE warc SET indexed=0", "are not those of the last run"),
        ("DELETE FROM warc", "are not those of the last run"),
        ("DELETE FROM run", "the ledger knows no such run"),
        ("DELETE FROM page WHERE kind='root'", "pages is not as the ledger counts"),
    ],
)
def test_ledger_that_is_wrong(statement: str, words: str, folder: Path) -> None:
    change_ledger(folder, statement)
    assert_told(verified(folder), words)


def test_ledger_that_cannot_be_read(folder: Path) -> None:
    path = folder / "ledger.sqlite"
    whole = path.read_bytes()
    for content in (b"", b"no database at all", whole[:5000], whole[:4096] + b"\xff" * 8192):
        path.write_bytes(content)
        report = verified(folder)
        assert_told(report, "ledger.sqlite: ")
        assert set(report.findings.by_check) == {"ledger"}, "nothing else depends on it"
    path.unlink()
    assert told(verified(folder)) == ["ledger.sqlite: is missing"]
