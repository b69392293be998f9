"""A crawl that is killed at any moment loses nothing, doubles nothing, and goes on where it was."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from mirror.demo import DemoServer
from tests.crawling import PROJECT, SCRAPY, Finished, check_warcs, crawl, crawl_arguments, scrapy
from tests.grown_mirror import GrownMirror
from tests.ledgers import differences, rows_of

if TYPE_CHECKING:
    from pathlib import Path

ARTICLES = {"ncid9001": 1000, "ncid9002": 430}
"""With their index pages some 1,500 pages."""
MOST_RUNS = 60
"""Runs of one crawl; each goes on where the last was killed, so it never takes as many."""


def killed_crawl(output: Path, url: str, moment: float) -> int | None:
    """Begin a crawl and kill it after `moment` seconds; its exit status if it ended before."""
    arguments = {"mirror": url, "collection": "test"}
    process = subprocess.Popen(
        [*SCRAPY, *crawl_arguments(output, arguments, "-s", "CHECKPOINT_SECONDS=0.3")],
        cwd=PROJECT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return process.wait(moment)
    except subprocess.TimeoutExpired:
        # The extractor's process too: nothing that could tidy up survives a power cut.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return None


def events_in(finished: Finished) -> Counter[tuple[str, str]]:
    return Counter((item["url"], item["text_digest"]) for item in finished.items)


def check_as_undisturbed(found: Finished, undisturbed: Finished) -> None:
    """The same articles with the same digests, each once, and every witness agrees."""
    assert events_in(found) == events_in(undisturbed)
    check_warcs(found.warcs)
    verified = scrapy("verify", "-s", f"OUTPUT_DIR={found.folder.parent}", "test")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    before = rows_of(found.folder)
    rebuilt = scrapy("rebuild", "-s", f"OUTPUT_DIR={found.folder.parent}", "test")
    assert rebuilt.returncode == 0, rebuilt.stdout + rebuilt.stderr
    assert differences(rows_of(found.folder), before) == []


@pytest.mark.prove
@pytest.mark.parametrize("half", range(2))
def test_three_hundred_kills(half: int, tmp_path: Path) -> None:
    """In two halves, for two processors."""
    kill_at_random(tmp_path, 150)


def test_kills_at_random_moments(tmp_path: Path) -> None:
    kill_at_random(tmp_path, 15)


def kill_at_random(tmp_path: Path, kills: int) -> None:
    site = tmp_path / "site"
    mirror = GrownMirror(ARTICLES)
    mirror.write(site)
    seed = random.randrange(2**32)
    moments = random.Random(seed)
    with DemoServer(site=site) as server:
        began = time.monotonic()
        undisturbed = crawl(tmp_path / "undisturbed", mirror=server.url)
        longest = time.monotonic() - began
        assert undisturbed.status == 0, undisturbed.output
        assert {i["url"].removeprefix(server.url) for i in undisturbed.items} == mirror.articles
        killed = crawls = 0
        while killed < kills:
            output = tmp_path / f"crawl-{crawls}"
            crawls += 1
            for _ in range(MOST_RUNS):
                # Also before the first page, and while the last run is made good.
                status = killed_crawl(output, server.url, moments.uniform(0.2, longest))
                if status is not None:
                    break
                killed += 1
            assert status == 0, f"seed {seed}"
            fetched = check_fetched_once(Finished(0, "", output / "test"))
            assert fetched >= len(mirror.articles)
            check_as_undisturbed(Finished(0, "", output / "test"), undisturbed)


def check_fetched_once(finished: Finished) -> int:
    """No article is fetched twice, but those in flight when a run was killed."""
    captures = rows_of(finished.folder)["capture"]
    articles = Counter(row["url"] for row in captures if "/pages/" in str(row["url"]))
    assert set(articles.values()) == {1}
    return sum(articles.values())
