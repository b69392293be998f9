"""From what a person gives, or any URL, to a mirror or an address."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from mirror.address import forges
from mirror.address.forges import Forge
from mirror.address.mirrors import Address, Mirror
from mirror.address.paths import encode, walk
from mirror.address.references import parse_reference

if TYPE_CHECKING:
    from collections.abc import Collection

# git@github.com:owner/repo.git and ssh://git@github.com/owner/repo.git (git-clone(1), "Git URLs")
_SSH = re.compile(
    r"(?:(?:ssh|git|git\+ssh)://(?:[^/@]*@)?([^/:@]+)(?::\d+)?/|[^/@:\s]+@([^/:@]+):)"
)
_SECRET = re.compile(r"(//|^).*@")
_NAME = re.compile(r"(?!\.\.?$)[\w.-]+")
_SHOWN = 200


def parse_mirror(text: str, refs: Collection[str] = ()) -> Mirror:
    """Read a mirror from any URL of it: home, tree, blob, raw, Git; else a plain base URL.

    `refs` are refs known to exist, for those that hold slashes; without them the first segment
    is the ref. Raises ValueError, with a message for the person who wrote `text`.
    """
    url = _web_url(text.strip())
    reference = parse_reference(url)
    walked = walk(reference.path) if reference else None
    if reference is None or not reference.origin or walked is None:
        msg = f"not a mirror: {_show(text)} is no http(s) URL"
        raise ValueError(msg)
    segments = walked[1]
    if address := _read(reference.origin, segments, refs):
        return address.mirror
    base, _ = forges.web_space(reference.origin, segments)
    if forge := forges.forge_of(base):
        msg = (
            f"not a mirror: {_show(text)} names no page or home of a repository at {base} ({forge})"
        )
        raise ValueError(msg)
    if segments and segments[-1].endswith(".git"):
        msg = (
            f"not a mirror: nothing tells which forge {base} is; give the URL of one of the"
            f" repository's pages instead of {_show(text)}"
        )
        raise ValueError(msg)
    path = "".join(f"{encode(segment)}/" for segment in segments)
    return Mirror(Forge.PLAIN, f"{reference.origin}/{path}")


def parse(url: str, refs: Collection[str] = ()) -> Address:
    """Read an address from any view of a page on a forge; a home is the address of the root.

    `refs` are as in :func:`parse_mirror`. Raises ValueError for any other text.
    """
    reference = parse_reference(url)
    walked = walk(reference.path) if reference else None
    if reference and reference.origin and walked:
        address = _read(reference.origin, walked[1], refs)
        if address:
            return address
    msg = f"no page of a repository on a known forge: {_show(url)}"
    raise ValueError(msg)


def mirror_named(name: str, url: str, refs: Collection[str] = ()) -> Mirror:
    """Give back the mirror called `name` (:attr:`Mirror.name`), from any page of it.

    A name tells neither forge, scheme nor ref; the raw URL of a page does. `refs` are as in
    :func:`parse_mirror`. Raises ValueError when the page is of no mirror of that name.
    """
    with suppress(ValueError):
        mirror = parse(url, refs).mirror
        if mirror.name == name:
            return mirror
    reference = parse_reference(url)
    if reference and reference.origin:
        plain = Mirror(Forge.PLAIN, f"{reference.origin.partition('://')[0]}://{name}/")
        if plain.name == name and plain.find(url):
            return plain
    msg = f"no page of the mirror {_show(name)}: {_show(url)}"
    raise ValueError(msg)


def _read(origin: str, segments: list[str], refs: Collection[str]) -> Address | None:
    base, segments = forges.web_space(origin, segments)
    found = forges.split_repository(forges.forge_of(base), segments)
    if found is None:
        return None
    forge, count = found
    *owner, repo = segments[:count]
    repo = repo.removesuffix(".git")
    if not all(_NAME.fullmatch(name) for name in (*owner, repo)):
        return None
    view = forges.read_view(forge, segments[count:], refs)
    if view is None:
        return None
    return Address(Mirror(forge, base, "/".join(owner), repo, view.ref), "/".join(view.path))


def _web_url(text: str) -> str:
    """Turn the spellings that Git and people use into a web URL, for hosts that are known."""
    ssh = _SSH.match(text)
    if ssh and forges.forge_of(f"https://{(ssh[1] or ssh[2]).lower()}"):
        return f"https://{ssh[1] or ssh[2]}/{text[ssh.end() :]}"
    host = text.partition("/")[0].lower().removeprefix("www.")
    return f"https://{text}" if forges.forge_of(f"https://{host}") else text


def _show(text: str) -> str:
    """Quote what was given, without a password and not at any length."""
    return repr(_SECRET.sub(r"\1…@", text)[:_SHOWN])
