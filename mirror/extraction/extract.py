"""The whole way from a page's bytes to its article, as one pure function."""

from __future__ import annotations

from mirror.items import InvalidItem, validate
from mirror.layouts import ArticlePage, IndexPage, Page, Tombstone, Unknown, read
from mirror.pipelines.stages import complete

Reading = IndexPage | ArticlePage | Tombstone | Unknown


def extract(page: Page) -> Reading:
    """What a page says; an article normalised, its originals resolved, fit for the schema.

    Never raises.
    """
    reading = read(page)
    if not isinstance(reading, ArticlePage):
        return reading
    article = complete(reading.article, page.address)
    try:
        validate(article)
    except InvalidItem as error:
        return Unknown(f"invalid-item: {error}")
    return ArticlePage(article)
