"""The last stage of an article's way: into the collection, when it is new or changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from scrapy.exceptions import DropItem

from mirror.items import Article, InvalidItem, changed_fields, content_digest, decode, encode
from mirror.ledger import StoredItem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrapy.crawler import Crawler

    from mirror.collection import Collection
    from mirror.pipelines.source import ArticleSource


class StorePipeline:
    """Writes each article that is new or changed; those before were validated when extracted.

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
        :raises DropItem: the article cannot be written; its page is listed as not understood.
        """
        try:
            line = encode(article)
        except InvalidItem as error:
            self.source.page_ended(
                *(article.url, "unknown", f"invalid item: {error}", _status(article)),
                date=_date(article),
            )
            raise DropItem(f"{article.url}: {error}") from error
        collection = self.source.collection
        if collection is not None:
            self._store(article, line, collection)
        for code in article.warnings:
            self.stats.inc_value(f"articles/warnings/{code}")
        self.source.page_ended(article.url, "item", "", _status(article), date=_date(article))
        return article

    def _store(self, article: Article, line: bytes, collection: Collection) -> None:
        stored = store(article, line, collection, collection.run)
        self.stats.inc_value(f"articles/{stored.event}")
        for name in stored.changed_fields:
            self.stats.inc_value(f"articles/changed_fields/{name}")


@dataclass(frozen=True, slots=True)
class Stored:
    """What storing an article came to."""

    event: Literal["new", "changed", "unchanged"]
    changed_fields: Sequence[str] = ()


def store(article: Article, line: bytes, collection: Collection, run: str) -> Stored:
    """Write an article to the items of a run, unless the log has it like that before or behind it.

    :param line: the article, encoded.
    """
    digest = content_digest(article, line)
    ledger = collection.ledger
    date = _date(article) or ""
    # Something later is known where history comes after the newest state has been had.
    known, later = ledger.items_around(article.url, date)
    if digest in (known and known.digest, later and later.digest):
        return Stored("unchanged")
    changes = _changes(known, article, collection) if known is not None else ()
    offset = collection.add_item(run, line)
    ledger.put_item(article.url, date, article.id, StoredItem(digest, run, offset, len(line)))
    return Stored("changed" if known or later else "new", changes)


def _changes(known: StoredItem, article: Article, collection: Collection) -> list[str]:
    """Fields in which an article differs from its earlier line, ``*`` when that cannot be read."""
    try:
        return changed_fields(decode(collection.item_line(known)), article)
    except (InvalidItem, FileNotFoundError):
        return ["*"]


def _date(article: Article) -> str | None:
    return article.capture.date if article.capture else None


def _status(article: Article) -> int | None:
    return article.capture.status if article.capture else None
