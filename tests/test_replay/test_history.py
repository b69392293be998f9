"""A mirror that was followed is replayed in each of its states; real ones in ``test_following``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from mirror.demo import DemoServer
from tests.crawling import crawl
from tests.grown_mirror import GrownMirror
from tests.replayed_history import History
from tests.test_replay.test_corpus import lines

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.replaying import Replay

SIZES = (28, 30, 30, 31, 62, 95)
"""Articles of one channel, run by run; the other's stay as they are."""


@pytest.fixture(scope="module")
def followed(
    tmp_path_factory: pytest.TempPathFactory, serve: Callable[[Path], Replay]
) -> tuple[History, Replay, Path, set[str]]:
    """Six runs over a mirror that grew, and pages of it that each of them asks for."""
    folder = tmp_path_factory.mktemp("followed")
    site, history, port = folder / "site", History(), 0
    for size in SIZES:
        mirror = GrownMirror({"ncid9001": size, "ncid9002": 40})
        mirror.write(site)
        with DemoServer(port=port, site=site) as server:
            port = int(server.url.rstrip("/").rpartition(":")[2])
            finished = crawl(folder, mirror=server.url)
            assert finished.status == 0, finished.output
            base = server.url
        pages = {base + path: (site / path).read_bytes() for path in mirror.indexes}
        history.add(finished.summary["run"], pages)
    heads = {f"indexes/{channel}/README.md" for channel in ("ncid9001", "ncid9002")}
    asked = {base + path for path in ("README.md", *heads)}
    return history, serve(finished.folder), finished.folder, asked


def test_every_state_is_replayed_at_its_time(
    followed: tuple[History, Replay, Path, set[str]],
) -> None:
    history, replay, folder, asked = followed
    replayed = history.check(replay, asked)
    assert {replayed[url] for url in asked} == {len(SIZES)}
    assert len(replayed) > len(asked), "pages that are not asked for each time, too"
    revisits = [line.url for line in lines(folder) if line.mime == "warc/revisit"]
    assert asked <= set(revisits), "at least where the size stayed, nothing had changed"


def test_state_that_was_another_one_is_found(
    followed: tuple[History, Replay, Path, set[str]],
) -> None:
    """So that its yes is worth something."""
    history, replay, _, asked = followed
    states = history.states
    swapped = [replace(states[0], pages=states[-1].pages), *states[1:]]
    with pytest.raises(AssertionError):
        History(swapped).check(replay, asked)
    with pytest.raises(AssertionError, match="one for each run"):
        History(states[1:]).check(replay, asked)
