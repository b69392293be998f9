"""``scrapy derive``: what it tells, and how it ends."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import filelock
import pytest

from tests.crawling import PROJECT, crawl, scrapy
from tests.export_samples import FIRST, article, write_run

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

DOCUMENT = (PROJECT / "docs" / "replay.md").read_text("utf-8")


def derive(output: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return scrapy("derive", *arguments, "-s", f"OUTPUT_DIR={output}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_run(tmp_path / "news", FIRST, article("n1"), article("n2"))
    return tmp_path / "news"


def test_demo_gives_what_the_document_shows(tmp_path: Path) -> None:
    finished = crawl(tmp_path, mirror="demo", collection="demo")
    assert finished.status == 0, finished.output
    shown = re.findall(r"^demo: .* readable pages made.*$", DOCUMENT, re.MULTILINE)
    outputs = [derive(tmp_path, "demo", *more) for more in ([], [], ["--anew"])]
    assert [done.returncode for done in outputs] == [0, 0, 0]
    assert [done.stderr.strip() for done in outputs] == shown


def test_collection_that_was_derived_still_verifies(tmp_path: Path) -> None:
    assert crawl(tmp_path, mirror="demo", collection="demo", limit="3").status == 0
    assert derive(tmp_path, "demo").returncode == 0
    verified = scrapy("verify", "demo", "-s", f"OUTPUT_DIR={tmp_path}")
    assert verified.returncode == 0, verified.stdout + verified.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "name one collection"),
        (["nothing"], "no collection 'nothing'"),
        (["../news"], "no collection"),
    ],
)
def test_wrong_arguments_are_told(folder: Path, arguments: list[str], words: str) -> None:
    done = derive(folder.parent, *arguments)
    assert done.returncode == 2
    assert words in done.stdout + done.stderr


def test_list_that_would_exclude_everything_is_refused(folder: Path) -> None:
    (folder / "exclude.txt").write_text("*\n", "utf-8")
    done = derive(folder.parent, "news")
    assert done.returncode == 2
    assert "would exclude everything" in done.stderr


def test_lines_that_are_no_items_end_with_3(folder: Path) -> None:
    write_run(folder, "20261102T000000Z", article("n3"), tail=b"{}\n")
    done = derive(folder.parent, "news")
    assert done.returncode == 3
    assert "1 lines are no items" in done.stderr


def test_folder_that_cannot_be_written_ends_with_73(folder: Path) -> None:
    (folder / "derived").write_text("in the way", "utf-8")
    done = derive(folder.parent, "news")
    assert done.returncode == 73
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


def test_second_process_ends_with_75(folder: Path) -> None:
    (folder / "derived").mkdir()
    with filelock.UnixFileLock(folder / "derived" / ".lock"):
        done = derive(folder.parent, "news")
    assert done.returncode == 75
    assert "another process" in done.stderr


def test_exit_statuses_are_documented() -> None:
    table = DOCUMENT.partition("exit status of `derive`")[2].partition("\n\n")[0]
    assert [int(number) for number in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)] == [
        0,
        2,
        3,
        73,
        75,
    ]
