"""Which network addresses may be connected to.

Pages are hostile: a link or a redirect can name the cloud's metadata service, a router or a
database on the operator's own network. Only the operator can say that such an origin is meant.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy.exceptions import IgnoreRequest

if TYPE_CHECKING:
    from collections.abc import Iterable

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

DEFAULT_PORTS = {"http": 80, "https": 443}


class AddressRefused(IgnoreRequest):
    """The URL leads to an address that is not public, and nobody named its origin."""


def origin_of(url: str) -> str:
    """The origin of an http(s) URL as ``scheme://host:port`` (RFC 6454 §4), in lower case.

    :raises ValueError: the URL has no host or an impossible port.
    """
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    host = parts.hostname
    if not host:
        raise ValueError(f"no host in {url!r}")
    port = parts.port or DEFAULT_PORTS.get(scheme)
    host = host.rstrip(".")
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def is_public(address: IPAddress) -> bool:
    """Whether an address is one of the public internet, by IANA's special-purpose registries.

    An IPv6 address that carries an IPv4 one (mapped, 6to4, NAT64) is judged by that one too.
    """
    if isinstance(address, ipaddress.IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour]
        if address in ipaddress.ip_network("64:ff9b::/96"):
            inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if any(carried is not None and not is_public(carried) for carried in inner):
            return False
        if address.ipv4_mapped is not None:
            return True
    return address.is_global and not address.is_multicast


class AddressGuard:
    """Lets public addresses through, and others only for the origins named.

    :param private_origins: origins that may be anywhere, as URLs; ``None`` checks nothing.
    """

    def __init__(self, private_origins: Iterable[str] | None) -> None:
        self._everything = private_origins is None
        self._named = frozenset(origin_of(url) for url in private_origins or ())

    def check(self, url: str, address: IPAddress) -> None:
        """Check the address that `url` is about to be fetched from.

        :raises AddressRefused: it is not public and the URL's origin was not named.
        """
        if self._everything or is_public(address) or origin_of(url) in self._named:
            return
        raise AddressRefused(
            f"{origin_of(url)} is at {address}, which is not a public address; "
            "it is fetched only when named as the mirror or in PRIVATE_ORIGINS"
        )

    def check_name(self, url: str) -> None:
        """Check what can be known without resolving: a proxy does that out of our sight.

        :raises AddressRefused: the host is a private address or a name for this machine.
        """
        host = (urlsplit(url).hostname or "").rstrip(".")
        if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
            self.check(url, ipaddress.ip_address("127.0.0.1"))
            return
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return
        self.check(url, address)
