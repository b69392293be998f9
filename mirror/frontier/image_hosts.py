"""Where the pictures of articles may be fetched from: the one exception to a mirror's own hosts."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mirror import warc

if TYPE_CHECKING:
    from collections.abc import Iterable
    from urllib.parse import SplitResult

LONGEST = 8000
"""Characters of an address; RFC 9110 §4.1 asks for that many to be supported, and no more."""

_PORTS = {"http": 80, "https": 443}
_ENTRY = re.compile(
    r"((?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?|\[[0-9a-f:.]+\])"
    r"(?::(\d{1,5}))?",
    re.ASCII,
)
_ODD = re.compile(r"[\x00-\x20\\\x7f]")
"""What programs read differently in an address: it must not be allowed as one and asked for as
another."""


def fetchable(url: str) -> str | None:
    """The address of a picture as it is asked for and recorded; ``None`` if it is none.

    Only http and https, no user's name, no fragment; whatever no URI may hold is encoded.
    """
    url = url.partition("#")[0]
    if len(url) > LONGEST or _ODD.search(url):
        return None
    parts = _split(url)
    if parts is None or "@" in parts.netloc:
        return None
    found = warc.safe_uri(url)
    return found if len(found) <= LONGEST else None


@dataclass(frozen=True, slots=True)
class ImageHosts:
    """Hosts, each as ``(name, port)``.

    A name stands for itself and its subdomains, an IP address for itself alone. Without a port
    (``None``) the scheme's own is meant.
    """

    entries: frozenset[tuple[str, int | None]] = frozenset()

    @classmethod
    def parse(cls, hosts: Iterable[str]) -> ImageHosts:
        """
        :param hosts: as ``host`` or ``host:port``, names in their ASCII form (IDNA).
        :raises ValueError: one of them is neither.
        """
        return cls(frozenset(map(_entry, hosts)))

    def __or__(self, other: ImageHosts) -> ImageHosts:
        return ImageHosts(self.entries | other.entries)

    def allows(self, url: str) -> bool:
        """Whether a picture may be fetched from there."""
        parts = _split(url)
        if parts is None:
            return False
        host = (parts.hostname or "").rstrip(".")
        port = parts.port
        wanted = None if port in (None, _PORTS[parts.scheme]) else port
        # A port that is named counts too where it is the scheme's own.
        ports = {wanted, _PORTS[parts.scheme] if wanted is None else wanted}
        return any(
            each_port in ports and (host == name or (not _is_ip(name) and _is_below(host, name)))
            for name, each_port in self.entries
        )

    @property
    def are_loopback(self) -> bool:
        """Whether all of them are this very machine."""
        return all(
            name == "localhost" or (_is_ip(name) and ipaddress.ip_address(name).is_loopback)
            for name, _ in self.entries
        )

    def __str__(self) -> str:
        return ",".join(sorted(f"{name}:{port or ''}" for name, port in self.entries))


def _entry(text: str) -> tuple[str, int | None]:
    found = _ENTRY.fullmatch(text.strip().lower().rstrip("."))
    port = int(found[2]) if found and found[2] else None
    if found is None or (port is not None and not 0 < port < 65536):
        raise ValueError(
            f"{text!r} is no host: give a name such as i.example.org, or name:port; "
            "no scheme, no path"
        )
    return found[1].strip("[]"), port


def _split(url: str) -> SplitResult | None:
    """An http(s) address apart; ``None`` for anything else, however odd."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    host = parts.hostname or ""
    if parts.scheme not in _PORTS or not host.isascii() or not host.strip(".") or port == 0:
        return None
    return parts


def _is_below(host: str, name: str) -> bool:
    return host.endswith(f".{name}")


def _is_ip(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
