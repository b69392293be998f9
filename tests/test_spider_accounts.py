"""How the spiders account for the end of a look at a page."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from scrapy.utils.test import get_crawler
from twisted.python.failure import Failure

from mirror.collection import Collection
from mirror.extensions.run import RunExtension
from mirror.spiders.base import MirrorSpider
from tests.test_ledger import CAPTURE, URL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def spider(tmp_path: Path) -> Iterator[MirrorSpider]:
    """One that has a page to look at, at a moment that stays."""
    crawler = get_crawler(MirrorSpider)
    spider = MirrorSpider.from_crawler(crawler, name="web")
    spider.collection = Collection(tmp_path, "news", now=lambda: NOW)
    spider.ledger = spider.collection.ledger
    spider.ledger.pages.note(URL, "article", "c", "root")
    spider.ledger.pages.due(URL)
    yield spider
    spider.collection.close()


@pytest.mark.parametrize("second", ["04", "05", "06"])
def test_failed_look_answers_for_its_captures(spider: MirrorSpider, second: str) -> None:
    """For the one of 06 as well: it is the second of this second, and dated a second later."""
    spider.ledger.captures.add(
        replace(CAPTURE, date=f"2026-01-02T03:04:{second}Z"), "r", unread=True
    )
    spider.page_ended(URL, "failed", "redirects in a circle", 302)
    assert not spider.ledger.captures.has_unread()
    page = spider.ledger.pages.find(URL)
    assert page is not None
    assert page.looked == f"2026-01-02T03:04:{max(second, '05')}Z"


def test_look_that_left_no_bytes_was_made_now(spider: MirrorSpider) -> None:
    spider.page_ended(URL, "failed", "timeout", None)
    page = spider.ledger.pages.find(URL)
    assert page is not None
    assert page.looked == "2026-01-02T03:04:05Z"


def test_error_before_any_page_is_counted_and_of_no_page(spider: MirrorSpider) -> None:
    """As of ``start()``, of which Scrapy tells no response."""
    spider.crawler.spider = spider
    extension = RunExtension(spider.crawler)
    extension.spider_error(Failure(ValueError("of no page")), None)  # type: ignore[no-untyped-call]
    assert extension.errors == 1
    assert spider.ledger.pages.count() == {("article", None): 1}
