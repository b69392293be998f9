"""A collection is made good from its records, and nothing that a checkpoint vouches for is cut."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from mirror import warc
from mirror.collection import Collection, CollectionError
from mirror.demo import DemoServer
from mirror.recovery import complete, mirror_of, open_collection
from tests.crawling import Finished, check_warcs, crawl, scrapy
from tests.grown_mirror import GrownMirror
from tests.ledgers import differences, rows_of

if TYPE_CHECKING:
    from pathlib import Path

    from mirror.recovery import Completed

LIMIT = 1 << 24


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """A collection of two runs, the second of which found a page more and a page gone."""
    folder = tmp_path_factory.mktemp("whole")
    site = folder / "site"
    GrownMirror({"ncid9001": 34}).write(site)
    with DemoServer(site=site) as server:
        assert crawl(folder, mirror=server.url).status == 0
        port = int(server.url.rstrip("/").rpartition(":")[2])
    GrownMirror({"ncid9001": 36}).write(site)
    (site / "pages" / "ncid9001" / "n9100034.md").unlink()
    with DemoServer(port=port, site=site) as server:
        finished = crawl(folder, mirror=server.url)
    assert finished.status == 3
    return finished


@pytest.fixture
def folder(whole: Finished, tmp_path: Path) -> Path:
    """A copy of it that a test may damage."""
    for suffix in ("-wal", "-shm"):
        assert not whole.folder.with_name(f"ledger.sqlite{suffix}").exists()
    return shutil.copytree(whole.folder, tmp_path / "output" / "test")


def opened(folder: Path) -> Collection:
    return open_collection(folder.parent, folder.name, None)


def made_good(folder: Path) -> Completed:
    """Open a collection as a run would, and complete what was left."""
    collection = opened(folder)
    try:
        return asyncio.run(complete(collection, mirror_of(collection), limit=LIMIT))
    finally:
        collection.close()


def archive_of(folder: Path) -> Path:
    (path,) = (folder / "archive").iterdir()
    return path


def sql(folder: Path, *statements: str) -> None:
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as database, database:
        for statement in statements:
            database.execute(statement)


def holds(folder: Path) -> None:
    check_warcs([archive_of(folder)])
    done = scrapy("verify", "-s", f"OUTPUT_DIR={folder.parent}", folder.name)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_collection_that_was_closed_in_order_is_left_alone(folder: Path) -> None:
    before = rows_of(folder)
    data = archive_of(folder).read_bytes()
    done = made_good(folder)
    assert (done.pages, done.items, done.runs) == (0, 0, ())
    assert rows_of(folder) == before
    assert archive_of(folder).read_bytes() == data


@pytest.mark.parametrize("loss", ["gone", "empty", "garbage", "another version"])
def test_a_ledger_that_is_lost_comes_out_as_it_was(folder: Path, loss: str) -> None:
    before = rows_of(folder)
    ledger = folder / "ledger.sqlite"
    match loss:
        case "gone":
            ledger.unlink()
        case "empty":
            ledger.write_bytes(b"")
        case "garbage":
            ledger.write_bytes(b"no database, but long enough to be one" * 100)
        case _:
            sql(folder, "PRAGMA user_version=1")
    items = {path.name: path.read_bytes() for path in (folder / "items").iterdir()}
    made_good(folder)
    found = rows_of(folder)
    # Files are measured at the end of the next run, or by `scrapy rebuild`.
    found["warc"] = before["warc"]
    assert differences(found, before) == []
    assert {path.name: path.read_bytes() for path in (folder / "items").iterdir()} == items


def test_all_but_the_archive_can_be_made_anew(folder: Path) -> None:
    before = rows_of(folder)
    texts = {item["url"]: item for item in Finished(0, "", folder).items}
    for name in ("items", "indexes", "runs"):
        shutil.rmtree(folder / name)
        (folder / name).mkdir()
    (folder / "ledger.sqlite").unlink()
    done = scrapy("rebuild", "-s", f"OUTPUT_DIR={folder.parent}", "test")
    assert done.returncode == 0, done.stderr
    assert "35 items and 2 run summaries written that were missing" in done.stdout
    assert {item["url"]: item for item in Finished(0, "", folder).items} == texts
    told = differences(rows_of(folder), before)
    assert all(line.startswith("article ") for line in told), "lines may stand in another order"
    holds(folder)


def test_an_archive_that_has_less_than_the_ledger_knows_is_believed(folder: Path) -> None:
    """As when an older copy of the archive was put back."""
    path = archive_of(folder)
    ends = [s.location.offset + s.location.length for s in warc.read_records(path)]
    path.write_bytes(path.read_bytes()[: ends[len(ends) // 2]])
    made_good(folder)
    known = {row["record_id"] for row in rows_of(folder)["capture"]}
    there = {stored.record.record_id for stored in warc.read_records(path)}
    assert known
    assert known <= there


def test_damage_within_is_never_cut_off(folder: Path) -> None:
    path = archive_of(folder)
    places = [stored.location for stored in warc.read_records(path)]
    data = bytearray(path.read_bytes())
    middle = places[len(places) // 2]
    data[middle.offset + middle.length // 2] ^= 0xFF
    path.write_bytes(data)
    (folder / "ledger.sqlite").unlink()
    collection = opened(folder)
    asyncio.run(complete(collection, mirror_of(collection), limit=LIMIT))
    collection.close()
    assert path.read_bytes() == data, "what is behind the damage is still there"
    captures = rows_of(folder)["capture"]
    assert max(int(row["offset"] or 0) for row in captures) > middle.offset


def test_a_run_that_was_killed_gets_its_account(folder: Path) -> None:
    """As after a kill behind the last checkpoint: neither its end nor its summary is there."""
    path = archive_of(folder)
    last = list(warc.read_records(path))[-1]
    assert b"event: run-ended" in last.record.block
    path.write_bytes(path.read_bytes()[: last.location.offset + 10])
    run = max((folder / "runs").iterdir())
    before = json.loads(run.read_text("utf-8"))
    run.unlink()
    sql(
        folder,
        f"UPDATE run SET finished=NULL, exit_status=NULL WHERE id='{run.stem}'",
        f"UPDATE warc SET safe={last.location.offset}",
    )
    done = made_good(folder)
    assert done.runs == (run.stem,)
    summary = json.loads(run.read_text("utf-8"))
    assert summary["exit_status"] is None
    assert summary["meaning"].startswith("killed")
    for key in ("pages", "articles", "statuses", "truncated", "dangling", "records", "warnings"):
        assert summary[key] == before[key], key
    collection = opened(folder)
    assert collection.ledger.unfinished_runs() == []
    collection.close()
    assert path.stat().st_size == last.location.offset, "the torn record is cut off"


def test_a_run_that_left_no_record_is_forgotten(folder: Path) -> None:
    before = rows_of(folder)
    sql(folder, "INSERT INTO run (id, spider, started) VALUES ('29990101T000000Z', 'web', '')")
    assert made_good(folder).runs == ()
    assert rows_of(folder) == before


def test_what_cannot_be_opened_is_73(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("mirror.recovery.opening.absorb", fail)
    with pytest.raises(CollectionError, match="No space left") as refused:
        opened(folder)
    assert refused.value.exit_status == 73
    monkeypatch.undo()
    opened(folder).close()


def test_a_killed_extraction_from_the_archive_is_accounted_for(folder: Path) -> None:
    """Its items name records of other runs, and no page was looked at."""
    for path in (folder / "items").iterdir():
        text = path.read_text("utf-8")
        path.write_text(text.replace('"extractor":"epoch/', '"extractor":"epoch/0'), "utf-8")
    (folder / "ledger.sqlite").unlink()
    opened(folder).close()
    output = f"OUTPUT_DIR={folder.parent}"
    assert scrapy("rebuild", "-s", output, "test").returncode == 0
    done = scrapy("crawl", "warc", "-s", output, "-a", "collection=test")
    run = max((folder / "runs").iterdir())
    before = json.loads(run.read_text("utf-8"))
    assert before["articles"]["changed"] == 35, done.stderr
    run.unlink()
    sql(folder, f"UPDATE run SET finished=NULL, exit_status=NULL WHERE id='{run.stem}'")
    assert made_good(folder).runs == (run.stem,)
    summary = json.loads(run.read_text("utf-8"))
    assert summary["articles"] == before["articles"]
    holds(folder)


def test_rebuilding_is_told_by_its_name(folder: Path) -> None:
    collection = open_collection(folder.parent, folder.name, None, forget=True)
    with pytest.raises(CollectionError, match=r"is locked by scrapy rebuild \(pid \d+\)"):
        Collection(folder.parent, folder.name)
    collection.close()
