"""The ``-a`` arguments of a spider, checked before anything is fetched."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from mirror.address import Mirror, parse_mirror
from mirror.frontier import REFETCH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mirror.frontier import Refetch

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

    KNOWN = ("mirror", "collection", "channels", "limit", "robots", "refetch", "age")

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
        channels = tuple(
            dict.fromkeys(
                name.strip() for name in given.get("channels", "").split(",") if name.strip()
            )
        )
        if "channels" in given and not channels:
            raise ArgumentError("channels= names no channel; leave it out to crawl all")
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


def _natural(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ArgumentError(f"{name}={text!r}: must be a whole number, 0 or more")
    return int(text)
