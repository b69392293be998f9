"""The ``minghui`` layout over every page of a real mirror, against an extractor of another make."""

from __future__ import annotations

import re
import subprocess
import unicodedata
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from mirror.address import Mirror, parse_mirror
from mirror.items import encode
from mirror.layouts import ArticlePage, IndexPage, Page, Unknown, read
from mirror.pipelines.normalise import normalise
from mirror.pipelines.originals import resolve_originals

if TYPE_CHECKING:
    from pathlib import Path

    from mirror.items import Article

MIRROR: Mirror = parse_mirror("https://github.com/gfw-breaker/mh-news/tree/master")
ORIGINAL = re.compile(r"^原文地址（需翻墙访问）：(.*)$", re.MULTILINE)
UNSEEN = ("iframe", "script", "style", "video")
INVISIBLE = re.compile("[\x08\u00ad\u200b\u200e\u200f\u202a-\u202e\ufeff]")


@pytest.fixture(scope="module")
def tree(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The mirror's files at HEAD."""
    folder = tmp_path_factory.mktemp("mh-news")
    bundle = str(corpus / "mh-news.bundle")
    subprocess.run(["git", "clone", "--quiet", bundle, str(folder)], check=True, timeout=300)
    return folder


class Visible(HTMLParser):
    """Every character between tags, in order, but for what no browser shows."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.unseen += tag in UNSEEN

    def handle_endtag(self, tag: str) -> None:
        self.unseen -= tag in UNSEEN

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self.pieces.append(data)


def visible_text(source: str) -> str:
    """What a reader sees of the article, white space left out."""
    start = source.index("\n####") + 1
    region = source[source.index("\n", start) : source.rindex("<hr/>\n手机")]
    if "feature-image" in region:
        region = region[region.index('<div class="art-content"') :]
    region = region.partition('&lt;div id="bArticleEnglishTranslation"')[0]
    if region.count("&lt;p&gt;") > 1:
        region = re.sub(r"&lt;(/?\w[^\n]*?)&gt;", r"<\1>", region)
    parser = Visible()
    parser.feed(region.replace("&amp;#039", "&#39;"))
    parser.close()
    text = unicodedata.normalize("NFC", "".join("".join(parser.pieces).split()))
    return INVISIBLE.sub("", text)


def check(article: Article, source: str) -> None:
    """Every field that a reader of the page could check."""
    printed = ORIGINAL.findall(source)[-1].strip()
    assert unquote(article.original_url) == unquote(printed)
    assert article.original_url.isascii()
    assert article.title
    assert article.dateline_date
    assert article.published == article.dateline_date
    assert "".join(article.text.split()) == visible_text(source)
    assert not re.search(r"(?m)^[ \t]|[ \t]$|  |\n{3}", article.text)
    assert set(article.warnings) <= {
        "active-content",
        "byline-apart",
        "invisible-characters",
        "no-editor",
        "text-outside-body",
    }


@pytest.mark.corpus
def test_every_page_of_a_real_mirror_is_read_whole(tree: Path) -> None:
    counts = {"article": 0, "index": 0, "unknown": 0}
    for path in sorted(tree.rglob("*.md")):
        address = MIRROR.at(path.relative_to(tree).as_posix())
        body = path.read_bytes()
        found = read(Page(address, body))
        if isinstance(found, ArticlePage):
            article = resolve_originals(normalise(found.article), address)
            assert article.layout == "minghui"
            assert article.id == path.stem
            encode(article)
            check(article, body.decode())
            counts["article"] += 1
        elif isinstance(found, IndexPage):
            assert found.layout == "minghui"
            counts["index"] += 1
        else:
            assert isinstance(found, Unknown)
            assert b"](" not in body, path
            counts["unknown"] += 1
    assert counts == {"article": 2433, "index": 26, "unknown": 1}
