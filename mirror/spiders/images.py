"""The pictures of articles: which are asked for, and what became of each."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urljoin

from scrapy import Request

from mirror.extraction.pictures import why_captured_is_no_picture
from mirror.frontier import (
    DEAD,
    MAX_REDIRECTS,
    REDIRECTS,
    fetchable,
    why_no_picture,
)
from mirror.items import InvalidItem, content_digest, decode
from mirror.politeness.reasons import reason_of
from mirror.spiders.archived import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from mirror.address import Mirror
    from mirror.collection import Collection
    from mirror.extensions.findings import Findings
    from mirror.frontier import Policy
    from mirror.items import Article
    from mirror.ledger import KnownPage, Outcome, StoredItem
    from mirror.spiders.image_terms import ImageTerms
    from mirror.warc.capture import Capture

_NO_LIMIT = sys.maxsize

logger = logging.getLogger(__name__)

IMAGE_PRIORITY = 2
"""Before the next article, so that what waits is never more than a few articles' pictures."""
PAGE = ".md"
"""Files of a mirror that are pages, whatever an article takes them for."""


class ImageSource(Protocol):
    """What the pictures need of the spider whose articles name them."""

    collection: Collection | None
    mirror: Mirror | None
    findings: Findings
    policy: Policy
    crawler: Crawler

    def page_ended(self, url: str, outcome: Outcome, reason: str, status: int | None) -> None:
        """Note how a page ended."""

    def conditions(self, page: KnownPage | None) -> dict[str, str]:
        """The headers that ask for a page only if it has changed."""


class Images:
    """Asks for the pictures of articles, each once in a run, and accounts for how it ended.

    They are pages of the ledger of the kind ``image``, found on the article that names them.
    """

    def __init__(self, source: ImageSource, terms: ImageTerms) -> None:
        assert source.collection is not None
        self.source = source
        self.terms = terms
        self.ledger = source.collection.ledger
        self._everywhere = terms.everywhere

    # Requests

    def of_article(self, article: Article) -> Iterator[Request]:
        """Requests for the pictures that an article names, unless they are known by these terms.

        All of them are noted before the first is asked for: what does not come to it in this run
        is left for the next.
        """
        digest = content_digest(article)
        if self.ledger.is_pictured(article.url, digest, self.terms.fingerprint):
            return
        page = self.ledger.pages.find(article.url)
        channel = page.channel if page is not None else article.channel
        wanted = self._wanted(article)
        for url in wanted:
            self.ledger.pages.note(url, "image", channel, article.url)
        self.ledger.set_pictured(article.url, digest, self.terms.fingerprint)
        for url in wanted:
            yield from self.request(url, channel, article.url, named_anew=True)

    def of_known(self, item: StoredItem) -> Iterator[Request]:
        """The same for an article that was captured before, from its line in ``items/``."""
        assert self.source.collection is not None
        try:
            article = decode(self.source.collection.item_line(item))
        except (InvalidItem, OSError) as error:
            logger.warning("An item of run %s cannot be read: %s", item.run, error)
            return
        yield from self.of_article(article)

    def request(
        self,
        url: str,
        channel: str,
        article: str,
        *,
        named_anew: bool = False,
        visited: tuple[str, ...] = (),
    ) -> Iterator[Request]:
        """The request for a picture, unless this run has asked before or need not ask.

        :param article: URL of the page that names it.
        :param visited: URLs that redirected here, the last one last.
        """
        pages = self.ledger.pages
        page = pages.find(url)
        if page is None:
            pages.note(url, "image", channel, article)
        elif page.kind != "image" or not self.source.policy.wants(page, named_anew=named_anew):
            return
        if not self._may_be_asked(url) or not pages.due(url):
            return
        self.source.crawler.stats.inc_value("pages/known")
        about = {"url": url, "channel": channel, "article": article, "visited": visited}
        yield Request(
            url,
            callback=self.parse,
            errback=self.failed,
            headers=self.source.conditions(page),
            cb_kwargs=about,
            priority=IMAGE_PRIORITY,
            dont_filter=True,
            meta={
                "dont_redirect": True,
                "handle_httpstatus_all": True,
                "verbatim_url": True,
                "download_maxsize": self.terms.most_bytes,
                "embedded_in": article,
            },
        )

    def _wanted(self, article: Article) -> list[str]:
        """Addresses of an article's pictures that may be asked for; the others are counted."""
        found = self.source.findings.images
        hosts = self.terms.hosts.get(article.layout, self.terms.own)
        wanted: dict[str, None] = {}
        for named in dict.fromkeys(image.url for image in article.images):
            url = fetchable(named)
            if url is None:
                found.skip("invalid address")
            elif self._is_own_page(url):
                found.skip("a page of the mirror")
            elif not (hosts.allows(url) or self._is_own(url)):
                found.skip("foreign host", url)
            elif self.terms.most and len(wanted) >= self.terms.most:
                found.skip("beyond IMAGES_PER_ARTICLE")
            else:
                wanted[url] = None
        return list(wanted)

    def _may_be_asked(self, url: str) -> bool:
        return (self._everywhere.allows(url) or self._is_own(url)) and not self._is_own_page(url)

    def _is_own(self, url: str) -> bool:
        """A picture in the mirror's own tree."""
        mirror = self.source.mirror
        address = mirror.find(url) if mirror is not None else None
        return address is not None and address.url == url

    def _is_own_page(self, url: str) -> bool:
        """A page of the mirror must not be taken for a picture because an article says so."""
        mirror = self.source.mirror
        address = mirror.find(url) if mirror is not None else None
        return address is not None and (address.path.endswith(PAGE) or not address.path)

    # Answers

    def parse(
        self, response: Response, url: str, channel: str, article: str, visited: tuple[str, ...]
    ) -> Iterator[Request]:
        """A picture, or whatever came in its place."""
        status = response.status
        ended = self.source.page_ended
        if status in REDIRECTS:
            location = response.headers.get(b"Location") or b""
            target = self._redirected(url, location, visited, status)
            if target is None:
                return
            self.ledger.pages.note(target, "image", channel, article)
            ended(url, "redirect", f"to {target}", status)
            chain = (*visited, url)
            yield from self.request(target, channel, article, named_anew=True, visited=chain)
        elif status in DEAD:
            ended(url, "dangling", f"status {status}", status)
        elif status not in (200, 304):
            ended(url, "failed", f"status {status}", status)
        else:
            self._answered(response, url)

    def _answered(self, response: Response, url: str) -> None:
        before = self.ledger.pages.find(url)
        capture: Capture | None = response.meta.get("capture")
        try:
            if response.status == 304:
                fault = self._earlier_fault(url)
            else:
                fault = why_no_picture(response.headers.get(b"Content-Type"), response.body)
        except (OSError, ValueError) as error:
            self.source.page_ended(url, "failed", f"{UNREADABLE}{error}", response.status)
            return
        if fault:
            self.source.page_ended(url, "unknown", fault, response.status)
            return
        if capture is not None and capture.type == "revisit":
            is_known = before is not None and before.outcome == "image"
            same = response.status == 304 or is_known
            self.source.crawler.stats.inc_value("images/unchanged" if same else "images/repeated")
        self.source.page_ended(url, "image", "", response.status)

    def _earlier_fault(self, url: str) -> str:
        assert self.source.collection is not None
        earlier = self.ledger.captures.latest(url)
        if earlier is None:
            raise ValueError("status 304 of a picture that was never captured")
        return why_captured_is_no_picture(
            self.source.collection, earlier[0], self.terms.most_bytes or _NO_LIMIT
        )

    def _redirected(
        self, url: str, location: bytes, visited: tuple[str, ...], status: int
    ) -> str | None:
        """The picture that a redirect leads to; one that it must not is noted as a failure."""
        where = location.decode("utf-8", "replace")
        try:
            target = fetchable(urljoin(url, where)) if where else None
        except ValueError:
            target = None
        if target is None or not self._may_be_asked(target):
            reason = f"redirects to {where!r}"
        elif target in (url, *visited):
            reason = "redirects in a circle"
        elif len(visited) >= MAX_REDIRECTS:
            reason = "too many redirects"
        else:
            return target
        self.source.page_ended(url, "failed", reason, status)
        return None

    def failed(self, failure: Failure) -> None:
        """A picture that could not be fetched: it stands in the summary with its reason."""
        request: Request = failure.request  # type: ignore[attr-defined]
        reason, detail = reason_of(failure.value)
        logger.warning("%s: %s", request.url, detail)
        about: dict[str, Any] = request.cb_kwargs
        self.source.page_ended(about["url"], "failed", reason, None)
