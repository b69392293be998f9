"""Where a repository is fetched from, and under which addresses its pages are known."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from mirror.address import Forge, Mirror, parse_mirror
from mirror.address.paths import encode
from mirror.gitstore import Remote, origin_of, remote_of

NOWHERE = "invalid"
"""Top-level domain of addresses that never lead anywhere (RFC 2606 §2)."""
_HOST = re.compile(r"[a-z0-9.-]+(:\d+)?")


def place_of(text: str, address: str = "") -> tuple[Mirror, Remote]:
    """The mirror whose pages a repository holds, and where it is fetched from.

    :param text: a forge's URL, a Git URL, or the path of a local repository.
    :param address: any URL of the mirror on the web. Without it a forge's own URL tells it, or
        the ``origin`` of a local repository; else the pages stand under a placeholder,
        ``https://HOST.invalid/PATH/`` or ``https://local.invalid/FOLDER/``.
    :raises ValueError: either is wrong; the message is for the operator.
    :raises GitError: the configuration of a local repository cannot be read.
    """
    forge = _on_forge(text)
    if forge is not None:
        mirror = parse_mirror(address) if address else forge
        assert forge.git_url is not None
        return mirror, Remote(forge.git_url, is_local=False)
    remote = remote_of(text)
    if address:
        return parse_mirror(address), remote
    origin = _on_forge(origin_of(remote)) if remote.is_local else None
    return origin or _placeholder(remote), remote


def _on_forge(text: str) -> Mirror | None:
    """The mirror on a forge that a URL names; ``None`` for any other text."""
    try:
        mirror = parse_mirror(text)
    except ValueError:
        return None
    return None if mirror.forge is Forge.PLAIN else mirror


def _placeholder(remote: Remote) -> Mirror:
    if remote.is_local:
        path = PurePosixPath(remote.url)
        name = path.name if path.name != ".git" else path.parent.name
        host = "local"
    else:
        parts = urlsplit(remote.url)
        name, host = parts.path.strip("/"), (parts.hostname or "").lower()
    name = name.removesuffix(".git") or "repository"
    if not _HOST.fullmatch(host):
        host = "remote"
    return Mirror(Forge.PLAIN, f"https://{host}.{NOWHERE}/{encode(name)}/")
