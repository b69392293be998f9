"""From a link found on a mirror to the page that it stands for.

    >>> resolve(" https://www.example.org/a?utm_source=feed ").url
    'https://www.example.org/a'
    >>> resolve("https://web.archive.org/web/2020/http://www.example.org/a").url
    'http://www.example.org/a'

A link goes through :data:`REPAIRS`, then through the first of :data:`WRAPPERS` that knows it, over
and over until nothing changes it. Each is a small pure function that knows one way in which links
are damaged or wrapped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from mirror.originals import amp, archives, forges, redirects, shorteners, translations
from mirror.originals.canonical import canonical
from mirror.originals.kinds import kind_of, tag_name
from mirror.originals.links import Link, page_behind, split
from mirror.originals.marks import marks
from mirror.originals.repair import (
    decode_twice_encoded,
    entities_decoded,
    invisible_removed,
    one_scheme,
    trimmed,
    with_scheme,
)
from mirror.originals.tracking import without_text_fragment, without_tracking

if TYPE_CHECKING:
    from collections.abc import Callable

    from mirror.address import Address
    from mirror.items import LinkKind

__all__ = ["LONGEST", "REPAIRS", "WRAPPERS", "Original", "resolve", "tag_name"]

REPAIRS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("invisible", invisible_removed),
    ("trim", trimmed),
    ("entity", entities_decoded),
    ("scheme", one_scheme),
    ("scheme-less", with_scheme),
    ("twice-encoded", decode_twice_encoded),
    ("canonical", canonical),
    ("fragment", without_text_fragment),
    ("tracking", without_tracking),
)
"""Name (as it stands in ``Original.via``) and function of each repair, in order. It returns what it
is given where it has nothing to do, and ``""`` where there is no page behind the link."""

WRAPPERS: tuple[tuple[str, Callable[[Link], str]], ...] = (
    ("archive", archives.archived),
    ("cache", archives.cached),
    ("translation", translations.translated),
    ("amp-cache", amp.from_amp_cache),
    ("amp-parameter", amp.without_amp_parameter),
    ("redirect", redirects.redirected),
    ("short-video", shorteners.video_written_out),
    ("forge", forges.seen_by_readers),
)
"""Name and function of each way to wrap a page. It takes a sound link and returns the page that it
names, as found there, or ``""``. Where that is no web page the link stays as it is."""

_ROUNDS = 64
"""Wrappers in wrappers that are undone; more is an attack."""
_MOST_READ = 16 * 8192
"""Characters that are read of a link in all rounds together: a page can hold many such links."""
LONGEST = 8192
"""Characters of a link, as found and as it leaves; RFC 9110 §4.1 asks for 8,000 to be supported."""
_LONGEST_KEPT = 1024
"""Characters of a link that is worth remembering."""


@dataclass(frozen=True, slots=True)
class Original:
    """The page that a link stands for."""

    url: str
    """Absolute ``http(s)`` or ``mailto`` URL in canonical form; ``""`` when ``kind`` is
    ``invalid``."""
    kind: LinkKind
    via: tuple[str, ...]
    """The steps that changed it, in order of their first turn, then the marks of what its URL
    alone cannot tell (:mod:`mirror.originals.marks`); ``()`` for a sound link."""


# Plain host and path, no query, nothing to repair: nine links in ten.
_SOUND = re.compile(
    r"https?://((?:[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?\.){1,9}[a-z]{2,24})"
    r"(/(?:[A-Za-z0-9\-._~!$()*+,=:@/]++|%[89A-F][0-9A-F])*+)"
)
# What a step may know such a link by. More than needed does no harm, less is found by the tests.
_KNOWN_HOST = re.compile(
    r"archive|youtu\.be|^amp\.|ampproject|bing|translate\.goog|google|12ft|outline|jina"
    r"|removepaywall|megalodon|memento|perma|webcitation|freezepage|feedburner|urldefense|git"
    r"|codeberg|bitbucket|gitea|forgejo"
)
_PAGE_FILE = re.compile(r"[\w%.~/\-]{1,999}\.(?:s?html?|php|aspx?|jsp)(?:[?#].*)?", re.IGNORECASE)

_INVALID = Original("", "invalid", ())


def resolve(href: str, page: Address | None = None, base: str = "") -> Original:
    """The page that ``href`` stands for. Never raises; resolving a result changes nothing.

    :param page: the mirror page it was found on. A link to another page of the mirror stands for
        that page, as a reader sees it, and is of kind ``article``.
    :param base: the original URL of the page. Links relative to it (``/gb/…``, as the publisher
        wrote them) are resolved against it.
    """
    if len(href) > LONGEST:
        href = href.strip()
        if len(href) > LONGEST:
            return _INVALID
    absolute = href.startswith(("https://", "http://"))
    if page is not None and (not absolute or forges.names_mirror(href, page)):
        mirrored = _on_mirror(href, page)
        if mirrored is not None:
            return mirrored
    base = "" if absolute or not _is_relative(href) else base
    found = _resolve(href, base) if len(href) <= _LONGEST_KEPT else _carried(href, base)
    if found.via and page is not None and found.url:
        mirrored = _on_mirror(found.url, page)
        if mirrored is not None and mirrored.url:
            return Original(mirrored.url, mirrored.kind, (*found.via, "mirror"))
    return found


def _is_relative(href: str) -> bool:
    """Whether a link is relative as publishers write it: a path, or the file of a page."""
    link = href.lstrip()
    if link.startswith("/"):
        return not link.startswith(("//", "/\\"))
    return _PAGE_FILE.fullmatch(link) is not None and not with_scheme(link.rstrip())


def _on_mirror(href: str, page: Address) -> Original | None:
    target = forges.on_mirror(href, page)
    if target is None:
        return None
    address = target.address
    url = address.page_url if address is not None else target.url
    if target.fragment:
        url = f"{url}#{target.fragment}"
    if len(url) > LONGEST:
        return _INVALID
    # The mirror's own spelling of its address is final, unless it is not even canonical.
    found = _resolve(url, "")
    if address is None:
        return Original(found.url, found.kind, ("mirror",)) if found.url else None
    kind: LinkKind = "external" if forges.is_index(address.path) else "article"
    return Original(found.url or url, kind, ("mirror",))


@lru_cache(maxsize=8192)
def _resolve(href: str, base: str) -> Original:
    sound = _SOUND.fullmatch(href)
    if sound is not None and _nothing_to_do(sound[1], sound[2]):
        return Original(href, kind_of(href), ())
    return _carried(href, base)


def _nothing_to_do(host: str, path: str) -> bool:
    return (
        path[-3:-2] != "%"
        and "http" not in path
        and "/." not in path
        and ".md" not in path
        and "%EF%BC%8" not in path
        and "amp" not in path
        and _is_ordinary(host)
    )


@lru_cache(maxsize=4096)
def _is_ordinary(host: str) -> bool:
    """Whether no step and no mark knows links by this host."""
    return _KNOWN_HOST.search(host) is None and not shorteners.is_shortener_host(host)


def _carried(href: str, base: str) -> Original:
    """The link after all steps, until none changes it."""
    url, via = href, []
    if base:
        url = _joined(base, url)
        via.append("relative")
    left = _MOST_READ
    for _ in range(_ROUNDS):
        before = url
        left -= len(url)
        if left < 0:
            return Original("", "invalid", _in_order(via))
        for name, repair in REPAIRS:
            repaired = repair(url)
            if repaired != url:
                url = repaired
                via.append(name)
                if not url:
                    return Original("", "invalid", _in_order(via))
        link = split(url)
        name, page = _unwrapped(link) if link is not None else ("", "")
        if page and page != url:
            url = page
            via.append(name)
        elif url == before:
            break
    else:
        return Original("", "invalid", _in_order(via))
    if len(url) > LONGEST:
        return Original("", "invalid", _in_order(via))
    return Original(url, kind_of(url), _in_order([*via, *marks(link)] if link else via))


def _unwrapped(link: Link) -> tuple[str, str]:
    """The page that a link wraps, with the name of the way; two empty strings when it is none."""
    for name, wrapped in WRAPPERS:
        target = wrapped(link)
        page = page_behind(target, link) if target else ""
        if page:
            return name, page
    return "", ""


def _in_order(via: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(via))


def _joined(base: str, href: str) -> str:
    try:
        return urljoin(base, href.strip())
    except ValueError:
        return ""
