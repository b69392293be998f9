"""A power cut takes what was not put on disk, in any order, and the next run makes it good."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from mirror.demo import DemoServer
from tests.crawling import PROJECT, SCRAPY, crawl, crawl_arguments
from tests.end_to_end.test_kills import check_as_undisturbed
from tests.grown_mirror import GrownMirror
from tests.power_cut.disk import Call, Disk, read_journal

SOURCE = PROJECT / "tests" / "power_cut" / "journal.c"
ARTICLES = {"ncid9001": 130, "ncid9002": 40}
OPTIONS = ("-s", "CHECKPOINT_SECONDS=0.05")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What keeps the journal, compiled."""
    compiler = shutil.which("cc")
    if compiler is None or not sys.platform.startswith("linux"):
        pytest.skip("no C compiler for Linux on this machine (Debian: apt-get install gcc)")
    made = tmp_path_factory.mktemp("journal") / "journal.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", made, SOURCE, "-ldl"], check=True)
    return made


def journalled(library: Path, output: Path, url: str) -> list[Call]:
    """One run to its end, and all that it did to the collection."""
    journal = output.with_suffix(".journal")
    arguments = {"mirror": url, "collection": "test"}
    done = subprocess.run(
        [*SCRAPY, *crawl_arguments(output, arguments, *OPTIONS)],
        cwd=PROJECT,
        env={
            **os.environ,
            "LD_PRELOAD": str(library),
            "JOURNAL_FOLDER": str(output),
            "JOURNAL_FILE": str(journal),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return read_journal(journal)


def lay(found: dict[str, bytes], before: Path, output: Path) -> None:
    """Make the files under `output` those that were found under `before`."""
    (output / "test" / "items").mkdir(parents=True)
    for name, content in found.items():
        path = output / Path(name).relative_to(before)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def cut_power(tmp_path: Path, library: Path, cuts: int) -> None:
    site = tmp_path / "site"
    GrownMirror(ARTICLES).write(site)
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    with DemoServer(site=site) as server:
        undisturbed = crawl(tmp_path / "undisturbed", mirror=server.url)
        calls = journalled(library, tmp_path / "first", server.url)
        kinds = Counter(call.op for call in calls)
        assert kinds["sync"] > 10
        assert kinds["write"] > 100
        for number in range(cuts):
            disk = Disk()
            for call in calls[: chance.randint(1, len(calls))]:
                disk.carry_out(call)
            output = tmp_path / f"cut-{number}"
            lay(disk.after_cut(chance), tmp_path / "first", output)
            finished = crawl(output, *OPTIONS, mirror=server.url)
            assert finished.status == 0, f"seed {seed}: {finished.output}"
            check_as_undisturbed(finished, undisturbed)
            shutil.rmtree(output)


def test_power_cuts_at_random_moments(tmp_path: Path, library: Path) -> None:
    cut_power(tmp_path, library, 8)


@pytest.mark.prove
@pytest.mark.parametrize("part", range(6))
def test_three_hundred_power_cuts(part: int, tmp_path: Path, library: Path) -> None:
    """In parts, for several processors."""
    cut_power(tmp_path, library, 50)


def test_a_disk_keeps_what_was_synced_and_promises_nothing_else() -> None:
    """The model itself: else the test above could pass by forgiving everything."""

    def call(op: str, path: str, second: str = "", offset: int = 0, data: bytes = b"") -> Call:
        return Call(op, path, second, offset, data)

    calls = [
        call("create", "/f/a"),
        call("write", "/f/a", data=b"one"),
        call("sync", "/f/a"),
        call("sync", "/f"),
        call("write", "/f/a", offset=3, data=b"two"),
        call("create", "/f/b"),
        call("write", "/f/b", data=b"new"),
        call("sync", "/f/b"),
        call("rename", "/f/b", "/f/a"),
    ]
    seen = set()
    for seed in range(200):
        disk = Disk()
        for each in calls:
            disk.carry_out(each)
        seen.add(tuple(sorted(disk.after_cut(random.Random(seed)).items())))
    contents = {dict(found)["/f/a"] for found in seen}
    assert contents == {b"one", b"onetwo", b"new"}
    assert all("/f/a" in dict(found) for found in seen)
