"""Which part of a collection is packed: a span of runs, some channels, and nothing excluded."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from mirror.exclusions import Exclusions

if TYPE_CHECKING:
    from collections.abc import Collection

RUN = re.compile(r"[0-9]{8}T[0-9]{6}Z", re.ASCII)


class PackingError(ValueError):
    """A package cannot be made as it was asked for; the message is for the operator."""


@dataclass(frozen=True, slots=True)
class Span:
    """Runs from one to another, both included; an end that is ``""`` is open."""

    first: str = ""
    last: str = ""

    def holds(self, run: str) -> bool:
        """Whether a run, by its id, is in the span. Ids sort by time."""
        return self.first <= run and (not self.last or run <= self.last)


def parse_span(text: str) -> Span:
    """``FROM..TO``, ``FROM..``, ``..TO`` or one run.

    :raises PackingError: it is none of these.
    """
    first, dots, last = text.partition("..")
    last = last if dots else first
    if not (first or last) or not all(RUN.fullmatch(run) for run in (first, last) if run):
        raise PackingError(
            f"--runs {text!r}: give FROM..TO, FROM.. or ..TO, with runs such as 20261123T101500Z"
        )
    if first and last and last < first:
        raise PackingError(f"--runs {text!r}: the second run is before the first")
    return Span(first, last)


@dataclass(frozen=True, slots=True)
class Selection:
    """What is asked for; by default everything."""

    span: Span = Span()
    channels: frozenset[str] = frozenset()
    exclusions: Exclusions = field(default_factory=Exclusions)

    @property
    def takes_all(self) -> bool:
        return self == Selection()

    def wants_url(self, url: str, known_channels: Collection[str]) -> bool:
        """Whether a capture of a URL of which nothing else is known goes in.

        What is in no channel (the front page, robots.txt) goes with every channel.
        """
        if self.exclusions.excludes(url=url, id=stem_of(url)):
            return False
        if not self.channels:
            return True
        folders = set(unquote(urlsplit(url).path).split("/"))
        return bool(folders & self.channels) or not folders & set(known_channels)


def stem_of(url: str) -> str:
    """What stands for an article's id where no article was read."""
    try:
        return PurePosixPath(unquote(urlsplit(url).path)).stem
    except ValueError:
        return ""
