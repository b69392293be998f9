"""The ``epoch`` family: Markdown heads around the prettified HTML of an article.

A page is ``### TITLE``, a line of navigation, an optional featured picture, the body
(``#artbody``) and, last, the label ``原文链接`` with the original URL. Index pages are lines of
Markdown links.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mirror.layouts.article import Found, HouseStyle, article
from mirror.layouts.body import Body, BodyReader
from mirror.layouts.characters import has_invisible, has_line_separator, one_line, visible
from mirror.layouts.epoch_index import read_index
from mirror.layouts.markup import VOID, attribute, serialise, tokens
from mirror.layouts.pages import ArticlePage
from mirror.layouts.pictures import caption_and_credit

if TYPE_CHECKING:
    from mirror.items import Article, Image
    from mirror.layouts.pages import IndexPage, Page

_TITLE = re.compile(r"^[^\S\n]{0,3}#{1,6}[^\S\n]++(\S.*)$", re.MULTILINE)
_HEADING = re.compile(r"^#{1,6} .*$", re.MULTILINE)
_BODY = re.compile(r"""<\w+\b[^<>]*\bid=["']?artbody\b""")
# Where that id is missing; other sites use these names too, so the label has to follow.
_BODY_BY_NAME = re.compile(
    r"""<\w+\b[^<>]*\b(?:itemprop=["']?articleBody\b|class=["']?(?:[^"'<>]* )?post_content\b)"""
)
# The label with or without （需翻墙）, its URL on the same line or the next.
_LABEL = "原文(?:链接|鏈接|連結|地址|网址|網址)"
_LABELS = re.compile(_LABEL)
_ORIGINAL = re.compile(
    rf"{_LABEL}[^:：\n]{{0,20}}[:：][^\S\n]*+(?:\n[^\S\n]*+)?"
    r"(https?:[^\n]*|www\.[^\n]*|(?:\w+\.)?(?:epochtimes|dajiyuan)\.com[^\n]*)",
    re.IGNORECASE,
)
# The frame of an article without a body element: navigation, something, a rule, the label.
_FRAME_END = re.compile(rf"^-{{3,}}[^\S\n]*\n\s*(?=^{_LABEL}[^\n]*https?:)", re.MULTILINE)
_FEATURE = re.compile(r"\s*<div>\s*<img\b[^<>]*>.{0,4000}?</div>\s*</div>\s*<hr ?/?>", re.DOTALL)
_FRAME_BODY = '<div id="artbody">'
_STYLE = HouseStyle()
_END_COMMENT = re.compile(r"\s*article content end\s*")


class EpochLayout:
    """Reads the pages of epoch-news and its sisters."""

    name = "epoch"
    version = "3"
    image_hosts = ("epochtimes.com", "theepochtimes.com", "minghui.org")

    def read(self, page: Page) -> IndexPage | ArticlePage | None:
        """An article where the page has a body element or the frame of one, else an index where it
        has such links."""
        source = page.body.decode("utf-8", "replace")
        body = _BODY.search(source) or _body_by_name(source)
        if body is not None:
            return ArticlePage(_article(page, _parts(source, body.start()), self))
        parts = _frame(page, source)
        if parts is not None:
            return ArticlePage(_article(page, parts, self))
        return read_index(page, source, self.name)


@dataclass(frozen=True, slots=True)
class _Parts:
    title: str
    markup: str
    """From the navigation to the label of the original."""
    original: str
    warnings: frozenset[str]


def _body_by_name(source: str) -> re.Match[str] | None:
    body = _BODY_BY_NAME.search(source)
    return body if body is not None and _ORIGINAL.search(source, body.end()) else None


def _parts(source: str, body: int) -> _Parts:
    """The page apart, before its HTML is parsed: heads and label are Markdown, not HTML."""
    warnings = set()
    head = _TITLE.search(source, 0, body)
    if head is None:
        warnings.add("no-title")
    # Soon found, and most of the page is before it.
    label = source.find("原文", body)
    labels = list(_ORIGINAL.finditer(source, label)) if label >= 0 else []
    end, original = len(source), ""
    if labels:
        end, original = labels[-1].start(), _with_scheme("".join(visible(labels[-1][1]).split()))
    else:
        warnings.add("no-original")
    if label >= 0 and len(_LABELS.findall(source, label)) > 1:
        warnings.add("phrase-in-body")
    markup = source[_heads_end(source, body) : end].rstrip()
    markup = markup.removesuffix("---").replace("<ok ", "<a ").replace("<ok>", "<a>")
    if "\ufffd" in source:
        warnings.add("invalid-utf8")
    return _Parts(
        head[1].strip() if head else "",
        markup.replace("</ok>", "</a>"),
        original,
        frozenset(warnings),
    )


def _with_scheme(url: str) -> str:
    return url if url.lower().startswith("http") else f"https://{url}"


def _frame(page: Page, source: str) -> _Parts | None:
    """The parts of a page that has all of an article but the body element: what stands between
    navigation and label is the body."""
    if page.address.path.count("/") < 2:
        return None
    source = source.replace("\r\n", "\n")
    title = _TITLE.search(source)
    end = _FRAME_END.search(source)
    if title is None or end is None:
        return None
    start = max(_heads_end(source, end.start()), title.end())
    inner = source[start : end.start()].lstrip("- \n")
    if "<" not in inner:
        return None
    feature = _FEATURE.match(inner)
    featured = feature[0] if feature else ""
    body = f"{_FRAME_BODY}{inner[len(featured) :]}</div>"
    framed = f"{source[:start]}\n{featured}{body}\n{source[end.start() :]}"
    parts = _parts(framed, framed.index(_FRAME_BODY))
    return replace(parts, warnings=parts.warnings | {"no-body-element"})


def _heads_end(source: str, body: int) -> int:
    """Where the last Markdown heading before the body, which is the navigation, ends."""
    end = 0
    for heading in _HEADING.finditer(source, 0, body):
        end = heading.end()
    return end


def _article(page: Page, parts: _Parts, layout: EpochLayout) -> Article:
    invisible = has_invisible(parts.markup)
    clean = invisible or has_line_separator(parts.markup)
    body, featured = _read_markup(parts.markup, clean)
    found = Found(parts.title, parts.original, body, featured, invisible, parts.warnings)
    return article(page, layout, found, _STYLE)


def _read_markup(source: str, clean: bool) -> tuple[Body, list[Image]]:
    """The body, and the featured picture that stands before it."""
    markup, warnings = serialise(source)
    outside, inside = BodyReader(clean=clean), BodyReader(clean=clean)
    featured: list[Image] = []
    depth = before_body = 0
    ended = False
    take = inside.token
    for before, comment, paragraph, slash, name, attributes in tokens(markup):
        if paragraph is not None:
            (inside if depth else outside).paragraph(before, paragraph)
            continue
        if not depth:
            outside.token(before, slash, name, attributes)
            if attributes and _is_body(attributes):
                featured, before_body = featured or _featured(outside), len(outside.out)
                depth = 1
            continue
        if slash:
            depth -= 1
            if not depth:
                take(before, "", "", "")
                outside.token("", slash, name, attributes)
                continue
        elif name:
            depth += name not in VOID
            if attributes and _is_body(attributes):
                inside.warnings.add("nested-body")
        elif comment and _END_COMMENT.fullmatch(comment):
            ended = True
        take(before, slash, name, attributes)
    body = inside.result()
    if not ended:
        body.warnings.add("no-end-comment")
    body.warnings |= warnings
    if source.count("<div") > source.count("</div"):
        body.warnings.add("body-not-closed")
    if "".join(outside.out[before_body:]).strip(" \n-"):
        body.warnings.add("text-outside-body")
    return body, featured


def _is_body(attributes: str) -> bool:
    return (
        (' id="artbody"' in attributes)
        or (' itemprop="articleBody"' in attributes)
        or (
            "post_content" in attributes
            and "post_content" in attribute(attributes, "class").split()
        )
    )


def _featured(outside: BodyReader) -> list[Image]:
    """The pictures before the body; what text stands there is their caption."""
    caption, credit = caption_and_credit(one_line("".join(outside.out)))
    for image in outside.images:
        image.caption, image.credit, image.featured = caption, credit, True
    return outside.images
