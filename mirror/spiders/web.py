"""``scrapy crawl web``: follows a mirror's index pages and article links over HTTP."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import scrapy

from mirror.address import Address, Forge, Mirror
from mirror.collection import Collection
from mirror.demo import DemoServer
from mirror.layouts import IndexPage, Page
from mirror.politeness.loopback import unthrottle_loopback
from mirror.politeness.reasons import RobotsUnreachable, reason_of
from mirror.spiders.arguments import DEMO, ArgumentError, WebArguments
from mirror.spiders.base import ROOT, MirrorSpider, capture_ref
from mirror.spiders.refs import discovery_url, parse_refs

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from mirror.items import Article
    from mirror.ledger import PageKind

logger = logging.getLogger(__name__)

DEAD = (404, 410)
MAX_REDIRECTS = 5
ARTICLE_PRIORITY = 1
"""Articles before further index pages, so that what waits is never more than a page's rows."""


class WebSpider(MirrorSpider):
    """Crawls one mirror over HTTP.

    Arguments: ``mirror`` (required), ``collection``, ``channels``, ``limit``, ``robots``.

    A page is asked for once in a run: the ledger remembers which were, so that memory does not
    grow with the mirror. Only pages of the mirror itself are ever requested.
    """

    name = "web"

    def __init__(self, arguments: WebArguments, **kwargs: Any) -> None:
        super().__init__(arguments.mirror, **kwargs)
        self.arguments = arguments
        self.demo: DemoServer | None = None
        self._articles = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> WebSpider:
        """Check the arguments, open the collection when this is a crawl, fit the settings.

        :raises ArgumentError: an argument is wrong.
        :raises CollectionError: the collection cannot be used.
        """
        kwargs.pop("_job", None)
        spider = super().from_crawler(crawler, WebArguments.parse(kwargs), *args)
        spider.given = kwargs
        if crawler.settings.getbool("ARCHIVE_ENABLED"):
            spider.arguments.require_mirror()
            spider.open_collection(Path(crawler.settings["OUTPUT_DIR"]))
        settings = crawler.settings
        if spider.arguments.robots == "ignore":
            settings.set("ROBOTSTXT_OBEY", False, priority="cmdline")
        if spider.mirror is not None:
            unthrottle_loopback(settings, spider.mirror.home_url)
        if spider.collection is not None and spider.mirror is not None:
            private = [*settings.getlist("PRIVATE_ORIGINS"), *spider.mirror.raw_origins]
            settings.set("PRIVATE_ORIGINS", private, priority="cmdline")
        return spider

    def open_collection(self, output: Path) -> None:
        """Open the collection and begin a run in it; serve the embedded mirror if that is meant."""
        arguments = self.arguments
        if arguments.demo:
            collection = Collection(output, arguments.collection or DEMO, None)
            mirror = self._serve_demo(collection)
        else:
            assert arguments.mirror is not None
            mirror = arguments.mirror
            collection = Collection(output, arguments.collection or mirror.slug, mirror.name)
        self.start_run(collection, mirror)

    def _serve_demo(self, collection: Collection) -> Mirror:
        """The embedded mirror, on the port that the collection knows it by."""
        known = collection.ledger.get("mirror")
        port = int(known.rpartition(":")[2]) if known else 0
        try:
            self.demo = DemoServer(port=port).__enter__()
        except OSError as error:
            collection.close()
            raise ArgumentError(
                f"port {port}, by which this collection knows the demo mirror, is taken ({error}); "
                "give another collection"
            ) from error
        mirror = Mirror(forge=Forge.PLAIN, base=self.demo.url)
        collection.ledger.put("mirror", mirror.name)
        return mirror

    async def close_run(self) -> None:
        """Let go of the collection, and stop serving the embedded mirror."""
        await super().close_run()
        if self.demo is not None:
            self.demo.__exit__(None, None, None)

    # Requests

    async def start(self) -> AsyncIterator[Request]:
        if self.mirror is None:
            return
        if self.mirror.ref is None and self.mirror.git_url is not None:
            yield scrapy.Request(
                discovery_url(self.mirror.git_url),
                callback=self.parse_refs,
                errback=self.refs_failed,
                dont_filter=True,
                meta={"handle_httpstatus_all": True},
            )
        else:
            for request in self._request(self.mirror.at(ROOT), "root", "", ""):
                yield request

    def _request(
        self,
        address: Address,
        kind: PageKind,
        channel: str,
        found_on: str,
        *,
        redirects: tuple[str, ...] = (),
    ) -> Iterator[Request]:
        """The request for a page, unless this run has asked for it before.

        :param redirects: URLs of pages that led here, each by redirecting to the next.
        """
        url = address.url
        if not self.ledger.discover(url, kind, channel, found_on, self.run):
            return
        self.crawler.stats.inc_value("pages/known")
        yield scrapy.Request(
            url,
            callback=self.parse,
            errback=self.failed,
            cb_kwargs={
                "address": address,
                "kind": kind,
                "channel": channel,
                "redirects": redirects,
            },
            priority=ARTICLE_PRIORITY if kind == "article" else 0,
            dont_filter=True,
            meta={"dont_redirect": True, "handle_httpstatus_all": True, "verbatim_url": True},
        )

    # Answers

    def parse_refs(self, response: Response) -> Iterator[Request]:
        """Take the default branch from the Git server's answer and begin with the root page."""
        assert self.mirror is not None
        try:
            if response.status != 200:
                raise ValueError(f"status {response.status}")
            refs = parse_refs(response.body)
            if refs.default is None:
                raise ValueError("the repository names no default branch")
        except ValueError as error:
            self.findings.unreachable = f"{self.mirror.git_url}: {error}"
            return
        self.mirror = self.mirror.with_ref(refs.default)
        self.ledger.put("ref", refs.default)
        logger.info("Default branch of %s is %s", self.mirror.name, refs.default)
        yield from self._request(self.mirror.at(ROOT), "root", "", "")

    def refs_failed(self, failure: Failure) -> None:
        assert self.mirror is not None
        self.findings.unreachable = f"{self.mirror.git_url}: {reason_of(failure.value)[0]}"

    async def parse(
        self,
        response: Response,
        address: Address | None = None,
        kind: PageKind = "other",
        channel: str = "",
        redirects: tuple[str, ...] = (),
    ) -> AsyncIterator[Request | Article]:
        """A page of the mirror, whatever its status."""
        if address is None:
            address = self.address_of(response.url)
        status = response.status
        if status in (301, 302, 303, 307, 308):
            target = self._redirected(response, address, kind, redirects)
            if target is not None:
                visited = (*redirects, address.url)
                for request in self._request(
                    target, kind, channel, response.url, redirects=visited
                ):
                    yield request
        elif status in DEAD:
            self.page_ended(address.url, "dangling", f"status {status}", status)
        elif status != 200:
            self.page_ended(address.url, "failed", f"status {status}", status)
        else:
            capture = response.meta.get("capture")
            ref = capture_ref(capture, self.run) if capture is not None else None
            found = await self.read_page(Page(address, response.body), kind, ref)
            if isinstance(found, IndexPage):
                for request in self._follow(found, address):
                    yield request
            elif found is not None:
                yield found

    def failed(self, failure: Failure) -> None:
        """A page that could not be fetched: it stands in the summary with its reason."""
        request: Request = failure.request  # type: ignore[attr-defined]
        reason, detail = reason_of(failure.value)
        logger.warning("%s: %s", request.url, detail)
        if request.cb_kwargs["kind"] == "root" and isinstance(failure.value, RobotsUnreachable):
            self.findings.unreachable = detail
        self.page_ended(request.cb_kwargs["address"].url, "failed", reason, None)

    def _follow(self, index: IndexPage, address: Address) -> Iterator[Request]:
        for skipped in index.skipped:
            self.findings.skip(skipped)
        for found in index.articles:
            if self.arguments.limit and self._articles >= self.arguments.limit:
                self.findings.limited = True
                return
            for request in self._request(found, "article", folder_of(found), address.url):
                self._articles += 1
                yield request
        if index.kind == "root":
            for channel, found in self._wanted(index.indexes):
                yield from self._request(found, "index", channel, address.url)
        else:
            for found in index.indexes:
                yield from self._request(found, "index", index.channel, address.url)

    def _wanted(self, heads: Iterable[Address]) -> list[tuple[str, Address]]:
        """The channels asked for with their heads, of those that the root page names."""
        by_channel = {channel_of(head): head for head in heads}
        wanted = self.arguments.channels or tuple(by_channel)
        self.findings.channels = sorted(by_channel)
        self.findings.missing_channels = [name for name in wanted if name not in by_channel]
        return [(name, by_channel[name]) for name in wanted if name in by_channel]

    def _redirected(
        self, response: Response, address: Address, kind: PageKind, redirects: tuple[str, ...]
    ) -> Address | None:
        """The page of this mirror that a redirect leads to; any other is noted as a failure."""
        assert self.mirror is not None
        location = (response.headers.get(b"Location") or b"").decode("utf-8", "replace")
        try:
            target = self.mirror.find(urljoin(response.url, location))
        except ValueError:
            target = None
        if target is None or not location:
            reason = f"redirects to {location!r}"
            if kind == "root":
                self.findings.moved_to = location
        elif target.url in (address.url, *redirects):
            reason = "redirects in a circle"
        elif len(redirects) >= MAX_REDIRECTS:
            reason = "too many redirects"
        else:
            self.page_ended(address.url, "redirect", f"to {target.url}", response.status)
            return target
        self.page_ended(address.url, "failed", reason, response.status)
        return None


def folder_of(address: Address) -> str:
    """Name of the folder that a page stands in: an article's channel."""
    return address.path.rpartition("/")[0].rpartition("/")[2]


def channel_of(head: Address) -> str:
    """The channel that an index page is the head of: its folder, or itself where it has none.

    ``indexes/ncid1/README.md`` is a folder's front page, ``indexes/78.md`` stands for itself.
    """
    stem = head.path.rpartition("/")[2].removesuffix(".md")
    return folder_of(head) if stem == "README" else stem
