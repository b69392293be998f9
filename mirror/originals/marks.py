"""What a link still hides when all is done that can be done from its URL alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mirror.originals.amp import is_amp
from mirror.originals.archives import ARCHIVE_TODAY
from mirror.originals.redirects import is_redirect
from mirror.originals.shorteners import is_shortener

if TYPE_CHECKING:
    from mirror.originals.links import Link

_SNAPSHOT = re.compile(r"/(?:wip/|o/)?\w{4,8}(?:/(?:image|share|again))?/?")
_SNAPSHOT_HOSTS = re.compile(
    r"(?:www\.)?(?:perma\.cc|ghostarchive\.org|webcitation\.org|megalodon\.jp|freezepage\.com)"
)
_OPAQUE = re.compile(
    r"https?://(?:feedproxy\.google\.com/|feeds?\.feedburner\.com/~r/"
    r"|news\.google\.com/(?:rss/)?(?:articles|read)/|(?:www\.)?baidu\.com/link\?"
    r"|(?:www\.)?sogou\.com/link\?|(?:www\.)?so\.com/link\?|urldefense(?:\.proofpoint)?\.com/v\d/"
    r"|(?:[\w\-]+\.)?bing\.com/ck/a\?|cc\.bingj\.com/)"
)


def marks(link: Link) -> tuple[str, ...]:
    """Names, as they stand in ``Original.via``, of what keeps the page behind a link unknown.

    ``shortener``; ``snapshot``, a copy in an archive that is known by a number; ``opaque``, a
    redirect that names no page, or only to itself; ``amp``, the publisher's AMP form of the page.
    """
    if is_shortener(link):
        return ("shortener",)
    if _is_snapshot(link):
        return ("snapshot",)
    if _OPAQUE.match(link.origin + link.rest) or is_redirect(link):
        return ("opaque",)
    return ("amp",) if is_amp(link) else ()


def _is_snapshot(link: Link) -> bool:
    if ARCHIVE_TODAY.fullmatch(link.host):
        return _SNAPSHOT.fullmatch(link.path) is not None
    return len(link.path) > 1 and _SNAPSHOT_HOSTS.fullmatch(link.host) is not None
