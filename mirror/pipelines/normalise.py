"""First stage of an article's way: Unicode and white space of its fields, the text's digest."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from mirror.items import Image, Link
from mirror.layouts.characters import composed, is_plain, one_line, visible

if TYPE_CHECKING:
    from mirror.items import Article

_INNER_SPACE = re.compile(r"[^\S\n]+")
_AROUND_LINE_END = re.compile(r"(?<![^\S\n])[^\S\n]*+\n[^\S\n]*+")
_MANY_LINE_ENDS = re.compile(r"\n{3,}")
_MARKUP_SPACE = re.compile(r"[^\S\n]+")
# A parser takes the first of them for no text (HTML §13.2.6.4.7), so that each would lose one more.
_LINE_ENDS_OF_PRE = re.compile(r"<pre>\n+")


def normalise(article: Article) -> Article:
    """The article in its stored form: NFC, nothing invisible, one kind of space, ``text_digest``.

    Pure and idempotent. Addresses are left to the next stage, which repairs them.
    """
    text = normal_text(article.text)
    return replace(
        article,
        title=normal_line(article.title),
        byline=normal_line(article.byline),
        reporters=_lines(article.reporters),
        editors=_lines(article.editors),
        text=text,
        html=normal_markup(article.html),
        images=[_image(image) for image in article.images],
        links=[_link(link) for link in article.links],
        tags=_lines(article.tags),
        text_digest=f"sha256:{hashlib.sha256(text.encode()).hexdigest()}",
    )


def normal_line(text: str) -> str:
    """Text that stands on one line: NFC, visible, single spaces."""
    if not text:
        return text
    return composed(one_line(visible(text)))


def normal_text(text: str) -> str:
    """Text of several blocks: at most one blank line between them, no space at a line's ends.

    A tab stays between the cells of a table's row; any other run of spaces is one space.
    """
    text = visible(text)
    if "  " in text or not is_plain(text):
        text = _INNER_SPACE.sub(lambda run: "\t" if "\t" in run[0] else " ", text)
    if " \n" in text or "\n " in text or "\t" in text:
        text = _AROUND_LINE_END.sub("\n", text)
    if "\n\n\n" in text:
        text = _MANY_LINE_ENDS.sub("\n\n", text)
    return composed(text.strip())


def normal_markup(markup: str) -> str:
    """Markup with visible characters only, no runs of spaces, no line ends where text begins."""
    markup = visible(markup)
    if "  " in markup or not is_plain(markup):
        markup = _MARKUP_SPACE.sub(" ", markup)
    if "<pre>\n" in markup:
        markup = _LINE_ENDS_OF_PRE.sub("<pre>", markup)
    return composed(markup.strip())


def _lines(texts: list[str]) -> list[str]:
    lines = (normal_line(text) for text in texts)
    return list(dict.fromkeys(line for line in lines if line))


def _image(image: Image) -> Image:
    return Image(
        image.url,
        image.original_url,
        normal_line(image.alt),
        normal_line(image.caption),
        normal_line(image.credit),
        image.featured,
    )


def _link(link: Link) -> Link:
    """``href`` stays as found, made fit for UTF-8 alone."""
    href = link.href if link.href.isascii() else link.href.encode("utf-8", "replace").decode()
    return Link(link.url, href, normal_line(link.text), link.kind)
