"""From hostile HTML to a flat run of tags and text, in HTML5's own reading of it.

The tree is built by lexbor, which follows the HTML5 algorithm and holds 10,000 open elements
without recursion; lxml was weighed and drops what is deeper than 254. The tree is not walked: its
serialisation is read once from left to right. The serialiser (HTML §13.3) closes every element,
quotes every attribute and escapes every text, so that a regular expression splits it exactly. A
bare walk over the nodes is quicker (0.02 against 0.05 ms a page) but brings neither end tags nor
attributes written back, which the clean markup needs.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, cast

from selectolax.lexbor import LexborHTMLParser

if TYPE_CHECKING:
    from collections.abc import Iterator

_VOID_NAMES = (
    "area base basefont bgsound br col embed frame hr img input keygen link meta param source "
    "track wbr "
)
VOID = frozenset(_VOID_NAMES.split())
"""Elements that the serialiser writes without an end tag."""

# Attribute names can hold any character but white space, "/", ">" and (past the first) "=". Most
# of an article is paragraphs of nothing but text: each of them is one token.
_TOKEN = re.compile(
    r"<(?:!--(.*?)-->|p>([^<&]*)</p>"
    r'|(/?)([a-zA-Z][^ \t\n\f\r/>]*)((?: =?[^ \t\n\f\r/>=]*="[^"]*")*)>)',
    re.DOTALL,
)
_RAW_TEXT_NAMES = "iframe noembed noframes plaintext script style template xmp"
# In ASCII's letters, as names of elements are. What a tag has to begin with is looked at first,
# since nearly all are others.
_IN_ANY_CASE = (
    "".join(f"[{letter}{letter.upper()}]" for letter in name) for name in _RAW_TEXT_NAMES.split()
)
_RAW_TEXT = re.compile(rf"<(?=[iInNpPsStTxX][fFoOlLcCtTeEmM])(?:{'|'.join(_IN_ANY_CASE)})\b")
_END = ("", None, "", "", "")

Token = tuple[str, str | None, str | None, str, str, str]
"""The text before it, comment, paragraph, slash, name, attributes.

A comment has its text second, where all others have ``None`` or nothing. A whole paragraph, start
tag and end tag, has its text third where that is all that is in it, and holds no reference; all
others have ``None`` there. ``slash`` is ``"/"`` for an end tag; ``name`` is empty in a comment, a
paragraph and in the last token, which brings the last text.
"""
_ATTRIBUTE = re.compile(r' (=?[^ \t\n\f\r/>=]*)="([^"]*)"')

_MANY_TAGS = 600
"""Tags up to which a page cannot do harm. None of 1,500 real articles has more."""
_MOST_FORMATTING = 100
_MOST_OPEN = 4_000
"""Deeper than any real page (924); what they cost grows with the square of their number."""
# The formatting elements of HTML §13.2.4.3 but <a>, which closes itself.
_FORMATTING = re.compile(
    r"<(/?)(b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?=[\s/>])[^<>]*>", re.IGNORECASE
)
_NESTING = re.compile(
    r"<(/?)((?!(?:a|br|hr|img|p|wbr)[\s/>])[a-z][a-z0-9]*)(?![^<>]*\bid=[\"']?artbody)[^<>]*>",
    re.IGNORECASE,
)


def serialise(source: str) -> tuple[str, set[str]]:
    """The HTML5 tree of ``source`` as well-formed markup, and warnings about what was left out.

    Elements whose text is not markup (scripts, styles, frames) are left out: they would be written
    unescaped. Unclosed formatting elements are opened again in every later paragraph, and each
    start tag looks through all open elements: 16 KB can become 11 MB, 500 KB take 24 s. Where more
    elements are left open than any article has, formatting tags, or nesting ones, are left out;
    the text stays.
    """
    warnings = set()
    tags = source.count("<")
    if tags > _MANY_TAGS and _most_open(_FORMATTING, source) > _MOST_FORMATTING:
        source = _FORMATTING.sub("", source)
        warnings.add("deep-nesting")
    if tags > _MOST_OPEN and _most_open(_NESTING, source) > _MOST_OPEN:
        source = _NESTING.sub("", source)
        warnings.add("deep-nesting")
    # HTML5 takes a processing instruction for a comment (§13.2.5.6); lexbor writes it back as is.
    tree = LexborHTMLParser(source.replace("<?", "<!?"))
    if _RAW_TEXT.search(source):
        tree.strip_tags(_RAW_TEXT_NAMES.split())
        warnings.add("active-content")
    return tree.html or "", warnings


def _most_open(tags: re.Pattern[str], source: str) -> int:
    """How many of these elements are open at once, at most: an end tag closes one of its name."""
    still_open: Counter[str] = Counter()
    depth = deepest = 0
    for tag in tags.finditer(source):
        name = tag[2]
        if not tag[1]:
            still_open[name] += 1
            depth += 1
            deepest = max(deepest, depth)
        elif still_open[name]:
            still_open[name] -= 1
            depth -= 1
    return deepest


def tokens(markup: str) -> Iterator[Token]:
    """The tokens of serialised markup. Text and attributes are still escaped."""
    parts: list[str | None] = _TOKEN.split(markup)
    parts += _END
    step = iter(parts)
    return cast("Iterator[Token]", zip(step, step, step, step, step, step, strict=True))


def attribute(attributes: str, name: str) -> str:
    """The value of one attribute of a start tag, ``""`` when it has none."""
    if name not in attributes:
        return ""
    for match in _ATTRIBUTE.finditer(attributes):
        if match[1] == name:
            return unescape(match[2])
    return ""


def has_broken_name(attributes: str) -> bool:
    """Whether an attribute's name holds ``<``: a tag broke off there, and words became names."""
    return any("<" in match[1] for match in _ATTRIBUTE.finditer(attributes))


def unescape(text: str) -> str:
    """The characters of a text as the serialiser escapes them (HTML §13.3)."""
    if "&" not in text:
        return text
    text = text.replace("&nbsp;", "\xa0").replace("&lt;", "<").replace("&gt;", ">")
    return text.replace("&quot;", '"').replace("&amp;", "&")


def escape(text: str) -> str:
    """Text for use in markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
