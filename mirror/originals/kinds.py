"""What kind of page a URL leads to, told from its host and path alone."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from mirror.items import LinkKind

_URL = re.compile(r"https?://(?:[^/@]*@)?([^/:?#]+)(?::\d+)?([^?#]*)(\?[^#]*)?")

_PUBLISHERS = frozenset(("epochtimes.com", "dajiyuan.com", "theepochtimes.com", "minghui.org"))
"""Sites whose articles the mirrors republish."""
_TAG = re.compile(r"/(?:gb|b5)/tag/([^/]+?)(?:\.html?)?/?")
_ARTICLE = re.compile(
    r"/(?:gb|b5)/(?:\d{2}|\d{4})/\d{1,2}/\d{1,2}/n\d+.*\.html?|/.*_\d{5,}\.html?|/.*-\d{6,}(?:\.html?)?"
    r"|/mh/articles/\d{4}/\d{1,2}/\d{1,2}/.+\.html?|/.*/articles/.*\d+\.html?"
    r"|/news/\d{4}-\d\d-\d\d/\d+"
)

_MIRROR_PAGE = re.compile(r"/.*/pages/[^/]+/(?!README\.md)[^/]+\.md", re.IGNORECASE)
"""An article's page as mirrors lay out their repositories (``pages/CHANNEL/ID.md``)."""

_VIDEO_FILE = re.compile(r"\.(?:mp4|m4v|webm|mov|m3u8|flv)$", re.IGNORECASE)
_VIDEO_PATHS = {
    "youtube.com": re.compile(r"/(?:watch|embed/|live/|shorts/|v/|playlist|clip/).*"),
    "youtube-nocookie.com": re.compile(r"/embed/.+"),
    "youtu.be": re.compile(r"/.+"),
    "ganjing.com": re.compile(r"/(?:[a-z]{2}-[A-Z]{2}/)?(?:video|embed|live|shorts|s)/.+"),
    "ganjingworld.com": re.compile(r"/(?:[a-z]{2}-[A-Z]{2}/)?(?:video|embed|live|shorts|s)/.+"),
    "youmaker.com": re.compile(r"/(?:v|video|embed|assets)/.+"),
    "vimeo.com": re.compile(r"/(?:video/)?\d+.*"),
    "rumble.com": re.compile(r"/(?:embed/.+|v\w+-.+)"),
    "dailymotion.com": re.compile(r"/(?:embed/)?video/.+"),
    "bilibili.com": re.compile(r"/video/.+"),
    "bitchute.com": re.compile(r"/(?:video|embed)/.+"),
}
_SOCIAL_SITES = (
    "facebook.com fb.com fb.me fb.watch gab.com gan.jing gettr.com instagram.com linkedin.com "
    "mewe.com minds.com parler.com pinterest.com reddit.com t.me telegram.me threads.net "
    "tiktok.com truthsocial.com tumblr.com twitter.com vk.com weibo.cn weibo.com whatsapp.com "
    "x.com youtube.com ganjing.com ganjingworld.com youmaker.com "
)
_SOCIAL = frozenset(_SOCIAL_SITES.split())
"""Social networks, and video sites where the path is that of a channel or a person."""


def kind_of(url: str) -> LinkKind:
    """The kind of an absolute URL in canonical form; ``invalid`` for any other text."""
    if url.startswith("mailto:"):
        return "mail"
    match = _URL.match(url)
    if match is None:
        return "invalid"
    host, path = match[1], match[2]
    site = ".".join(host.rsplit(".", 2)[-2:])
    if site in _PUBLISHERS:
        if _TAG.fullmatch(path):
            return "tag"
        if _ARTICLE.fullmatch(path):
            return "article"
    if path.endswith(".md") and _MIRROR_PAGE.fullmatch(path):
        return "article"
    videos = _VIDEO_PATHS.get(site)
    if (videos is not None and videos.fullmatch(path)) or _VIDEO_FILE.search(path):
        return "video"
    return "social" if site in _SOCIAL else "external"


@lru_cache(maxsize=4096)
def tag_name(url: str) -> str:
    """The name in a tag's URL (``/gb/tag/%E4%B8%A4%E4%BC%9A.html``); ``""`` when it is none."""
    match = _URL.match(url)
    tag = _TAG.fullmatch(match[2]) if match else None
    return unquote(tag[1]).strip() if tag else ""
