"""The default branch of a repository, from what its Git server says about itself.

One request that every forge answers alike: the reference discovery of Git's smart HTTP protocol
(gitprotocol-http(5), "Discovering References"), version 0, where the first line carries
``symref=HEAD:refs/heads/NAME`` among the capabilities.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADS = "refs/heads/"
TAGS = "refs/tags/"


@dataclass(frozen=True, slots=True)
class Refs:
    """Branches and tags of a repository, by their short names."""

    default: str | None
    names: frozenset[str]


def discovery_url(git_url: str) -> str:
    return f"{git_url}/info/refs?service=git-upload-pack"


def parse_refs(advertisement: bytes) -> Refs:
    """Read a reference advertisement.

    :raises ValueError: it is not one.
    """
    default: str | None = None
    names: set[str] = set()
    for line in _packets(advertisement):
        if line.startswith(b"#") or not line:
            continue
        listed, _, capabilities = line.partition(b"\0")
        _, _, ref = listed.rstrip(b"\n").partition(b" ")
        name = ref.decode("utf-8", "replace")
        for prefix in (HEADS, TAGS):
            if name.startswith(prefix):
                names.add(name.removeprefix(prefix).removesuffix("^{}"))
        for capability in capabilities.split():
            if capability.startswith(b"symref=HEAD:"):
                target = capability.removeprefix(b"symref=HEAD:").decode("utf-8", "replace")
                default = target.removeprefix(HEADS)
    if not names and default is None:
        raise ValueError("no references in the answer: not a Git repository")
    return Refs(default, frozenset(names))


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
