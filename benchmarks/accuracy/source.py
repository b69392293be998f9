"""A page's source as a flat stream of pieces, cut by one expression: no tree is ever built.

The extractor reads the tree that an HTML parser makes of a page; the oracle must not share its
mistakes, so it reads the source as it stands: one text node a line, tags between them. Where a tag
ends follows the HTML standard §13.2.5 (a ``>`` inside a quoted value does not end it).
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

_PIECE = re.compile(
    r"<!--(?P<comment>.*?)(?:-->|\Z)"
    r"|<(?P<slash>/?)(?P<name>[A-Za-z][^\s/>]*)"
    r"(?P<attributes>(?:=\s*\"[^\"]*\"|=\s*'[^']*'|[^>])*+)>"
    r"|<[!?/][^>]*>",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(
    r"""([^\s"'>/=]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""",
)

# What a browser with scripts enabled does not show as text (HTML standard §15.3.1, §4.8).
_UNSHOWN = frozenset(
    ("script", "style", "iframe", "noscript", "template", "title", "audio", "video", "object")
)
_INVISIBLE = ("Cc", "Cf", "Co", "Cs")


@dataclass(frozen=True, slots=True)
class Piece:
    """One tag, comment or run of text between tags."""

    kind: Literal["text", "open", "close", "comment"]
    value: str
    """The text with character references replaced, the tag's name, or the comment's words."""
    attributes: dict[str, str] = field(default_factory=dict)


def pieces(source: str) -> Iterator[Piece]:
    """The source in order; what stands in elements that a browser does not show as text is left
    out, with the tags in it (a picture in ``noscript`` is none)."""
    unshown = ""
    end = 0
    for match in _PIECE.finditer(source):
        if match.start() > end and not unshown:
            yield Piece("text", html.unescape(source[end : match.start()]))
        end = match.end()
        name = (match["name"] or "").lower()
        if unshown:
            if match["slash"] and name == unshown:
                unshown = ""
        elif match["comment"] is not None:
            yield Piece("comment", match["comment"].strip())
        elif match["slash"]:
            yield Piece("close", name)
        elif name:
            yield Piece("open", name, _attributes(match["attributes"]))
            if name in _UNSHOWN and not match["attributes"].endswith("/"):
                unshown = name
    if end < len(source) and not unshown:
        yield Piece("text", html.unescape(source[end:]))


def _attributes(source: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(source):
        found.setdefault(name.lower(), html.unescape(double or single or bare))
    return found


def visible(text: str) -> str:
    """The text without characters that have no shape: controls, formats, bidirectional marks."""
    return "".join(
        char for char in text if char.isspace() or unicodedata.category(char) not in _INVISIBLE
    )


def squeezed(text: str) -> str:
    """The text without any white space: what two sound readers of one page agree on."""
    return "".join(visible(unicodedata.normalize("NFC", text)).split())
