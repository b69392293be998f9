"""What a person sees: the real Chromium, on a phone and on a desk, by day and by night.

``MIRROR_TESTS_SCREENSHOTS=FOLDER`` keeps the screenshots, for looking at.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from playwright.sync_api import Error as PlaywrightError

from mirror.render.page import readable_page
from tests.crawling import crawl
from tests.export_samples import article, write_run
from tests.hostile_article import HOSTILE_HTML
from tests.pictured_mirror import png
from tests.replay_samples import Sample, two_articles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page, Route

    from tests.replaying import Replay

SIZES = {"phone": (390, 844), "desk": (1280, 900)}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
PICTURE = "https://i.example.org/1.jpg"
HOSTILE = "https://www.example.org/n666.htm"
ORIGINAL = "https://www.example.org/gb/26/11/1/n1.htm"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, serve: Callable[[Path], Replay]) -> Replay:
    """The demo mirror, crawled over real HTTP."""
    finished = crawl(tmp_path_factory.mktemp("out"), mirror="demo", collection="demo", images="1")
    assert finished.status == 0, finished.output
    return serve(finished.folder)


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory, serve: Callable[[Path], Replay]) -> Replay:
    """Articles with a picture in the archive and one without, and a hostile one."""
    folder = tmp_path_factory.mktemp("out") / "news"
    two_articles(folder)
    sample = Sample(folder)
    sample.response(PICTURE, png(1200, 700), head=("Content-Type: image/png",))
    sample.close()
    write_run(
        folder,
        "20261102T000000Z",
        article("n666", html=HOSTILE_HTML, original_url=HOSTILE, title="恶意的一篇"),
        article("n4", html=WIDE, original_url="https://www.example.org/n4.htm", title="宽" * 90),
    )
    return serve(folder)


WIDE = (
    "<table><tr>" + "<td>一格里有好几个字</td>" * 12 + "</tr></table>"
    "<pre>" + "x" * 400 + "</pre><p>https://example.org/" + "a" * 300 + "</p>"
    f'<figure><a href="{PICTURE}"><img src="{PICTURE}"></a><figcaption>说明</figcaption></figure>'
    "<blockquote><p>引文。</p></blockquote><h2>小标题</h2><ul><li>一</li><li>二</li></ul>"
)


class Seen:
    """A page in the browser, and everything that it complained of or asked for."""

    def __init__(self, browser: Browser, size: str, scheme: Literal["light", "dark"]) -> None:
        width, height = SIZES[size]
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, locale="zh-CN"
        )
        self.name = f"{size}-{scheme}"
        self.errors: list[str] = []
        self.requests: list[str] = []
        self.page: Page = self.context.new_page()
        self.page.on("console", lambda message: self.errors.append(message.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("dialog", lambda dialog: self.errors.append(dialog.message))

    def __enter__(self) -> Seen:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()

    def _screenshot(self) -> bytes:
        """Taken a second time where a busy machine's compositor did not answer the first."""
        try:
            return self.page.screenshot(full_page=self.name.startswith("phone"))
        except PlaywrightError:
            return self.page.screenshot(full_page=self.name.startswith("phone"))

    def keep(self, name: str) -> None:
        folder = os.environ.get("MIRROR_TESTS_SCREENSHOTS")
        picture = self._screenshot()
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            (Path(folder) / f"{name}-{self.name}.png").write_bytes(picture)

    def complaints(self) -> list[str]:
        """Of the console, but for pictures that the archive does not have."""
        return [text for text in self.errors if "404 (Not Found)" not in text]

    def width(self) -> tuple[int, int]:
        """Of what there is, and of the window."""
        found = self.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        return int(found[0]), int(found[1])

    def lightness(self) -> float:
        """Of the background, from 0 to 1."""
        colour = self.page.evaluate("getComputedStyle(document.body).backgroundColor")
        parts = [int(part) for part in re.findall(r"\d+", str(colour))[:3]]
        return sum(parts) / 3 / 255


@pytest.fixture(params=[(size, scheme) for size in SIZES for scheme in SCHEMES], ids="-".join)
def seen(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Seen]:
    with Seen(browser, *request.param) as seen:
        yield seen


def assert_sound(seen: Seen, replay: Replay) -> None:
    there, window = seen.width()
    assert there <= window, "something is wider than the window"
    assert seen.page.evaluate("document.characterSet") == "UTF-8"
    assert "\ufffd" not in seen.page.inner_text("body")
    assert (seen.lightness() < 0.3) is seen.name.endswith("dark")
    assert seen.complaints() == []
    assert all(url.startswith((replay.url, "data:")) for url in seen.requests), seen.requests


def test_start_page(demo: Replay, seen: Seen) -> None:
    seen.page.goto(demo.url)
    seen.keep("start")
    text = seen.page.inner_text("body")
    assert "邻里生活" in text
    assert "三孔桥通车 头一个过桥的是扫石阶的人" in text
    assert_sound(seen, demo)


def test_search_leads_to_an_article_and_its_captures(demo: Replay, seen: Seen) -> None:
    seen.page.goto(demo.url)
    seen.page.fill("input[name=q]", "土星")
    seen.page.click("button")
    seen.keep("search")
    assert "土星" in seen.page.locator("mark").first.inner_text()
    assert_sound(seen, demo)
    seen.page.get_by_role("link", name="1 capture").first.click()
    seen.keep("captures")
    assert_sound(seen, demo)
    seen.page.get_by_role("link", name=re.compile(r"^\d{4}-")).first.click()
    assert "一个人的观测日志" in seen.page.inner_text("h1")
    assert_sound(seen, demo)


def test_readable_page(demo: Replay, seen: Seen) -> None:
    url = f"{demo.url}demo-originals/2026/https://www.epochtimes.com/gb/23/12/3/n9000002.htm"
    seen.page.goto(url)
    seen.keep("readable")
    text = seen.page.inner_text("body")
    assert "雨量筒旁的记录本写了四十年" in text
    assert "柳坡气象站没有围墙" in text
    assert "存档阅读版" in text
    assert seen.page.evaluate("document.documentElement.lang") == "zh-Hans"
    # The style sheet passed the policy: a browser's own margin is 8 px, its font 16.
    assert seen.page.evaluate("getComputedStyle(document.body).margin") == "0px"
    leading = seen.page.evaluate(
        "(s => parseFloat(s.lineHeight) / parseFloat(s.fontSize))"
        "(getComputedStyle(document.querySelector('.body p')))"
    )
    assert 1.6 <= leading <= 2
    size = seen.page.evaluate(
        "parseFloat(getComputedStyle(document.querySelector('.body p')).fontSize)"
    )
    column = seen.page.evaluate("document.querySelector('.body').clientWidth")
    assert 16 <= column / size <= 42, "characters on a line"
    assert_sound(seen, demo)


def test_link_between_articles_leads_on_in_the_archive(news: Replay, seen: Seen) -> None:
    seen.page.goto(f"{news.url}news-originals/2026/{ORIGINAL}")
    seen.page.get_by_role("link", name="另一篇").click()
    assert seen.page.inner_text("h1") == "渡船停了。"
    assert_sound(seen, news)


def test_picture_in_the_archive_is_displayed(news: Replay, seen: Seen) -> None:
    seen.page.goto(f"{news.url}news-originals/2026/{ORIGINAL}")
    seen.page.wait_for_load_state("networkidle")
    seen.keep("picture")
    natural = seen.page.evaluate("document.querySelector('figure img').naturalWidth")
    assert natural == 1200
    assert_sound(seen, news)


@pytest.mark.parametrize("path", ["23/12/1/n9000001", "23/12/9/n9000006", "23/12/15/n9000010"])
def test_picture_that_a_crawl_captured_is_seen(path: str, demo: Replay, browser: Browser) -> None:
    """The last two have the same bytes: one of them is a revisit of the other's record."""
    with Seen(browser, "phone", "light") as seen:
        seen.page.goto(
            f"{demo.url}{demo.name}-originals/2026/https://www.epochtimes.com/gb/{path}.htm"
        )
        picture = seen.page.locator("figure img").first
        picture.wait_for()
        seen.keep(f"captured-{path.rpartition('/')[2]}")
        size = picture.evaluate("image => [image.naturalWidth, image.naturalHeight]")
        assert size == [360, 240], "a stand-in has another one"
        assert_sound(seen, demo)


def test_wide_things_stay_in_the_column(news: Replay, seen: Seen) -> None:
    seen.page.goto(f"{news.url}news-originals/2026/https://www.example.org/n4.htm")
    seen.page.wait_for_load_state("networkidle")
    seen.keep("wide")
    assert_sound(seen, news)


def test_hostile_article_is_inert(news: Replay, seen: Seen) -> None:
    seen.page.goto(f"{news.url}news-originals/2026/{HOSTILE}")
    seen.page.wait_for_load_state("networkidle")
    seen.keep("hostile")
    assert seen.page.title() == "恶意的一篇"
    text = seen.page.inner_text("body")
    assert "正文的第一段。" in text
    assert "正文的最后一段。" in text
    for name in "一二三":
        link = seen.page.get_by_text(name, exact=True).first
        if link.is_visible():
            link.click(no_wait_after=True)
    assert seen.page.title() == "恶意的一篇"
    assert seen.page.url.endswith(HOSTILE)
    covered = seen.page.evaluate(
        "document.elementFromPoint(innerWidth / 2, 10).closest('.about') !== null"
    )
    assert covered, "nothing lies over the banner"
    assert_sound(seen, news)


def test_hostile_page_as_captured_reaches_nothing_outside(
    tmp_path: Path, browser: Browser, serve: Callable[[Path], Replay]
) -> None:
    folder = tmp_path / "bad"
    sample = Sample(folder)
    markup = (
        "<!DOCTYPE html><p>页</p><img src='https://evil.example/i.png'>"
        "<script>document.title = 'ran'; fetch('https://evil.example/f').catch(() => 0);"
        "new Image().src = 'https://evil.example/j.png'</script>"
    )
    body = markup.encode()
    sample.response(
        "https://m.example.org/x.html", body, head=("Content-Type: text/html; charset=utf-8",)
    )
    sample.close()
    replay = serve(folder)
    for modifier in ("", "id_"):
        with Seen(browser, "desk", "light") as seen:
            reached: list[str] = []

            def reach(route: Route, reached: list[str] = reached) -> None:
                reached.append(route.request.url)
                route.fulfill(status=200)

            seen.page.route(re.compile("^https:"), reach)
            seen.page.goto(f"{replay.url}bad/2026{modifier}/https://m.example.org/x.html")
            seen.page.wait_for_load_state("networkidle")
            assert seen.page.evaluate("document.title") == "ran", "the page ran its script"
            assert reached == []


def test_page_opens_as_a_file_too(tmp_path: Path, browser: Browser) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(readable_page(article(images=[], html="<p>正文。</p>")))
    with Seen(browser, "phone", "light") as seen:
        seen.page.goto(path.as_uri())
        assert seen.page.inner_text(".body") == "正文。"
        assert seen.page.evaluate("getComputedStyle(document.body).margin") == "0px"
        assert seen.errors == []
