"""The content of an article's body: its text, clean markup, pictures, links and media.

One pass over the markup. White space is what ``prettify()`` left, which put every text on a line of
its own, so that the spaces around inline tags are lost: pieces are joined as their characters ask
for (:func:`mirror.layouts.characters.joint`), in the text and in the markup alike.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mirror.items import Image, Link
from mirror.layouts.characters import joint, one_line, visible
from mirror.layouts.elements import (
    BREAKS,
    CELLS,
    DROP,
    EMPTY_KIND,
    KINDS,
    MEANS,
    MUTE,
    SHOWN_MUTED,
    TIGHT,
    UNWRAP,
)
from mirror.layouts.markup import VOID, attribute, escape, has_broken_name, tokens, unescape
from mirror.layouts.pictures import caption_and_credit, full_size

if TYPE_CHECKING:
    from collections.abc import Callable

# The place of an advertisement, and what plug-ins of the publisher's system put below an article.
_FURNITURE = re.compile(
    r' (?:id="below_article_ad"|(?:class|id)="(?:[^"]* )?'
    r'(?:(?:jp|yarpp|wp|addtoany)[-_])?(?:related[-_]?posts?|share_save_container|sharedaddy)\b[^"]*")'
)
_HANDLER = re.compile(r' on\w+="')
_NO_SIZE = re.compile(r"0(?:px)?")
_EMPTY = re.compile(r"<(p|div|span)(?: [^<>]*)?></\1>\n?")

# A line of nothing but Markdown links, as it is injected between the lines of a body.
_ADVERTISEMENT = re.compile(
    r"^[^\S\n]*(?:#{1,6}[^\S\n]*|[-*+>][^\S\n]+|\*\*)?"
    r"(?:!?\[(?:!\[[^\[\]\n]*+\]\([^()\n]*+\)|\[[^\[\]\n]*+\]|[^\[\]\n]){0,400}+\]"
    r"\([^()\n]{1,600}+\)[^\S\n|·/*]{0,20}+[|·/*]{0,2}+[^\S\n]*+)++$",
    re.MULTILINE,
)

_BREAK = "\n\n"


@dataclass(slots=True)
class Body:
    """What was read of a body; addresses as found, nothing resolved."""

    text: str
    html: str
    images: list[Image]
    links: list[Link]
    media: list[str]
    """Addresses of embedded video files."""
    warnings: set[str]


@dataclass(slots=True)
class _Anchor:
    link: Link
    start: int


@dataclass(slots=True)
class _Figure:
    first_image: int
    caption: str = ""


@dataclass(slots=True)
class BodyReader:
    """Takes the tokens of a body in turn; :meth:`result` is what they amount to."""

    clean: bool = False
    """The page holds invisible characters, to be taken out of each text."""
    out: list[str] = field(default_factory=list)
    """The text: pieces, joints between them, line breaks and block breaks."""
    markup: list[str] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    media: list[str] = field(default_factory=list)
    warnings: set[str] = field(default_factory=set)

    _last: str = ""
    """The last character of the current line; ``""`` at its start."""
    _spaced: bool = False
    """White space stood since the last text."""
    _seam: int = 0
    """Where in ``markup`` a joint before the next text goes: after end tags, before start tags."""
    _opened: bool = False
    """A start tag stood since the last text."""
    _open: list[Callable[[], None] | None] = field(default_factory=list)
    """What to do at the end of each open element."""
    _anchors: list[_Anchor] = field(default_factory=list)
    _figures: list[_Figure] = field(default_factory=list)
    _muted: int = 0
    """Open elements from one on whose text is not shown."""
    _dropping: int = 0
    """Open elements from one that is dropped on."""

    def read(self, markup: str) -> None:
        """Take all of some markup as :func:`mirror.layouts.markup.serialise` gives it."""
        for before, _, paragraph, slash, name, attributes in tokens(markup):
            if paragraph is None:
                self.token(before, slash, name, attributes)
            else:
                self.paragraph(before, paragraph)

    def token(self, before: str, slash: str, name: str, attributes: str) -> None:
        """Take one token of :func:`mirror.layouts.markup.tokens`; of a comment the text before."""
        if self._dropping:
            self._drop(slash, name)
            return
        if before and not self._muted:
            if before.isspace():
                self._spaced = True
            else:
                self._text(before)
        if slash:
            self._end(name)
        elif name:
            self._start(name, attributes)

    def paragraph(self, before: str, text: str) -> None:
        """Take a paragraph in which nothing stands but text, without a reference: the same as its
        two tags, at once where there is nothing to do about the text."""
        # Nothing that would have to be taken out or made a space is printable.
        piece = text.strip()
        if (
            self._dropping
            or self._muted
            or not piece
            or "\n" in piece
            or "  " in piece
            or "](" in piece
            or not piece.isprintable()
        ):
            self.token(before, "", "p", "")
            self.token(text, "/", "p", "")
            return
        if before and not before.isspace():
            self._text(before)
        self._break()
        self.out += (piece, _BREAK)
        self.markup.append(f"<p>{piece}</p>\n")
        self._spaced = text[-1].isspace()
        self._opened = False

    def result(self) -> Body:
        """The whole body, once its last token was taken."""
        text = "".join(self.out).strip()
        markup = "".join(self.markup).strip()
        # Emptied of furniture, an element can leave another one empty; twice is what occurs.
        markup, count = _EMPTY.subn("", markup)
        if count:
            markup = _EMPTY.sub("", markup)
        if not text:
            self.warnings.add("empty-body")
        return Body(text, markup, self.images, self.links, self.media, self.warnings)

    # --- text ------------------------------------------------------------------------------------

    def _text(self, raw: str) -> None:
        text = unescape(raw) if "&" in raw else raw
        if self.clean:
            text = visible(text)
        if "](" in text:
            text, count = _ADVERTISEMENT.subn("", text)
            if count:
                self.warnings.add("advertisement")
        piece = text.strip()
        if "\n" in piece or "  " in piece or not piece.isprintable():
            piece = one_line(piece)
        if not piece:
            self._spaced = self._spaced or text != ""
            return
        if self._last and (self._spaced or text[0].isspace()):
            space = joint(self._last, piece[0])
            if space:
                self.out.append(space)
                self.markup.insert(self._seam, space)
        self.out.append(piece)
        self.markup.append(escape(piece) if "&" in raw else piece)
        self._last = piece[-1]
        self._spaced = text[-1].isspace()
        self._seam = len(self.markup)
        self._opened = False

    def _break(self) -> None:
        """Begin a new block."""
        if self._muted:
            return
        self._last = ""
        out = self.out
        if out and (before := out[-1]) != _BREAK:
            if before in ("\n", "\t"):
                out[-1] = _BREAK
            else:
                out.append(_BREAK)

    def _line_break(self) -> None:
        """Begin a new line in the block; the second one in a row begins a block."""
        if self._muted:
            return
        self._last = ""
        if self.out and self.out[-1] in ("\n", "\t"):
            self.out[-1] = _BREAK
        elif self.out and self.out[-1] != _BREAK:
            self.out.append("\n")

    def _since(self, start: int) -> str:
        return " ".join("".join(self.out[start:]).split())

    # --- elements --------------------------------------------------------------------------------

    def _start(self, name: str, attributes: str) -> None:
        kind = KINDS.get(name, 0)
        if kind & DROP or (attributes and _is_furniture(attributes)):
            self._leave_out(name, attributes)
            return
        if attributes:
            self._inspect(attributes)
        if kind & BREAKS:
            self._break()
        closing: Callable[[], None] | None = None
        if kind & MEANS:
            if name == "img" and is_beacon(attributes):
                return
            closing = self._special(name, attributes)
        if not (
            kind & UNWRAP
            or (self._muted and name not in SHOWN_MUTED)
            # A link within a link, as HTML5 leaves it below eight blocks (§13.2.6.4.7, "adoption
            # agency"), would stand elsewhere for whoever parses the markup again.
            or (name == "a" and len(self._anchors) > 1)
        ):
            self.markup.append(f"<{name}{attributes}>")
            self._opened = True
        if not kind & EMPTY_KIND:
            self._open.append(closing)
            if self._muted or kind & MUTE:
                self._muted += 1

    def _leave_out(self, name: str, attributes: str) -> None:
        """Drop an element with all that is in it."""
        if name not in VOID:
            self._dropping = 1
        if "below_article_ad" not in attributes and _is_furniture(attributes):
            self.warnings.add("furniture")
        if name in ("object", "embed"):
            self.warnings.add("active-content")

    def _special(self, name: str, attributes: str) -> Callable[[], None] | None:
        """Note what an element means beyond its text; returns what its end brings, if anything."""
        if name == "a":
            return self._anchor(attributes)
        if name == "figure":
            return self._figure()
        if name == "figcaption":
            return self._figcaption()
        if name in TIGHT:
            self._tighten()
            return self._tighten
        if name == "img":
            self._image(attributes)
        elif name == "br":
            self._line_break()
        elif name in CELLS:
            self._cell()
        else:
            self._media(name, attributes)
        return None

    def _end(self, name: str) -> None:
        if self._muted:
            self._muted -= 1
        if self._open:
            closing = self._open.pop()
            if closing is not None:
                closing()
        if self._muted:
            return
        kind = KINDS.get(name, 0)
        markup = self.markup
        if not (kind & UNWRAP or (name == "a" and self._anchors)):
            markup.append(f"</{name}>")
        if kind & BREAKS:
            self._break()
            markup.append("\n")
        elif not self._opened:
            self._seam = len(markup)

    def _drop(self, slash: str, name: str) -> None:
        if slash:
            self._dropping -= 1
        elif name and name not in VOID:
            self._dropping += 1

    def _inspect(self, attributes: str) -> None:
        if " on" in attributes and _HANDLER.search(attributes):
            self.warnings.add("active-content")
        if "<" in attributes and has_broken_name(attributes):
            self.warnings.add("swallowed-text")

    def _cell(self) -> None:
        """Cells of a row stand in one block, a tab apart: white space, nothing invented."""
        if self._muted:
            return
        self._last = ""
        if self.out and self.out[-1] not in (_BREAK, "\n", "\t"):
            self.out.append("\t")

    def _tighten(self) -> None:
        """Let the next text follow without a space."""
        self._last = ""

    def _anchor(self, attributes: str) -> Callable[[], None]:
        anchor = _Anchor(Link("", attribute(attributes, "href"), "", "external"), len(self.out))
        if " href=" in attributes:
            self.links.append(anchor.link)
        self._anchors.append(anchor)
        return self._anchor_end

    def _anchor_end(self) -> None:
        anchor = self._anchors.pop()
        anchor.link.text = self._since(anchor.start)

    def _image(self, attributes: str) -> None:
        src = attribute(attributes, "src").strip()
        if src:
            anchor = self._anchors[-1].link.href.strip() if self._anchors else ""
            original = full_size(src, anchor)
            alt = one_line(attribute(attributes, "alt"))
            self.images.append(Image(src, original, alt, "", "", featured=False))

    def _media(self, name: str, attributes: str) -> None:
        src = attribute(attributes, "src").strip()
        video = name == "video" or attribute(attributes, "type").startswith("video/")
        if src and video and src not in self.media:
            self.media.append(src)

    def _figure(self) -> Callable[[], None]:
        self._figures.append(_Figure(len(self.images)))
        return self._figure_end

    def _figure_end(self) -> None:
        """Two pictures in one figure share its caption."""
        figure = self._figures.pop()
        caption, credit = caption_and_credit(figure.caption)
        for image in self.images[figure.first_image :]:
            image.caption = image.caption or caption
            image.credit = image.credit or credit

    def _figcaption(self) -> Callable[[], None] | None:
        if not self._figures:
            return None
        figure, start = self._figures[-1], len(self.out)

        def closing() -> None:
            figure.caption = self._since(start)

        return closing


def _is_furniture(attributes: str) -> bool:
    if not ("below_article_ad" in attributes or "related" in attributes or "share" in attributes):
        return False
    return _FURNITURE.search(attributes) is not None


def is_beacon(attributes: str) -> bool:
    """Whether an image is there to be counted, not seen: it has no width or no height."""
    return any(_NO_SIZE.fullmatch(attribute(attributes, side)) for side in ("width", "height"))
