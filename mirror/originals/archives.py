"""Copies of pages in archives and caches, under URLs that name the page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mirror.originals.links import decoded, written_out

if TYPE_CHECKING:
    from mirror.originals.links import Link

ARCHIVE_TODAY = re.compile(r"(?:www\.)?archive\.(?:ph|today|is|md|vn|li|fo)")
"""archive.today and its further names (Wikipedia, "archive.today")."""

_ABSOLUTE = r"https?(?::|%(?:25)*3A).+"
_BARE = r"(?:[A-Za-z0-9\-]+\.)+[A-Za-z]{2,24}(?:[:/?#].*)?"
_TIME = r"\d{4,14}|\d{4}(?:\.\d\d){0,2}(?:-\d{6})?"
_TODAY = re.compile(
    rf"/(?:(?:o/\w{{4,8}}|newest|oldest|timegate|timemap|{_TIME})/({_ABSOLUTE}|{_BARE})"
    rf"|({_ABSOLUTE}))",
    re.IGNORECASE,
)
_WAYBACK_HOSTS = re.compile(r"(?:(?:www|web|web-beta|wayback|liveweb)\.)?archive\.org")
_WAYBACK = re.compile(
    r"(?:/web|/save(?:/_embed)?)?/(?:(?:\d{1,14}|\d{0,14}\*)?(?:[a-z]{2}_)*/)?"
    rf"({_ABSOLUTE})"
    rf"|/web/(?:\d{{1,14}}|\d{{0,14}}\*)(?:[a-z]{{2}}_)*/({_BARE})",
    re.IGNORECASE,
)
_MEMENTO = re.compile(rf"/\d{{14}}(?:[a-z]{{2}}_)*/({_ABSOLUTE})", re.IGNORECASE)
_MEGALODON = re.compile(rf"/(?:ref/)?\d{{4}}-\d{{4}}-\d{{4}}-\d\d/({_ABSOLUTE})", re.IGNORECASE)
_TIME_TRAVEL = re.compile(rf"/(?:memento|list|timegate)/(?:\d{{4,14}}/)?({_ABSOLUTE})")
_PREFIXES = frozenset(("12ft.io", "outline.com", "r.jina.ai", "removepaywall.com"))
_PREFIX = re.compile(rf"/({_ABSOLUTE})", re.IGNORECASE)

_GOOGLE = re.compile(r"webcache\.googleusercontent\.com|(?:www\.)?google(?:\.[a-z]{2,3}){1,2}")
_CACHE = re.compile(r"cache(?::|%3A)(?:[\w\-]{6,16}(?::|%3A)(?!//|%2F))?(.+)")
_WORDS = re.compile(r"\+|%20")


def archived(link: Link) -> str:
    """The page that an archive's URL names, ``""`` where it names none.

    archive.today: ``/TIME/URL``, ``/newest/URL``, ``/oldest/URL``, ``/URL``, ``/o/ID/URL`` (what
    a link inside a copy becomes; the scheme may be missing), ``?url=URL``; a bare ``/ID`` names
    nothing. Wayback Machine: ``/web/TIME[FLAGS]/URL`` with the modifiers ``id_ im_ js_ cs_ if_``
    and more (pywb manual, "URL Rewriter"), ``*`` for all times, ``/save/URL``. Other archives are
    recognised on any host by a time of 14 digits before an absolute URL, as OpenWayback and pywb
    write it, arquivo.pt and archive-it.org among them.
    """
    host = link.host
    if ARCHIVE_TODAY.fullmatch(host):
        found = _TODAY.match(link.rest)
        if found is None:
            return decoded(link.parameter("url"))
        return written_out(found[1] or found[2])
    if _WAYBACK_HOSTS.fullmatch(host):
        found = _WAYBACK.match(link.rest)
        target = found[1] or found[2] if found else ""
        return written_out(target.removesuffix("*") if "*/" in link.path else target)
    rest = link.rest
    if "http" not in rest:
        return ""
    if host == "megalodon.jp":
        found = _MEGALODON.match(rest)
    elif host == "timetravel.mementoweb.org":
        found = _TIME_TRAVEL.match(rest)
    elif host.removeprefix("www.") in _PREFIXES:
        found = _PREFIX.match(rest)
    else:
        found = _MEMENTO.search(rest) if _MEMENTO.search(link.path) else None
    return written_out(found[1]) if found else ""


def cached(link: Link) -> str:
    """The page of a Google cache link: ``q=cache:ID:URL+words+searched``, without ID or words."""
    if link.path != "/search" or not _GOOGLE.fullmatch(link.host):
        return ""
    # A plus sign of the URL itself is encoded there; a bare one, or a space, begins the words.
    found = _CACHE.match(_WORDS.split(link.parameter("q"), maxsplit=1)[0])
    return decoded(found[1]) if found else ""
