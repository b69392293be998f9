"""Whatever a page or a link is made of: an answer, in bounded time. And what fuzz runs found."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from benchmarks.fuzz import seeds
from benchmarks.fuzz.judged import PLACES, Finding, judge_link, judge_page
from benchmarks.fuzz.mutations import mutated
from benchmarks.fuzz.stopwatch import FACTOR, Stopwatch

PROJECT = Path(__file__).resolve().parents[1]
PAGES, PAGE_PIECES = seeds.pages(), seeds.page_pieces()
LINKS, LINK_PIECES = seeds.links(), seeds.link_pieces()
LONGEST = 20_000

RANDOMS = st.randoms(use_true_random=False)
EPOCH_BODY = '### 题\n#### 首页\n<div id="artbody">'
BODY = '#\n----------\n<div "ar_bArticleContent>'


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(PAGES), st.sampled_from(range(len(PLACES))), RANDOMS, st.integers(1, 8))
def test_a_damaged_page_is_read_and_what_is_said_of_it_holds(
    page: str, place: int, random: Random, changes: int
) -> None:
    for _ in range(changes):
        page = mutated(page, random, PAGE_PIECES, LONGEST)
    judge_page(page.encode("utf-8", "replace"), place)


@settings(deadline=None)
@given(st.sampled_from(LINKS), RANDOMS, st.integers(1, 6))
@example("s.om/_next/image?url=ttp%3A\u0379.g", Random(0), 0)
def test_a_damaged_link_is_resolved_and_the_answer_holds(
    link: str, random: Random, changes: int
) -> None:
    for _ in range(changes):
        link = mutated(link, random, LINK_PIECES, 9_000)
    judge_link(link)


@pytest.mark.parametrize(
    ("place", "page"),
    [
        (3, f"{BODY}<center><svg><col>"),
        (4, f"{BODY}<h2><x><h2>"),
        (4, f"{BODY}<h2><div><h2><x><h2><div><h2>"),
        (4, f"{BODY}<p>甲</p>\n<iframe></iframe><figure></figure>\n"),
        (4, '<t id="artbody"><ok href=s.om/_next/image?url=ttp%3A\u0379.g>'),
        (0, f'{EPOCH_BODY}<ok href="https://a.example.org/">{"<center>" * 40}<ok href="b.htm">乙'),
        (3, f'{EPOCH_BODY}<img src="../../{"甲" * 1000}.png">'),
        (0, f"{EPOCH_BODY}<pre>{'<option>' * 9}乙</pre>"),
        (0, f'{EPOCH_BODY}<ok href="https://www.epochtimes.com/gb/tag/%E8%\u3000AF.html">丙</ok>'),
    ],
)
def test_what_fuzz_runs_found(place: int, page: str) -> None:
    judge_page(page.encode(), place)


def test_no_damaged_page_is_slow() -> None:
    """Two hundred times the median, and not less than what a busy machine adds by itself."""
    random, watch = Random(11), Stopwatch()
    for number in range(520):
        page = PAGES[number % len(PAGES)]
        for _ in range(random.randint(1, 8)):
            page = mutated(page, random, PAGE_PIECES, LONGEST)
        body = page.encode("utf-8", "replace")
        watch.run(lambda body=body, place=number: judge_page(body, place), body)  # type: ignore[misc]
    assert watch.worst < max(FACTOR * watch.median, 1.0)


@pytest.mark.parametrize("piece", [*LINKS[::8], *LINK_PIECES])
def test_a_megabyte_of_any_piece_of_a_link_is_resolved_at_once(piece: str) -> None:
    watch = Stopwatch()
    for longest in (8_192, 1 << 20):
        for start in ("", "https://a.example.org/", "https://web.archive.org/web/2020/" * 64):
            link = (start + piece * (longest // len(piece)))[:longest]
            watch.run(lambda link=link: judge_link(link), b"")  # type: ignore[misc]
    assert watch.worst < 5


def test_what_must_not_be_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The judge can tell: an article with a script in its markup is a finding."""
    monkeypatch.setattr("mirror.pipelines.originals.sanitised", lambda markup, *_: markup)
    with pytest.raises(Finding):
        judge_page(f"{BODY}<p onclick='x'>甲</p>".encode(), 3)


@pytest.mark.skipif(importlib.util.find_spec("atheris") is not None, reason="atheris is installed")
def test_without_atheris_the_program_says_what_is_missing() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.fuzz", "pages"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "dependency group `fuzz`" in done.stderr
