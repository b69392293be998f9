"""The last stages of the way of an item: it must fit the schema, then it goes to the collection."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from scrapy.exceptions import DropItem

from mirror.items import Article, InvalidItem, content_digest, encode

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from mirror.pipelines.source import ArticleSource


class StorePipeline:
    """Validates each article against the schema and writes it when it is new or changed.

    ``items/`` is a log: an article that stands there already, unchanged, is not written again.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.source = cast("ArticleSource", crawler.spider)
        self.stats = crawler.stats

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> StorePipeline:
        return cls(crawler)

    def process_item(self, article: Article) -> Article:
        """
        :raises DropItem: the article does not fit the schema; its page is listed as not understood.
        """
        try:
            line = encode(article)
        except InvalidItem as error:
            self.source.page_ended(
                article.url, "unknown", f"invalid item: {error}", _status(article)
            )
            raise DropItem(f"{article.url}: {error}") from error
        collection = self.source.collection
        if collection is not None:
            digest = content_digest(article)
            known = collection.ledger.article_digest(article.url)
            if known != digest:
                collection.add_item(line)
                collection.ledger.put_article(article.url, article.id, digest, collection.run)
                self.stats.inc_value("articles/new" if known is None else "articles/changed")
            else:
                self.stats.inc_value("articles/unchanged")
        for code in article.warnings:
            self.stats.inc_value(f"articles/warnings/{code}")
        self.source.page_ended(article.url, "item", "", _status(article))
        return article


def _status(article: Article) -> int | None:
    return article.capture.status if article.capture else None
