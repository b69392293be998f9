"""Accelerated Mobile Pages: copies in caches, and the publisher's own second pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mirror.originals.links import Link

_CACHES = (".cdn.ampproject.org", ".bing-amp.com")
_CACHED = re.compile(r"/(?:wp/)?(?:[civr]|v)/(s/)?(.+)")
_VIEWER = re.compile(r"/amp/(s/)?((?:[a-z0-9\-]+\.)+[a-z]{2,24}(?:[:/?#].*)?)")
_GOOGLE = re.compile(r"(?:www\.)?google(?:\.[a-z]{2,3}){1,2}")
_PARAMETER = re.compile(r"amp(?:=(?:1|true)?)?|outputType=amp|amp_js_v=[\w.]*|amp_gsa=\w*")
_OWN = re.compile(r"/amp(?:/|$)|\.amp(?:\.html?)?$|[_\-]amp\.html?$|/amp\.html?$")


def from_amp_cache(link: Link) -> str:
    """The publisher's page in an AMP cache or viewer; ``""`` for any other link.

    ``https://example-com.cdn.ampproject.org/c/s/example.com/page``: ``c`` a page, ``v`` a page in
    a viewer, ``i`` a picture, ``r`` another file; ``s`` says https (amp.dev, "AMP Cache URL format
    and request handling"). Google's viewer is ``/amp/s/example.com/page``.
    """
    if f".{link.host}".endswith(_CACHES):
        found = _CACHED.match(link.rest)
    elif _GOOGLE.fullmatch(link.host):
        found = _VIEWER.match(link.rest)
    else:
        return ""
    return f"http{'s' if found[1] else ''}://{found[2]}" if found else ""


def without_amp_parameter(link: Link) -> str:
    """The page whose AMP form ``?amp``, ``?amp=1`` or ``?outputType=amp`` asks for, ``""`` where
    nothing asks for one.

    To publishers that know the parameter it is the same page without it, as the plug-in of
    WordPress documents; to those that do not, it is noise.
    """
    parameters = link.query.split("&")
    kept = [parameter for parameter in parameters if not _PARAMETER.fullmatch(parameter)]
    if len(kept) == len(parameters):
        return ""
    return link.origin + link._replace(query="&".join(kept)).rest


def is_amp(link: Link) -> bool:
    """Whether it is the AMP form of a page. What the other form's URL is, it does not say."""
    return link.host.startswith("amp.") or _OWN.search(link.path) is not None
