"""Who is scored: this project's extraction, and general extractors of the field on the same pages.

The peers are optional (dependency group ``benchmarks``). They read HTML, so they get the page as
HTML: the Markdown lines around the body turned into their elements, ``<ok>`` into ``<a>``.
"""

from __future__ import annotations

import html
import importlib
import logging
import re
import warnings
from typing import TYPE_CHECKING, Any, Protocol

from benchmarks.accuracy.scoring import FIELDS, Extract
from mirror.layouts import ArticlePage, Page, read
from mirror.pipelines.stages import complete

if TYPE_CHECKING:
    from mirror.address import Address

_LINK = re.compile(r"\[([^\]]*)\]\(([^)]*)\)")
_PUBLISHER = re.compile(r"^(原文[^：]*：)(\S+)\s*$")


class Contestant(Protocol):
    """One extractor."""

    @property
    def name(self) -> str: ...

    @property
    def fields(self) -> tuple[str, ...]:
        """Which of the scored fields it offers, the text aside."""

    def extract(self, body: bytes, address: Address) -> Extract | None:
        """What it makes of the page; None when it finds no article there."""


class Ours:
    """The layouts of this project and the stages after them."""

    name = "mirror"
    fields = FIELDS

    def extract(self, body: bytes, address: Address) -> Extract | None:
        found = read(Page(address, body))
        if not isinstance(found, ArticlePage):
            return None
        article = complete(found.article, address)
        return Extract(
            text=article.text,
            title=article.title,
            dateline_date=article.dateline_date,
            url_date=article.url_date,
            reporters=tuple(article.reporters),
            editors=tuple(article.editors),
            tags=tuple(article.tags),
            images=frozenset(_as_oracle(image.url, address) for image in article.images),
            original_url=article.original_url,
        )


def _as_oracle(url: str, address: Address) -> str:
    """A picture's address as the oracle, which does not know the mirror's, writes it."""
    own = address.mirror.find(url)
    return url if own is None else f"tree:{own.path}"


class Trafilatura:
    """https://trafilatura.readthedocs.io, with its defaults, metadata asked for."""

    name = "trafilatura"
    fields = ("title", "dateline_date", "reporters")

    def __init__(self) -> None:
        self._module: Any = importlib.import_module("trafilatura")

    def extract(self, body: bytes, address: Address) -> Extract | None:
        found = self._module.bare_extraction(
            as_html(body), url=address.page_url, with_metadata=True, include_comments=False
        )
        if found is None or not found.text:
            return None
        return Extract(
            text=found.text,
            title=found.title or "",
            dateline_date=found.date,
            reporters=tuple(name.strip() for name in (found.author or "").split(";") if name),
        )


class Newspaper:
    """https://newspaper4k.readthedocs.io, told that the pages are Chinese."""

    name = "newspaper4k"
    fields = ("title", "dateline_date", "reporters", "images")

    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # says that its language models are not installed
            self._module: Any = importlib.import_module("newspaper")
            words: Any = importlib.import_module("jieba")  # its own choice for Chinese
        words.setLogLevel(logging.WARNING)

    def extract(self, body: bytes, address: Address) -> Extract | None:
        article = self._module.Article(address.page_url, language="zh", fetch_images=False)
        article.download(input_html=as_html(body))
        article.parse()
        if not article.text:
            return None
        published = article.publish_date
        return Extract(
            text=article.text,
            title=article.title or "",
            dateline_date=published.date().isoformat() if published else None,
            reporters=tuple(article.authors),
            images=frozenset(article.images),
        )


PEERS: tuple[type[Trafilatura | Newspaper], ...] = (Trafilatura, Newspaper)


def as_html(body: bytes) -> str:
    """The page as a web site would send it: one heading, navigation, the body with real links."""
    title, _, rest = body.decode("utf-8", "replace").partition("\n")
    title = html.escape(title.removeprefix("### ").strip())
    lines = [_line(line) for line in rest.split("\n")]
    content = re.sub(r"<(/?)ok\b", r"<\1a", "\n".join(lines))
    return (
        '<!DOCTYPE html>\n<html lang="zh"><head><meta charset="utf-8">'
        f"<title>{title}</title></head><body><h1>{title}</h1>\n{content}\n</body></html>"
    )


def _line(line: str) -> str:
    if line.startswith("#### "):
        return f"<nav>{_LINK.sub(_anchor, line.removeprefix('#### '))}</nav>"
    if len(line) > 2 and not line.strip("-"):
        return "<hr/>"
    if publisher := _PUBLISHER.match(line):
        return f'<p>{publisher[1]}<a href="{html.escape(publisher[2])}">{publisher[2]}</a></p>'
    return line


def _anchor(link: re.Match[str]) -> str:
    return f'<a href="{html.escape(link[2])}">{link[1]}</a>'
