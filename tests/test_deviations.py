"""The document of deviations is what the command says, and the command leaves nothing undecided."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from benchmarks.accuracy import trees as real_mirrors
from benchmarks.accuracy.trees import Tree, sample
from benchmarks.deviations import table
from benchmarks.deviations.facts import facts
from benchmarks.deviations.groups import CLASSES, GROUPS, UNSEEN, undecided
from benchmarks.deviations.pages import classify
from mirror.layouts.warnings import MEANINGS
from mirror.pipelines.stages import complete
from tests.crawling import PROJECT
from tests.epoch_pages import MIRROR, PARAGRAPHS, article_source, read_source

if TYPE_CHECKING:
    from pathlib import Path

DEMO = Tree("demo", PROJECT / "mirror" / "demo" / "site")
DOCUMENT = (PROJECT / "docs" / "deviations.md").read_text("utf-8")
SAMPLE = 300


def rows(text: str) -> list[tuple[str, ...]]:
    """Rows of the tables without their numbers: class, what is seen, decision, warning."""
    found: list[tuple[str, ...]] = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if re.match(r"\| `[a-z0-9-]+` \| ", line) and len(cells) >= 5:
            found.append((cells[0].strip(" `"), cells[1], cells[-2], cells[-1].strip(" |`")))
    return found


def expected_rows() -> list[tuple[str, ...]]:
    return [(each.name, each.seen, each.decision, each.warning) for each in CLASSES]


def names_of(source: str) -> list[str]:
    article = complete(read_source(source), MIRROR.at("pages/ncid9001/n9000001.md"))
    page = facts(source, article)
    return [each.name for each in CLASSES if "epoch" in each.layouts and each.holds(page)]


def test_the_document_holds_every_class_with_its_decision() -> None:
    tables = DOCUMENT.partition(table.BEGIN)[2].partition(table.END)[0]
    assert rows(tables) == expected_rows()
    assert re.findall(r"^## (.+)$", tables, re.MULTILINE) == list(GROUPS)


def test_every_class_has_a_name_of_its_own_and_a_decision() -> None:
    assert max(Counter(each.name for each in CLASSES).values()) == 1
    for each in CLASSES:
        assert each.seen, each.name
        assert each.decision, each.name


def test_every_warning_belongs_to_a_class_or_to_what_is_not_seen() -> None:
    explained = {each.warning for each in CLASSES if each.warning}
    assert explained | set(UNSEEN) == set(MEANINGS)
    assert not explained & set(UNSEEN)
    for code in UNSEEN:
        assert f"`{code}`" in DOCUMENT, code


def test_an_ordinary_page_is_in_ordinary_classes_alone() -> None:
    assert names_of(article_source()) == [
        "full-width",
        "advertisement-place",
        "dateline-same",
        "editor-mark",
    ]


@pytest.mark.parametrize(
    ("source", "name"),
    [
        (article_source(label="原文链接："), "label-plain"),
        (article_source(featured=""), "no-featured"),
        (article_source(PARAGRAPHS + "<table><tr><td>井</td></tr></table>"), "tables"),
        (article_source(PARAGRAPHS.replace("2024年", "2024年 0 ")), "dateline-spaces"),
        (article_source("<p>村里的井。</p>"), "no-dateline"),
        (article_source(PARAGRAPHS.replace("：周水#", "：")), "editor-nameless"),
        (article_source(PARAGRAPHS.replace("03月05日", "02月25日")), "dateline-near"),
        (article_source(PARAGRAPHS.replace("2024年", "2020年")), "dateline-distant"),
        (article_source(title="井&#183;水"), "title-reference"),
    ],
)
def test_a_page_is_in_the_class_of_its_deviation(source: str, name: str) -> None:
    assert name in names_of(source)


def test_an_element_of_no_class_and_a_missing_warning_are_undecided() -> None:
    source = article_source(PARAGRAPHS.replace("今天", "<blimp>今天</blimp>"))
    page = facts(source, read_source(source))
    assert undecided(page, []) == ["element blimp"]
    no_dateline = next(each for each in CLASSES if each.name == "no-dateline")
    assert "class no-dateline without no-dateline" in undecided(page, [no_dateline])
    broken = read_source(article_source("<p>村里的井。</p>"))
    assert "warning no-dateline" in undecided(facts(source, broken), [])


def test_the_command_prints_the_tables_and_fails_on_the_undecided(tmp_path: Path) -> None:
    pages = tmp_path / "mirror" / "pages" / "ncid9001"
    pages.mkdir(parents=True)
    (pages / "n1.md").write_text(article_source(), "utf-8")
    command = [sys.executable, "-m", "benchmarks.deviations", f"small={tmp_path / 'mirror'}"]
    command += ["--jobs", "1"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert rows(done.stdout) == expected_rows()
    assert "Article pages: 1 of small." in done.stdout

    (pages / "n2.md").write_text(
        article_source(PARAGRAPHS.replace("今天", "<blimp>今天</blimp>")), "utf-8"
    )
    document = tmp_path / "document.md"
    document.write_text(f"before\n{table.BEGIN}\n{table.END}\nafter\n", "utf-8")
    command += ["--write", str(document)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "undecided: element blimp: 1 pages\n"
    assert rows(document.read_text("utf-8")) == expected_rows()
    assert document.read_text("utf-8").startswith("before\n")


def test_nothing_of_the_demo_is_undecided() -> None:
    for path in DEMO.articles():
        assert classify(DEMO, path)[2] == [], path


@pytest.mark.skipif(
    not real_mirrors.SERVE_MIRROR.is_file(), reason="needs the real mirrors in ../shared/corpus"
)
def test_nothing_of_a_sample_of_the_real_mirrors_is_undecided() -> None:
    for tree in real_mirrors.corpus():
        for path in sample(tree.articles(), SAMPLE):
            assert classify(tree, path)[2] == [], path
