"""``scrapy crawl git``: every page of a mirror's repository, and its whole past if wanted."""

from __future__ import annotations

import json
import logging
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, ClassVar

from scrapy.exceptions import DropItem

from mirror.address import Forge, parse_mirror
from mirror.capture import origin_of
from mirror.demo.repository import ADDRESS, make_repository
from mirror.events import HistoryRead
from mirror.extensions.blobs import BlobRecorder
from mirror.extensions.recorder import CollectionRecorder
from mirror.frontier import ROOT, history_key
from mirror.gitstore import Clone, GitError, Plan, Remote, differences, short_name
from mirror.ledger import COMPLETENESS
from mirror.politeness.loopback import unthrottle_loopback
from mirror.recovery import open_collection
from mirror.spiders.arguments import GitArguments
from mirror.spiders.base import MirrorSpider
from mirror.spiders.git_account import TreeAccount
from mirror.spiders.git_source import Moved, Unreachable, fetch, find_repository, git_of, ref_of
from mirror.spiders.git_walk import Walk
from mirror.warc import WARC_DATE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from scrapy.crawler import Crawler

    from mirror.collection import Collection
    from mirror.events import PageGone
    from mirror.items import Article
    from mirror.ledger import Outcome
    from mirror.spiders.git_source import Found

logger = logging.getLogger(__name__)

CLONE = "repo.git"
DEMO_COLLECTION = "demo-git"
"""Not that of the demo over HTTP, which is another mirror by its address."""


class GitSpider(MirrorSpider):
    """Captures the pages of a mirror's repository.

    Arguments: ``mirror`` (required), ``collection``, ``channels``, ``paths``, ``all``,
    ``history``, ``since``, ``until``, ``address``.

    The repository is cloned into the collection, once; later runs fetch what is new and look at
    that alone.
    """

    name = "git"
    described: ClassVar[dict[str, str]] = {
        "description": "Files of a Git repository. WARC-Date is when the commit named in "
        "WARC-X-Git-Commit was made, as it says itself, and WARC-Creation-Date when the record "
        "was written. Where WARC-X-Git-Date stands, the commit says that, and WARC-Date was moved"
        " behind the state before it or back to the day of writing."
    }

    def __init__(self, arguments: GitArguments, **kwargs: Any) -> None:
        super().__init__(arguments.mirror, **kwargs)
        self.arguments = arguments
        self.remote = arguments.remote
        self._made: TemporaryDirectory[str] | None = None
        self._under_way: Walk | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> GitSpider:
        """Check the arguments, open the collection when this is a crawl, fit the settings.

        :raises ArgumentError: an argument is wrong.
        :raises CollectionError: the collection cannot be used.
        """
        kwargs.pop("_job", None)
        spider = super().from_crawler(crawler, GitArguments.parse(kwargs), *args)
        spider.given = kwargs
        settings = crawler.settings
        remote = spider.arguments.remote
        if remote is not None and remote.is_http:
            unthrottle_loopback(settings, remote.url)
            private = [*settings.getlist("PRIVATE_ORIGINS"), origin_of(remote.url)]
            settings.set("PRIVATE_ORIGINS", private, priority="cmdline")
        if settings.getbool("ARCHIVE_ENABLED"):
            spider.arguments.require_mirror()
            spider.open_collection(Path(settings["OUTPUT_DIR"]))
        return spider

    def open_collection(self, output: Path) -> None:
        """Open the collection and begin a run in it."""
        mirror = self.arguments.mirror
        name = self.arguments.collection
        if self.arguments.demo:
            mirror, name = parse_mirror(ADDRESS), name or DEMO_COLLECTION
            self._made = TemporaryDirectory(prefix="mirror-demo-")
            make_repository(Path(self._made.name))
            self.remote = Remote(self._made.name, is_local=True)
        assert mirror is not None
        self.start_run(open_collection(output, name or mirror.slug, mirror.name), mirror)

    async def close_run(self) -> None:
        """Let go of the collection, and of the embedded mirror's repository."""
        await super().close_run()
        if self._made is not None:
            self._made.cleanup()

    async def end_walk(self) -> None:
        self.stop()
        if self._under_way is None:
            return
        assert self.crawler.engine is not None
        pipelines = self.crawler.engine.scraper.itemproc
        async for article in self._under_way.rest():
            with suppress(DropItem):
                await pipelines.process_item_async(article)

    # The repository

    async def start(self) -> AsyncIterator[Article]:
        if self.collection is None or self.mirror is None:
            return
        await self.make_good()
        try:
            async for article in self._read_repository(self.collection):
                yield article
        except Moved as moved:
            self.findings.moved_to = moved.target
            logger.error("%s", moved)
        except Unreachable as error:
            self.findings.unreachable = str(error)
            logger.error("%s", error)

    async def _read_repository(self, collection: Collection) -> AsyncIterator[Article]:
        remote = self.remote
        assert remote is not None
        found = await find_repository(self.crawler, remote)
        ref = self._ref(found)
        asked = self.arguments.asked
        before = self.ledger.get(history_key(asked))
        newest = found.advertised.refs.get(ref, ref)
        self.findings.git = {
            "remote": found.remote.url,
            "ref": short_name(ref),
            "commit": newest,
            "before": before,
        }
        if found.remote != remote:
            self.findings.moved_to = found.remote.url
        if newest == before:
            logger.info("Nothing new: %s is at %s, as it was", found.remote.url, newest)
            self._root_is_as_it_was()
            return
        clone = Clone(git_of(self.crawler, found.remote, collection.folder / CLONE))
        fetched = await fetch(
            clone,
            found.remote,
            ref,
            enough_room=self._enough_room,
            backoff=self.crawler.settings.getfloat("BACKOFF_BASE"),
        )
        self.findings.git["commit"] = fetched.commit
        if fetched.shallow:
            self.findings.git["shallow"] = True
            logger.warning("The history of %s is cut off: what was before is not had", remote.url)
        try:
            async for article in self._walk(clone, fetched.commit, before):
                yield article
            if not self.stopped:
                await clone.tidy()
        except GitError as error:
            clone.remove()
            raise Unreachable(
                f"{clone.folder} cannot be read ({error}); it is fetched anew by the next run"
            ) from error

    def _ref(self, found: Found) -> str:
        """The reference that the mirror's pages are read at: decided once for a collection."""
        assert self.mirror is not None
        known = self.mirror.ref or self.ledger.get("ref")
        ref = ref_of(found.advertised, known)
        if known is None:
            name = short_name(ref)
            if self.mirror.forge is not Forge.PLAIN:
                self.mirror = self.mirror.with_ref(name)
            self.ref_resolved(name)
        elif found.advertised.default not in (None, ref):
            logger.warning(
                "The default branch of %s is now %s; this collection is of %s",
                found.remote.url,
                short_name(found.advertised.default or ""),
                known,
            )
        return ref

    def _enough_room(self) -> str:
        assert self.collection is not None
        least = self.crawler.settings.getint("MINIMUM_FREE_BYTES")
        free = self.collection.free_bytes()
        return "" if free >= least else f"only {free >> 20} MiB free, {least >> 20} MiB are to stay"

    async def _walk(self, clone: Clone, newest: str, before: str | None) -> AsyncIterator[Article]:
        assert self.collection is not None
        assert self.mirror is not None
        recorder = self.crawler.get_extension(CollectionRecorder)
        assert recorder is not None
        arguments = self.arguments
        if self.extractor is not None:
            # They are ready when the history is read.
            self.extractor.begin()
        after = before
        if before is not None and not await clone.follows(newest, before):
            after = await clone.common(newest, before) if await clone.has(before) else None
            logger.warning("The history was rewritten: %s is not behind %s", before, newest)
            assert self.findings.git is not None
            self.findings.git["rewritten"] = {"from": before, "common": after}
        with Plan(arguments.pages.wants, every=arguments.history != "0") as plan:
            await plan.gather(clone.git, newest, after)
            if before is not None and after != before and after is not None:
                time = await clone.time_of(newest)
                states = [change async for change in differences(clone.git, before, newest)]
                plan.add_current(newest, time, states)
            walk = self._under_way = Walk(
                self,
                self.mirror,
                BlobRecorder(recorder, self.collection),
                clone.git,
                plan,
                arguments.pages,
                indexes=arguments.history == "all",
            )
            async for article in walk.pages():
                yield article
        if self.stopped:
            return
        account = TreeAccount(self, self.mirror, clone.git, arguments.pages, newest)
        await account.draw_up(thorough=after is None or after != before)
        if walk.complete:
            self._read_up_to(newest)
        if not self.ledger.pages.is_due(self.mirror.at(ROOT).url):
            self._root_is_as_it_was()

    def _read_up_to(self, newest: str) -> None:
        """Remember that nothing of it has to be looked at again."""
        assert self.collection is not None
        asked = self.arguments.asked
        report = self.findings.completeness or {}
        counts = json.dumps({key: n for key, n in report.items() if key != "unlisted_pages"})
        self.note(HistoryRead(self.now.strftime(WARC_DATE), newest, asked, counts))
        self.ledger.put(history_key(asked), newest)
        self.ledger.put(COMPLETENESS, counts)

    def page_gone(self, gone: PageGone) -> None:
        """Note that the repository does not have a page: in the archive, and of the page."""
        self.note(gone)
        self.ledger.pages.due(gone.url)
        self.ledger.pages.end(
            *(gone.url, self.run, "deleted" if gone.deleted else "dangling"),
            reason=gone.reason,
            looked=gone.date,
            as_of=True,
        )

    def _root_is_as_it_was(self) -> None:
        """The mirror is there, and its front page is understood, or not, as it was."""
        assert self.mirror is not None
        root = self.ledger.pages.find(self.mirror.at(ROOT).url)
        if root is not None and root.outcome is not None and self.ledger.pages.due(root.url):
            self.ledger.pages.judged(root.url, root.outcome, reason=root.reason)

    def _note_end(
        self,
        collection: Collection,
        url: str,
        outcome: Outcome,
        reason: str,
        status: int | None,
        date: str | None,
    ) -> None:
        """What a page was when it was committed; of a later time the ledger may know more."""
        if date is None:
            super()._note_end(collection, url, outcome, reason, status, date)
            return
        self.ledger.pages.end(
            url, self.run, outcome, reason=reason, status=status, looked=date, as_of=True
        )
