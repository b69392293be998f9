"""One spelling of each URL (RFC 3986 §6.2): scheme and host, port, percent-encoding, dots."""

from __future__ import annotations

import ipaddress
import re
from string import ascii_letters, digits
from unicodedata import category
from urllib.parse import quote, unquote

TRIMMED = " \t\n\r\x0b\x0c\xa0\u3000" + "\"'“”‘’«»`<>"
"""Spaces and quotes, which stand around addresses and never in them."""

_AUTHORITY = re.compile(r"(https?)://([^/?#\\]*)(.*)", re.IGNORECASE | re.DOTALL)
_SOUND_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_\-]*[a-z0-9_])?\.)+[a-z0-9\-]*[a-z][a-z0-9\-]*")
_LONGEST_HOST = 300
"""Characters of host, port and user: a host has 253 at most (RFC 1035 §2.3.4)."""
_DEFAULT_PORTS = {"http": "80", "https": "443"}
_CHARACTER = (
    r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]"
    r"|%(?:2[0-9A-CF]|3[A-F]|40|5[B-E]|60|7[B-DF]|[0189A-F][0-9A-F]))"
)
_SOUND_REST = re.compile(rf"/{_CHARACTER}*(?:\?(?:{_CHARACTER}|\?)+)?(?:#(?:{_CHARACTER}|\?)+)?")
_UNRESERVED = frozenset(ascii_letters + digits + "-._~")
_TRIPLET = re.compile("%[0-9A-Fa-f]{2}")
_BARE_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_SAFE = "/:@!$&'()*+,;=-._~%?"
_DOTS = re.compile(r"/\.\.?(?:/|$)")


def canonical(url: str) -> str:
    """In canonical form: lower-case scheme and host, no user, no default port, host as A-labels
    (RFC 5890 §2.3.2.1), no dot segments, no empty query or fragment, upper-case hexadecimal, what
    needs no percent-encoding (RFC 3986 §2.3) without it, everything else that needs it in UTF-8.

    A user name or password is dropped: no page of a publisher asks for one in its address, and
    ``http://www.epochtimes.com@host/`` only pretends. ``""`` when there is no host that could
    exist.
    """
    if url.startswith("mailto:"):
        return url
    match = _AUTHORITY.fullmatch(url)
    if match is None:
        return ""
    scheme, authority, rest = match[1].lower(), match[2], match[3]
    host = _host(authority, scheme)
    if not host:
        return ""
    if not _SOUND_REST.fullmatch(rest) or "/." in rest:
        rest = _encoded(rest)
    return f"{scheme}://{host}{rest}"


def has_sound_host(url: str) -> bool:
    """Whether an http(s) URL has a host that could exist, as far as it can be repaired."""
    match = _AUTHORITY.match(url)
    return match is not None and bool(_host(match[2], "http"))


def _host(authority: str, scheme: str) -> str:
    if len(authority) > _LONGEST_HOST:
        return ""
    if _SOUND_HOST.fullmatch(authority):
        return authority
    hostport = "".join(authority.rpartition("@")[2].split()).replace("%20", "")
    host, port = _split_port(hostport)
    if port is None:
        return ""
    host = unquote(host).strip(TRIMMED + ",;，。.").lower()
    if not host.isascii():
        # Python's codec takes these for characters that a later Unicode may have; browsers do not.
        if any(category(character) == "Cn" for character in host):
            return ""
        try:
            host = host.encode("idna").decode("ascii").lower().strip(".")
        except UnicodeError:
            return ""
    if not (_SOUND_HOST.fullmatch(host) or host == "localhost"):
        host = _address(host)
    if not host:
        return ""
    return host if port in ("", _DEFAULT_PORTS[scheme]) else f"{host}:{port}"


def _split_port(hostport: str) -> tuple[str, str | None]:
    """Host and port; the port is ``None`` when it is none."""
    if hostport.startswith("["):
        host, bracket, port = hostport.partition("]")
        host += bracket
    else:
        host, colon, port = hostport.partition(":")
        port = colon + port
    number = port.removeprefix(":")
    if number and not (number.isascii() and number.isdigit() and int(number[:7]) < 65536):
        return host, None
    return host, number.lstrip("0")


def _address(host: str) -> str:
    """An IP address in its one spelling, ``""`` for what is none."""
    try:
        if host.startswith("[") and host.endswith("]") and "%" not in host:
            return f"[{ipaddress.IPv6Address(host[1:-1])}]"
        return str(ipaddress.IPv4Address(host))
    except ValueError:
        return ""


def _encoded(rest: str) -> str:
    head, _, fragment = rest.partition("#")
    path, _, query = head.partition("?")
    path = _quoted(path.replace("\\", "/"))
    if not path.startswith("/"):
        path = "/" + path
    if "/." in path:
        path = _without_dots(path)
    head = f"{path}?{_quoted(query)}" if query else path
    return f"{head}#{_quoted(fragment)}" if fragment else head


def _quoted(part: str) -> str:
    if "%" in part:
        part = _BARE_PERCENT.sub("%25", part)
        part = _TRIPLET.sub(_normal_triplet, part)
    return quote(part, safe=_SAFE)


def _normal_triplet(match: re.Match[str]) -> str:
    character = chr(int(match[0][1:], 16))
    return character if character in _UNRESERVED else match[0].upper()


def _without_dots(path: str) -> str:
    """Dot segments followed (RFC 3986 §5.2.4); empty segments stay."""
    if not _DOTS.search(path):
        return path
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)
