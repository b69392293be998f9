"""The rows of a ledger, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from mirror.warc.capture import Capture

PageKind = Literal["root", "index", "article", "image", "other"]
Outcome = Literal["item", "index", "image", "redirect", "dangling", "deleted", "failed", "unknown"]
"""How a page ended: an item, an index that was followed, a picture, a redirect that was followed,
dead (404, 410; or named, and not in the repository), deleted from the repository that it was in,
not fetched, or fetched and not understood. A page that was due and has none was not reached before
the run ended."""


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run as the ledger knows it."""

    id: str
    spider: str
    started: str
    finished: str | None
    exit_status: int | None
    """``None`` for a run that was killed."""
    items: int
    """Bytes of ``items/<run>.jsonl`` that a checkpoint vouches for."""


@dataclass(frozen=True, slots=True)
class KnownPage:
    """A page that was named before, and how the last look at it ended."""

    url: str
    kind: PageKind
    channel: str
    found_on: str
    older: str | None
    """Date of the first capture that names it among the pages that are done: it is not the newest
    of its index, and will not change. ``None`` while nothing says so."""
    looked: str | None
    """When it was last looked at."""
    outcome: Outcome | None
    reason: str
    since: str | None
    """The run in which this outcome was first seen."""


@dataclass(frozen=True, slots=True)
class PageEnd:
    """A page of a run that is neither item, index nor picture, for the summary."""

    url: str
    kind: PageKind
    found_on: str
    outcome: str | None
    reason: str
    status: int | None
    since: str | None


@dataclass(frozen=True, slots=True)
class StoredItem:
    """Where the newest item of a page stands, and the digest of what it says."""

    digest: str
    run: str
    offset: int
    """First byte of its line in ``items/<run>.jsonl``."""
    length: int
    """Bytes of the line, without its end."""


@dataclass(frozen=True, slots=True)
class CapturedPage:
    """A page and its newest full capture."""

    kind: PageKind
    channel: str
    found_on: str
    run: str
    """The run that captured it."""
    capture: Capture


@dataclass(frozen=True, slots=True)
class UnreadCapture:
    """A capture whose page has not been read, and the run that made it."""

    run: str
    capture: Capture


@dataclass(frozen=True, slots=True)
class UnreadFailure:
    """A look at a page that left no bytes, which has not been noted of the page, and its run."""

    run: str
    url: str
    date: str
    outcome: Outcome
    reason: str
    status: int | None
    embedded_in: str | None
    """Of a picture, the article that names it."""


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server is asked by whether a page has changed (RFC 9110 §13.1)."""

    etag: str | None
    last_modified: str | None
