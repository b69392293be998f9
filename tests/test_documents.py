"""What the documents say is what the code does."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from mirror.extensions.exit_status import MEANING
from mirror.items import Article, json_schema
from mirror.layouts.warnings import MEANINGS
from tests.crawling import PROJECT, crawl

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENTS = sorted(
    path
    for path in [
        *PROJECT.glob("*.md"),
        *PROJECT.glob("docs/**/*.md"),
        *PROJECT.glob("benchmarks/*.md"),
    ]
)
FORMATS = (PROJECT / "docs" / "formats.md").read_text("utf-8")


def codes_in_first_column(section: str) -> list[str]:
    """Names in backquotes in the first cells of a section's table."""
    text = FORMATS.partition(f"# {section}\n")[2]
    text = re.split(r"\n#", text)[0]
    return [
        code
        for row in re.findall(r"^\| (`[^|]*) \|", text, re.MULTILINE)
        for code in re.findall(r"`([^`]+)`", row)
    ]


def test_every_warning_is_described() -> None:
    rows = re.findall(
        r"^\| `([^`]+)` \| (.+) \|$", FORMATS.partition("### Warnings")[2], re.MULTILINE
    )
    assert dict(rows[: len(MEANINGS)]) == MEANINGS


def test_every_key_of_an_item_is_described_in_order() -> None:
    assert codes_in_first_column("Items") == list(Article.__dataclass_fields__)


def test_every_key_of_the_summary_is_described(tmp_path: Path) -> None:
    summary = crawl(tmp_path, mirror="demo", limit="1").summary
    assert codes_in_first_column("Run summary") == [
        key for key in codes_in_first_column("Run summary") if key in summary
    ]
    assert set(summary) == set(codes_in_first_column("Run summary"))


def test_published_schema_is_that_of_the_items() -> None:
    published = json.loads((PROJECT / "docs" / "article.schema.json").read_text("utf-8"))
    assert published == json_schema()


def test_readme_lists_every_exit_status() -> None:
    readme = (PROJECT / "README.md").read_text("utf-8")
    listed = {int(n) for n in re.findall(r"^\| (\d+) \|", readme, re.MULTILINE)}
    assert listed == set(MEANING)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT)))
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text("utf-8")):
        if "://" not in target and document.parent.name != "demo":
            assert (document.parent / target).exists(), target
