"""Which files of a repository are pages, and which of those a run looks at."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mirror.frontier import ROOT
from mirror.gitstore import FILE, LINK, SUBMODULE

if TYPE_CHECKING:
    from mirror.address import Address, Mirror

PAGES = (b".md", b".markdown")
LONGEST_PATH = 4096
"""Bytes; ``PATH_MAX`` of Linux: no repository that can be checked out has longer ones."""
LONGEST_NAME = 255
"""Bytes; ``NAME_MAX``."""
_ROOT = ROOT.encode()
_ORDINARY = re.compile(rb"[A-Za-z0-9_][A-Za-z0-9_.-]*+(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*+)*+")
"""Paths that are the same in an address, whatever the forge: nearly all."""


@dataclass(frozen=True, slots=True)
class PageSelection:
    """What a run looks at; everything empty means every page."""

    channels: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    """Beginnings of paths: ``pages/ncid1/``."""
    everything: bool = False
    """Files that are no Markdown as well."""
    since: str | None = None
    """``WARC-Date``: of history, only what was committed then or later."""
    until: str | None = None

    @property
    def spelled(self) -> str:
        parts = {
            "all": "1" if self.everything else "",
            "channels": ",".join(sorted(self.channels)),
            "paths": ",".join(sorted(self.paths)),
            "since": self.since or "",
            "until": self.until or "",
        }
        return " ".join(f"{name}={value}" for name, value in parts.items() if value) or "pages"

    def wants(self, path: bytes) -> bool:
        """Whether a path is looked at; the root page always is."""
        if path == _ROOT:
            return True
        if not (self.everything or path.lower().endswith(PAGES)):
            return False
        if self.channels and not (self.channels_of(path) & {*self.channels}):
            return False
        return not self.paths or path.startswith(tuple(each.encode() for each in self.paths))

    @staticmethod
    def channels_of(path: bytes) -> set[str]:
        """The channels that a page may be of: by its folder, or by its own name, as an index that
        has no folder (``indexes/78.md``) is."""
        folders, _, name = path.rpartition(b"/")
        stem = name.rpartition(b".")[0]
        found = {folders.rpartition(b"/")[2], stem}
        return {each.decode("utf-8", "surrogateescape") for each in found}

    def is_within(self, date: str) -> bool:
        """Whether a state of a page was committed in the time that is asked for."""
        return (self.since is None or date >= self.since) and (
            self.until is None or date <= self.until
        )


def page_address(mirror: Mirror, path: bytes, mode: str) -> Address | str:
    """The address of a file, or why it is none that is captured.

    A tree may hold what no file system would: it is other people's.
    """
    if mode in FILE and len(path) <= LONGEST_NAME and _ORDINARY.fullmatch(path):
        return mirror.at(path.decode("ascii"))
    return _checked(mirror, path, mode)


def _checked(mirror: Mirror, path: bytes, mode: str) -> Address | str:
    """The same, with nothing taken for granted."""
    if mode == LINK:
        return "a symbolic link"
    if mode == SUBMODULE:
        return "a submodule"
    if mode not in FILE:
        return f"of mode {mode}"
    if len(path) > LONGEST_PATH or any(len(name) > LONGEST_NAME for name in path.split(b"/")):
        return "its path is too long"
    if any(name.lower() in (b"", b".", b"..", b".git") for name in path.split(b"/")):
        return "its path leads elsewhere"
    text = path.decode("utf-8", "surrogateescape")
    try:
        address = mirror.at(text)
    except ValueError as error:
        return str(error)
    # Under its URL exactly this path is found again, and no other.
    found = mirror.find(address.url)
    if found is None or found.path.encode("utf-8", "surrogateescape") != path:
        return "its path has no address"
    return address
