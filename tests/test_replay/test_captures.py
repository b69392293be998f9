"""What was captured comes out of the real pywb as it came in."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import pytest

from tests.replay_samples import BASE, RUNS, Expected, every_kind, many_runs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.replaying import Answer, Replay


def stamp_of(answer: Answer) -> str:
    return parsedate_to_datetime(answer.headers["memento-datetime"]).strftime("%Y%m%d%H%M%S")


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Expected]]:
    folder = tmp_path_factory.mktemp("out") / "kinds"
    return folder, every_kind(folder)


@pytest.fixture(scope="module")
def replay(kinds: tuple[Path, list[Expected]], serve: Callable[[Path], Replay]) -> Replay:
    return serve(kinds[0])


def test_every_capture_is_replayed_as_it_was(
    replay: Replay, kinds: tuple[Path, list[Expected]]
) -> None:
    _, expected = kinds
    assert len(expected) == 14
    for each in expected:
        answer = replay.capture(each.stamp, each.url)
        assert answer.status == each.status, each
        assert answer.body == each.body, each
        assert stamp_of(answer) == each.stamp, each


def test_redirect_leads_on_within_the_archive(replay: Replay) -> None:
    answer = replay.get(f"/kinds/20260101040000/{BASE}/moved.md")
    assert answer.status == 302
    target = answer.headers["location"]
    assert re.fullmatch(rf"(http://127\.0\.0\.1:\d+)?/kinds/20260101040000/{BASE}/page\.md", target)


def test_missing_page_is_replayed_as_missing(replay: Replay) -> None:
    assert replay.capture("2026", f"{BASE}/gone.md").body == b"404: Not Found"


def test_page_that_was_never_captured_is_told_so(replay: Replay) -> None:
    answer = replay.get(f"/kinds/2026/{BASE}/never.md")
    assert answer.status == 404
    assert "Not in this archive" in answer.text
    assert "<script" not in answer.text


def test_markdown_replays_as_text_and_not_as_mojibake(replay: Replay) -> None:
    answer = replay.get(f"/kinds/20260101000000/{BASE}/page.md")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text == "第一版。\n"


def test_each_of_forty_runs_is_replayed_at_its_time(
    tmp_path: Path, serve: Callable[[Path], Replay]
) -> None:
    expected = many_runs(tmp_path / "runs")
    assert len({each.body for each in expected}) == RUNS // 5
    replay = serve(tmp_path / "runs")
    for each in expected:
        answer = replay.capture(each.stamp, each.url)
        assert (answer.status, answer.body, stamp_of(answer)) == (200, each.body, each.stamp)
    # At a time between two runs: the one that is nearer.
    nearer = replay.capture(f"{expected[7].stamp[:8]}060000", expected[7].url)
    assert nearer.body == expected[7].body
    timemap = replay.get(f"/runs/timemap/link/{expected[0].url}").text
    listed = re.findall(r"/runs/(\d{14})/[^>]*>; rel=\"memento\"", timemap)
    assert listed == [each.stamp for each in expected]
