"""One collection on disk: its name, its lock, its runs."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from mirror.collection import (
    Collection,
    CollectionError,
    collection_with_items,
    existing_collection,
    index_files,
    sha256_of,
    write_atomically,
)
from tests import warc_samples as samples

if TYPE_CHECKING:
    from pathlib import Path

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def opened(output: Path, name: str = "news", mirror: str | None = "example.org") -> Collection:
    collection = Collection(output, name, now=lambda: NOON)
    if mirror is not None:
        collection.belong_to(mirror)
    return collection


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", ".hidden", "a b", "a\n", "ä", "x" * 201]
)
def test_name_that_is_no_folder_of_its_own_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(CollectionError, match="cannot be the name") as refused:
        opened(tmp_path / "output", name)
    assert refused.value.exit_status == 2
    assert not (tmp_path / "output").exists()


def test_second_holder_is_told_who_has_it(tmp_path: Path) -> None:
    first = opened(tmp_path)
    first.start_run("web")
    with pytest.raises(CollectionError) as refused:
        opened(tmp_path)
    assert refused.value.exit_status == 75
    assert str(refused.value) == (
        f'collection "news" is locked by run 20261123T120000Z (pid {os.getpid()})'
    )
    first.close()
    opened(tmp_path).close()


def test_collection_is_there_when_it_has_an_archive(tmp_path: Path) -> None:
    opened(tmp_path).close()
    (tmp_path / "news" / "items").rmdir()
    (tmp_path / "notes" / "items").mkdir(parents=True)
    assert existing_collection(tmp_path, "news") == tmp_path / "news"
    for name in ("notes", "other", "../output"):
        with pytest.raises(CollectionError, match=r"there are: news$") as refused:
            existing_collection(tmp_path, name)
        assert refused.value.exit_status == 2


def test_items_that_are_gone_are_not_taken_for_none(tmp_path: Path) -> None:
    opened(tmp_path).close()
    (tmp_path / "notes" / "items").mkdir(parents=True)
    for name in ("news", "notes"):
        assert collection_with_items(tmp_path, name) == tmp_path / name
    with pytest.raises(CollectionError, match=r"there are: news$"):
        collection_with_items(tmp_path, "other")
    (tmp_path / "news" / "items").rmdir()
    with pytest.raises(CollectionError, match="scrapy rebuild news writes it anew") as refused:
        collection_with_items(tmp_path, "news")
    assert refused.value.exit_status == 2


def test_runs_in_one_second_have_ids_of_their_own(tmp_path: Path) -> None:
    ids = []
    for _ in range(3):
        collection = opened(tmp_path)
        ids.append(collection.start_run("web"))
        collection.close()
    assert ids == ["20261123T120000Z", "20261123T120001Z", "20261123T120002Z"]


def test_collection_of_another_mirror_is_refused_and_left_unlocked(tmp_path: Path) -> None:
    opened(tmp_path).close()
    with pytest.raises(CollectionError, match=r"is of the mirror example.org, not of other") as no:
        opened(tmp_path, mirror="other")
    assert no.value.exit_status == 2
    opened(tmp_path).close()


def test_run_leaves_its_items_and_summary(tmp_path: Path) -> None:
    collection = opened(tmp_path)
    run = collection.start_run("web")
    assert not list(collection.items.iterdir()), "no file before the first item"
    assert collection.add_item(run, '{"id":"题"}'.encode()) == 0
    assert collection.add_item(run, b'{"id":"2"}') == len('{"id":"题"}\n'.encode())
    path = collection.finish_run({"run": run}, "2026-11-23T12:00:01Z", 0)
    collection.close()
    data = (collection.items / f"{run}.jsonl").read_bytes()
    assert [json.loads(line)["id"] for line in data.splitlines()] == ["题", "2"]
    assert json.loads(path.read_text()) == {"run": run}
    (row,) = opened(tmp_path).ledger.runs()
    assert (row.id, row.finished, row.exit_status) == (run, "2026-11-23T12:00:01Z", 0)
    assert row.items == len(data), "all of it is vouched for"


def test_what_the_disk_would_not_take_is_as_the_last_checkpoint_left_it(tmp_path: Path) -> None:
    collection = opened(tmp_path)
    run = collection.start_run("web")
    collection.add_item(run, b"{}")
    collection.sync_items()
    collection.ledger.commit()
    collection.ledger.put("ref", "lost")
    collection.add_item(run, b"{}")
    collection.abandon()
    collection.close()
    again = opened(tmp_path)
    assert again.ledger.get("ref") is None
    assert [row.items for row in again.ledger.unfinished_runs()] == [3]
    assert again.cut_items(run, 3) == 3
    assert (again.items / f"{run}.jsonl").read_bytes() == b"{}\n"
    assert again.cut_items(run, 0) == 3
    assert not list(again.items.iterdir()), "no file without an item"


def test_ledger_that_is_none_is_made_anew(tmp_path: Path) -> None:
    opened(tmp_path).close()
    (tmp_path / "news" / "ledger.sqlite").write_bytes(b"no database, but long enough " * 100)
    again = opened(tmp_path, mirror=None)
    assert again.ledger.get("mirror") is None
    again.close()


def test_folder_that_cannot_be_written_is_73(tmp_path: Path) -> None:
    (tmp_path / "output").write_text("a file where the folder should be")
    with pytest.raises(CollectionError) as refused:
        opened(tmp_path / "output")
    assert refused.value.exit_status == 73


def test_interrupted_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "summary.json"
    write_atomically(path, b"old")

    def fail(_: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="no space"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"


def test_digest_of_a_growing_file_is_of_the_length_it_had(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(b"abc")
    assert sha256_of(path, 2) == hashlib.sha256(b"ab").hexdigest()
    with pytest.raises(ValueError, match="3 bytes, not 4"):
        sha256_of(path, 4)


def test_file_that_did_not_grow_is_not_read_again(tmp_path: Path) -> None:
    collection = opened(tmp_path)

    def grow(name: str, page: str) -> None:
        with (collection.archive / name).open("ab") as file:
            file.write(gzip.compress(samples.resource(b"tea", page).to_bytes()))

    def stock() -> dict[str, str]:
        return {entry["name"]: entry["sha256"] for entry in collection.take_stock()}

    names = ["news-20261101000000-00001.warc.gz", "news-20261123000000-00002.warc.gz"]
    for name in names:
        grow(name, "n1")
    assert list(stock()) == names
    assert stock() == {}, "nothing grew"
    grow(names[1], "n2")
    digest = hashlib.sha256((collection.archive / names[1]).read_bytes()).hexdigest()
    assert stock() == {names[1]: digest}
    assert len(list(index_files(collection.folder).lines())) == 3
