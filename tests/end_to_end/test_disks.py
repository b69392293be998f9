"""Disks that fill up, or cannot be written: nothing is lost, and the exit status says so."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from mirror.demo import DemoServer
from tests.crawling import Finished, crawl, scrapy
from tests.end_to_end.test_kills import check_as_undisturbed
from tests.git_repositories import Repository
from tests.grown_mirror import GrownMirror

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MIB = 1024 * 1024
ARTICLES = {"ncid9001": 400}
ROOM = ("-s", "MINIMUM_FREE_BYTES=0")
"""Go on until nothing fits any more."""


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Path]:
    """A file system of its own with room for `size` bytes."""
    folder.mkdir()
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can mount a small disk")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def grow(folder: Path, size: int, *options: str) -> None:
    remount = ["mount", "-o", ",".join(("remount", f"size={size}", *options)), str(folder)]
    subprocess.run(remount, check=True)


@pytest.mark.parametrize("room", [200_000, 500_000, 900_000, 1_300_000, 1_700_000, 2_100_000])
def test_disk_that_fills_up(room: int, tmp_path: Path) -> None:
    site = tmp_path / "site"
    GrownMirror(ARTICLES).write(site)
    with DemoServer(site=site) as server:
        fill_up(room, tmp_path, spider="web", mirror=server.url)


@pytest.mark.parametrize("room", [300_000, 700_000, 1_500_000])
def test_disk_that_fills_up_under_a_repository(room: int, tmp_path: Path) -> None:
    """While it is fetched, and while its pages are written."""
    repository = Repository(tmp_path / "mirror.git")
    repository.commit(GrownMirror(ARTICLES).files())
    fill_up(room, tmp_path, spider="git", mirror=str(repository.folder))


def fill_up(room: int, folder: Path, **crawled: str) -> None:
    options = (*ROOM, "-s", "CHECKPOINT_SECONDS=0.1")
    undisturbed = crawl(folder / "undisturbed", **crawled)
    with small_disk(folder / "disk", room) as output:
        full = crawl(output, *options, **crawled)
        assert full.status == 73, full.output
        assert "Traceback" not in full.output
        assert crawl(output, *options, **crawled).status == 73, "it is still full"
        grow(output, 64 * MIB)
        finished = crawl(output, *options, **crawled)
        assert finished.status == 0, finished.output
        check_as_undisturbed(finished, undisturbed)


def test_run_does_not_start_without_room(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 8 * MIB) as output:
        finished = crawl(output, "-s", f"MINIMUM_FREE_BYTES={64 * MIB}", mirror="demo")
        assert finished.status == 73
        assert "MINIMUM_FREE_BYTES is 64 MiB" in finished.output
        assert finished.items == []
        statuses = finished.summary["statuses"]
        assert statuses == {}, "nothing was asked for"


def test_disk_that_cannot_be_written_is_73_before_anything_is_fetched(tmp_path: Path) -> None:
    site = tmp_path / "site"
    GrownMirror({"ncid9001": 40}).write(site)
    with DemoServer(site=site) as server, small_disk(tmp_path / "disk", 64 * MIB) as output:
        first = crawl(output, *ROOM, mirror=server.url)
        assert first.status == 0, first.output
        grow(output, 64 * MIB, "ro")
        refused = crawl(output, *ROOM, mirror=server.url)
        assert refused.status == 73
        assert "Traceback" not in refused.output
        assert "Read-only file system" in refused.output
        assert_reads(first)
        grow(output, 64 * MIB, "rw")
        assert crawl(output, *ROOM, mirror=server.url).status == 0


def assert_reads(finished: Finished) -> None:
    """What only reads a collection needs no disk to write to."""
    output = f"OUTPUT_DIR={finished.folder.parent}"
    verified = scrapy("verify", "-s", output, "test")
    assert verified.returncode == 0, verified.stdout + verified.stderr
