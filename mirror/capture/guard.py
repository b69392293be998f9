"""Which network addresses may be connected to.

Pages are hostile: a link or a redirect can name the cloud's metadata service, a router or a
database on the operator's own network. Only the operator can say that such an origin is meant.
"""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import yarl
from scrapy.exceptions import IgnoreRequest

if TYPE_CHECKING:
    from collections.abc import Iterable

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

DEFAULT_PORTS = {"http": 80, "https": 443}

# Written out rather than asked of `ipaddress`, whose answers differ between Python's patch
# releases: 3.11.7 calls 64:ff9b:1::1 and fec0::1 global.
_NOT_PUBLIC_4 = [
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
]
"""IANA IPv4 Special-Purpose Address Registry, what is not globally reachable; and multicast."""
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
"""All that IANA gives out of (IPv6 Address Space registry, RFC 4291 §2.4)."""
_NOT_PUBLIC_6 = [
    ipaddress.IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "3fff::/20")
]
"""What of it is special (IANA IPv6 Special-Purpose Address Registry); 6to4 is judged apart."""
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

_PRIVATE_NAMES = (".localhost", ".local", ".internal", ".home.arpa")
"""Names that stand for this machine or network (RFC 6761, 6762, 8375; ICANN 2024 for internal)."""
_ENDS_IN_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)", re.ASCII | re.DOTALL)
"""Hosts that some resolver takes for an IPv4 address (WHATWG URL, "ends in a number")."""


class AddressRefused(IgnoreRequest):
    """The URL leads to an address that is not public, and nobody named its origin."""


def origin_of(url: str) -> str:
    """The origin of an http(s) URL as ``scheme://host:port`` (RFC 6454 §4), in lower case.

    Names are in their ASCII form (IDNA), IPv6 addresses in their shortest (RFC 5952).

    :raises ValueError: the URL has no host or an impossible port.
    """
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    host = (parts.hostname or "").rstrip(".")
    if not host:
        raise ValueError(f"no host in {url!r}")
    port = DEFAULT_PORTS.get(scheme) if parts.port is None else parts.port
    if ":" in host:
        return f"{scheme}://[{ipaddress.IPv6Address(host)}]:{port}"
    if not host.isascii():
        host = yarl.URL.build(scheme="http", host=host).raw_host or host
    return f"{scheme}://{host}:{port}"


def is_public(address: IPAddress) -> bool:
    """Whether an address is one of the public internet, by IANA's special-purpose registries.

    An IPv6 address that carries an IPv4 one (mapped, NAT64, 6to4) is judged by that one.
    """
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_4)
    carried = address.ipv4_mapped or address.sixtofour
    if address in _NAT64:
        carried = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if carried is not None:
        return is_public(carried)
    return address in _GLOBAL_UNICAST and not any(address in net for net in _NOT_PUBLIC_6)


class AddressGuard:
    """Lets public addresses through, and others only for the origins named.

    :param private_origins: origins that may be anywhere, as URLs; ``None`` checks nothing.
    :raises ValueError: one of them is no URL.
    """

    def __init__(self, private_origins: Iterable[str] | None) -> None:
        self._everything = private_origins is None
        self._named = frozenset(origin_of(url) for url in private_origins or ())

    def check(self, url: str, address: IPAddress) -> None:
        """Check the address that `url` is about to be fetched from.

        :raises AddressRefused: it is not public and the URL's origin was not named.
        """
        if not is_public(address):
            self._refuse_unless_named(url, f"is at {address}, which is not a public address")

    def check_name(self, url: str, host: str) -> None:
        """Check what can be known without resolving: a proxy does that out of our sight.

        :param host: the host of `url` in ASCII, as it will be asked for.
        :raises AddressRefused: it is an address that is not public, an address in a form that
            programs read differently (``0x7f.1``, ``010.0.0.1``), or a name of the local network.
        """
        name = host.lower().strip("[]").rstrip(".")
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            if _ENDS_IN_NUMBER.fullmatch(name):
                self._refuse_unless_named(url, "is no name and no plain address")
            if "." not in name or f".{name}".endswith(_PRIVATE_NAMES):
                self._refuse_unless_named(url, "is a name of the local network")
            return
        self.check(url, address)

    def _refuse_unless_named(self, url: str, why: str) -> None:
        if self._everything or origin_of(url) in self._named:
            return
        raise AddressRefused(
            f"{origin_of(url)} {why}; "
            "it is fetched only when named as the mirror or in PRIVATE_ORIGINS"
        )
