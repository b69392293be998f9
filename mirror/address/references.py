"""URLs as pages and people write them, taken apart without ever raising.

``urllib.parse.urlsplit`` raises on what hostile pages hold (``http://[``, a port of words) and
leaves unseen what browsers repair. This follows the WHATWG URL standard where mirrors need it:
outer blanks and controls fall off, tabs and newlines vanish, backslashes are slashes, any number
of slashes may follow ``http:``.
"""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv6Address
from typing import NamedTuple

from mirror.address.paths import replace_surrogates

_BLANKS = "".join(map(chr, range(0x21)))
_REMOVED = re.compile(r"[\t\n\r]")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_DEFAULT_PORTS = {"http": "80", "https": "443"}
_LONGEST_HOST = 253  # RFC 1035 §2.3.4, as text
_HIGHEST_PORT = 65535
_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")


class Reference(NamedTuple):
    """A URL, absolute or relative, in its parts; none of them decoded."""

    origin: str
    """``scheme://host[:port]``, lower-case, default port dropped; ``""`` for a relative one."""
    path: str
    query: str
    """With its ``?``, or ``""``."""
    fragment: str
    """Without its ``#``."""


def parse_reference(text: str, scheme: str = "https") -> Reference | None:
    """Take `text` apart; `scheme` is that of the page, for ``//host/…``.

    ``None`` when it is neither relative nor http(s) with a sound authority. User names and
    passwords are dropped.
    """
    text = replace_surrogates(_REMOVED.sub("", text.strip(_BLANKS)))
    rest, _, fragment = text.partition("#")
    rest, mark, query = rest.partition("?")
    query = mark + query
    if named := _SCHEME.match(rest):
        scheme = named[1].lower()
        if scheme not in _DEFAULT_PORTS:
            return None
        rest = rest[named.end() :].replace("\\", "/").lstrip("/")
    else:
        rest = rest.replace("\\", "/")
        if not rest.startswith("//"):
            return Reference("", rest, query, fragment)
        rest = rest.lstrip("/")
    authority, slash, path = rest.partition("/")
    origin = _origin(scheme, authority)
    return None if origin is None else Reference(origin, slash + path, query, fragment)


def _origin(scheme: str, authority: str) -> str | None:
    host, colon, port = authority.rpartition("@")[2].rpartition(":")
    if not colon or "]" in port:
        host, port = f"{host}{colon}{port}", ""
    name = _host(host)
    if name is None:
        return None
    if port:
        port = port.lstrip("0") or "0"
        if not (port.isascii() and port.isdecimal()):
            return None
        if len(port) > len(str(_HIGHEST_PORT)) or int(port) > _HIGHEST_PORT:
            return None
    if port in ("", _DEFAULT_PORTS[scheme]):
        return f"{scheme}://{name}"
    return f"{scheme}://{name}:{port}"


def _host(host: str) -> str | None:
    if host.startswith("[") and host.endswith("]"):
        try:
            return f"[{IPv6Address(host[1:-1]).compressed}]" if "%" not in host else None
        except AddressValueError:
            return None
    if len(host) > _LONGEST_HOST:
        return None
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    host = host.lower().removesuffix(".")
    return host if _HOST.fullmatch(host) else None
