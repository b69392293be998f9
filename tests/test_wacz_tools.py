"""What archivists open a package with: py-wacz's judgement, and ReplayWeb.page in Chromium.

``MIRROR_TESTS_SCREENSHOTS=FOLDER`` keeps what a person would see.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.crawling import Finished, crawl, scrapy
from tests.wacz_tools import Site, wacz_program

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.conftest import ServeMirror

OPEN_MS = 120_000
expect.set_options(timeout=30_000)
WORDS = ("石阶", "图书", "渡口")
TERM = "三孔桥"
PICTURED = (
    "青石村图书馆把书送到田埂上",
    "一百零八级石阶 一个人扫了十一年",
    "旧书修补匠的浆糊配方(上)",
)
ARTICLE = "三孔桥通车 头一个过桥的是扫石阶的人"


def packed(finished: Finished, target: Path, *options: str) -> Path:
    done = scrapy(
        *("wacz", finished.folder.name, "-o", str(target), *options),
        *("-s", f"OUTPUT_DIR={finished.folder.parent}"),
        *("-s", f"WACZ_KEY={finished.folder.parent / 'key.pem'}"),
    )
    assert done.returncode == 0, done.stderr
    return target


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo mirror, packed."""
    folder = tmp_path_factory.mktemp("tools")
    finished = crawl(folder / "output", mirror="demo", collection="demo", images="1")
    assert finished.status == 0, finished.output
    return packed(finished, folder / "demo.wacz")


class Viewer:
    """A package opened in ReplayWeb.page."""

    def __init__(self, browser: Browser, package: Path) -> None:
        self.site = Site(package)
        self.package = package
        self._browser = browser

    def __enter__(self) -> Viewer:
        self.site.__enter__()
        self.context = self._browser.new_context(
            viewport={"width": 1280, "height": 900}, locale="zh-CN"
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(OPEN_MS)
        self.page.goto(self.site.opening(self.package))
        self.entries = self.page.locator("wr-page-entry")
        self.entries.first.wait_for()
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()
        self.site.__exit__(None, None, None)

    def search(self, words: str) -> None:
        """Type the words, and wait until the list has changed for them."""
        before = self.entries.count()
        self.page.get_by_placeholder(re.compile("search", re.IGNORECASE)).last.fill(words)
        expect(self.entries).not_to_have_count(before)

    def verification(self) -> dict[str, Any]:
        """What ReplayWeb.page made of the hashes and the signature."""
        found = self.page.evaluate(
            """async () => {
                const asked = performance.getEntriesByType("resource").map(each => each.name);
                const api = asked.find(each => each.includes("/api/c/"));
                const answer = await fetch(api.replace(/(api\\/c\\/[^/?]+).*/, "$1?all=1"));
                return (await answer.json()).verify;
            }"""
        )
        assert isinstance(found, dict)
        return found

    def keep(self, name: str) -> None:
        if folder := os.environ.get("MIRROR_TESTS_SCREENSHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(folder) / f"replayweb-{name}.png")


def test_py_wacz_finds_the_package_valid(package: Path) -> None:
    done = subprocess.run(
        [wacz_program(), "validate", "-f", str(package)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Validation succeeded" in done.stdout


def test_py_wacz_refuses_a_package_with_a_changed_file(package: Path, tmp_path: Path) -> None:
    """So that its yes is worth something."""
    changed = tmp_path / "changed.wacz"
    changed.write_bytes(package.read_bytes().replace(b'"title": "demo"', b'"title": "dome"'))
    done = subprocess.run(
        [wacz_program(), "validate", "-f", str(changed)], capture_output=True, check=False
    )
    assert done.returncode != 0


def test_package_that_py_wacz_made_is_verified(package: Path, tmp_path: Path) -> None:
    """Theirs: another spelling of the index, members described otherwise, unsigned."""
    with zipfile.ZipFile(package) as opened:
        opened.extractall(tmp_path)
    warcs = sorted((tmp_path / "archive").iterdir())
    made = tmp_path / "theirs.wacz"
    pages = tmp_path / "pages/pages.jsonl"
    subprocess.run(
        [wacz_program(), "create", "-f", *warcs, "-o", made, "-p", pages],
        capture_output=True,
        check=True,
    )
    done = scrapy("verify", str(made))
    assert done.returncode == 0, done.stdout
    assert "it is not signed" in done.stdout


def test_pages_are_listed_and_the_signature_is_right(package: Path, browser: Browser) -> None:
    with Viewer(browser, package) as viewer:
        expect(viewer.entries).to_have_count(64)
        viewer.keep("list")
        said = viewer.verification()
        assert said["numValid"] == 1, "the signature: other hashes it compares as it reads them"
        assert said["software"].startswith("mirror-archive/")
        assert len(said["publicKey"]) == 160


def holding(package: Path, word: str) -> set[str]:
    """Titles of the articles that have a word, as a reader of the text finds them."""
    with zipfile.ZipFile(package) as opened:
        lines = opened.read("pages/pages.jsonl").splitlines()[1:]
    pages = [json.loads(line) for line in lines]
    return {page["title"] for page in pages if word in page["title"] + page["text"]}


@pytest.mark.parametrize("word", WORDS)
def test_a_chinese_word_finds_all_its_articles(word: str, package: Path, browser: Browser) -> None:
    wanted = holding(package, word)
    assert 1 < len(wanted) < 20
    with Viewer(browser, package) as viewer:
        viewer.search(word)
        expect(viewer.entries).to_have_count(len(wanted))
        for title in wanted:
            expect(viewer.entries.filter(has_text=title)).not_to_have_count(0)
        viewer.keep("search")


def test_a_found_article_opens(package: Path, browser: Browser) -> None:
    with Viewer(browser, package) as viewer:
        viewer.search(TERM)
        found = viewer.page.locator("wr-page-entry", has_text=ARTICLE)
        expect(viewer.entries).not_to_have_count(64)
        found.first.locator("a").first.click()
        replayed = viewer.page.frame_locator("iframe").locator("body")
        expect(replayed).to_contain_text(ARTICLE)
        expect(replayed.locator("h1")).to_have_text(ARTICLE)
        viewer.keep("article")


@pytest.mark.parametrize("title", PICTURED)
def test_an_article_is_displayed_with_its_image(
    title: str, package: Path, browser: Browser
) -> None:
    """One of the last two is a revisit of the other: they have the same bytes."""
    with Viewer(browser, package) as viewer:
        viewer.search(title[:4])
        viewer.page.locator("wr-page-entry", has_text=title).first.locator("a").first.click()
        replayed = viewer.page.frame_locator("iframe")
        expect(replayed.locator("h1")).to_have_text(title)
        picture = replayed.locator("figure img").first
        expect(picture).to_be_visible()
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [360, 240]
        viewer.keep(f"image-{title[:2]}")


def test_the_capture_stands_behind_the_readable_page(package: Path, browser: Browser) -> None:
    with Viewer(browser, package) as viewer:
        viewer.search(PICTURED[0][:4])
        viewer.page.locator("wr-page-entry", has_text=PICTURED[0]).first.locator("a").first.click()
        replayed = viewer.page.frame_locator("iframe")
        replayed.locator("aside.about a").first.click()
        expect(replayed.locator("body")).to_contain_text("原文链接")
        expect(replayed.locator("body")).to_contain_text("### ")


def test_a_word_that_is_nowhere_finds_nothing(package: Path, browser: Browser) -> None:
    with Viewer(browser, package) as viewer:
        viewer.search("石油")
        expect(viewer.entries).to_have_count(0)


@pytest.mark.prove
@pytest.mark.corpus
def test_a_whole_mirror_is_packed_judged_and_searched(
    serve_mirror: ServeMirror, browser: Browser, tmp_path: Path
) -> None:
    """More articles than ReplayWeb.page's search reads: a line cut there would end its search."""
    finished = crawl(tmp_path / "output", mirror=serve_mirror("epoch-news").url)
    package = packed(finished, tmp_path / "epoch.wacz")
    assert scrapy("verify", str(package)).returncode == 0
    subprocess.run([wacz_program(), "validate", "-f", package], capture_output=True, check=True)
    with Viewer(browser, package) as viewer:
        newest = max(finished.items, key=lambda item: str(item["published"]))
        viewer.search(str(newest["title"])[:2])
        found = viewer.page.locator("wr-page-entry", has_text=str(newest["title"]))
        found.first.wait_for()
