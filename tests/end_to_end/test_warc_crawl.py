"""``scrapy crawl warc``: the same articles from the archive as from the network."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING

import pytest

from tests.crawling import Finished, crawl, scrapy

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def demo(tmp_path: Path) -> Finished:
    return crawl(tmp_path, mirror="demo")


def extract_again(demo: Finished, *options: str) -> Finished:
    output = demo.folder.parent
    done = scrapy("crawl", "warc", "-s", f"OUTPUT_DIR={output}", "-a", "collection=test", *options)
    return Finished(done.returncode, done.stdout + done.stderr, demo.folder)


def test_same_code_gives_the_same_articles_without_the_network(demo: Finished) -> None:
    before = demo.items
    again = extract_again(demo, "-s", "PROXY=http://127.0.0.1:9")
    assert again.status == 0, again.output
    assert again.items == before
    assert again.summary["spider"] == "warc"
    assert again.summary["articles"] == {"new": 0, "changed": 0, "unchanged": len(before)}
    assert again.summary["records"] == {}


def test_articles_that_come_out_differently_are_a_new_run_and_counted_by_field(
    demo: Finished,
) -> None:
    # As if an earlier extractor had written other titles and another version of itself.
    (path,) = (demo.folder / "items").iterdir()
    old = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    lines = []
    for number, item in enumerate(old):
        if number < 3:
            item |= {"title": "x" * len(item["title"].encode()), "extractor": "epoch/0"}
        lines.append(json.dumps(item, ensure_ascii=False, separators=(",", ":")))
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    _forget_digests(demo, [item["url"] for item in old[:3]])
    again = extract_again(demo)
    assert again.status == 0, again.output
    assert again.summary["articles"]["changed"] == 3
    assert again.summary["changed_fields"]["title"] == 3
    assert again.summary["changed_fields"]["extractor"] == 3
    newer = again.items[len(old) :]
    assert sorted(item["url"] for item in newer) == sorted(item["url"] for item in old[:3])
    assert {item["capture"]["run"] for item in newer} == {old[0]["capture"]["run"]}


def _forget_digests(demo: Finished, urls: list[str]) -> None:
    database = sqlite3.connect(demo.folder / "ledger.sqlite")
    with database:
        for url in urls:
            database.execute("UPDATE article SET digest='old' WHERE url=?", (url,))
    database.close()


def test_record_that_cannot_be_read_is_listed(demo: Finished) -> None:
    place = demo.items[0]["capture"]
    path = demo.folder / "archive" / place["warc"]
    data = bytearray(path.read_bytes())
    data[place["offset"] + place["length"] // 2] ^= 0xFF
    path.write_bytes(data)
    again = extract_again(demo)
    assert again.status == 3
    (failed,) = again.summary["failed"]
    assert failed["url"] == demo.items[0]["url"]
    assert failed["reason"].startswith("archive: ")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "collection= is missing"),
        (["-a", "collection=none"], "no collection 'none'"),
        (["-a", "collection=test", "-a", "mirror=x"], "unknown argument mirror="),
    ],
)
def test_wrong_arguments_are_refused(arguments: list[str], words: str, tmp_path: Path) -> None:
    done = scrapy("crawl", "warc", "-s", f"OUTPUT_DIR={tmp_path}", *arguments)
    assert done.returncode == 2
    assert words in done.stderr
