"""Where Scrapy leaves the proxy of a request."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from scrapy import Request


def proxy_of(request: Request) -> str | None:
    """The proxy that Scrapy's proxy middleware chose, with its credentials back in the URL.

    The middleware takes them from ``http_proxy``/``https_proxy`` in the environment or from
    ``request.meta["proxy"]`` and splits the credentials off into a header.

    :raises ValueError: the credentials are not of the Basic scheme (RFC 7617).
    """
    proxy: str | None = request.meta.get("proxy")
    if not proxy:
        return None
    if "://" not in proxy:
        proxy = f"http://{proxy}"
    header = request.headers.get(b"Proxy-Authorization")
    if header is None:
        return proxy
    scheme, _, token = header.partition(b" ")
    if scheme.lower() != b"basic":
        raise ValueError(f"proxy credentials must be Basic, not {scheme.decode('latin-1')}")
    user, _, password = base64.b64decode(token).decode("latin-1").partition(":")
    parts = urlsplit(proxy)
    return parts._replace(netloc=f"{quote(user)}:{quote(password)}@{parts.netloc}").geturl()
