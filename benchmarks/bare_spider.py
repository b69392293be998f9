"""The simplest spider that walks a mirror as ours does: it yields titles and keeps nothing.

    python -m benchmarks.bare_spider BASE_URL FOUND_FILE [--channels A,B] [-s NAME=VALUE ...]

Scrapy's default settings, but for the log level: a line a page would be most of what is measured.
The URLs that it fetched are written to FOUND_FILE, one a line.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import scrapy
from scrapy.crawler import CrawlerProcess

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from scrapy.http import Response

LINK = re.compile(r"\]\(([^)\s]+)\)")
TITLE = re.compile(r"^### (.+)$", re.MULTILINE)


class BareSpider(scrapy.Spider):
    name = "bare"

    def __init__(self, base: str, found: Path, channels: frozenset[str]) -> None:
        super().__init__()
        self.base = base
        self.found = found
        self.channels = channels
        self.urls: list[str] = []

    async def start(self) -> AsyncIterator[Any]:
        yield scrapy.Request(f"{self.base}README.md", callback=self.parse_index)

    def parse_index(self, response: Response) -> Iterator[scrapy.Request]:
        self.urls.append(response.url)
        for link in LINK.findall(response.text):
            url = urljoin(response.url, link.partition("?")[0])
            if not url.startswith(self.base) or not url.endswith(".md"):
                continue
            kind, _, path = url.removeprefix(self.base).partition("/")
            if self.channels and path.partition("/")[0] not in self.channels:
                continue
            if kind == "indexes":
                yield scrapy.Request(url, callback=self.parse_index)
            elif kind == "pages":
                yield scrapy.Request(url, callback=self.parse_article, priority=1)

    def parse_article(self, response: Response) -> Iterator[dict[str, str]]:
        self.urls.append(response.url)
        title = TITLE.search(response.text)
        yield {"url": response.url, "title": title[1] if title else ""}

    def closed(self, reason: str) -> None:
        self.found.write_text("".join(f"{url}\n" for url in self.urls), "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("base")
    parser.add_argument("found", type=Path)
    parser.add_argument("--channels", default="")
    parser.add_argument("-s", dest="settings", action="append", default=[], metavar="NAME=VALUE")
    arguments = parser.parse_args()
    settings = dict(setting.split("=", 1) for setting in arguments.settings)
    process = CrawlerProcess({"LOG_LEVEL": "INFO", **settings})
    channels = frozenset(filter(None, arguments.channels.split(",")))
    _ = process.crawl(BareSpider, arguments.base, arguments.found, channels)
    process.start()


if __name__ == "__main__":
    main()
