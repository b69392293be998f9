"""What a page of a mirror says: one module per mirror family, from bytes to values.

Everything here is a pure function of a page's bytes and address. A new family is a module with a
:class:`Layout` and its line in :data:`LAYOUTS`.
"""

from __future__ import annotations

from mirror.layouts.epoch import EpochLayout
from mirror.layouts.minghui import MinghuiLayout
from mirror.layouts.pages import (
    ArticlePage,
    IndexPage,
    Layout,
    Page,
    Skipped,
    SkipReason,
    Tombstone,
    Unknown,
)
from mirror.layouts.tombstone import read_tombstone

__all__ = [
    "LAYOUTS",
    "ArticlePage",
    "IndexPage",
    "Layout",
    "Page",
    "SkipReason",
    "Skipped",
    "Tombstone",
    "Unknown",
    "read",
]

LAYOUTS: tuple[Layout, ...] = (MinghuiLayout(), EpochLayout())
"""Asked in this order; the first that does not answer ``None`` has read the page."""


def read(page: Page) -> IndexPage | ArticlePage | Tombstone | Unknown:
    """What the page is and says. Never raises, whatever the bytes."""
    for layout in LAYOUTS:
        found = layout.read(page)
        if found is not None:
            return found
    tombstone = read_tombstone(page)
    if tombstone is not None:
        return tombstone
    if not page.body.strip():
        return Unknown("empty: the page has no content")
    return Unknown("no-layout: neither an index nor an article of a known layout")
