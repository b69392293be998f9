"""The ``-a`` arguments of a spider, checked before anything is fetched."""

from __future__ import annotations

import difflib
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from mirror.address import Mirror, parse_mirror
from mirror.frontier import REFETCH
from mirror.gitstore import GitError
from mirror.spiders.git_pages import PageSelection
from mirror.spiders.git_place import place_of
from mirror.warc import WARC_DATE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mirror.frontier import Refetch
    from mirror.gitstore import Remote

DEMO = "demo"
ROBOTS = ("obey", "ignore")


class ArgumentError(ValueError):
    """A ``-a`` argument is missing, unknown or wrong; the message names those that exist."""


@dataclass(frozen=True, slots=True)
class WebArguments:
    """What ``scrapy crawl web`` was asked to do."""

    mirror: Mirror | None
    """``None`` for the embedded mirror, whose address is known once it is served."""
    demo: bool
    collection: str | None
    channels: tuple[str, ...]
    """Folder names of the channels to crawl; empty for all."""
    limit: int
    """Most articles to look at; 0 for all."""
    robots: str
    refetch: Refetch
    """What becomes of articles that were captured before."""
    age: timedelta | None
    """How long a look at a page is good for; ``None`` for the policy's own."""
    images: bool
    """Whether the pictures of the articles are captured too."""

    KNOWN = ("mirror", "collection", "channels", "limit", "robots", "refetch", "age", "images")

    @classmethod
    def parse(cls, given: Mapping[str, str]) -> WebArguments:
        """Check the arguments as given on the command line.

        :raises ArgumentError: with a message for the operator.
        """
        refuse_unknown(given, cls.KNOWN)
        text = given.get("mirror", "").strip()
        demo = text == DEMO
        try:
            mirror = parse_mirror(text) if text and not demo else None
        except ValueError as error:
            raise ArgumentError(f"mirror={text!r}: {error}") from error
        robots = given.get("robots", "obey")
        if robots not in ROBOTS:
            raise ArgumentError(f"robots={robots!r}: must be one of {', '.join(ROBOTS)}")
        channels = _names("channels", given)
        refetch = given.get("refetch", "never")
        if refetch not in REFETCH:
            raise ArgumentError(f"refetch={refetch!r}: must be one of {', '.join(REFETCH)}")
        return cls(
            mirror=mirror,
            demo=demo,
            collection=given.get("collection") or None,
            channels=channels,
            limit=_natural("limit", given.get("limit", "0")),
            robots=robots,
            refetch=refetch,
            age=_duration("age", given["age"]) if "age" in given else None,
            images=_switch("images", given.get("images", "0")),
        )

    def require_mirror(self) -> None:
        """
        :raises ArgumentError: no mirror was named.
        """
        if self.mirror is None and not self.demo:
            raise ArgumentError(
                "mirror= is missing: give -a mirror=URL, the address of a repository or of a plain "
                f"web tree, or -a mirror={DEMO}"
            )


HISTORY = ("0", "1", "all")


@dataclass(frozen=True, slots=True)
class GitArguments:
    """What ``scrapy crawl git`` was asked to do."""

    mirror: Mirror | None
    """Where the pages are on the web; ``None`` for the embedded mirror."""
    remote: Remote | None
    demo: bool
    collection: str | None
    pages: PageSelection
    history: str
    """``0``: what the branch has now; ``1``: every version of its articles; ``all``: of all."""

    KNOWN = (
        *("mirror", "collection", "channels", "history", "address", "all", "paths"),
        *("since", "until"),
    )

    @classmethod
    def parse(cls, given: Mapping[str, str]) -> GitArguments:
        """
        :raises ArgumentError: with a message for the operator.
        """
        refuse_unknown(given, cls.KNOWN)
        text = given.get("mirror", "").strip()
        demo = text == DEMO
        history = given.get("history", "0")
        if history not in HISTORY:
            raise ArgumentError(f"history={history!r}: must be one of {', '.join(HISTORY)}")
        if history == "0" and ("since" in given or "until" in given):
            raise ArgumentError("since= and until= are limits of a history: give history=1 or all")
        everything = given.get("all", "0")
        if everything not in ("0", "1"):
            raise ArgumentError(f"all={everything!r}: must be 0 or 1")
        if text and shutil.which("git") is None:
            raise ArgumentError("git reads the repository, and there is none in PATH: install it")
        try:
            place = place_of(text, given.get("address", "")) if text and not demo else None
        except (ValueError, GitError) as error:
            raise ArgumentError(f"mirror={text!r}: {error}") from error
        pages = PageSelection(
            channels=_names("channels", given),
            paths=_names("paths", given),
            everything=everything == "1",
            since=_date("since", given["since"], last=False) if "since" in given else None,
            until=_date("until", given["until"], last=True) if "until" in given else None,
        )
        mirror, remote = place or (None, None)
        return cls(mirror, remote, demo, given.get("collection") or None, pages, history)

    @property
    def asked(self) -> str:
        """What is asked for of the repository, in one spelling: the key of what was read of it."""
        return f"history={self.history} {self.pages.spelled}"

    def require_mirror(self) -> None:
        """
        :raises ArgumentError: no mirror was named.
        """
        if self.mirror is None and not self.demo:
            raise ArgumentError(
                "mirror= is missing: give -a mirror=URL-OR-PATH, the address of a repository or "
                f"the folder of one, or -a mirror={DEMO}"
            )


@dataclass(frozen=True, slots=True)
class WarcArguments:
    """What ``scrapy crawl warc`` was asked to do."""

    collection: str | None

    KNOWN = ("collection",)

    @classmethod
    def parse(cls, given: Mapping[str, str]) -> WarcArguments:
        """
        :raises ArgumentError: with a message for the operator.
        """
        refuse_unknown(given, cls.KNOWN)
        return cls(given.get("collection") or None)

    def require_collection(self) -> str:
        """
        :raises ArgumentError: no collection was named.
        """
        if self.collection is None:
            raise ArgumentError("collection= is missing: give -a collection=NAME")
        return self.collection


def refuse_unknown(given: Mapping[str, str], known: tuple[str, ...]) -> None:
    """
    :raises ArgumentError: an argument is not one of `known`; the nearest one is suggested.
    """
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f", did you mean {near[0]}=" if near else ""
            raise ArgumentError(
                f"unknown argument {name}={hint}; those that exist: {', '.join(known)}"
            )


_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}


def _duration(name: str, text: str) -> timedelta:
    """A number and its unit: ``90s``, ``30m``, ``26h``, ``30d``, ``2w``; 0 needs none."""
    number, unit = text[:-1], text[-1:]
    if text == "0":
        return timedelta()
    if number.isascii() and number.isdigit() and len(number) < 8 and unit in _UNITS:
        return timedelta(seconds=int(number) * _UNITS[unit])
    raise ArgumentError(f"{name}={text!r}: must be a time such as 90s, 30m, 26h, 30d or 2w, or 0")


def _names(name: str, given: Mapping[str, str]) -> tuple[str, ...]:
    """The names in a list with commas, each once, in their order."""
    texts = (text.strip() for text in given.get(name, "").split(","))
    names = tuple(dict.fromkeys(text for text in texts if text))
    if name in given and not names:
        raise ArgumentError(f"{name}= names none; leave it out for all")
    return names


def _date(name: str, text: str, *, last: bool) -> str:
    """A day or a moment, as a ``WARC-Date``; of a day its last second, or its first."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentError(
            f"{name}={text!r}: must be a day such as 2023-07-12, or a UTC time such as "
            "2023-07-12T08:00:00Z"
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    if last and len(text) == len("2023-07-12"):
        moment += timedelta(days=1, seconds=-1)
    return moment.astimezone(UTC).strftime(WARC_DATE)


def _switch(name: str, text: str) -> bool:
    if text not in ("0", "1"):
        raise ArgumentError(f"{name}={text!r}: must be 1 or 0")
    return text == "1"


def _natural(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ArgumentError(f"{name}={text!r}: must be a whole number, 0 or more")
    return int(text)
