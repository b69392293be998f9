"""The ``minghui`` family: mh-news, the banned-news mirrors and others made with the same tool.

A page is ``### TITLE`` and a long rule, a line of navigation (not in the oldest), the HTML of the
article as its publisher has it, a block for sharing the page (not in the oldest), the label
``原文地址`` or ``原文链接`` with the original URL, another long rule and more navigation. Whatever
element holds the article, it is all that stands between navigation and sharing block, so that
nothing is lost where an element is closed too early or never.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mirror.layouts.article import Found, HouseStyle, article
from mirror.layouts.characters import has_invisible, has_line_separator, visible
from mirror.layouts.minghui_body import read_markup
from mirror.layouts.minghui_credits import byline, reporters
from mirror.layouts.minghui_index import read_index
from mirror.layouts.pages import ArticlePage

if TYPE_CHECKING:
    from mirror.items import Article
    from mirror.layouts.pages import IndexPage, Page

_HEAD = re.compile(r"\A\s*+#{1,6}+(?!#)[^\S\n]*+([^\n]*+)\n[^\S\n]*+-{10,}+[^\S\n]*+(?:\n|\Z)")
_HEAD_BYTES = re.compile(rb"\A[\s\xef\xbb\xbf]*+#{1,6}[^\n]*+\n[ \t]*+-{10}")
# Nine bytes in ten of a deeply nested page are these, nearly all of them plain spaces: as bytes
# they are gone before anything has to be decoded.
_SPACES = re.compile(rb"\n {2,}")
_INDENTATION = re.compile(r"\n[^\S\n]{2,}")
_NAVIGATION = re.compile(r"(?:[^\S\n]*+(?:#{1,6}[^\S\n][^\n]*+)?+\n)*+")
_ORIGINAL = re.compile(
    r"原文(?:链接|地址|网址|鏈接|連結|網址)[^:：\n]{0,20}[:：]"
    r"[^\S\n]*+(?:\n[^\S\n]*+)?(https?:[^\n<]*)",
    re.IGNORECASE,
)
_SHARING = re.compile(r"手机上?长按[^\n]{0,60}分享")
# Label and sharing block begin a line, or follow the line break that ends the article.
_LINE_START = re.compile(r"(?:\A|\n|<br ?/?>)[^\S\n]*\Z")
_RULE_BEFORE = re.compile(r"(?:<hr ?/?>|\+{5,}(?:<br ?/?>)*)\s*\Z")
_BEFORE = 120
"""Characters before a label within which the start of its line is looked for."""
_TAIL = re.compile(r"^-{10,}[^\S\n]*$", re.MULTILINE)
_CONTAINER = re.compile(r'<div\b[^<>]*\b(?:ar_bArticleContent|class="?art-content)\b')
_EDITED = re.compile(r"^https?://[^/]*\b(?:epochtimes|dajiyuan)\.com/")
"""Publishers whose articles end in an editor's line."""
_STYLE = HouseStyle(
    byline,
    reporters,
    has_editors=lambda original: _EDITED.match(original) is not None,
    article_id=re.compile(r"[-/](n?\d+)\.html?$"),
)


class MinghuiLayout:
    """Reads the pages of mh-news and of the older mirrors made with the same tool."""

    name = "minghui"
    version = "3"
    image_hosts = ("minghui.org", "epochtimes.com")

    def read(self, page: Page) -> IndexPage | ArticlePage | None:
        """An article where the page has the frame of one, else an index where it has such rows."""
        if _HEAD_BYTES.match(page.body):
            parts = _parts(_SPACES.sub(b"\n ", page.body).decode("utf-8", "replace"))
            if parts is not None:
                return ArticlePage(_article(page, parts, self))
        return read_index(page, self.name)


@dataclass(frozen=True, slots=True)
class _Parts:
    title: str
    markup: str
    """From the navigation to the sharing block or the label."""
    original: str
    warnings: frozenset[str]


def _parts(source: str) -> _Parts | None:
    """The page apart; ``None`` when its frame is not that of an article."""
    source = _INDENTATION.sub("\n ", source.removeprefix("\ufeff"))
    head = _HEAD.match(source)
    if head is None:
        return None
    navigation = _NAVIGATION.match(source, head.end())
    start = navigation.end() if navigation else head.end()
    labels = [match for match in _ORIGINAL.finditer(source, start) if _begins_line(match)]
    end = labels[-1].start() if labels else len(source)
    sharing = [match for match in _SHARING.finditer(source, start, end) if _begins_line(match)]
    if not (labels or sharing or _CONTAINER.search(source, start)):
        return None
    if sharing:
        end = _block_start(source, sharing[-1].start())
    elif not labels:
        rules = list(_TAIL.finditer(source, start))
        end = rules[-1].start() if rules else end
    title = head[1].strip()
    warnings = {
        "no-title": not title,
        "no-original": not labels,
        "phrase-in-body": len(labels) > 1,
        "invalid-utf8": "\ufffd" in source,
    }
    return _Parts(
        title,
        source[start : max(start, end)],
        visible(labels[-1][1]).strip() if labels else "",
        frozenset(code for code, holds in warnings.items() if holds),
    )


def _begins_line(match: re.Match[str]) -> bool:
    before = match.string[max(0, match.start() - _BEFORE) : match.start()]
    return not before or before.isspace() or _LINE_START.search(before) is not None


def _block_start(source: str, start: int) -> int:
    """Where the sharing block begins, with the rule before its first line."""
    before = source[max(0, start - _BEFORE) : start]
    rule = _RULE_BEFORE.search(before)
    return start - len(before) + rule.start() if rule else start


def _article(page: Page, parts: _Parts, layout: MinghuiLayout) -> Article:
    invisible = has_invisible(parts.markup)
    clean = invisible or has_line_separator(parts.markup)
    body, featured = read_markup(parts.markup, clean)
    found = Found(parts.title, parts.original, body, featured, invisible, parts.warnings)
    return article(page, layout, found, _STYLE)
