"""The extraction against an oracle of its own, and against pages that were read by eye."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmarks.accuracy import oracle_epoch, report, scored, spacing, truth
from benchmarks.accuracy import trees as real_mirrors
from benchmarks.accuracy.contestants import Ours
from benchmarks.accuracy.scoring import Extract, f1, misses
from benchmarks.accuracy.source import pieces, squeezed
from benchmarks.accuracy.tally import Tally, score
from benchmarks.accuracy.trees import Tree, oracle, sample
from mirror.layouts import ArticlePage, Page, read
from mirror.pipelines.stages import complete
from tests.epoch_pages import article_source

if TYPE_CHECKING:
    from benchmarks.accuracy.reading import Reading

PROJECT = Path(__file__).resolve().parents[1]
DEMO = Tree("demo", PROJECT / "mirror" / "demo" / "site")
SAMPLE = 400
FLOOR = 0.999
"""Least mean F1 of the text on the sample."""


def reading_of(body: str) -> Reading:
    return oracle_epoch.read(article_source(body))


# --- the demo mirror: no corpus needed -----------------------------------------------------------


def test_the_demo_mirror_is_read_as_the_oracle_reads_it() -> None:
    tally = Tally()
    for path in DEMO.articles():
        body = (DEMO.root / path).read_bytes()
        reading = oracle(body.decode())
        tally.add(score(Ours(), body, DEMO.address(path), reading, path))
    assert tally.pages > 30
    assert tally.lost == 0
    assert tally.f1_sum / tally.pages > 0.99
    for field in ("title", "dateline_date", "url_date", "reporters", "tags", "images"):
        assert tally.right[field] == tally.pages, field
    assert tally.joins_judged
    assert not tally.violations


def test_the_program_scores_a_folder_and_lists_its_misses(tmp_path: Path) -> None:
    """Given a mirror with one page that no oracle knows, then it is named and the rest scored."""
    pages = tmp_path / "mirror" / "pages" / "ncid9001"
    pages.mkdir(parents=True)
    for source in sorted((DEMO.root / "pages" / "ncid9001").glob("*.md"))[:3]:
        (pages / source.name).write_bytes(source.read_bytes())
    (pages / "strange.md").write_text("### 无\n", encoding="utf-8")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks.accuracy", f"small={tmp_path / 'mirror'}"),
            *("--peers", "none", "--jobs", "1", "--misses", str(tmp_path / "misses")),
        ],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "small: 4 article pages" in done.stdout
    assert "not read by the oracle, not scored: 1" in done.stdout
    assert done.stdout.count("\nmirror ") == 1


def test_a_missing_peer_is_left_out_by_name() -> None:
    there, missing = scored.available_peers()
    assert sorted(there + missing) == ["newspaper4k", "trafilatura"]


# --- the yardstick itself ------------------------------------------------------------------------


def test_a_lost_paragraph_and_a_wrong_name_are_found() -> None:
    reading = reading_of(
        "<p>【大纪元2024年03月05日讯】（大纪元记者林小河报导）甲乙丙丁戊己</p>\n <p>第二段落</p>"
    )
    extract = Extract(
        text="【大纪元2024年03月05日讯】（大纪元记者林小河报导）甲乙丙丁戊己", reporters=("林小",)
    )
    found = {miss.field: miss.kind for miss in misses(extract, reading, ("reporters",))}
    assert found == {"reporters": "differs", "text": "lost"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("村里的图书馆有 Blue Book一册", []),
        ("村里的 图书馆有 Blue Book一册", ["space"]),
        ("村里的图书馆有 Blue Book 一册", ["space"]),
        ("村里的图书馆有BlueBook一册", ["glued"]),
    ],
)
def test_a_join_is_held_to_the_rule_of_its_scripts(text: str, expected: list[str]) -> None:
    reading = reading_of("<p>村里的<ok>图书馆</ok>有 Blue<b>Book</b> 一册</p>")
    assert [violation.verdict for violation in spacing.check(text, reading).violations] == expected


def test_a_join_in_text_that_is_lost_is_counted_as_such() -> None:
    reading = reading_of("<p>甲乙丙丁<ok>戊己庚辛</ok></p>")
    seen = spacing.check("完全不同", reading)
    assert (seen.judged, seen.lost) == (0, 1)


def test_f1_is_of_runs_of_characters() -> None:
    assert f1("一二三四五六", "一二三四五六") == 1
    assert f1("一二三四五", "六七八九十") == 0
    assert 0 < f1("一二三四五六七", "一二三四五七六") < 1


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ('<img alt="一 > 二" src="x"/>三', "三"),
        ("<p>一<script>二</script>三</p>", "一三"),
        ("不到<1%<b>四</b>", "不到<1%四"),
        ("一<!-- 二 -->三", "一三"),
        ("一<b", "一<b"),
    ],
)
def test_pieces_end_where_a_browser_ends_them(source: str, shown: str) -> None:
    assert squeezed("".join(p.value for p in pieces(source) if p.kind == "text")) == shown


def test_misses_are_listed_by_class(tmp_path: Path) -> None:
    body = article_source().encode()
    reading = oracle_epoch.read(article_source(title="另一个题目"))
    tally = score(Ours(), body, DEMO.address("pages/ncid9001/n9000001.md"), reading, "n9000001")
    report.write_misses(tmp_path, "demo", tally)
    assert [path.name for path in tmp_path.iterdir()] == ["demo.title.differs.tsv"]
    assert list(report.classes(tally)) == ["title differs: 1 pages, n9000001"]


# --- the real mirrors ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def trees(corpus: Path) -> dict[str, Tree]:
    return {tree.name: tree for tree in real_mirrors.corpus()}


@pytest.mark.corpus
def test_the_hardest_pages_are_read_as_by_eye(trees: dict[str, Tree]) -> None:
    wrong: list[str] = []
    for page in truth.load():
        tree = trees[page.mirror]
        body = (tree.root / page.path).read_bytes()
        assert page.is_of(body), page.path
        address = tree.address(page.path)
        found = read(Page(address, body))
        assert isinstance(found, ArticlePage), page.path
        wrong += page.wrong(complete(found.article, address))
    assert wrong == []


@pytest.mark.corpus
@pytest.mark.parametrize("name", ["epoch-news", "mh-news"])
def test_a_sample_of_a_real_mirror_is_read_as_by_the_oracle(
    trees: dict[str, Tree], name: str
) -> None:
    tree, tally = trees[name], Tally()
    for path in sample(tree.articles(), SAMPLE):
        body = (tree.root / path).read_bytes()
        tally.add(score(Ours(), body, tree.address(path), oracle(body.decode()), path))
    assert tally.lost == 0
    assert tally.f1_sum / tally.pages >= FLOOR
    assert not tally.violations
    for field in ("title", "dateline_date", "url_date", "images", "original_url"):
        assert tally.right[field] == tally.pages, field
