"""The pages of a repository, one after another: recorded, read, accounted for."""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from mirror import warc
from mirror.events import PageGone
from mirror.extensions.blobs import PageBlob
from mirror.extraction.ahead import ahead
from mirror.extraction.captured import capture_ref, git_ref
from mirror.extraction.extract import extract
from mirror.frontier import channel_of, folder_of, kind_of
from mirror.gitstore import (
    Blamed,
    Blob,
    BlobReader,
    MissingObject,
    ObjectTooLarge,
    commit_date,
)
from mirror.layouts import IndexPage, Page
from mirror.spiders.git_account import CAPTURED
from mirror.spiders.git_pages import page_address

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from mirror.address import Address, Mirror
    from mirror.extensions.blobs import BlobRecorder
    from mirror.extraction.extract import Reading
    from mirror.gitstore import Git, Plan, Version
    from mirror.items import Article
    from mirror.ledger import PageKind
    from mirror.spiders.git import GitSpider
    from mirror.spiders.git_pages import PageSelection
    from mirror.warc.capture import Capture

logger = logging.getLogger(__name__)

CHUNK = 64
"""Versions that are read, and recorded, at a time."""
CHUNK_BYTES = 8 * 1024 * 1024
AHEAD = 192
"""Pages that are with the extractors, or wait for those before them."""
MOST_REFUSED = 1000


@dataclass(frozen=True, slots=True)
class _State:
    """A version of a page, recorded."""

    version: Version
    address: Address
    page: Page
    capture: Capture
    origin: Blamed
    reading: Reading | None
    """Where it had to be read before it was recorded."""


@dataclass(frozen=True, slots=True)
class _Gone:
    """A page that a commit deleted, and nothing brought back."""

    version: Version
    address: Address


class Walk:
    """Goes through the versions that a plan has, in their order.

    :param indexes: the past of index pages is wanted as well.
    :ivar complete: everything could be read.
    """

    def __init__(
        self,
        spider: GitSpider,
        mirror: Mirror,
        recorder: BlobRecorder,
        git: Git,
        plan: Plan,
        selection: PageSelection,
        *,
        indexes: bool,
    ) -> None:
        self.spider = spider
        self.mirror = mirror
        self.ledger = spider.ledger
        self.complete = True
        self._recorder = recorder
        self._git = git
        self._plan = plan
        self._selection = selection
        self._indexes = indexes
        self._at_commit = mirror.forge.value != "plain"
        self._pinned: Mirror | None = None
        """The mirror at the commit that was last come to."""
        self._at_rest = asyncio.Event()
        self._at_rest.set()
        """Set while :meth:`pages` is not at work."""
        self._pages: AsyncGenerator[Article, None] | None = None
        self._writing: asyncio.Future[list[_State]] | None = None
        self._unread: dict[str, _State] = {}
        """States that are recorded and not accounted for, by the ids of their records."""

    def pages(self) -> AsyncGenerator[Article, None]:
        """Record and read every version; the articles among them."""
        self._pages = self._walk()
        return self._pages

    async def _walk(self) -> AsyncGenerator[Article, None]:
        self.spider.crawler.stats.set_value("pages/known", self._plan.size)
        self._at_rest.clear()
        try:
            work = ahead(self._recorded(), self._read, AHEAD, weight=_weight)
            async with aclosing(work) as states:
                async for state, reading in states:
                    if self._is_stopped():
                        return
                    if isinstance(state, _Gone):
                        self._gone(state.address, state.version)
                    elif (article := self._judged(state, reading)) is not None:
                        self._at_rest.set()
                        yield article
                        self._at_rest.clear()
                        if self._is_stopped():
                            return
        finally:
            self._at_rest.set()

    def _is_stopped(self) -> bool:
        """Whether nothing more is to be recorded."""
        return self.spider.stopped

    async def rest(self) -> AsyncIterator[Article]:
        """Once the spider is stopped, the articles among what is recorded and was not come to.

        A run can be ended anywhere, and :meth:`pages` be cancelled. What is in the archive is
        accounted for all the same.
        """
        await self._at_rest.wait()
        if self._pages is not None:
            # From the outside in, which is what a loop that ends does not see to.
            await self._pages.aclose()
        if self._writing is not None:
            await asyncio.gather(self._writing, return_exceptions=True)
        for state in [*self._unread.values()]:
            article = self._judged(state, await self._read(state))
            if article is not None:
                yield article

    def _judged(self, state: _State, reading: Reading | None) -> Article | None:
        """Account for a state; its article where it is one, which is still to be stored."""
        assert reading is not None
        del self._unread[state.capture.record_id]
        self._note(state.address, kind_of(state.address, reading))
        if isinstance(reading, IndexPage) and state.version.last:
            self._learn(reading)
        found = self.spider.judge(
            reading,
            state.address,
            capture_ref(state.capture, self.spider.run),
            status=None,
            git=git_ref(state.origin),
        )
        return None if isinstance(found, IndexPage) else found

    def _learn(self, index: IndexPage) -> None:
        """What the summary tells of links that are none of the mirror's pages."""
        findings = self.spider.findings
        for row in index.skipped:
            findings.skip(row)
        if index.kind == "root":
            findings.channels = sorted({channel_of(head) for head in index.indexes})

    def _read(self, state: _State | _Gone) -> asyncio.Future[Reading | None]:
        if isinstance(state, _Gone):
            return _done(None)
        return _done(state.reading) if state.reading else self._extract(state.page)

    def _extract(self, page: Page) -> asyncio.Future[Any]:
        extractor = self.spider.extractor
        return _done(extract(page)) if extractor is None else extractor.extract(page)

    # From the repository into the archive

    async def _recorded(self) -> AsyncGenerator[_State | _Gone, None]:
        """Every version that is wanted and is not in the archive, once it is."""
        versions = self._plan.versions()
        async with BlobReader(self._git, self.spider.most_bytes) as blobs:
            while chunk := list(islice(versions, CHUNK)):
                async with aclosing(self._chunk(chunk, blobs)) as states:
                    async for state in states:
                        yield state

    async def _chunk(
        self, chunk: list[Version], blobs: BlobReader
    ) -> AsyncGenerator[_State | _Gone, None]:
        wanted = [
            (version, address)
            for version in chunk
            if (address := self._wanted(version)) is not None
        ]
        contents = blobs.read([version.blob for version, _ in wanted if not version.deleted])
        waiting: list[tuple[Version, Address, PageBlob, Reading | None]] = []
        weighs = 0
        for version, address in wanted:
            if version.deleted:
                async for state in self._write(waiting):
                    yield state
                waiting, weighs = [], 0
                yield _Gone(version, address)
                continue
            content = await anext(contents)
            if not isinstance(content, Blob):
                self._without(version, address, content)
                continue
            reading = None
            if not version.last and not self._indexes:
                if self._kind(address) is None:
                    reading = await self._extract(Page(address, content.data))
                    if isinstance(reading, IndexPage):
                        self._note(address, kind_of(address, reading), due=False)
                if self._is_index(address):
                    self._passed()
                    continue
            blob = self._blob(version, address, content)
            if self._recorder.is_known(blob):
                self._passed()
                continue
            waiting.append((version, address, blob, reading))
            weighs += len(content.data)
            if weighs > CHUNK_BYTES:
                async for state in self._write(waiting):
                    yield state
                waiting, weighs = [], 0
        async for state in self._write(waiting):
            yield state

    async def _write(
        self, waiting: list[tuple[Version, Address, PageBlob, Reading | None]]
    ) -> AsyncIterator[_State]:
        if not waiting or self._is_stopped():
            return
        # What is written has to be known, whatever becomes of who waits for it.
        self._writing = asyncio.ensure_future(self._record(waiting))
        for state in await asyncio.shield(self._writing):
            self._plan.set_dated(state.version.path, state.capture.date)
            yield state

    async def _record(
        self, waiting: list[tuple[Version, Address, PageBlob, Reading | None]]
    ) -> list[_State]:
        captures = await self._recorder.record([blob for _, _, blob, _ in waiting])
        states = [
            _State(version, address, Page(address, blob.data), capture, blob.origin, reading)
            for (version, address, blob, reading), capture in zip(waiting, captures, strict=True)
        ]
        self._unread |= {state.capture.record_id: state for state in states}
        return states

    def _wanted(self, version: Version) -> Address | None:
        """The address of a version's page, if it is one that is to be captured."""
        if version.deleted:
            return self._deleted(version)
        address = page_address(self.mirror, version.path, version.mode)
        if isinstance(address, str):
            self._refused(version, address)
            return None
        if not self._selection.is_within(commit_date(version.time)) and not (
            version.last and self._selection.since is None and self._selection.until is None
        ):
            self._passed()
            return None
        if not version.last and not self._indexes and self._is_index(address):
            self._passed()
            return None
        return address

    def _deleted(self, version: Version) -> Address | None:
        address = page_address(self.mirror, version.path, "100644")
        if not version.last or isinstance(address, str):
            self._passed()
            return None
        return address

    def _blob(self, version: Version, address: Address, content: Blob) -> PageBlob:
        source = None
        if self._at_commit:
            if self._pinned is None or self._pinned.ref != version.commit:
                self._pinned = self.mirror.with_ref(version.commit)
            source = self._pinned.at(address.path).url
        return PageBlob(
            url=address.url,
            source_uri=source,
            origin=Blamed(version.commit, content.id, version.path, commit_date(version.time)),
            data=content.data,
            digest=warc.sha1_base32(content.data),
            after=self._plan.dated(version.path),
            newest=version.last,
        )

    def _kind(self, address: Address) -> str | None:
        page = self.ledger.pages.find(address.url)
        return None if page is None else page.kind

    def _is_index(self, address: Address) -> bool:
        return self._kind(address) in ("root", "index")

    # What becomes of a page

    def _note(self, address: Address, kind: PageKind, *, due: bool = True) -> None:
        pages = self.ledger.pages
        pages.note(address.url, kind, folder_of(address), "")
        if due:
            pages.due(address.url)

    def _passed(self) -> None:
        """A version that nothing has to be done for."""
        self.spider.crawler.stats.inc_value("pages/known", -1)

    def _refused(self, version: Version, reason: str) -> None:
        self._passed()
        if not version.last:
            return
        git = self.spider.findings.git
        assert git is not None
        refused: list[dict[str, str]] = git.setdefault("refused", [])
        if len(refused) < MOST_REFUSED:
            path = warc.safe_text(version.path.decode("utf-8", "surrogateescape"))[:500]
            refused.append({"path": path, "reason": reason})
        git["refused_count"] = git.get("refused_count", 0) + 1

    def _without(
        self, version: Version, address: Address, error: MissingObject | ObjectTooLarge
    ) -> None:
        """A version whose content cannot be had, or may not."""
        if isinstance(error, MissingObject):
            self.complete = False
        if version.last:
            self._note(address, kind_of(address, None))
            self.spider.page_ended(address.url, "failed", str(error), None)
        else:
            self._passed()

    def _gone(self, address: Address, version: Version) -> None:
        """A page that was deleted; one that the archive never had is no news."""
        self._passed()
        page = self.ledger.pages.find(address.url)
        if page is not None and page.outcome in CAPTURED:
            date = commit_date(version.time)
            last = self.ledger.captures.last_committed(address.url)
            gone = PageGone(address.url, max(date, last or date), version.commit, deleted=True)
            self.spider.page_gone(gone)


def _done(reading: Reading | None) -> asyncio.Future[Reading | None]:
    future = asyncio.get_running_loop().create_future()
    future.set_result(reading)
    return future


def _weight(state: _State | _Gone) -> int:
    return 0 if isinstance(state, _Gone) else len(state.page.body)
