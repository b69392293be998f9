"""The pure stages as Scrapy's pipelines, and as one function for whoever reads an archive."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from mirror.pipelines.normalise import normalise
from mirror.pipelines.originals import resolve_originals

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from mirror.address import Address
    from mirror.items import Article
    from mirror.pipelines.source import ArticleSource


def complete(article: Article, address: Address) -> Article:
    """What the pipelines make of an article as its layout read it, in their order."""
    return resolve_originals(normalise(article), address)


class NormalisePipeline:
    """Unicode and white space of every field."""

    def process_item(self, article: Article) -> Article:
        return normalise(article)


class OriginalsPipeline:
    """Links, pictures and the original's own address resolved; safe markup."""

    def __init__(self, source: ArticleSource) -> None:
        self.source = source

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> OriginalsPipeline:
        return cls(cast("ArticleSource", crawler.spider))

    def process_item(self, article: Article) -> Article:
        return resolve_originals(article, self.source.address_of(article.url))
