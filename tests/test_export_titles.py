"""The titles of channels, from the captures of their index pages."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from mirror.collection import Collection
from mirror.export.titles import channel_titles
from tests.crawling import crawl

if TYPE_CHECKING:
    from pathlib import Path

TITLES = {"ncid9001": "邻里生活", "ncid9002": "四时风物"}


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    done = crawl(tmp_path_factory.mktemp("titles"), mirror="demo")
    assert done.status == 0, done.output
    return done.folder


@pytest.fixture
def folder(crawled: Path, tmp_path: Path) -> Path:
    return shutil.copytree(crawled, tmp_path / "test")


def change(folder: Path, *statements: str) -> None:
    """Change the ledger, and leave no log beside it."""
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as ledger:
        for statement in statements:
            assert ledger.execute(statement).rowcount
        ledger.commit()
        ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def test_titles_are_those_of_the_index_pages(folder: Path) -> None:
    assert channel_titles(folder) == TITLES


def test_reading_them_leaves_no_trace(folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    channel_titles(folder)
    assert sorted(folder.rglob("*")) == before


def test_they_are_read_while_a_run_is_writing(folder: Path) -> None:
    collection = Collection(folder.parent, folder.name)
    try:
        collection.ledger.put("note", "not committed")
        assert channel_titles(folder) == TITLES
        collection.ledger.commit()
        assert channel_titles(folder) == TITLES
    finally:
        collection.close()


def test_the_page_that_the_root_leads_to_comes_first(folder: Path) -> None:
    """Older pages keep the name that a channel had when they were written."""
    change(
        folder,
        # Were the newest capture what counts, the title would be that of the other channel.
        "UPDATE page SET channel='ncid9001' WHERE url LIKE '%/indexes/ncid9002/1.md'",
        "UPDATE capture SET date='2099-01-01T00:00:00Z' WHERE url LIKE '%/indexes/ncid9002/1.md'",
    )
    assert channel_titles(folder) == TITLES


def test_where_one_record_is_lost_another_page_of_the_channel_tells(folder: Path) -> None:
    change(folder, "UPDATE capture SET offset=7 WHERE url LIKE '%/indexes/ncid9001/README.md'")
    assert channel_titles(folder) == TITLES


@pytest.mark.parametrize("loss", ["ledger", "archive", "garbage", "empty", "a table"])
def test_without_ledger_or_archive_there_are_no_titles(folder: Path, loss: str) -> None:
    ledger = folder / "ledger.sqlite"
    if loss == "ledger":
        ledger.unlink()
    elif loss == "archive":
        shutil.rmtree(folder / "archive")
    elif loss == "garbage":
        ledger.write_bytes(b"no database at all " * 1000)
    elif loss == "empty":
        ledger.write_bytes(b"")
    else:
        change(folder, "CREATE TABLE capture2 AS SELECT 1", "DROP TABLE capture")
    assert channel_titles(folder) == {}
