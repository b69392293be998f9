"""Links as people break them: spaces, quotes, schemes. Each function is one step.

A step takes and returns a link; ``""`` says that no page is behind it. The damage is that of
737,000 links of real mirrors.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from mirror.originals.canonical import TRIMMED, has_sound_host

_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffd\ud800-\udfff\t\n\r]"
)
_TRAILING = re.compile(
    r"(?:%20|%22|%C2%A0|%E3%80%80|%E2%80%(?:8[B-F]|9[89CD])|%EF%BB%BF)+$", re.IGNORECASE
)
_TRAILING_BYTES = frozenset(re.findall("%..", "%20%22%A0%80%8B%8C%8D%8E%8F%98%99%9C%9D%BF"))
_MARKUP = re.compile(r'(?:"|%22)(?:>|%3E).*', re.DOTALL | re.IGNORECASE)
# …/page），words, …/page（words：https://…: the sentence in which a link was pasted. The bracket is
# the first; a later one may belong to a title.
_SENTENCE = re.compile(
    r"((?:(?!%EF%BC%8[89])[^（）])*+)"
    r"(?:(?:）|%EF%BC%89)(?:[，。；、]|%EF%BC%8C|%E3%80%8[12]|%EF%BC%9B)"
    r"|(?:（|%EF%BC%88)[^（）/]*https?:).*",
    re.DOTALL | re.IGNORECASE,
)
_TITLED_FILE = re.compile(r"\.(?:s?html?|pdf|md)(?:[?#]|$)", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:amp|#38|#038|#x26);", re.IGNORECASE)
_ANY_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):")
# https://%20https//…, http://https：//…, https:///…, http:/…, https//…, ttps://…, https:https://…
_BROKEN_SCHEME = re.compile(
    r"(?:(?:h?ttps?|htt?ps?)(?:[:：]/*|//+)(?:%20|\s)*)+(?=[^\s/])", re.IGNORECASE
)
_URL_INSIDE = re.compile(r"https?://[^\s]+", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.+\-]{1,64}@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){1,9}")
_MAIL_AS_WEB = re.compile(r"https?://(?:mailto:)?([^/?#:]+@[^/?#:@]+)/?", re.IGNORECASE)
_HOST_FIRST = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}(?::\d{1,5})?(?=[/?#]|$)"
)
_FILE = re.compile(r"\.(?:html?|md|jpe?g|png|gif|webp|pdf|php|aspx?|txt|mp[34])$", re.IGNORECASE)
_TWICE = re.compile("%25(?=[89A-Fa-f][0-9A-Fa-f])")
_ONCE = re.compile("%(?!25)")
_MAIL = re.compile(r"[^\s@?]+@[^\s@?]+(?:\?.*)?")


def invisible_removed(url: str) -> str:
    """Without zero-width, bidirectional and control characters (WHATWG URL §4.4 drops tab and
    newline; the others are never part of an address)."""
    return url if url.isascii() and url.isprintable() else _INVISIBLE.sub("", url)


def trimmed(url: str) -> str:
    """Without spaces and quotes around it, encoded ones at its end too, without the rest of the
    markup where its attribute was closed inside it (``…/x"></iframe>``), and without the rest of
    a sentence that was taken for a part of it (``…/x），某某说``)."""
    url = url.strip(TRIMMED)
    if ("（" in url or "）" in url or "%EF%BC%8" in url) and not _TITLED_FILE.search(url):
        sentence = _SENTENCE.fullmatch(url)
        url = sentence[1] if sentence else url
    if ">" in url or "%3" in url:
        url = _MARKUP.sub("", url, count=1)
    if url[-3:].upper() in _TRAILING_BYTES:
        url = _TRAILING.sub("", url)
    return url.strip(TRIMMED)


def entities_decoded(url: str) -> str:
    """With ``&`` where it was escaped once more than the page says: ``?a=1&amp;b=2``."""
    return _ENTITY.sub("&", url) if ";" in url else url


def one_scheme(url: str) -> str:
    """With one sound scheme where several, or broken ones, stand at its start.

    A whole URL after words that are none (a headline pasted with its link) is the link.
    Backslashes are slashes up to the path (WHATWG URL §4.4).
    """
    if "\\" in url[:16]:
        url = url[:16].replace("\\", "/") + url[16:]
    match = _BROKEN_SCHEME.match(url)
    if match is None:
        return url
    secure = "s" if "s" in match[0].lower().replace("://", "") else ""
    found = f"http{secure}://{url[match.end() :]}"
    if " " in found or not found.isascii():
        inside = _URL_INSIDE.search(found, 8)
        if inside is not None and not has_sound_host(found):
            return inside[0]
    return found if match[0].lower() not in ("http://", "https://") else url


def with_scheme(url: str) -> str:
    """With ``https`` where the scheme is missing, ``mailto`` before a mail address.

    ``""`` for what cannot be fetched (``file:``, ``blob:``, ``javascript:`` …) and for what names
    no host, which includes a relative link: there is nothing here that it is relative to.
    """
    match = _ANY_SCHEME.match(url)
    scheme = match[1].lower() if match else ""
    if scheme in ("http", "https"):
        mail = _MAIL_AS_WEB.fullmatch(url) if "@" in url else None
        return f"mailto:{mail[1]}" if mail and _EMAIL.fullmatch(mail[1]) else url
    if scheme == "mailto":
        address = unquote(url[7:]).strip(TRIMMED)
        return f"mailto:{quote(address, safe='@+.-_?=&')}" if _MAIL.fullmatch(address) else ""
    if url.startswith("//"):
        return f"https:{url}" if len(url) > 2 else ""
    if _EMAIL.fullmatch(url):
        return f"mailto:{url}"
    host = _HOST_FIRST.match(url)
    if host is None or (url[host.end() : host.end() + 1] != "/" and _FILE.search(host[0])):
        return ""
    return f"https://{url}"


def decode_twice_encoded(url: str) -> str:
    """With ``%25E4%25B8`` as ``%E4%B8`` where every percent sign of the link is encoded again."""
    if "%25" not in url or _ONCE.search(url) or len(_TWICE.findall(url)) < 2:
        return url
    return _TWICE.sub("%", url)
