"""Second stage of an article's way: every address becomes that of the page it stands for."""

from __future__ import annotations

import re
from contextvars import ContextVar
from dataclasses import replace
from typing import TYPE_CHECKING

import nh3

from mirror.items import Image, Link
from mirror.originals import LONGEST, resolve, tag_name
from mirror.pipelines.normalise import normal_line, normal_markup

if TYPE_CHECKING:
    from collections.abc import Callable

    from mirror.address import Address
    from mirror.items import Article

    _Resolvers = tuple[Callable[[str], str], Callable[[str], str]]
    """Of addresses, and of those of pictures."""

_TAG_NAMES = (
    "a abbr article aside audio b bdi bdo blockquote br caption center cite code col colgroup "
    "dd del details dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr "
    "i img ins kbd li main mark ol p pre q rp rt ruby s samp section small source span strike "
    "strong sub summary sup table tbody td tfoot th thead time tr tt u ul var video wbr "
)
_TAGS = frozenset(_TAG_NAMES.split())
_TAG_NAME = re.compile(r"<([a-zA-Z][^\s/>]*)")
_MOST_READINGS = 5
_ATTRIBUTES = {
    "a": {"href"},
    "audio": {"controls", "src"},
    "col": {"span"},
    "img": {"alt", "src"},
    "ol": {"start"},
    "source": {"src", "type"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "time": {"datetime"},
    "video": {"controls", "src"},
}
_DROPPED_WITH_TEXT = frozenset(("script", "style"))
_SCHEMES = frozenset(("http", "https", "mailto"))
_ADDRESSES = frozenset(("href", "src"))


def resolve_originals(article: Article, address: Address) -> Article:
    """The article with its addresses resolved, tags and videos named, and its markup made safe.

    Pure and idempotent. ``links[].href`` keeps what the page has.
    """
    base = _web(resolve(article.original_url).url)

    links = [_link(link, address, base) for link in article.links]
    known = {link.href: link.url for link in links}

    def resolved(href: str) -> str:
        url = known.get(href)
        if url is None:
            url = known[href] = resolve(href, address, base).url
        return url

    def picture(src: str) -> str:
        own = own_picture(src, address)
        return resolved(src) if own is None else own

    videos = [link.url for link in links if link.kind == "video"]
    embedded = [url for url in map(resolved, article.videos) if _web(url)]
    tags = [normal_line(tag_name(link.url)) for link in links if link.kind == "tag"]
    return replace(
        article,
        original_url=base,
        links=links,
        images=[shown for image in article.images if (shown := _image(image, picture))],
        videos=list(dict.fromkeys(embedded + videos)),
        tags=list(dict.fromkeys(tag for tag in article.tags + tags if tag)),
        # Where an element goes, spaces and line ends may be left beside each other.
        html=normal_markup(sanitised(article.html, resolved, picture)),
    )


def own_picture(src: str, address: Address) -> str | None:
    """The address of a picture in the mirror's own tree, ``""`` where it is too long; ``None`` for
    any other picture.

    What climbs from folder to folder was written for the mirror: on the publisher's site, where
    other relative addresses belong, nothing stands in such places.
    """
    if not src.strip().startswith(("./", "../")):
        return None
    target = address.join(src.strip())
    if target.address is None or target.address.path.endswith(".md"):
        return None
    return target.url if len(target.url) <= LONGEST else ""


def sanitised(
    markup: str, resolved: Callable[[str], str], picture: Callable[[str], str] | None = None
) -> str:
    """Markup that is safe to show: known elements and attributes, resolved addresses, nothing
    that runs, loads by itself (but pictures and media) or styles.

    :param picture: resolves the addresses of pictures; by default as all others are.
    """
    resolvers = (resolved, picture or resolved)
    clean = _cleaned(markup, resolvers)
    if not _TAGS.issuperset(_TAG_NAME.findall(markup)):
        # Where elements went from between others, these may not stand in each other: a parser
        # reads <h2><x><h2> as it is, and <h2><h2> otherwise. So it is read until it stays.
        for _ in range(_MOST_READINGS):
            before, clean = clean, _cleaned(clean, resolvers)
            if clean == before:
                break
    return clean


def _cleaned(markup: str, resolvers: _Resolvers) -> str:
    token = _RESOLVED.set(resolvers)
    try:
        return _CLEANER.clean(markup)
    finally:
        _RESOLVED.reset(token)


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name in _ADDRESSES:
        resolved, picture = _RESOLVED.get()
        url = (picture if tag == "img" else resolved)(value)
        return url if url and (tag == "a" or _web(url)) else None
    return value


# To set up a cleaner takes a fifth of the time that it then needs for an article, so there is one
# for all; which article it is at work on is the business of its context alone.
_RESOLVED: ContextVar[_Resolvers] = ContextVar("resolved")
_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    attributes=_ATTRIBUTES,
    attribute_filter=_attribute,
    clean_content_tags=_DROPPED_WITH_TEXT,
    url_schemes=_SCHEMES,
    link_rel="noopener noreferrer nofollow",
)


def _link(link: Link, address: Address, base: str) -> Link:
    original = resolve(link.href, address, base)
    return Link(original.url, link.href, link.text, original.kind)


def _image(image: Image, resolved: Callable[[str], str]) -> Image | None:
    """The picture with its addresses; ``None`` when it has none that could be fetched."""
    url = _web(resolved(image.url))
    if not url:
        return None
    original = _web(resolved(image.original_url)) or url
    return Image(url, original, image.alt, image.caption, image.credit, image.featured)


def _web(url: str) -> str:
    return url if url.startswith(("http://", "https://")) else ""
