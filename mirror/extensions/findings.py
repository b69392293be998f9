"""What a run learns about a mirror besides its pages, for the summary."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from mirror.layouts import Skipped

MOST_ORIGINS = 1000
"""Foreign origins told apart; a hostile index could name a new one in every row."""


@dataclass(slots=True)
class ImageFindings:
    """Pictures that articles name and nobody asked for."""

    skipped: Counter[str] = field(default_factory=Counter)
    """By why."""
    foreign: Counter[str] = field(default_factory=Counter)
    """Those on hosts that are not allowed, by origin."""

    def skip(self, why: str, foreign: str = "") -> None:
        """
        :param foreign: the address, where it is its host that is not allowed.
        """
        self.skipped[why] += 1
        if foreign:
            _count(self.foreign, _origin(foreign))


@dataclass(slots=True)
class Findings:
    """Links that were not followed, and what stood in the way of the crawl as a whole."""

    sisters: set[str] = field(default_factory=set)
    """Sister repositories: their home page, or the bare name where that cannot be known."""
    foreign: Counter[str] = field(default_factory=Counter)
    """Rows that lead to other hosts, counted by origin."""
    invalid: Counter[str] = field(default_factory=Counter)
    """Rows whose link is none, counted by their scheme or ``other``."""
    channels: list[str] = field(default_factory=list)
    missing_channels: list[str] = field(default_factory=list)
    """Channels asked for that the root page does not name."""
    images: ImageFindings = field(default_factory=ImageFindings)
    limited: bool = False
    unreachable: str = ""
    moved_to: str = ""
    git: dict[str, Any] | None = None
    """What was read of a repository."""
    completeness: dict[str, Any] | None = None
    """What the mirror has beside what was captured of it."""
    recovered: dict[str, Any] | None = None
    """What an earlier run that was killed had left, and this one made good."""

    def skip(self, row: Skipped) -> None:
        """Count a row of an index that is not followed."""
        if row.reason == "sister":
            if len(self.sisters) < MOST_ORIGINS:
                self.sisters.add(row.url or _last_segment(row.href))
        elif row.reason == "foreign":
            _count(self.foreign, _origin(row.url))
        elif row.reason == "invalid":
            scheme, colon, _ = row.href.strip().partition(":")
            _count(self.invalid, scheme.lower() if colon and scheme.isalpha() else "other")


def _count(counter: Counter[str], key: str) -> None:
    counter[key if key in counter or len(counter) < MOST_ORIGINS else "others"] += 1


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    except ValueError:
        return "other"


def _last_segment(href: str) -> str:
    """The repository's name in a link such as ``../../../../../name?id``."""
    return href.strip().partition("?")[0].rstrip("/").rpartition("/")[2]
