"""The worked example of ``docs/adding-a-mirror.md`` works as it says."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import asdict
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from mirror import layouts
from mirror.address import parse_mirror
from mirror.layouts import ArticlePage, IndexPage, Layout, Page
from mirror.pipelines.normalise import normalise
from mirror.pipelines.originals import resolve_originals
from tests import epoch_pages, minghui_pages

DOCUMENT = (Path(__file__).parent.parent / "docs" / "adding-a-mirror.md").read_text("utf-8")
MIRROR = parse_mirror("https://github.com/harbour/news/tree/main")
ARTICLE_PATH = "news/harbour/ship-77.md"


def examples(language: str) -> list[str]:
    """The code blocks of one language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)


ARTICLE, INDEX = examples("markdown")


@pytest.fixture
def harbour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    """The layout of the document, registered as the document says."""
    (source,) = examples("python")
    path = tmp_path / "harbour.py"
    path.write_text(source, "utf-8")
    spec = spec_from_file_location("mirror.layouts.harbour", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    layout: Layout = module.HarbourLayout()
    monkeypatch.setattr(layouts, "LAYOUTS", (*layouts.LAYOUTS, layout))
    return layout


def test_the_article_is_read_as_shown(harbour: Layout) -> None:
    address = MIRROR.at(ARTICLE_PATH)
    found = layouts.read(Page(address, ARTICLE.encode()))
    assert isinstance(found, ArticlePage)
    article = asdict(resolve_originals(normalise(found.article), address))
    (shown,) = map(json.loads, examples("json"))
    assert {key: article[key] for key in shown} == shown
    assert "<b>出港</b>" in article["html"]


def test_the_index_leads_to_the_article(harbour: Layout) -> None:
    found = layouts.read(Page(MIRROR.at("README.md"), INDEX.encode()))
    assert isinstance(found, IndexPage)
    assert [address.path for address in found.articles] == [ARTICLE_PATH]
    assert [row.reason for row in found.skipped] == ["foreign"]


def test_no_layout_claims_the_pages_of_another(harbour: Layout) -> None:
    pages = {
        "harbour": [(ARTICLE_PATH, ARTICLE), ("README.md", INDEX)],
        "epoch": [("pages/ncid9001/n9000001.md", epoch_pages.article_source())],
        "minghui": [(minghui_pages.PATH, minghui_pages.article_source())],
    }
    for family, samples in pages.items():
        for path, source in samples:
            page = Page(MIRROR.at(path), source.encode())
            claims = [layout.name for layout in layouts.LAYOUTS if layout.read(page) is not None]
            assert claims == [family]


def test_the_registration_shown_is_the_one_in_use() -> None:
    (shown,) = re.findall(r"^LAYOUTS: .* = \((.*), HarbourLayout\(\)\)$", DOCUMENT, re.MULTILINE)
    assert shown == ", ".join(f"{type(layout).__name__}()" for layout in layouts.LAYOUTS)


def test_every_layout_is_in_the_table() -> None:
    table = re.findall(r"^\| `(\w+)` \| .* \| .* \|$", DOCUMENT, re.MULTILINE)
    assert sorted(table) == sorted(layout.name for layout in layouts.LAYOUTS)
