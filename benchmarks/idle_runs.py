"""Runs that find nothing new, by the hour, without the network and without Scrapy's engine.

What a real run recorded is given once more to the program's own recorder and run extension, under a
clock that is further on: records, ledger, index, summary and lock are those of a real run.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from scrapy.statscollectors import MemoryStatsCollector

from mirror import warc
from mirror.capture.exchange import Exchange
from mirror.demo.server import ROBOTS
from mirror.extensions.findings import Findings
from mirror.extensions.recorder import CollectionRecorder
from mirror.extensions.run import RunExtension
from mirror.frontier import ROOT, Policy
from mirror.recovery import complete, open_collection
from mirror.recovery.files import warc_files
from mirror.recovery.rebuild import mirror_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from scrapy.crawler import Crawler
    from scrapy.settings import Settings

    from mirror.collection import Collection
    from mirror.ledger import Outcome

DATE = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was sent for a page, and what came back."""

    sent: bytes
    received: bytes


def answers_of(archive: Path, run: str) -> dict[str, Answer]:
    """What a run without news sent and received, by URL, in its order."""
    found: dict[str, Answer] = {}
    infos: set[str | None] = set()
    sent: dict[str, bytes] = {}
    urls: dict[str, str] = {}
    for path in warc_files(archive):
        for record in (stored.record for stored in warc.read_records(path)):
            url = record.get("WARC-Target-URI") or ""
            other = record.get("WARC-Concurrent-To") or ""
            if record.type == "warcinfo" and f"run: {run}\r\n".encode() in record.block:
                infos.add(record.record_id)
            elif record.get("WARC-Warcinfo-ID") not in infos:
                continue
            elif record.type == "request":
                sent[url] = record.block
            elif record.type in ("response", "revisit"):
                urls[record.record_id] = url
                # Of what is identical, the head stands there; that is robots.txt alone.
                body = ROBOTS if record.type == "revisit" else b""
                found[url] = Answer(sent[url], record.block + body)
            elif other in urls:
                # The bytes of a 304, beside the empty revisit.
                found[urls[other]] = Answer(sent[urls[other]], record.block)
    return found


@dataclass
class IdleSpider:
    """As much of a spider as a run needs that reads no page."""

    collection: Collection
    name: str = "web"
    findings: Findings = field(default_factory=Findings)
    given: dict[str, str] = field(default_factory=dict)

    def page_ended(self, url: str, outcome: Outcome, reason: str, status: int | None) -> None:
        looked = self.collection.now().strftime(DATE)
        pages = self.collection.ledger.pages
        pages.end(url, self.collection.run, outcome, reason=reason, status=status, looked=looked)

    def stop(self) -> None:
        """Nothing goes on."""

    async def end_walk(self) -> None:
        self.collection.ledger.pages.add_known_dead(())

    async def close_run(self) -> None:
        self.collection.close()


class IdleCrawler:
    """As much of Scrapy's crawler as the recorder and the run extension ask for."""

    def __init__(self, spider: IdleSpider, settings: Settings) -> None:
        self.spider = spider
        self.settings = settings
        self.stats = MemoryStatsCollector(cast("Crawler", SimpleNamespace(settings=settings)))
        self.signals = SimpleNamespace(connect=lambda *_, **__: None)
        self.recorder: CollectionRecorder | None = None

    def get_extension(self, _: type) -> CollectionRecorder | None:
        return self.recorder


def idle_run(
    output: Path, name: str, answers: Mapping[str, Answer], settings: Settings, now: datetime
) -> None:
    """One run that asks for what is due, and is answered as before."""
    asyncio.run(_idle_run(output, name, answers, settings, now))


async def _idle_run(
    output: Path, name: str, answers: Mapping[str, Answer], settings: Settings, now: datetime
) -> None:
    collection = open_collection(output, name, None, now=lambda: now)
    mirror = mirror_of(collection)
    collection.start_run("web")
    spider = IdleSpider(collection)
    crawler = IdleCrawler(spider, settings)
    standin = cast("Crawler", crawler)
    crawler.recorder = recorder = CollectionRecorder.from_crawler(standin)
    extension = RunExtension.from_crawler(standin)
    await complete(collection, mirror, limit=1 << 20)
    for url in _asked_for(collection, mirror.at(ROOT).url, answers, Policy(now)):
        page = collection.ledger.pages.find(url)
        if page is not None:
            collection.ledger.pages.due(url)
        answer = answers[url]
        exchange = Exchange(
            now, 0, bytearray(answer.sent), answer.received, ip="127.0.0.1", over=True
        )
        response = exchange.response()
        assert response is not None
        await recorder.record(url, exchange, response, None)
        if page is not None and page.outcome is not None:
            crawler.stats.inc_value("indexes/unchanged")
            spider.page_ended(url, page.outcome, page.reason, response.status)
    await extension.spider_closed("finished")
    if extension.exit_status:
        raise SystemExit(f"a run ended with {extension.exit_status}: {extension.summary}")


def _asked_for(
    collection: Collection, root: str, answers: Mapping[str, Answer], policy: Policy
) -> Iterator[str]:
    """robots.txt, the front page, the heads, and what is due by its age."""
    pages = collection.ledger.pages
    asked: set[str] = set()
    for url in answers:
        page = pages.find(url)
        if page is None or url == root or page.found_on == root:
            asked.add(url)
            yield url
    due: list[Any] = list(pages.candidates([], policy.looked_before, policy.article_looked_before))
    for page in due:
        if page.url not in asked and policy.wants(page):
            yield page.url
