"""A repository's tree, held against its own index pages and against the archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mirror.events import PageGone
from mirror.extraction.extract import extract
from mirror.frontier import folder_of
from mirror.gitstore import Blob, BlobReader, tree
from mirror.layouts import IndexPage, Page
from mirror.spiders.completeness import Completeness
from mirror.spiders.git_pages import page_address
from mirror.warc import WARC_DATE

if TYPE_CHECKING:
    from mirror.address import Mirror
    from mirror.gitstore import Git
    from mirror.ledger import Outcome
    from mirror.spiders.git import GitSpider
    from mirror.spiders.git_pages import PageSelection

CAPTURED: tuple[Outcome, ...] = ("item", "index", "unknown")
"""How the last look at a page ended that the archive has."""


class TreeAccount:
    """Tells what a mirror has beside what was captured, and what it names and does not have.

    :param commit: of the tree.
    """

    def __init__(
        self, spider: GitSpider, mirror: Mirror, git: Git, selection: PageSelection, commit: str
    ) -> None:
        self.spider = spider
        self.mirror = mirror
        self.pages = spider.ledger.pages
        self._git = git
        self._selection = selection
        self._commit = commit
        self._now = spider.now.strftime(WARC_DATE)

    async def draw_up(self, *, thorough: bool) -> None:
        """Leave it in the spider's findings.

        :param thorough: pages of the archive that are not in the tree are looked for one by one.
        """
        findings = self.spider.findings
        with Completeness() as report:
            channels = await self._tree(report)
            findings.missing_channels = sorted({*self._selection.channels} - channels)
            await self._index_pages(report)
            if thorough:
                self._vanished(report)
            self._nowhere(report)
            deleted = self.pages.outcomes().get("deleted", 0)
            findings.completeness = report.report(self._commit, deleted=deleted)

    async def _tree(self, report: Completeness) -> set[str]:
        """Add the pages of the tree; gives their channels, where some were asked for."""
        channels: set[str] = set()
        async for entry in tree(self._git, self._commit):
            if not self._selection.wants(entry.path):
                continue
            address = page_address(self.mirror, entry.path, entry.mode)
            if isinstance(address, str):
                continue
            if self._selection.channels:
                channels |= self._selection.channels_of(entry.path)
            page = self.pages.find(address.url)
            report.add_page(
                address.path,
                entry.blob,
                captured=page is not None and page.outcome in CAPTURED,
                understood=page is not None and page.outcome in ("item", "index"),
            )
        return channels

    async def _index_pages(self, report: Completeness) -> None:
        indexes = [
            (path, blob)
            for url in self.pages.urls_of("index")
            if (address := self.mirror.find(url)) is not None
            and (blob := report.blob(path := address.path)) is not None
        ]
        async with BlobReader(self._git, self.spider.most_bytes) as blobs:
            contents = blobs.read([blob for _, blob in indexes])
            for path, _ in indexes:
                content = await anext(contents)
                if not isinstance(content, Blob):
                    continue
                reading = extract(Page(self.mirror.at(path), content.data))
                if isinstance(reading, IndexPage):
                    report.add_index(path, reading)
        report.reach()

    def _vanished(self, report: Completeness) -> None:
        for url in self.pages.urls_of(*CAPTURED):
            address = self.mirror.find(url)
            if address is None or report.has(address.path):
                continue
            if self._selection.wants(address.path.encode("utf-8", "surrogateescape")):
                self.spider.page_gone(PageGone(url, self._now, self._commit, deleted=True))

    def _nowhere(self, report: Completeness) -> None:
        """Rows of index pages that lead to nothing in the tree."""
        for path, index in report.nowhere():
            if not self._selection.wants(path.encode("utf-8", "surrogateescape")):
                continue
            address = self.mirror.at(path)
            page = self.pages.find(address.url)
            if page is None:
                found_on = self.mirror.at(index).url
                self.pages.note(address.url, "other", folder_of(address), found_on)
            if page is None or page.outcome is None:
                gone = PageGone(address.url, self._now, self._commit, deleted=False)
                self.spider.page_gone(gone)
            elif page.outcome in ("dangling", "deleted") and self.pages.due(address.url):
                self.pages.judged(address.url, page.outcome, reason=page.reason)
