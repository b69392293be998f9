"""From a link found on a mirror to the page that it stands for.

    >>> resolve(" https://www.example.org/a?utm_source=feed ").url
    'https://www.example.org/a'

A link is carried through :data:`STEPS`, over and over until none of them changes it. Each step is a
small pure function that knows one way in which links are damaged or wrapped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from mirror.originals.kinds import kind_of, tag_name
from mirror.originals.repair import (
    canonical,
    decode_twice_encoded,
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

__all__ = ["STEPS", "Original", "resolve", "tag_name"]

Step = tuple[str, "Callable[[str], str]"]

STEPS: tuple[Step, ...] = (
    ("invisible", invisible_removed),
    ("trim", trimmed),
    ("scheme", one_scheme),
    ("scheme-less", with_scheme),
    ("twice-encoded", decode_twice_encoded),
    ("canonical", canonical),
    ("text-fragment", without_text_fragment),
    ("tracking", without_tracking),
)
"""Name (as it stands in ``Original.via``) and function of each step, in order. A step returns what
it is given where it has nothing to do, and ``""`` where there is no page behind the link."""

_ROUNDS = 8
"""Wrappers in wrappers that are undone; more is an attack."""
_LONGEST = 8192
"""Characters of a link; RFC 9110 §4.1 asks for 8,000 to be supported."""


@dataclass(frozen=True, slots=True)
class Original:
    """The page that a link stands for."""

    url: str
    """Absolute ``http(s)`` or ``mailto`` URL in canonical form; ``""`` when ``kind`` is
    ``invalid``."""
    kind: LinkKind
    via: tuple[str, ...]
    """The steps that changed it, in order; ``()`` for a sound link."""


# What no step would change, which is nine links in ten: plain host and path, no query.
_SOUND = re.compile(
    r"https?://(?:[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?\.){1,9}[a-z]{2,24}"
    r"/(?:[A-Za-z0-9\-._~!$()*+,;=:@/]|%(?!25|7F|[01])[0-9A-F]{2})*"
)

_INVALID = Original("", "invalid", ())


def resolve(href: str, page: Address | None = None, base: str = "") -> Original:
    """The page that ``href`` stands for. Never raises; resolving a result changes nothing.

    :param page: the mirror page it was found on. A link to another page of the mirror stands for
        that page, as a reader sees it, and is of kind ``article``.
    :param base: the original URL of the page. Links relative to it (``/gb/…``, as the publisher
        wrote them) are resolved against it.
    """
    if page is not None:
        mirrored = _on_mirror(href, page, base)
        if mirrored is not None:
            return mirrored
    return _resolve(href, _origin(base) if href.lstrip().startswith("/") else "")


def _on_mirror(href: str, page: Address, base: str) -> Original | None:
    """The page of the same mirror that a link leads to, if it does."""
    link = href.strip()
    if not link or link.startswith(("#", "/")):
        return None
    absolute = ":" in link[:12]
    if absolute and (page.mirror.repo or page.mirror.base) not in link:
        return None
    if not absolute and not (link.startswith(".") or ".md" in link):
        return None
    target = page.join(link)
    if target.address is not None and target.address.path.endswith(".md"):
        return Original(target.address.page_url, "article", ("mirror",))
    if target.kind in ("home", "sister") and target.url and not absolute:
        return Original(target.url, "external", ("mirror",))
    return None


@lru_cache(maxsize=8192)
def _resolve(href: str, origin: str) -> Original:
    if len(href) > _LONGEST:
        return _INVALID
    if _SOUND.fullmatch(href) and href[-3] != "%":
        return Original(href, kind_of(href), ())
    url, via = href, []
    if origin and (path := url.strip()).startswith("/") and not path.startswith("//"):
        url = origin + path
        via.append("root-relative")
    for _ in range(_ROUNDS):
        before = url
        for name, step in STEPS:
            changed = step(url)
            if changed != url:
                url = changed
                if name not in via:
                    via.append(name)
                if not url:
                    return Original("", "invalid", tuple(via))
        if url == before:
            break
    else:
        return Original("", "invalid", tuple(via))
    return Original(url, kind_of(url), tuple(via)) if url else _INVALID


def _origin(base: str) -> str:
    """Scheme and host of a base URL, ``""`` when it has none."""
    scheme, separator, rest = base.partition("://")
    if not separator or scheme not in ("http", "https"):
        return ""
    return f"{scheme}://{rest.partition('/')[0]}"
