"""Deviations of a body's markup."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from benchmarks.deviations.facts import Deviation
from benchmarks.deviations.frame import EPOCH, MINGHUI, find, warned

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.deviations.facts import Facts

_ORDINARY_NAMES = """
p div ok a h4 br img figure figcaption center strong span b em i u font hr small sup sub
"""
ORDINARY = frozenset(_ORDINARY_NAMES.split())
"""Elements that need no decision: blocks and inline elements that stay."""

_MISTYPED = frozenset(("cetner",))


def has(*names: str) -> Callable[[Facts], bool]:
    """Whether one of these elements stands in the body."""
    return lambda page: not page.elements.isdisjoint(names)


def _depth(page: Facts) -> int:
    """Deepest indentation: the scraper writes one space a level."""
    return max((len(line) - len(line.lstrip(" ")) for line in page.body.splitlines()), default=0)


def _figures(page: Facts) -> list[str]:
    return re.findall(r"<figure\b.*?</figure>", page.body, re.DOTALL)


def _outside_figures(page: Facts) -> bool:
    rest = re.sub(r"<figure\b.*?</figure>", "", page.body, flags=re.DOTALL)
    return re.search(r"<img(?![^<>]*width='0px')", rest) is not None


MARKUP = (
    Deviation("headings", "h1, h2, h3, h5, h6", "kept", has("h1", "h2", "h3", "h5", "h6")),
    Deviation("tables", "tables", "a row is a line of cells, a tab apart", has("table")),
    Deviation("lists", "lists", "an item is a line, without a mark", has("li", "ol", "ul")),
    Deviation("quotes", "block quotes", "kept", has("blockquote")),
    Deviation(
        "tweets", "a post of Twitter as a quote", "kept, its links resolved", find("twitter-tweet")
    ),
    Deviation(
        "paragraph-in-paragraph",
        "a paragraph opened inside another (epoch) or never closed (minghui)",
        "side by side, as browsers read it (HTML §13.2)",
        find(r"<p(?=[\s>])[^<>]*>(?:(?!</p>).)*?<p(?=[\s>])"),
    ),
    Deviation(
        "deep",
        "nested deeper than 256",
        "read whole up to 12,000 open elements",
        lambda page: _depth(page) > 256,
        MINGHUI,
    ),
    Deviation(
        "figure-in-paragraph",
        "a figure inside a paragraph",
        "beside it",
        find(r"<p(?=[\s>])[^<>]*>(?:(?!</p>).)*?<figure"),
        EPOCH,
    ),
    Deviation(
        "nested-links",
        "a link inside a link",
        "both are links, side by side",
        find(r"<ok\b[^<>]*>(?:(?!</ok>).)*?<ok\b"),
    ),
    Deviation("plain-links", "<a> beside <ok>", "links", has("a")),
    Deviation(
        "span-links",
        "a link disguised as <span href>",
        "a link",
        find(r"<span[^<>]*\shref="),
        MINGHUI,
    ),
    Deviation(
        "swallowed",
        "a tag broken off swallows words",
        "not in the text, as in a browser",
        warned("swallowed-text"),
        warning="swallowed-text",
    ),
    Deviation(
        "two-in-figure",
        "two pictures in one figure",
        "both have its caption",
        lambda page: any(figure.count("<img") > 1 for figure in _figures(page)),
    ),
    Deviation(
        "figure-without-caption",
        "a figure without a caption",
        "caption and credit are empty",
        lambda page: any("<figcaption" not in figure for figure in _figures(page)),
    ),
    Deviation(
        "free-pictures",
        "pictures outside figures",
        "pictures; in minghui the box around gives the caption",
        _outside_figures,
    ),
    Deviation(
        "other-file",
        "a link around a picture leads to another file of it",
        "the picture's own file without its size counts",
        lambda page: (
            any(image.original_url != image.url for image in page.article.images)
            and find(r"<ok[^<>]*-e\d{10}[^<>]*\.\w+\"")(page)
        ),
    ),
    Deviation(
        "alt-quotes",
        "an apostrophe encoded twice",
        "an apostrophe, none around an alt text",
        find(r"&amp;#0?39"),
        MINGHUI,
    ),
    Deviation(
        "wide-space-tag", "an ideographic space inside a tag", "a space", find("<[a-zA-Z]+\u3000")
    ),
    Deviation(
        "video-files",
        "video elements",
        "their files are videos; their words for old browsers no text",
        has("video"),
    ),
    Deviation(
        "video-links",
        "links to films on YouTube, ganjing, youmaker …",
        "videos",
        lambda page: bool(page.article.videos),
    ),
    Deviation("sound", "audio elements", "kept in html; no video", has("audio")),
    Deviation(
        "video-place",
        "an empty place of a video whose frame is gone",
        "nothing is left to tell what it was",
        find(r"video_fit_container[^<>]*>\s*</div>"),
        EPOCH,
    ),
    Deviation(
        "frames",
        "iframes",
        "out; those of videos are videos",
        has("iframe"),
        warning="active-content",
    ),
    Deviation(
        "active", "scripts or styles", "taken out", has("script", "style"), warning="active-content"
    ),
    Deviation(
        "handlers",
        "event handlers",
        "taken out",
        find(r"<\w[^<>]*\son\w+="),
        warning="active-content",
    ),
    Deviation(
        "inputs", "form elements", "taken out", has("input", "button", "select", "textarea", "form")
    ),
    Deviation("instructions", "a processing instruction", "a comment", find(r"<\?")),
    Deviation(
        "comments",
        "comments beside those of the frame",
        "left out",
        find(r"<!--(?!\s*article content (?:begin|end)\s*-->)"),
    ),
    Deviation("breaks-in-words", "wbr", "no space", has("wbr")),
    Deviation(
        "sections",
        "article, section, main …",
        "blocks",
        has(
            "article",
            "section",
            "main",
            "header",
            "footer",
            "aside",
            "nav",
            "time",
            "address",
            "details",
            "summary",
        ),
    ),
    Deviation(
        "quotes-inline",
        "cite, q, code, mark …",
        "inline, kept where safe",
        has(
            "cite",
            "q",
            "code",
            "mark",
            "s",
            "strike",
            "del",
            "ins",
            "abbr",
            "big",
            "tt",
            "pre",
            "bdi",
            "bdo",
            "label",
            "kbd",
            "dl",
            "dt",
            "dd",
            "ruby",
            "rt",
            "noscript",
        ),
    ),
    Deviation(
        "closing-void",
        "</br>, </img>, </source>",
        "a line break for </br>, else nothing",
        find(r"</(?:br|img|source|hr)\b"),
    ),
    Deviation(
        "unknown-elements",
        "elements that no standard knows, pasted or mistyped",
        "their words are kept, the tags are not",
        lambda page: any(
            name in _MISTYPED or not re.fullmatch(r"[a-z][a-z0-9]*", name) for name in page.elements
        ),
    ),
    Deviation(
        "translator",
        "traces of a translator in the browser (gtx, jfk-bubble, popupMenu)",
        "empty ones go; those around the article's words are transparent",
        find(r"gtx-|jfk-bubble|popupMenu"),
    ),
    Deviation(
        "pasted",
        "markup pasted from other sites and programs",
        "transparent",
        find(r'class="(?:s\d|p\d|css-|bbc-|one-p|bjh-|Apple-)|data-(?!cke)\w+'),
    ),
    Deviation(
        "advertisement-place",
        "an empty element for an advertisement",
        "taken out",
        find(r'id="below_article_ad"'),
    ),
    Deviation(
        "advertisement-around",
        "an advertisement's element around words of the article",
        "transparent: only the place below the article is empty",
        find(r'id="inarticle_ad'),
    ),
    Deviation(
        "advertisement-lines",
        "Markdown links injected between the lines",
        "taken out",
        warned("advertisement"),
        warning="advertisement",
    ),
    Deviation(
        "related",
        "a list of related posts",
        "taken out",
        find(r'class="related-posts"'),
        warning="furniture",
    ),
    Deviation(
        "escaped-site",
        "the publisher's site follows as escaped markup",
        "cut off, and the article's own escaped markup read",
        find(r"&lt;div id=\"bArticleEnglishTranslation"),
        warning="text-outside-body",
    ),
)
_KNOWN_NAMES = """
h1 h2 h3 h5 h6 table tbody thead tfoot tr td th caption colgroup col li ol ul blockquote video
audio source iframe script style input wbr article section main header footer aside nav time
address cite q code mark s strike del ins abbr big tt pre bdi bdo label kbd dl dt dd ruby rt
noscript
"""
KNOWN = frozenset(_KNOWN_NAMES.split())
"""Elements of the classes above."""


def undecided_elements(page: Facts) -> frozenset[str]:
    """Elements that are neither ordinary nor of a class."""
    return frozenset(
        name
        for name in page.elements - ORDINARY - KNOWN - _MISTYPED
        if re.fullmatch(r"[a-z][a-z0-9]*", name)
    )
