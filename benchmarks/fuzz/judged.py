"""What must hold for every page and every link, whatever they are made of."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser

from mirror.extraction.extract import extract
from mirror.layouts import ArticlePage, IndexPage, Page, Unknown
from mirror.layouts.warnings import MEANINGS
from mirror.originals import resolve
from mirror.pipelines.stages import complete
from tests import epoch_pages, minghui_pages

PLACES = (
    epoch_pages.MIRROR.at("pages/ncid9001/n9000001.md"),
    epoch_pages.MIRROR.at("README.md"),
    epoch_pages.MIRROR.at("indexes/ncid9001/1.md"),
    minghui_pages.MIRROR.at(minghui_pages.PATH),
    minghui_pages.MIRROR.at("indexes/140.md"),
)
"""Addresses under which a page is read: a layout may ask where it stands."""

_RUNNING = (
    "script style iframe object embed base link meta form input button textarea svg math template "
    "frame frameset applet noscript"
)
_RUNS = frozenset(_RUNNING.split())
_WEB = re.compile(r"https?://[^\s/]+")
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\ufeff]")


class Finding(AssertionError):
    """Something that must hold does not."""


def judge_page(body: bytes, place: int) -> str:
    """Read a page under one of :data:`PLACES`; gives what it was found to be.

    :raises Finding: what the extraction says of it must not be.
    """
    address = PLACES[place % len(PLACES)]
    reading = extract(Page(address, body))
    if isinstance(reading, ArticlePage):
        article = reading.article
        _hold(set(article.warnings) <= set(MEANINGS), "a warning that is not documented")
        _hold(complete(article, address) == article, "not the same when completed again")
        _hold(not _UNSEEN.search(article.text + article.title), "unseen characters in the text")
        for link in article.links:
            _hold(bool(link.url) == (link.kind != "invalid"), f"{link.kind}: {link.url!r}")
        _judge_markup(article.html)
    elif isinstance(reading, Unknown):
        _hold(reading.reason.startswith(("no-layout:", "empty:")), reading.reason)
    elif isinstance(reading, IndexPage):
        for target in (*reading.articles, *reading.indexes):
            _hold(target.mirror == address.mirror, f"leads off the mirror: {target}")
        _hold(len(set(reading.articles)) == len(reading.articles), "an article twice")
    return type(reading).__name__


def judge_link(href: str) -> str:
    """Resolve a link, alone and on a page; gives its kind.

    :raises Finding: the answer must not be.
    """
    page, base = PLACES[0], epoch_pages.ORIGINAL
    for found in (resolve(href), resolve(href, page, base)):
        _hold((found.url == "") == (found.kind == "invalid"), f"{found}")
        _hold(
            found.url == "" or found.url.startswith(("http://", "https://", "mailto:")), found.url
        )
        _hold(not re.search(r"[\s\x00-\x20\x7f<>\"]", found.url), f"unclean: {found.url!r}")
        _hold(resolve(found.url).url == found.url, f"not idempotent: {found.url!r}")
        again = resolve(found.url, page, base)
        _hold(again.url == found.url or bool(resolve(found.url, page).url), f"lost: {found.url!r}")
        _hold(resolve(again.url, page, base).url == again.url, f"not idempotent: {again.url!r}")
    return found.kind


def _judge_markup(markup: str) -> None:
    """Nothing in it runs, and it says the same to whoever parses it again."""
    parser = LexborHTMLParser(markup)
    for node in parser.css("*"):
        _hold(node.tag not in _RUNS, f"<{node.tag}> in the markup")
        for name, value in node.attributes.items():
            _hold(not name.startswith("on") and name != "style", f"attribute {name}")
            if name in ("src", "href"):
                mail = name == "href" and (value or "").startswith("mailto:")
                _hold(mail or bool(_WEB.match(value or "")), f"{name}={value!r}")


def _hold(condition: bool, otherwise: str) -> None:
    if not condition:
        raise Finding(otherwise[:500])
