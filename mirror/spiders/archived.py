"""The page that an answer stands for, which may be one that is in the archive already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mirror.extraction.captured import capture_ref, stored_page
from mirror.extraction.extract import extract
from mirror.layouts import IndexPage, Page

if TYPE_CHECKING:
    from scrapy.http import Response

    from mirror.address import Address
    from mirror.collection import Collection
    from mirror.items import CaptureRef, GitRef
    from mirror.warc.capture import Capture

UNREADABLE = "archive: "
"""Begins the reason why a page failed whose record cannot be read."""

Change = Literal["new", "changed", "unchanged"]


class NotInArchive(Exception):
    """An answer stands for a page that the archive does not have, or cannot give."""


@dataclass(frozen=True, slots=True)
class ArchivedPage:
    """A page, and the record that holds its bytes."""

    page: Page
    ref: CaptureRef | None
    is_new: bool
    """The record is of this run."""
    git: GitRef | None = None
    """Of a page that came from a repository."""


class ArchivedPages:
    """Reads pages from answers and, where these say that nothing has changed, from the archive.

    :param collection: ``None`` when nothing is kept.
    :param limit: most bytes of a page, decoded.
    """

    def __init__(self, collection: Collection | None, limit: int) -> None:
        self._collection = collection
        self._limit = limit

    def page(self, response: Response, address: Address, run: str) -> ArchivedPage:
        """The page that an answer of status 200 or 304 stands for.

        :raises NotInArchive: it is an earlier one that is not there, or cannot be read.
        """
        capture: Capture | None = response.meta.get("capture")
        if capture is None or self._collection is None:
            return ArchivedPage(Page(address, response.body), None, is_new=True)
        if capture.is_full:
            page = Page(address, response.body)
            return ArchivedPage(page, capture_ref(capture, run), is_new=True)
        earlier = self._collection.ledger.captures.latest(address.url)
        if earlier is None:
            raise NotInArchive(f"status {response.status}")
        body, git = response.body, None
        if response.status == 304 or earlier[0].status is None:
            try:
                stored = stored_page(self._collection, earlier[0], self._limit)
            except (OSError, ValueError) as error:
                raise NotInArchive(f"{UNREADABLE}{error}") from error
            body, git = stored.body, stored.git
        return ArchivedPage(Page(address, body), capture_ref(*earlier), is_new=False, git=git)

    def change(self, index: IndexPage, found: ArchivedPage) -> Change:
        """Whether an index page tells its readers something that it did not before.

        One in whose links only the cache-busters are others is what it was.
        """
        if not found.is_new:
            return "unchanged"
        before = None
        if self._collection is not None and found.ref is not None:
            captures = self._collection.ledger.captures
            before = captures.latest_before(found.page.address.url, found.ref.date)
        if self._collection is None or before is None:
            return "new"
        try:
            body = stored_page(self._collection, before, self._limit).body
        except (OSError, ValueError):
            return "changed"
        earlier = extract(Page(found.page.address, body))
        same = isinstance(earlier, IndexPage) and _told(earlier) == _told(index)
        return "unchanged" if same else "changed"


def _told(index: IndexPage) -> object:
    """What an index page tells its readers: its rows, without the spelling of their links."""
    return index.title, index.articles, index.indexes
