"""One page as the classes of deviations look at it: its source in parts, and its article."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from mirror.items import Article

_BODY = {
    "epoch": re.compile(r'<div[^<>]*\bid="artbody"[^<>]*>'),
    "minghui": re.compile(r'<div class="(?:ar_articleContent|art-content)"[^<>]*>'),
}
_END = {"epoch": "原文链接", "minghui": "手机上长按"}
_ELEMENT = re.compile(r"<([A-Za-z][^\s/>]*)")


@dataclass(frozen=True, slots=True)
class Facts:
    """One article page."""

    source: str
    article: Article
    head: str
    """Source before the body element."""
    body: str
    """Source from the body element to the block that ends the page."""
    tail: str
    """The block that ends the page: the label of the original, and what stands around it."""
    elements: frozenset[str]
    """Names of the elements in the body, in lower case."""

    @property
    def layout(self) -> str:
        return self.article.layout

    @property
    def blocks(self) -> list[str]:
        return self.article.text.split("\n\n")

    @property
    def opening(self) -> str:
        """Where dateline and credit stand."""
        return self.article.text[:300]


def facts(source: str, article: Article) -> Facts:
    """The page in its parts. A page without a body element is all head."""
    opened = _BODY[article.layout].search(source)
    start = opened.start() if opened else len(source)
    end = max(source.rfind(_END[article.layout]), start)
    body = source[start:end]
    names = frozenset(name.lower() for name in _ELEMENT.findall(body))
    return Facts(source, article, source[:start], body, source[end:], names)


@dataclass(frozen=True, slots=True)
class Deviation:
    """A class of deviations: what pages are in it, and what is done about them."""

    name: str
    seen: str
    """What stands on such a page."""
    decision: str
    """What is made of it."""
    holds: Callable[[Facts], bool]
    layouts: tuple[str, ...] = ("epoch", "minghui")
    warning: str = ""
    """The code that every article of this class carries, if any."""
    group: str = field(default="", compare=False)
