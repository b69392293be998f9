"""``scrapy crawl web``: follows a mirror's index pages and article links over HTTP."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import scrapy
from scrapy import signals

from mirror.address import Address, Forge, Mirror
from mirror.collection import utc_now
from mirror.demo import DemoServer
from mirror.frontier import (
    DEAD,
    REDIRECTS,
    ROOT,
    Policy,
    channel_of,
    folder_of,
    redirect_target,
)
from mirror.gitstore import discovery_url, parse_advertisement, short_name
from mirror.layouts import IndexPage
from mirror.politeness.loopback import unthrottle_loopback, unthrottle_loopback_alone
from mirror.politeness.reasons import RobotsUnreachable, reason_of
from mirror.recovery import open_collection
from mirror.spiders.archived import UNREADABLE, ArchivedPages, NotInArchive
from mirror.spiders.arguments import DEMO, ArgumentError, WebArguments
from mirror.spiders.base import MirrorSpider
from mirror.spiders.image_terms import ImageTerms
from mirror.spiders.images import Images

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.settings import BaseSettings
    from twisted.python.failure import Failure

    from mirror.collection import Collection
    from mirror.items import Article
    from mirror.ledger import KnownPage, PageKind

logger = logging.getLogger(__name__)

ARTICLE_PRIORITY = 1
"""Articles before further index pages, so that what waits is never more than a page's rows."""


class WebSpider(MirrorSpider):
    """Crawls one mirror over HTTP.

    Arguments: ``mirror`` (required), ``collection``, ``channels``, ``limit``, ``robots``,
    ``refetch``, ``age``, ``images``.

    A page is asked for once in a run, and in later runs only as the policy has it: the ledger
    remembers, so that memory does not grow with the mirror. Only pages of the mirror itself are
    ever requested, and with ``images`` the pictures of its articles.
    """

    name = "web"
    extractors = 1

    def __init__(self, arguments: WebArguments, **kwargs: Any) -> None:
        super().__init__(arguments.mirror, **kwargs)
        self.arguments = arguments
        self.demo: DemoServer | None = None
        self.policy = Policy(utc_now(), arguments.refetch, arguments.age)
        self.images: Images | None = None
        self._articles = 0
        self._archive = ArchivedPages(None, 0)
        self._root_ended = asyncio.Event()
        self._root_understood = False

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> WebSpider:
        """Check the arguments, open the collection when this is a crawl, fit the settings.

        :raises ArgumentError: an argument is wrong.
        :raises CollectionError: the collection cannot be used.
        """
        kwargs.pop("_job", None)
        spider = super().from_crawler(crawler, WebArguments.parse(kwargs), *args)
        spider.given = kwargs
        terms = spider.image_terms(crawler.settings)
        if crawler.settings.getbool("ARCHIVE_ENABLED"):
            spider.arguments.require_mirror()
            spider.open_collection(Path(crawler.settings["OUTPUT_DIR"]))
        settings = crawler.settings
        if spider.arguments.robots == "ignore":
            settings.set("ROBOTSTXT_OBEY", False, priority="cmdline")
        if spider.mirror is not None and terms is None:
            unthrottle_loopback(settings, spider.mirror.home_url)
        elif spider.mirror is not None and terms is not None:
            spider.ask_for_images(terms)
        if spider.collection is not None and spider.mirror is not None:
            private = [*settings.getlist("PRIVATE_ORIGINS"), *spider.mirror.raw_origins]
            settings.set("PRIVATE_ORIGINS", private, priority="cmdline")
        return spider

    def image_terms(self, settings: BaseSettings) -> ImageTerms | None:
        """Which pictures are to be captured; ``None`` when none are.

        :raises ArgumentError: a setting is wrong.
        """
        if not self.arguments.images:
            return None
        try:
            return ImageTerms.of(settings, strangers=not self.arguments.demo)
        except ValueError as error:
            raise ArgumentError(str(error)) from error

    def ask_for_images(self, terms: ImageTerms) -> None:
        """Capture pictures, and ask their hosts as gently as is owed to each."""
        assert self.mirror is not None
        home = self.mirror.home_url
        if terms.everywhere.are_loopback:
            unthrottle_loopback(self.settings, home)
        else:
            unthrottle_loopback_alone(self.settings, home)
        if self.collection is not None:
            self.images = Images(self, terms)

    def open_collection(self, output: Path) -> None:
        """Open the collection and begin a run in it; serve the embedded mirror if that is meant."""
        arguments = self.arguments
        if arguments.demo:
            collection = open_collection(output, arguments.collection or DEMO, None)
            mirror = self._serve_demo(collection)
        else:
            assert arguments.mirror is not None
            mirror = arguments.mirror
            collection = open_collection(output, arguments.collection or mirror.slug, mirror.name)
        self.start_run(collection, mirror)
        self.policy = replace(self.policy, now=collection.now())
        self._archive = ArchivedPages(collection, self.most_bytes)

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
        await self.make_good()
        if self.mirror.ref is None and self.mirror.git_url is not None:
            yield scrapy.Request(
                discovery_url(self.mirror.git_url),
                callback=self.parse_refs,
                errback=self.refs_failed,
                dont_filter=True,
                meta={"handle_httpstatus_all": True},
            )
        else:
            for request in self._request(self.mirror.at(ROOT), "root", "", "", head=True):
                yield request
        async for request in self._left_over():
            yield request

    async def _left_over(self) -> AsyncIterator[Request]:
        """Pages that earlier runs left, and those whose time has come, once the mirror is known to
        be there. They are taken from the ledger as fast as they are fetched, and no faster."""
        await self._root_ended.wait()
        if not self._root_understood:
            return
        channels = self.arguments.channels
        policy = self.policy
        for page in self.ledger.pages.candidates(
            channels,
            policy.looked_before,
            policy.article_looked_before,
            images=self.images is not None,
        ):
            for request in self._request_again(page):
                await self._room()
                yield request
        for request in self._images_of_known():
            await self._room()
            yield request

    def _request_again(self, page: KnownPage) -> Iterator[Request]:
        """The request for a page that an earlier run knew of."""
        assert self.mirror is not None
        if page.kind == "image":
            if self.images is not None:
                yield from self.images.request(page.url, page.channel, page.found_on)
            return
        address = self.mirror.find(page.url)
        if address is not None:
            yield from self._request(
                address, page.kind, page.channel, page.found_on, named_anew=False
            )

    def _images_of_known(self) -> Iterator[Request]:
        """Pictures of articles that were captured when nobody asked for these, or for others."""
        if self.images is None:
            return
        terms = self.images.terms.fingerprint
        for item in self.ledger.unpictured(self.arguments.channels, terms):
            if self._is_beyond_limit("article"):
                return
            self._articles += 1
            yield from self.images.of_known(item)

    async def _room(self) -> None:
        """Until what waits is no more than the downloader can take."""
        assert self.crawler.engine is not None
        if self.crawler.engine.needs_backout():
            await self.crawler.signals.wait_for(signals.scheduler_empty)

    def _request(
        self,
        address: Address,
        kind: PageKind,
        channel: str,
        found_on: str,
        *,
        head: bool = False,
        named_anew: bool = True,
    ) -> Iterator[Request]:
        """The request for a page, unless this run has asked for it before or need not ask.

        :param head: the page is where news are looked for.
        :param named_anew: the page that names it is new, or not what it was.
        """
        url = address.url
        pages = self.ledger.pages
        page = pages.find(url)
        if page is None:
            pages.note(url, kind, channel, found_on)
        elif not self.policy.wants(page, head=head, named_anew=named_anew):
            return
        if self._is_beyond_limit(kind) or not pages.due(url):
            return
        self.crawler.stats.inc_value("pages/known")
        self._articles += kind == "article"
        yield scrapy.Request(
            url,
            callback=self.parse,
            errback=self.failed,
            headers=self.conditions(page),
            cb_kwargs={"address": address, "kind": kind, "channel": channel},
            priority=ARTICLE_PRIORITY if kind == "article" else 0,
            dont_filter=True,
            meta={"dont_redirect": True, "handle_httpstatus_all": True, "verbatim_url": True},
        )

    def conditions(self, page: KnownPage | None) -> dict[str, str]:
        """The headers that ask for a page only if it has changed (RFC 9110 §13.1)."""
        if page is None or page.looked is None or self.policy.refetch == "all":
            return {}
        if page.outcome == "failed" and page.reason.startswith(UNREADABLE):
            return {}
        known = self.ledger.captures.validators(page.url)
        if known is None:
            return {}
        fields = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
        return {name: value for name, value in fields.items() if value is not None}

    def _is_beyond_limit(self, kind: PageKind) -> bool:
        limit = self.arguments.limit
        if kind != "article" or not limit or self._articles < limit:
            return False
        self.findings.limited = True
        return True

    # Answers

    def parse_refs(self, response: Response) -> Iterator[Request]:
        """Take the default branch from the Git server's answer and begin with the root page."""
        assert self.mirror is not None
        try:
            if response.status != 200:
                raise ValueError(f"status {response.status}")
            default = parse_advertisement(response.body).default
            if default is None:
                raise ValueError("the repository names no default branch")
        except ValueError as error:
            self.findings.unreachable = f"{self.mirror.git_url}: {error}"
            self._root_ended.set()
            return
        ref = short_name(default)
        self.mirror = self.mirror.with_ref(ref)
        self.ref_resolved(ref)
        yield from self._request(self.mirror.at(ROOT), "root", "", "", head=True)

    def refs_failed(self, failure: Failure) -> None:
        assert self.mirror is not None
        self.findings.unreachable = f"{self.mirror.git_url}: {reason_of(failure.value)[0]}"
        self._root_ended.set()

    async def parse(
        self,
        response: Response,
        address: Address | None = None,
        kind: PageKind = "other",
        channel: str = "",
    ) -> AsyncIterator[Request | Article]:
        """A page of the mirror, whatever its status."""
        if address is None:
            address = self.address_of(response.url)
        target = None
        try:
            if response.status in REDIRECTS:
                target = self._redirected(response, address, kind)
                if target is not None:
                    for request in self._request(
                        target, kind, channel, address.url, head=kind == "root"
                    ):
                        yield request
            else:
                async for found in self._answered(response, address, kind):
                    yield found
        finally:
            if kind == "root" and target is None:
                self._root_ended.set()

    async def _answered(
        self, response: Response, address: Address, kind: PageKind
    ) -> AsyncIterator[Request | Article]:
        status = response.status
        if status in DEAD:
            self.page_ended(address.url, "dangling", f"status {status}", status)
            return
        if status not in (200, 304):
            self.page_ended(address.url, "failed", f"status {status}", status)
            return
        if status == 304 and kind == "article" and self._is_as_before(address.url):
            return
        try:
            page = self._archive.page(response, address, self.run)
        except NotInArchive as error:
            self.page_ended(address.url, "failed", str(error), status)
            return
        found = await self.read_page(page.page, kind, page.ref, status=status, git=page.git)
        if isinstance(found, IndexPage):
            change = self._archive.change(found, page)
            self.crawler.stats.inc_value(f"indexes/{change}")
            named_anew = change != "unchanged"
            for request in self._follow(found, address, named_anew=named_anew):
                yield request
        elif found is not None:
            yield found
            if self.images is not None:
                for request in self.images.of_article(found):
                    yield request

    def failed(self, failure: Failure) -> None:
        """A page that could not be fetched: it stands in the summary with its reason."""
        request: Request = failure.request  # type: ignore[attr-defined]
        reason, detail = reason_of(failure.value)
        logger.warning("%s: %s", request.url, detail)
        if request.cb_kwargs["kind"] == "root" and isinstance(failure.value, RobotsUnreachable):
            self.findings.unreachable = detail
        self.page_ended(request.cb_kwargs["address"].url, "failed", reason, None)
        if request.cb_kwargs["kind"] == "root":
            self._root_ended.set()

    def _is_as_before(self, url: str) -> bool:
        """Whether a page that has not changed was understood before, or not: so it is again."""
        page = self.ledger.pages.find(url)
        if page is None or page.outcome not in ("item", "unknown"):
            return False
        if page.outcome == "item":
            self.crawler.stats.inc_value("articles/unchanged")
        self.page_ended(url, page.outcome, page.reason, 304)
        return True

    def _follow(self, index: IndexPage, address: Address, *, named_anew: bool) -> Iterator[Request]:
        for skipped in index.skipped:
            self.findings.skip(skipped)
        for found in index.articles:
            yield from self._request(
                found, "article", folder_of(found), address.url, named_anew=named_anew
            )
        if index.kind == "root":
            self._root_understood = True
            for channel, found in self._wanted(index.indexes):
                yield from self._request(found, "index", channel, address.url, head=True)
        else:
            for found in index.indexes:
                yield from self._request(
                    found, "index", index.channel, address.url, named_anew=named_anew
                )

    async def end_walk(self) -> None:
        if self._root_understood:
            self.ledger.pages.add_known_dead(
                self.arguments.channels, images=self.images is not None
            )

    def _wanted(self, heads: Iterable[Address]) -> list[tuple[str, Address]]:
        """The channels asked for with their heads, of those that the root page names."""
        by_channel = {channel_of(head): head for head in heads}
        wanted = self.arguments.channels or tuple(by_channel)
        self.findings.channels = sorted(by_channel)
        self.findings.missing_channels = [name for name in wanted if name not in by_channel]
        return [(name, by_channel[name]) for name in wanted if name in by_channel]

    def _redirected(self, response: Response, address: Address, kind: PageKind) -> Address | None:
        """The page of this mirror that a redirect leads to; any other is noted as a failure."""
        location = response.headers.get(b"Location") or b""
        target = redirect_target(address, location, self.ledger.pages)
        if isinstance(target, str):
            self.page_ended(address.url, "failed", target, response.status)
            if kind == "root" and target.startswith("redirects to "):
                self.findings.moved_to = location.decode("utf-8", "replace")
            return None
        self.page_ended(address.url, "redirect", f"to {target.url}", response.status)
        return target
