"""Links to pages on forges: one URL for all the views of a page, and the mirror's own pages."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from mirror.address import parse

if TYPE_CHECKING:
    from mirror.address import Address, Target
    from mirror.originals.links import Link

_FORGE_HOST = re.compile(r"git|forgejo|codeberg|bitbucket")
_BUSTED = re.compile(r"(?:[a-z]?\d{6,}|t=\d*)(?:\?.*)?")
"""The cache-busters of mirrors: ``?n14032904``, ``?t=07161702?t=04201721``."""


def seen_by_readers(link: Link) -> str:
    """The blob view of a Markdown page, or the home of a repository, of any forge; ``""`` for
    every other link.

    A page has one address whatever its query is (:mod:`mirror.address`); a home keeps a query
    that is no cache-buster. The fragment stays.
    """
    if not link.path.endswith(".md") and (
        link.path.count("/") > 3 or not _FORGE_HOST.search(link.host)
    ):
        return ""
    with suppress(ValueError):
        address = parse(link.origin + link.path)
        fragment = f"#{link.fragment}" if link.fragment else ""
        if address.path.endswith(".md"):
            return address.page_url + fragment
        if not address.path and address.mirror.ref is None:
            query = link.query if not _BUSTED.fullmatch(link.query) else ""
            return address.mirror.home_url + (f"?{query}" if query else "") + fragment
    return ""


def on_mirror(href: str, page: Address) -> Target | None:
    """What a link of a mirror's page leads to in the forge's own space: another page, the home, a
    sister repository; ``None`` where it is the publisher's or anybody's.

    Of relative links those are the mirror's that climb or that name a Markdown page.
    """
    link = href.strip()
    if not link or link.startswith(("#", "/")):
        return None
    absolute = ":" in link[:12]
    if absolute and not names_mirror(link, page):
        return None
    if not absolute and not (link.startswith(".") or ".md" in link):
        return None
    target = page.join(link)
    if target.address is not None:
        return target if target.address.path.endswith(".md") else None
    if absolute or not target.url or target.kind == "invalid":
        return None
    return target


def names_mirror(url: str, page: Address) -> bool:
    """Whether an absolute URL may be the mirror's own, told at a glance."""
    return (page.mirror.repo or page.mirror.base) in url


def is_index(path: str) -> bool:
    """Whether a Markdown page of a repository is the front page of a folder, which is no article
    whatever the layout."""
    return path.rpartition("/")[2].lower() == "readme.md"
