"""Links as people break them: spaces, quotes, schemes, hosts. Each function is one step.

A step takes and returns a link; ``""`` says that no page is behind it. The damage is that of
737,000 links of real mirrors.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import quote, unquote

_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffd\ud800-\udfff\t\n\r]"
)
_SPACE = " \t\n\r\x0b\x0c\xa0\u3000"
_QUOTES = "\"'“”‘’«»`<>"
_TRIMMED = _SPACE + _QUOTES
_TRAILING = re.compile(
    r"(?:%20|%22|%C2%A0|%E3%80%80|%E2%80%(?:8[B-F]|9[89CD])|%EF%BB%BF)+$", re.IGNORECASE
)
_ANY_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):")
# https://%20https//…, http://https：//…, https:///…, http:/…, https//…, ttps://…, https:https://…
_BROKEN_SCHEME = re.compile(
    r"(?:(?:h?ttps?|htt?ps?)(?:[:：]/*|//+)(?:%20|\s)*)+(?=[^\s/])", re.IGNORECASE
)
_URL_INSIDE = re.compile(r"https?://[^\s]+", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+")
_HOST_FIRST = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9\-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,24}(?::\d{1,5})?(?=[/?#]|$)"
)
_FILE = re.compile(r"\.(?:html?|md|jpe?g|png|gif|webp|pdf|php|aspx?|txt|mp[34])$", re.IGNORECASE)
_TWICE = re.compile("%25(?=[89A-Fa-f][0-9A-Fa-f])")
_ONCE = re.compile("%(?!25)")

_AUTHORITY = re.compile(r"(https?)://([^/?#\\]*)(.*)", re.IGNORECASE | re.DOTALL)
_SOUND_HOST = re.compile(
    r"(?:[a-z0-9_](?:[a-z0-9_\-]*[a-z0-9_])?\.)+[a-z0-9\-]*[a-z][a-z0-9\-]*\.?"
)
_LONGEST_HOST = 300
"""Characters of host, port and user: a host has 253 at most (RFC 1035 §2.3.4)."""
_SOUND_REST = re.compile(r"(?:/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?#]|%[0-9A-F]{2})*)?")
_LOWER_HEX = re.compile("%[0-9A-Fa-f]{2}")
_BARE_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_SAFE = "/:@!$&'()*+,;=-._~%?"
_MAIL = re.compile(r"[^\s@?]+@[^\s@?]+(?:\?.*)?")


def invisible_removed(url: str) -> str:
    """Without zero-width, bidirectional and control characters (WHATWG URL §4.4 drops tab and
    newline; the others are never part of an address)."""
    return url if url.isascii() and url.isprintable() else _INVISIBLE.sub("", url)


def trimmed(url: str) -> str:
    """Without spaces and quotes around it, encoded ones at its end too."""
    return _TRAILING.sub("", url.strip(_TRIMMED)).strip(_TRIMMED)


def one_scheme(url: str) -> str:
    """With one sound scheme where several, or broken ones, stand at its start.

    A whole URL after words that are none (a headline pasted with its link) is the link.
    """
    match = _BROKEN_SCHEME.match(url)
    if match is None:
        return url
    secure = "s" if "s" in match[0].lower().replace("://", "") else ""
    found = f"http{secure}://{url[match.end() :]}"
    if " " in found or not found.isascii():
        inside = _URL_INSIDE.search(found, 8)
        if inside is not None and not _looks_like_host(found):
            return inside[0]
    return found if _restored(match[0]) else url


def with_scheme(url: str) -> str:
    """With ``https`` where the scheme is missing, ``mailto`` before a bare mail address.

    ``""`` for what cannot be fetched (``file:``, ``blob:``, ``javascript:`` …) and for what names
    no host, which includes a relative link: there is nothing here that it is relative to.
    """
    match = _ANY_SCHEME.match(url)
    scheme = match[1].lower() if match else ""
    if scheme in ("http", "https"):
        return url
    if scheme == "mailto":
        address = unquote(url[7:]).strip(_TRIMMED)
        return f"mailto:{quote(address, safe='@+.-_?=&')}" if _MAIL.fullmatch(address) else ""
    if url.startswith("//"):
        return f"https:{url}" if len(url) > 2 else ""
    if _EMAIL.fullmatch(url):
        return f"mailto:{url}"
    host = _HOST_FIRST.match(url)
    if host is None or (host.end() == len(url) and _FILE.search(url)):
        return ""
    return f"https://{url}"


def decode_twice_encoded(url: str) -> str:
    """With ``%25E4%25B8`` as ``%E4%B8`` where every percent sign of the link is encoded again."""
    if "%25" not in url or _ONCE.search(url) or len(_TWICE.findall(url)) < 2:
        return url
    return _TWICE.sub("%", url)


def canonical(url: str) -> str:
    """In canonical form (RFC 3986 §6.2): lower-case scheme and host, no default port, IDNA host,
    upper-case hexadecimal, everything else that needs it percent-encoded as UTF-8.

    ``""`` when it has no host that could exist.
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
    if not _SOUND_REST.fullmatch(rest) or rest.count("#") > 1:
        rest = _encoded(rest)
    return f"{scheme}://{host}{rest or '/'}"


def _host(authority: str, scheme: str) -> str:
    if len(authority) > _LONGEST_HOST:
        return ""
    if _SOUND_HOST.fullmatch(authority):
        return authority
    userinfo, at, hostport = authority.rpartition("@")
    hostport = "".join(hostport.split()).replace("%20", "")
    host, port = _split_port(hostport)
    if port is None:
        return ""
    host = unquote(host).strip(_TRIMMED + ",;，。").lower()
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    if not (_SOUND_HOST.fullmatch(host) or _is_address(host) or host == "localhost"):
        return ""
    suffix = "" if port in ("", {"http": "80", "https": "443"}[scheme]) else f":{port}"
    prefix = f"{quote(userinfo, safe=':%')}@" if at and userinfo else ""
    return f"{prefix}{host}{suffix}"


def _split_port(hostport: str) -> tuple[str, str | None]:
    """Host and port; the port is ``None`` when it is none."""
    if hostport.startswith("["):
        host, bracket, port = hostport.partition("]")
        host += bracket
    else:
        host, colon, port = hostport.partition(":")
        port = colon + port
    digits = port.removeprefix(":")
    if digits and not (digits.isascii() and digits.isdigit() and int(digits[:7]) < 65536):
        return host, None
    return host, digits.lstrip("0")


def _is_address(host: str) -> bool:
    try:
        if host.startswith("["):
            return ipaddress.ip_address(host[1:-1]).version == 6
        return ipaddress.ip_address(host).version == 4
    except ValueError:
        return False


def _encoded(rest: str) -> str:
    head, mark, fragment = rest.partition("#")
    head = _quoted(head.replace("\\", "/"))
    if not head.startswith("/"):
        head = "/" + head
    return f"{head}#{_quoted(fragment)}" if mark else head


def _quoted(part: str) -> str:
    part = _BARE_PERCENT.sub("%25", part)
    return quote(_LOWER_HEX.sub(lambda match: match[0].upper(), part), safe=_SAFE)


def _looks_like_host(url: str) -> bool:
    match = _AUTHORITY.match(url)
    return match is not None and bool(_host(match[2], "http"))


def _restored(scheme: str) -> bool:
    return scheme.lower() not in ("http://", "https://")
