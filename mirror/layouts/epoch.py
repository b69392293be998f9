"""The ``epoch`` family: Markdown heads around the prettified HTML of an article.

A page is ``### TITLE``, a line of navigation, an optional featured picture, the body
(``#artbody``) and, last, the label ``原文链接`` with the original URL. Index pages are lines of
Markdown links.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mirror.items import Article, Image
from mirror.layouts.body import Body, BodyReader
from mirror.layouts.characters import has_invisible, has_line_separator, one_line, visible
from mirror.layouts.credits import byline, editors, reporters
from mirror.layouts.dates import Dateline, dateline, is_near, published, url_date
from mirror.layouts.epoch_index import read_index
from mirror.layouts.language import language
from mirror.layouts.markup import VOID, attribute, serialise, tokens
from mirror.layouts.pages import ArticlePage
from mirror.layouts.pictures import caption_and_credit

if TYPE_CHECKING:
    from datetime import date

    from mirror.layouts.pages import IndexPage, Page

_TITLE = re.compile(r"^[^\S\n]{0,3}#{1,6}[^\S\n]++(\S.*)$", re.MULTILINE)
_HEADING = re.compile(r"^#{1,6} .*$", re.MULTILINE)
_BODY = re.compile(r"""<\w+\b[^<>]*\bid=["']?artbody\b""")
# The label with or without （需翻墙）, its URL on the same line or the next.
_ORIGINAL = re.compile(
    r"原文(?:链接|鏈接|連結)[^:：\n]{0,20}[:：][^\S\n]*+(?:\n[^\S\n]*+)?(https?:[^\n]*)",
    re.IGNORECASE,
)
_ARTICLE_ID = re.compile(r"/(n?\d+)\.html?$")
_END_COMMENT = re.compile(r"\s*article content end\s*")


class EpochLayout:
    """Reads the pages of epoch-news and its sisters."""

    name = "epoch"
    version = "1"

    def read(self, page: Page) -> IndexPage | ArticlePage | None:
        """An article where the page has a body element, else an index where it has such links."""
        source = page.body.decode("utf-8", "replace")
        body = _BODY.search(source)
        if body is None:
            return read_index(page, source, self.name)
        parts = _parts(source, body.start())
        return ArticlePage(_article(page, parts, self))


@dataclass(frozen=True, slots=True)
class _Parts:
    title: str
    markup: str
    """From the navigation to the label of the original."""
    original: str
    warnings: frozenset[str]


def _parts(source: str, body: int) -> _Parts:
    """The page apart, before its HTML is parsed: heads and label are Markdown, not HTML."""
    warnings = set()
    head = _TITLE.search(source, 0, body)
    if head is None:
        warnings.add("no-title")
    labels = list(_ORIGINAL.finditer(source, body))
    end, original = len(source), ""
    if labels:
        end, original = labels[-1].start(), "".join(visible(labels[-1][1]).split())
    else:
        warnings.add("no-original")
    if source.count("原文链接", body) > 1:
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
    warnings = parts.warnings | body.warnings
    if invisible or has_invisible(parts.title):
        warnings |= {"invisible-characters"}
    line = dateline(body.text)
    in_url = url_date(parts.original)
    credit = byline(body.text[line.end :])
    blocks = body.text.split("\n\n")
    editor = editors(blocks)
    warnings |= _date_warnings(line, parts.original, in_url)
    warnings |= _editor_warnings(editor.block, blocks)
    folder, _, file = page.address.path.rpartition("/")
    stem = file.removesuffix(".md")
    named = _ARTICLE_ID.search(parts.original)
    if named and named[1] != stem:
        warnings |= {"id-mismatch"}
    return Article(
        id=named[1] if named else stem,
        mirror=page.address.mirror.name,
        layout=layout.name,
        channel=folder.rpartition("/")[2],
        url=page.address.url,
        page_url=page.address.page_url,
        original_url=parts.original,
        title=one_line(visible(parts.title)),
        published=_iso(published(line.date, in_url)),
        dateline_date=_iso(line.date),
        url_date=_iso(in_url),
        byline=credit,
        reporters=reporters(credit),
        editors=editor.editors,
        text=body.text,
        html=body.html,
        images=featured + body.images,
        links=body.links,
        tags=[],
        videos=body.media,
        language=language(body.text or parts.title),
        warnings=sorted(warnings),
        extractor=f"{layout.name}/{layout.version}",
    )


def _read_markup(source: str, clean: bool) -> tuple[Body, list[Image]]:
    """The body, and the featured picture that stands before it."""
    markup, warnings = serialise(source)
    outside, inside = BodyReader(clean=clean), BodyReader(clean=clean)
    featured: list[Image] = []
    depth = before_body = 0
    ended = False
    for before, comment, slash, name, attributes in tokens(markup):
        is_body = bool(attributes) and "artbody" in attributes and _is_body(attributes)
        if not depth:
            outside.token(before, slash, name, attributes)
            if is_body:
                featured, before_body = featured or _featured(outside), len(outside.out)
                depth = 1
            continue
        if slash:
            depth -= 1
        elif name:
            depth += name not in VOID
        elif comment and _END_COMMENT.fullmatch(comment):
            ended = True
        if is_body:
            inside.warnings.add("nested-body")
        if depth:
            inside.token(before, slash, name, attributes)
        else:
            inside.token(before, "", "", "")
            outside.token("", slash, name, attributes)
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
    return attribute(attributes, "id") == "artbody"


def _featured(outside: BodyReader) -> list[Image]:
    """The pictures before the body; what text stands there is their caption."""
    caption, credit = caption_and_credit(one_line("".join(outside.out)))
    for image in outside.images:
        image.caption, image.credit, image.featured = caption, credit, True
    return outside.images


def _date_warnings(line: Dateline, original: str, in_url: date | None) -> set[str]:
    warnings = set()
    if line.date is None:
        warnings.add("broken-dateline" if line.printed else "no-dateline")
    elif not line.sound:
        warnings.add("broken-dateline")
    if original and in_url is None:
        warnings.add("no-url-date")
    if line.date and in_url and not is_near(line.date, in_url):
        warnings.add("distant-dateline")
    return warnings


def _editor_warnings(block: int, blocks: list[str]) -> set[str]:
    if block < 0:
        return {"no-editor"}
    return {"text-after-editor"} if block < len(blocks) - 1 else set()


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
