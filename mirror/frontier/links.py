"""What an index page names, remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mirror.layouts import ArticlePage, IndexPage

if TYPE_CHECKING:
    from mirror.address import Address
    from mirror.ledger import PageKind, Pages

ROOT = "README.md"
"""The page that a mirror's readers begin with."""


def history_key(asked: str) -> str:
    """Key in the ledger: the commit up to which a repository was read, by what was asked of it."""
    return f"history {asked}"


def note_links(index: IndexPage, address: Address, date: str, pages: Pages) -> None:
    """Remember every page that an index names, whether or not a run will look at it.

    :param date: ``WARC-Date`` of the index page's capture.
    """
    for found in index.articles:
        pages.note(found.url, "article", folder_of(found), address.url)
    older = frozenset(found.path for found in index.older)
    for found in index.indexes:
        channel = channel_of(found) if index.kind == "root" else index.channel
        since = date if found.path in older else None
        pages.note(found.url, "index", channel, address.url, since)


def kind_of(address: Address, reading: object) -> PageKind:
    """What a page is that no page named, from what it says (a ``Reading``, or ``None``)."""
    if address.path == ROOT:
        return "root"
    match reading:
        case ArticlePage():
            return "article"
        case IndexPage():
            return "index"
    return "other"


def folder_of(address: Address) -> str:
    """Name of the folder that a page stands in: an article's channel."""
    return address.path.rpartition("/")[0].rpartition("/")[2]


def channel_of(head: Address) -> str:
    """The channel that an index page is the head of: its folder, or itself where it has none.

    ``indexes/ncid1/README.md`` is a folder's front page, ``indexes/78.md`` stands for itself.
    """
    stem = head.path.rpartition("/")[2].removesuffix(".md")
    return folder_of(head) if stem == "README" else stem
