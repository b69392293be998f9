"""Deviations of a page's frame and of single characters."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from benchmarks.deviations.facts import Deviation

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.deviations.facts import Facts

EPOCH, MINGHUI = ("epoch",), ("minghui",)
_BEACON = re.compile(r"<img src='[^']*' width='0px' height='0px'/>")


def find(pattern: str, where: str = "body") -> Callable[[Facts], bool]:
    """Whether a pattern occurs in a part of the page."""
    compiled = re.compile(pattern, re.DOTALL)
    return lambda page: compiled.search(getattr(page, where)) is not None


def warned(code: str) -> Callable[[Facts], bool]:
    """Whether the article carries a warning."""
    return lambda page: code in page.article.warnings


def _title(page: Facts) -> str:
    return page.source.partition("\n")[0].removeprefix("### ")


FRAME = (
    Deviation(
        "label-plain",
        "the label is 原文链接： without （需翻墙）",
        "the last label of the page counts, in any form",
        find(r"\A原文链接：", "tail"),
        EPOCH,
    ),
    Deviation(
        "label-in-body",
        "the words of the label stand in the body too",
        "they stay in the text; the last label counts",
        lambda page: "原文链接" in page.body,
        EPOCH,
        "phrase-in-body",
    ),
    Deviation(
        "original-space",
        "white space after the original URL, or a line end after it",
        "cut off",
        find(r"\s\Z", "tail"),
        EPOCH,
    ),
    Deviation(
        "beacon",
        "a picture of no size between body and label",
        "no picture: in neither images nor html",
        lambda page: _BEACON.search(page.body) is not None,
        EPOCH,
    ),
    Deviation(
        "beacon-early",
        "such a picture before the body",
        "no picture, featured or not",
        lambda page: _BEACON.search(page.head) is not None,
        EPOCH,
    ),
    Deviation(
        "class-column",
        'the body element is of the class "column"',
        "told by its id, whatever its class",
        find(r'\A<div[^<>]*class="column"'),
        EPOCH,
    ),
    Deviation(
        "no-featured",
        "no picture stands before the body",
        "no image is featured",
        lambda page: "<img" not in page.head,
    ),
    Deviation(
        "featured-paragraph",
        "the featured picture's caption is in paragraphs",
        "one line; its credit apart all the same",
        find(r'class="caption">\s*<p', "head"),
    ),
    Deviation(
        "featured-link",
        "a link stands in the featured picture's caption",
        "its words are in the caption, the link in no list: it is not in the body",
        find(r'class="caption">.*<ok ', "head"),
    ),
    Deviation(
        "featured-bare",
        "the featured picture has no caption",
        "caption and credit are empty",
        find(r'class="caption">\s*</div>', "head"),
    ),
    Deviation(
        "no-end-comment",
        "the comment at the article's end is missing: the scraper's tree ended early",
        "read up to the label; what the scraper lost is lost",
        lambda page: "article content end" not in page.body,
        EPOCH,
        "no-end-comment",
    ),
    Deviation(
        "nested-body",
        "a second body element inside the body",
        "part of the body",
        lambda page: page.body.count('id="artbody"') > 1,
        EPOCH,
        "nested-body",
    ),
    Deviation(
        "epoch-original",
        "the original is an article of the Epoch Times",
        "dates and people by the rules of that paper",
        lambda page: "epochtimes.com" in page.article.original_url,
        MINGHUI,
    ),
    Deviation(
        "raw-original",
        "the original URL is not percent-encoded",
        "encoded as browsers do (WHATWG URL)",
        find(r"[^\x00-\x7f]\S*\.html?", "tail"),
        MINGHUI,
    ),
    Deviation(
        "bracket-original",
        "brackets in the original URL",
        "kept: the URL ends where its line does",
        find(r"原文地址[^：\n]*：\S*[()（）]", "tail"),
        MINGHUI,
    ),
    Deviation(
        "other-id",
        "the original's id is not the file's name",
        "the original's id counts",
        warned("id-mismatch"),
        warning="id-mismatch",
    ),
)


def _characters(name: str, seen: str, decision: str, characters: str) -> Deviation:
    return Deviation(name, seen, decision, find(f"[{characters}]", "source"))


CHARACTERS = (
    _characters("nbsp", "no-break space, U+00A0", "a space like others", "\u00a0"),
    _characters("ideographic-space", "ideographic space, U+3000", "a space like others", "\u3000"),
    _characters("zero-width", "zero-width space, U+200B", "taken out", "\u200b"),
    _characters("joiners", "U+200C or U+200D", "kept: emoji and scripts use them", "\u200c\u200d"),
    _characters(
        "bidi", "bidirectional marks", "taken out", "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
    ),
    _characters(
        "formats",
        "byte order mark, soft hyphen, word joiner",
        "taken out",
        "\ufeff\u00ad\u2060-\u2064",
    ),
    _characters(
        "line-separator",
        "U+2028, U+2029, U+0085, vertical tab, form feed",
        "a line end: white space",
        "\u2028\u2029\x85\x0b\x0c",
    ),
    _characters(
        "controls", "control characters", "taken out", "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"
    ),
    _characters("carriage-return", "U+000D", "part of a line end", "\r"),
    _characters("private-use", "private-use characters of lost fonts", "kept", "\ue000-\uf8ff"),
    _characters("radicals", "radicals instead of characters", "kept as printed", "\u2e80-\u2fdf"),
    _characters("full-width", "full-width letters and digits", "kept as printed", "\uff10-\uff5a"),
    _characters("replacement", "U+FFFD: bytes that are not UTF-8", "kept", "\ufffd"),
    Deviation(
        "not-composed",
        "not in Unicode's normal form C",
        "brought to it",
        lambda page: not unicodedata.is_normalized("NFC", page.source),
    ),
    Deviation(
        "invisible",
        "one of those that are taken out, in body or title",
        "taken out",
        warned("invisible-characters"),
        warning="invisible-characters",
    ),
    Deviation(
        "title-brackets",
        "round brackets in the title",
        "kept",
        lambda page: re.search(r"[()（）]", _title(page)) is not None,
    ),
    Deviation(
        "title-spaces",
        "no-break or repeated spaces in the title, or spaces around it",
        "one space; none around it",
        lambda page: _title(page) != " ".join(_title(page).split()) or "\xa0" in _title(page),
    ),
    Deviation(
        "title-invisible",
        "characters in the title that show nothing",
        "taken out",
        lambda page: re.search("[\u200b-\u200f\u202a-\u202e\ufeff]", _title(page)) is not None,
        warning="invisible-characters",
    ),
    Deviation(
        "title-reference",
        "a character reference in the title",
        "the character, as Markdown shows it (CommonMark §2.5)",
        lambda page: re.search(r"&#?\w+;", _title(page)) is not None,
    ),
    Deviation(
        "title-ampersand",
        "an ampersand in the title that is no reference",
        "kept",
        lambda page: re.search(r"&(?!#?\w+;)", _title(page)) is not None,
    ),
)
