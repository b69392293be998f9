"""Which proxy a request goes through, and how it is named."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from scrapy import Request

ProxyKind = Literal["http", "socks5", "socks4"]

_KINDS: dict[str, ProxyKind] = {
    "http": "http",
    "https": "http",
    "socks5": "socks5",
    "socks5h": "socks5",
    "socks4": "socks4",
    "socks4a": "socks4",
}
_PORTS = {"http": 80, "https": 443}
_SOCKS_PORT = 1080


@dataclass(frozen=True, slots=True)
class ProxyAddress:
    """A proxy and the credentials for it, which neither ``repr`` nor an error shows."""

    kind: ProxyKind
    host: str = field(repr=False)
    port: int = field(repr=False)
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    tls: bool = False
    """The proxy itself is talked to over TLS."""


def parse_proxy(url: str) -> ProxyAddress:
    """Read ``[scheme://][user:password@]host[:port]``; user and password percent-encoded.

    Schemes are http (when none is given), https, socks5h and socks4a. socks5 and socks4 mean the
    same as these: names are always resolved by the proxy.

    :raises ValueError: it is none of these. The message does not repeat it.
    """
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        port = parts.port
        host = parts.hostname
    except ValueError:
        raise ValueError("the proxy is no URL such as socks5h://host:port") from None
    kind = _KINDS.get(parts.scheme)
    if kind is None:
        raise ValueError(f"a proxy is http, https, socks5h or socks4a, not {parts.scheme!r}")
    if not host or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("the proxy is no URL such as socks5h://host:port")
    return ProxyAddress(
        kind=kind,
        host=host,
        port=_PORTS.get(parts.scheme, _SOCKS_PORT) if port is None else port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls=parts.scheme == "https",
    )


def proxy_of(request: Request, default: ProxyAddress | None) -> ProxyAddress | None:
    """The proxy that a request is to go through.

    That of ``request.meta["proxy"]``, where Scrapy's proxy middleware puts what it finds in
    ``http_proxy`` and ``https_proxy`` too; it splits the credentials off into a header. ``None``
    there means no proxy; `default` counts where there is nothing.

    :raises ValueError: it is no proxy, or the credentials are not of the Basic scheme (RFC 7617).
    """
    if "proxy" not in request.meta:
        return default
    url: str | None = request.meta["proxy"]
    if not url:
        return None
    proxy = parse_proxy(url)
    header = request.headers.get(b"Proxy-Authorization")
    if header is None:
        return proxy
    scheme, _, token = header.strip().partition(b" ")
    try:
        user, _, password = base64.b64decode(token, validate=True).decode("latin-1").partition(":")
    except binascii.Error:
        user = ""
    if scheme.lower() != b"basic" or not user:
        raise ValueError("the proxy's credentials are not of the Basic scheme")
    return ProxyAddress(proxy.kind, proxy.host, proxy.port, user, password, proxy.tls)
