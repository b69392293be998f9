"""The repository of a mirror: found, followed, and fetched when it has something new."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import scrapy

from mirror.frontier import REDIRECTS
from mirror.gitstore import (
    Advertised,
    Clone,
    Fetched,
    Git,
    GitError,
    Remote,
    discovered_at,
    discovery_url,
    list_remote,
    parse_advertisement,
    short_name,
)
from mirror.politeness.reasons import reason_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

MAX_REDIRECTS = 5
ATTEMPTS = 3
PROGRESS_SECONDS = 10.0


class Unreachable(Exception):
    """The repository cannot be had; the message is for the operator."""


class Moved(Unreachable):
    """It is elsewhere now.

    :ivar target: where.
    """

    def __init__(self, target: str, message: str) -> None:
        super().__init__(message)
        self.target = target


@dataclass(frozen=True, slots=True)
class Found:
    """A repository that answers."""

    remote: Remote
    """Where it is, redirects followed."""
    advertised: Advertised


async def find_repository(crawler: Crawler, remote: Remote) -> Found:
    """Ask a repository for its references; over HTTP as a request of the crawl, which is recorded.

    :raises Unreachable: it does not answer, or elsewhere.
    """
    if not remote.is_http:
        return await _list(crawler, remote)
    asked = remote
    for _ in range(MAX_REDIRECTS):
        request = scrapy.Request(
            discovery_url(asked.url),
            dont_filter=True,
            meta={
                "dont_redirect": True,
                "handle_httpstatus_all": True,
                "verbatim_url": True,
                # It is the way that a repository is meant to be had by programs.
                "dont_obey_robotstxt": True,
            },
        )
        assert crawler.engine is not None
        try:
            response = await crawler.engine.download_async(request)
        except Exception as error:  # whatever the downloader says, it is no answer
            raise Unreachable(f"{asked.url}: {reason_of(error)[0]}") from error
        if response.status not in REDIRECTS:
            break
        location = (response.headers.get(b"Location") or b"").decode("utf-8", "replace")
        asked = _redirected(asked, response.url, location)
    else:
        raise Unreachable(f"{remote.url}: too many redirects")
    if response.status != 200:
        raise Unreachable(f"{asked.url}: status {response.status}")
    try:
        return Found(asked, parse_advertisement(response.body))
    except ValueError as error:
        if b"\t" in response.body[:128]:
            # A plain web server with the files of a repository: git knows how to ask it.
            return await _list(crawler, asked)
        raise Unreachable(f"{asked.url}: {error}") from error


async def _list(crawler: Crawler, remote: Remote) -> Found:
    try:
        advertised = await list_remote(git_of(crawler, remote), remote)
    except GitError as error:
        raise Unreachable(f"{remote.url}: {error}") from error
    if not advertised.refs:
        raise Unreachable(f"{remote.url}: the repository is empty")
    return Found(remote, advertised)


def _redirected(asked: Remote, url: str, location: str) -> Remote:
    """Where a redirect leads, if it stays on the host that the operator named."""
    try:
        target = discovered_at(urljoin(url, location)) if location else None
        same = target is not None and urlsplit(target).netloc == urlsplit(asked.url).netloc
    except ValueError:
        target, same = None, False
    if target is None or not same or not target.startswith(("http://", "https://")):
        raise Moved(target or location, f"{asked.url}: redirects to {location!r}")
    return replace(asked, url=target)


def git_of(crawler: Crawler, remote: Remote, folder: Path | None = None) -> Git:
    """Git as the settings have it reach a remote.

    :param folder: of the repository that it works on, if any.
    """
    settings = crawler.settings
    return Git(
        folder, local=remote.is_local, proxy=settings["PROXY"], ca_file=settings["TLS_CA_FILE"]
    )


async def fetch(
    clone: Clone,
    remote: Remote,
    ref: str,
    *,
    enough_room: Callable[[], str],
    backoff: float,
) -> Fetched:
    """Bring what a reference names into the clone.

    A connection that fails is tried again; a clone that is damaged is made anew.

    :raises Unreachable: it cannot be had.
    :raises OSError: there is not enough room.
    """
    progress = _Progress()
    for attempt in range(1, ATTEMPTS + 1):
        there = clone.is_there
        try:
            return await clone.fetch(
                remote.url, ref, enough_room=enough_room, on_progress=progress.tell
            )
        except GitError as error:
            logger.warning("git fetch of %s, attempt %d: %s", remote.url, attempt, error)
            if there and not await clone.is_whole():
                logger.warning("%s is damaged; it is fetched anew", clone.folder)
                clone.remove()
            if attempt == ATTEMPTS:
                raise Unreachable(f"{remote.url}: {error}") from error
            await asyncio.sleep(backoff * 2**attempt)
    raise AssertionError


class _Progress:
    """Tells the log now and then how far a fetch is."""

    def __init__(self) -> None:
        self._next = time.monotonic() + PROGRESS_SECONDS

    def tell(self, line: str) -> None:
        if time.monotonic() >= self._next and "%" in line:
            self._next = time.monotonic() + PROGRESS_SECONDS
            logger.info("git fetch: %s", line)


def ref_of(advertised: Advertised, wanted: str | None) -> str:
    """The full name of the reference that a mirror's pages are read at.

    :param wanted: its short name, or a commit; ``None`` for the default branch.
    :raises Moved: it has gone, and another is the default.
    :raises Unreachable: there is none.
    """
    found = advertised.find(wanted)
    if found is not None:
        return found
    if wanted is not None and len(wanted) in (40, 64) and set(wanted) <= set("0123456789abcdef"):
        return wanted
    default = short_name(advertised.default or "")
    if wanted is None:
        raise Unreachable(f"the repository has no branch {default!r} that it names its default")
    raise Moved(
        default, f"there is no branch or tag {wanted!r} any more; the default is {default!r}"
    )
