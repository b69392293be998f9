"""A signal ends a run in order; a second one ends it now; neither loses anything."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from typing import TYPE_CHECKING

import pytest

from tests.crawling import PROJECT, SCRAPY, Finished, crawl, crawl_arguments, scrapy
from tests.git_repositories import Repository
from tests.grown_mirror import GrownMirror
from tests.path_server import PathServer, page
from tests.whole import check_verified, check_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def site(tmp_path: Path) -> Path:
    GrownMirror({"ncid9001": 40}).write(tmp_path / "site")
    return tmp_path / "site"


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM], ids=lambda s: s.name)
def test_second_signal_ends_a_run_that_waits(
    signum: signal.Signals, site: Path, tmp_path: Path
) -> None:
    let_go = threading.Event()

    def hang() -> Iterator[bytes]:
        let_go.wait(60)
        yield b""

    answers = {
        f"/{path.relative_to(site)}": page(path.read_text("utf-8")) for path in site.rglob("*.md")
    }
    hung = sorted(path for path in answers if path.startswith("/pages/"))[7]
    whole = answers[hung]
    with PathServer({**answers, hung: hang}) as server:
        output = tmp_path / "output"
        arguments = crawl_arguments(output, {"mirror": server.url, "collection": "test"})
        with subprocess.Popen(
            [*SCRAPY, *arguments], cwd=PROJECT, stderr=subprocess.PIPE, text=True
        ) as process:
            wait_until(lambda: hung in server.asked and len(server.asked) > 40)
            process.send_signal(signum)
            time.sleep(1)
            assert process.poll() is None, "what is in flight is finished"
            process.send_signal(signum)
            began = time.monotonic()
            _, log = process.communicate(timeout=30)
            assert time.monotonic() - began < 15
        let_go.set()
        assert process.returncode == 128 + signum, log
        port = server.port
    with PathServer({**answers, hung: whole}, port=port) as server:
        finished = crawl(output, mirror=server.url)
    assert finished.status == 0, finished.output
    pages = [item["url"] for item in finished.items]
    assert len(pages) == len(set(pages)) == 40
    verified = scrapy("verify", "-s", f"OUTPUT_DIR={output}", "test")
    assert verified.returncode == 0, verified.stdout + verified.stderr


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM], ids=lambda s: s.name)
def test_a_run_over_a_repository_ends_in_order(signum: signal.Signals, tmp_path: Path) -> None:
    grown = GrownMirror({"ncid9001": 1500})
    repository = Repository(tmp_path / "mirror.git")
    repository.commit(grown.files())
    output = tmp_path / "output"
    given = {"mirror": str(repository.folder), "collection": "test"}
    with subprocess.Popen(
        [*SCRAPY, *crawl_arguments(output, given, spider="git")],
        cwd=PROJECT,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        archive = output / "test" / "archive"
        wait_until(lambda: any(path.stat().st_size > 10_000 for path in archive.glob("*")))
        process.send_signal(signum)
        # To the end of what is written to its standard error: by its children as well.
        _, log = process.communicate(timeout=30)
    assert process.returncode == 128 + signum, log
    stopped = Finished(process.returncode, log, output / "test")
    assert stopped.summary["exit_status"] == 128 + signum
    check_verified(stopped)
    assert len(stopped.items) < 1500, "it was stopped on its way"
    finished = crawl(output, spider="git", **given)
    assert finished.status == 0, finished.output
    pages = [item["git"]["path"] for item in finished.items]
    assert len(pages) == len(set(pages))
    assert set(pages) == grown.articles
    check_whole(finished)


def test_a_run_over_a_repository_that_scrapy_closes_ends_in_order(tmp_path: Path) -> None:
    grown = GrownMirror({"ncid9001": 1500})
    repository = Repository(tmp_path / "mirror.git")
    repository.commit(grown.files())
    given = {"mirror": str(repository.folder)}
    output = tmp_path / "output"
    closed = crawl(output, "-s", "CLOSESPIDER_ITEMCOUNT=300", spider="git", **given)
    assert closed.status == 3, closed.output
    assert "Traceback" not in closed.output
    assert closed.summary["reason"] == "closespider_itemcount"
    assert 300 <= len(closed.items) < 1500
    check_verified(closed)
    finished = crawl(output, spider="git", **given)
    assert finished.status == 0, finished.output
    assert {item["git"]["path"] for item in finished.items} == grown.articles
    check_whole(finished)
    reading = {"spider": "warc", "collection": "test"}
    again = crawl(output, "-s", "CLOSESPIDER_ITEMCOUNT=300", **reading)
    assert again.summary["reason"] == "closespider_itemcount"
    assert 300 <= again.summary["pages"]["article"]["item"] < 1500
    check_verified(again)


def wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if happened():
            return
        time.sleep(0.05)
    pytest.fail("it did not happen in a minute")
