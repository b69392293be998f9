"""Every example of the documents on exports gives what stands below it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from mirror.commands.export import Command
from mirror.export.rows import Row, UniqueRow, VersionRow
from mirror.items import Article
from tests.crawling import PROJECT, SCRAPY, crawl

if TYPE_CHECKING:
    from pathlib import Path

EXPORT = (PROJECT / "docs" / "export.md").read_text("utf-8")
RESEARCH = (PROJECT / "docs" / "research.md").read_text("utf-8")
PACKAGES = ("pandas", "pyarrow", "duckdb", "datasets")


@dataclass(frozen=True, slots=True)
class Snippet:
    """A program of the document and what it prints."""

    code: str
    output: str

    def needs(self) -> list[str]:
        """Packages that are no part of a crawl's environment; pandas reads Parquet with another."""
        named = set(re.findall(r"^(?:import|from) (\w+)", self.code, re.MULTILINE))
        if "parquet" in self.code:
            named.add("pyarrow")
        return [name for name in PACKAGES if name in named]


SNIPPETS = [
    Snippet(*found)
    for found in re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", RESEARCH, re.DOTALL)
]


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder to work in, with ``output/demo`` in it."""
    folder = tmp_path_factory.mktemp("work")
    done = crawl(folder / "output", mirror="demo", collection="demo")
    assert done.status == 0, done.output
    return folder


@pytest.fixture
def work(output: Path, tmp_path: Path) -> Path:
    return shutil.copytree(output, tmp_path / "work")


def environment(work: Path) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": str(PROJECT),
        "SCRAPY_SETTINGS_MODULE": "mirror.settings",
        "PYTHONIOENCODING": "utf-8",
        "HF_HOME": str(work / "hub"),
        "HF_HUB_OFFLINE": "1",
    }


def shell(work: Path, line: str) -> str:
    """What a line of a ``console`` block prints."""
    program = " ".join(f"'{word}'" for word in SCRAPY)
    done = subprocess.run(
        ["bash", "-c", re.sub(r"^scrapy\b", program, line)],
        cwd=work,
        env=environment(work),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout


def console(document: str) -> list[tuple[str, str]]:
    """Lines typed and what they print."""
    return [
        found
        for block in re.findall(r"```console\n(.*?)```", document, re.DOTALL)
        for found in re.findall(r"^\$ (.*)\n((?:[^$].*\n)*)", block, re.MULTILINE)
    ]


@pytest.mark.parametrize(("line", "printed"), console(EXPORT), ids=lambda text: text[:40])
def test_commands_print_what_the_document_shows(work: Path, line: str, printed: str) -> None:
    assert shell(work, line) == printed


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda each: each.code.strip()[:30])
def test_research_snippets_print_what_the_document_shows(work: Path, snippet: Snippet) -> None:
    for package in snippet.needs():
        pytest.importorskip(package)
    for line, printed in console(RESEARCH):
        if ".parquet" not in line or "pyarrow" in snippet.needs():
            assert shell(work, line) == printed
    done = subprocess.run(
        [sys.executable, "-c", snippet.code],
        cwd=work,
        env=environment(work),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, snippet.output), done.stderr


def test_every_snippet_is_run() -> None:
    assert len(SNIPPETS) == RESEARCH.count("```python") > 5
    assert EXPORT.count("$ scrapy") == len(console(EXPORT)) > 3
    assert {name for each in SNIPPETS for name in each.needs()} == set(PACKAGES)


def test_every_option_is_described() -> None:
    source = (PROJECT / "mirror" / "commands" / "export.py").read_text("utf-8")
    options = set(re.findall(r'"(--?[a-z-]+)"', source)) - {"--output"}
    assert len(options) > 10
    assert {option for option in options if f"`{option}" not in EXPORT} <= {"--unique"}
    assert "`--unique original`" in EXPORT


def test_every_joined_key_is_described() -> None:
    known = set(Article.__dataclass_fields__)
    for shape in (Row, UniqueRow, VersionRow):
        assert {name for name in shape.__dataclass_fields__ if f"`{name}`" not in EXPORT} <= known


def test_every_exit_status_of_the_help_is_described() -> None:
    listed = set(re.findall(r"^\| (\d+)", EXPORT, re.MULTILINE))
    assert set(re.findall(r"(\d+) \w", Command().long_desc())) <= listed
