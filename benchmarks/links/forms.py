"""In which forms a link is found, told from its text by rules written apart from the program's.

The program must not be asked what it is good at: nothing here is shared with
``mirror.originals``. A link can be of several forms, or of none: then it is sound.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

_SPACES = " \t\r\n\f\v\xa0\u3000"
_QUOTES = "\"'“”‘’«»"
_SCHEME = re.compile(r"[a-z][a-z0-9+.\-]*:", re.IGNORECASE)
_HOST_ALONE = re.compile(r"(?:[\w\-]+\.)+[a-z]{2,}(?:[/:?#]|$)", re.IGNORECASE)
_PAGE_ALONE = re.compile(r"[^/:?#]*\.(?:html?|php|md|aspx?)(?:[?#].*)?", re.IGNORECASE)
_FOLLOWS = re.compile(
    r"utm_.*|fbclid|gclid|igshid|igsh|mc_[ce]id|_ga|msclkid|yclid|ref_src|ref_url|cmpid|ncid|spm|"
    r"mibextid|si|feature|__twitter_impression|guccounter|guce_.*|s_cid|twclid|dclid|_hs.*",
    re.IGNORECASE,
)
_SHORTENERS = (
    "bit.ly t.co ept.ms youtu.be tinyurl.com reurl.cc git.io goo.gl ow.ly is.gd buff.ly wp.me "
    "dlvr.it fb.me lihi.cc lihi1.com cutt.ly rb.gy amzn.to nyti.ms ppt.cc t.cn tiny.cc "
    "trib.al soc.cr reut.rs on.wsj.com cnn.it bbc.in gan.jing fb.watch t.ly shorturl.at"
)
_SHORT = frozenset(_SHORTENERS.split())


def _parts(href: str) -> tuple[str, str, str, str]:
    """Host, path, query and fragment, as far as a careless reading gives them."""
    rest = re.sub(r"^\s*[a-z]*:?/{2,}", "", href.strip(_SPACES + _QUOTES), flags=re.IGNORECASE)
    rest, _, fragment = rest.partition("#")
    rest, _, query = rest.partition("?")
    host, slash, path = rest.partition("/")
    return host.lower().rpartition("@")[2].partition(":")[0], slash + path, query, fragment


def _at(*patterns: str) -> Callable[[str], bool]:
    """Whether host and path, put together, begin as one of these expressions says."""
    compiled = re.compile(rf"(?:www\.)?(?:{'|'.join(patterns)})", re.IGNORECASE)

    def matches(href: str) -> bool:
        host, path, query, _ = _parts(href)
        return compiled.match(f"{host}{path}?{query}") is not None

    return matches


def _names(href: str) -> list[str]:
    return [name for name, _ in parse_qsl(_parts(href)[2], keep_blank_values=True)]


def _rejected(href: str) -> bool:
    try:
        urlsplit(href).port  # noqa: B018 - to read the port is to check it
    except ValueError:
        return True
    return False


def _scheme_is(*schemes: str) -> Callable[[str], bool]:
    return lambda href: href.strip().lower().startswith(schemes)


FORMS: dict[str, Callable[[str], bool]] = {
    # Damage
    "leading or trailing space": lambda href: href != href.strip(_SPACES),
    "space inside": lambda href: any(c in href.strip(_SPACES) for c in " \t\r\n\xa0\u3000"),
    "quote at its end": lambda href: href.strip(_SPACES).endswith(tuple(_QUOTES)),
    "encoded space or quote at its end": lambda href: (
        re.search(r"%(?:20|22|E3%80%80|C2%A0)\s*$", href, re.IGNORECASE) is not None
    ),
    "zero-width or control": lambda href: (
        re.search("[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060\ufeff]", href)
        is not None
    ),
    "other non-ASCII": lambda href: (
        re.search("[^\x00-\xa0\u00ad\u200b-\u200f\u2028-\u202e\u2060\ufeff\u3000]", href)
        is not None
    ),
    "markup inside": lambda href: "<" in href or ">" in href,
    "`&amp;`": lambda href: "&amp;" in href.lower() or "&#38;" in href,
    "protocol-relative": lambda href: href.strip().startswith("//"),
    "root-relative": lambda href: re.match(r"\s*/(?!/)", href) is not None,
    "relative": lambda href: (
        re.match(r"\s*\.{1,2}/", href) is not None
        or _PAGE_ALONE.fullmatch(href.strip()) is not None
    ),
    "fragment alone": lambda href: href.strip().startswith("#"),
    "no scheme": lambda href: (
        _SCHEME.match(href.strip()) is None
        and _HOST_ALONE.match(href.strip()) is not None
        and _PAGE_ALONE.fullmatch(href.strip()) is None
    ),
    "doubled scheme": lambda href: (
        re.match(r"\s*https?[:：]?/*(?:%20|\s)*https?[:：/]", href, re.IGNORECASE) is not None
    ),
    "`https:///`, `http:/`, `https//`": lambda href: (
        re.match(r"\s*https?(?:[:：]/{3,}|[:：]/?(?!/)|/+)", href, re.IGNORECASE) is not None
    ),
    "twice encoded": lambda href: re.search(r"%25[0-9A-F]{2}", href, re.IGNORECASE) is not None,
    "half-encoded `%`": lambda href: (
        re.search(r"%(?![0-9A-F]{2})", href, re.IGNORECASE) is not None
    ),
    "rejected by `urlsplit`": _rejected,
    "user name": lambda href: re.match(r"\s*https?://[^/?#]*@", href) is not None,
    "port": lambda href: re.match(r"\s*https?://[^/?#]*:\d", href) is not None,
    "upper case in scheme or host": lambda href: (
        re.match(r"\s*(?:[a-z]*[A-Z]\w*:|https?://[^/?#]*[A-Z])", href) is not None
    ),
    "IP address": lambda href: (
        re.match(r"\s*https?://(?:\d+\.){3}\d+(?:[/:?#]|$)", href) is not None
    ),
    "IDN": lambda href: not _parts(href)[0].isascii() or "xn--" in _parts(href)[0],
    # No page
    "empty": lambda href: not href.strip(_SPACES),
    "`mailto:` or a mail address": lambda href: (
        re.match(r"\s*(?:https?://)?(?:mailto:|[\w.+\-]+@[\w.\-]+\s*/?\s*$)", href) is not None
    ),
    "`file:`": _scheme_is("file:"),
    "`blob:`": _scheme_is("blob:"),
    "other scheme": lambda href: (
        _SCHEME.match(href.strip()) is not None
        and _HOST_ALONE.match(href.strip()) is None
        and not _scheme_is("http:", "https:", "mailto:", "file:", "blob:")(href)
    ),
    # More than the page
    "tracking": lambda href: any(_FOLLOWS.fullmatch(name) for name in _names(href)),
    "cache-buster": lambda href: (
        re.search(r"[?&](?:_|_t|t|cb)=\d{6,}", href) is not None
        or re.search(r"\.md\?\w?\d+", href) is not None
    ),
    "text fragment": lambda href: ":~:" in href,
    # Another page's address around it
    "shortener": lambda href: _parts(href)[0].removeprefix("www.") in _SHORT,
    "archive.today": _at(r"archive\.(?:ph|is|md|vn|li|fo|today)[/?]"),
    "web.archive.org": _at(r"(?:web\.)?archive\.org/(?:web|save)"),
    "Google cache": _at(r"webcache\.googleusercontent\.com", r"google\.[a-z.]+/search\?q=cache"),
    "translation": _at(
        r"[\w\-]+\.translate\.goog", r"translate\.google", r"translate\.googleusercontent"
    ),
    "AMP": lambda href: (
        re.search(r"^amp\.|[/.\-_]amp(?:[/.?]|$)", "".join(_parts(href)[:2])) is not None
        or "amp" in _names(href)
        or "outputType" in _names(href)
        or "ampproject" in href
        or "google.com/amp" in href
    ),
    "`_next/image`": lambda href: "/_next/image" in href,
    "youtube redirect": _at(r"(?:m\.)?youtube\.com/redirect"),
    "facebook `l.php`": _at(r"(?:lm?\.|m\.)?facebook\.com/l\.php"),
    "google `url?`": _at(r"google\.[a-z.]+/url"),
    "safelinks": lambda href: "safelinks.protection" in href,
    "feedproxy": lambda href: "feedproxy." in href or "feeds.feedburner" in href,
    "`?link=`": lambda href: "link" in _names(href),
    "another URL in a parameter": lambda href: (
        re.search(r"[?&][^=&]+=(?:https?(?::|%3A))", href, re.IGNORECASE) is not None
    ),
    "page on a forge": _at(r"(?:raw\.)?github", r"gitlab\.", r"gitee\.", r"codeberg\."),
}
"""Name, as the table has it, and test of each form."""


def forms_of(href: str) -> list[str]:
    """The forms that a link is found in, in the order of :data:`FORMS`; none for a sound one."""
    return [name for name, has in FORMS.items() if has(href)]
