"""What a Git server says about itself: the references of a repository.

One request that every forge answers alike: the reference discovery of Git's smart HTTP protocol
(gitprotocol-http(5), "Discovering References"), version 0, where the first line carries
``symref=HEAD:refs/heads/NAME`` among the capabilities.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADS = "refs/heads/"
TAGS = "refs/tags/"
_DISCOVERY = "/info/refs?service=git-upload-pack"
_OBJECT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Advertised:
    """Branches and tags of a repository."""

    refs: dict[str, str]
    """Object ids by full name, ``refs/heads/master``; of annotated tags the commit."""
    default: str | None
    """Full name of the branch that ``HEAD`` stands for."""

    def find(self, name: str | None) -> str | None:
        """The full name of a branch or tag given by its short one; of the default for ``None``."""
        if name is None:
            return self.default if self.default in self.refs else None
        full = (name, f"{HEADS}{name}", f"{TAGS}{name}")
        return next((each for each in full if each in self.refs), None)


def short_name(ref: str) -> str:
    """A branch or tag without ``refs/heads/`` or ``refs/tags/``."""
    return ref.removeprefix(HEADS).removeprefix(TAGS)


def discovery_url(git_url: str) -> str:
    return f"{git_url}{_DISCOVERY}"


def discovered_at(url: str) -> str | None:
    """The Git URL of a repository that answers at a discovery URL; ``None`` for another URL."""
    return url.removesuffix(_DISCOVERY) if url.endswith(_DISCOVERY) else None


def parse_advertisement(data: bytes) -> Advertised:
    """Read the answer to a reference discovery.

    :raises ValueError: it is none.
    """
    default: str | None = None
    refs: dict[str, str] = {}
    for line in _packets(data):
        if line.startswith(b"#") or not line:
            continue
        listed, _, capabilities = line.partition(b"\0")
        object_id, _, name = listed.rstrip(b"\n").decode("utf-8", "replace").partition(" ")
        if name.startswith((HEADS, TAGS)) and _OBJECT.fullmatch(object_id):
            refs[name.removesuffix("^{}")] = object_id
        for capability in capabilities.split():
            if capability.startswith(b"symref=HEAD:"):
                default = capability.removeprefix(b"symref=HEAD:").decode("utf-8", "replace")
    if not refs and default is None:
        raise ValueError("no references in the answer: not a Git repository, or an empty one")
    return Advertised(refs, default)


def parse_listing(printed: bytes) -> Advertised:
    """Read what ``git ls-remote --symref`` prints."""
    refs: dict[str, str] = {}
    default = None
    for line in printed.decode("utf-8", "replace").split("\n"):
        value, _, name = line.partition("\t")
        if value.startswith("ref: ") and name == "HEAD":
            default = value.removeprefix("ref: ")
        elif name.startswith((HEADS, TAGS)) and _OBJECT.fullmatch(value):
            refs[name.removesuffix("^{}")] = value
    return Advertised(refs, default)


def _packets(data: bytes) -> Iterator[bytes]:
    """The payloads of pkt-lines (gitprotocol-common(5)); flush packets are left out."""
    place = 0
    while place < len(data):
        try:
            length = int(data[place : place + 4], 16)
        except ValueError:
            raise ValueError("not a Git server's answer: no pkt-line") from None
        if 0 < length < 4 or place + length > len(data):
            raise ValueError("a Git server's answer that is cut short")
        if length:
            yield data[place + 4 : place + length]
        place += length or 4
