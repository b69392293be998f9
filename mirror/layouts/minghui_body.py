"""The body of a page of the ``minghui`` family: what its HTML has that no other family has.

The tool scrapes with an HTML parser that closes nothing, and prints the tree: every ``<p>`` is
inside the one before it. Links are disguised as ``<ok href>`` or ``<span href>``, apostrophes are
encoded twice, pictures stand in tables with their captions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mirror.layouts.body import Body, BodyReader
from mirror.layouts.characters import one_line, visible
from mirror.layouts.markup import VOID, serialise, tokens
from mirror.layouts.pictures import caption_and_credit, full_size
from mirror.originals import resolve

if TYPE_CHECKING:
    from mirror.items import Image

_FEATURE = re.compile(
    r"\s*<div\b[^<>]*\bfeature-image\b[^<>]*>.*?<hr ?/?>\s*(?=<div\b[^<>]*\bart-content\b)",
    re.DOTALL,
)
_CONTAINER = re.compile(
    r"\s*<div\b[^<>]*\b(?:ar_articleContent|ar_bArticleContent|art-content|artbody)\b[^<>]*>"
)
_SKELETON = frozenset(("html", "head", "body"))
"""Elements that every parsed page has around it, written or not."""
_OK = re.compile(r"<(/?)ok(?=[\s/>])", re.IGNORECASE)
# &#039; encoded again, its semicolon often lost on the way.
_APOSTROPHE = re.compile(r"&amp;#0?39;?")
# An ideographic space ends no tag name: <td　rowspan=6> is an element nobody knows.
_WIDE_SPACE = re.compile("(<[a-zA-Z][a-zA-Z0-9]*)\u3000+")
_FRAME = re.compile(r"<iframe\b[^<>]*?\bsrc\s*=\s*[\"']?([^\"'\s<>]+)", re.IGNORECASE)
# Where the publisher's page goes on after the article, in markup that was escaped with it.
_FURNITURE = re.compile(
    r"&lt;div\s+(?:id|class)=[\"']?(?:bArticleEnglishTranslation|article_reprint)\b"
)
# Brackets at a caption's end name its source only in these words: others hold a name's spelling.
_SOURCE = re.compile(
    "来源|來源|提供|截[图圖]|图片|圖片|照片|资料|[摄攝]|[网網]$|大[纪紀]元|电视台|電視台|社$|新华|作者|自绘|绘制"
    "|[／/©]|credit|photo|getty|reuters|afp",
    re.IGNORECASE,
)
_THUMBNAIL = re.compile(r"--ss(?=\.\w{3,5}$)")
_ESCAPED_TAG = re.compile(r"&lt;(/?[a-zA-Z][^<>\n]{0,200}?)&gt;")

_BOXES = frozenset(("center", "table", "td"))
"""Elements that hold a picture and its caption."""
_LONGEST_CAPTION = 400
_MOST_PIECES = 40
"""Pieces of text in a caption; more is an article."""
_MOST_IMAGES = 30
"""Pictures that share a caption; more is a gallery."""


def read_markup(source: str, clean: bool) -> tuple[Body, list[Image]]:
    """The body, and the featured picture that stands before it.

    :param clean: the page holds characters that are not to be seen, or line ends of another kind.
    """
    source, warnings = _repaired(source)
    featured: list[Image] = []
    feature = _FEATURE.match(source)
    if feature is not None:
        featured = _featured(feature[0], clean)
        source = source[feature.end() :]
    # Its end tag, left alone, is one that closes nothing, which the parser passes over.
    source = _CONTAINER.sub("", source, count=1) if _CONTAINER.match(source) else source
    frames = [resolve(frame.replace("&amp;", "&")) for frame in _FRAME.findall(source)]
    markup, lost = serialise(source)
    body = _read(markup, clean)
    body.warnings |= warnings | lost
    body.media += [
        frame.url for frame in frames if frame.kind == "video" and frame.url not in body.media
    ]
    return body, featured


def _repaired(source: str) -> tuple[str, set[str]]:
    """The source with links and apostrophes as they were meant, up to the end of the article."""
    warnings = set()
    furniture = _FURNITURE.search(source)
    if furniture is not None:
        # The article itself is escaped from some tag on: what it says comes back as markup.
        source = _ESCAPED_TAG.sub(r"<\1>", source[: furniture.start()])
        warnings.add("text-outside-body")
    if "&amp;#" in source:
        source = _APOSTROPHE.sub("&#39;", source)
    if "\u3000" in source:
        source = _WIDE_SPACE.sub(r"\1 ", source)
    return _OK.sub(r"<\1a", source), warnings


@dataclass(slots=True)
class _Box:
    """An open element that may be a picture with its caption."""

    images: int
    """Pictures before it."""
    pieces: int
    """Pieces of text before it."""


@dataclass(slots=True)
class _Reading:
    """Passes tokens on to a body reader, with what this family needs done to them."""

    reader: BodyReader
    _open: list[str] = field(default_factory=list)
    """Open elements, by the names under which they were passed on."""
    _boxes: list[_Box] = field(default_factory=list)

    def token(self, before: str, slash: str, name: str, attributes: str) -> None:
        """Pass one token on."""
        if name in _SKELETON:
            self.reader.token(before, "", "", "")
            return
        if slash:
            # Inside of svg a void element has an end tag, though it was not taken for open.
            if self._open and name not in VOID:
                name = self._open.pop()
            if name in _BOXES and self._boxes:
                # Before the end tag, which breaks the block off.
                self.reader.token(before, "", "", "")
                self._close_box(self._boxes.pop())
                before = ""
        elif name:
            if name == "span" and " href=" in attributes:
                name = "a"
            if name in _BOXES:
                self.reader.token(before, "", "", "")
                self._boxes.append(_Box(len(self.reader.images), len(self.reader.out)))
                before = ""
            if name not in VOID:
                self._open.append(name)
        self.reader.token(before, slash, name, attributes)

    def _close_box(self, box: _Box) -> None:
        """Give the text of the box to its pictures that have no caption yet."""
        reader = self.reader
        if not (
            0 < len(reader.images) - box.images <= _MOST_IMAGES
            and 0 < len(reader.out) - box.pieces <= _MOST_PIECES
        ):
            return
        images = [image for image in reader.images[box.images :] if not image.caption]
        text = " ".join("".join(reader.out[box.pieces :]).split())
        if len(text) > _LONGEST_CAPTION:
            return
        caption, credit = caption_and_credit(text)
        if not _SOURCE.search(credit):
            caption, credit = text, ""
        for image in images:
            image.caption, image.credit = caption, credit


def _read(markup: str, clean: bool) -> Body:
    reading = _Reading(BodyReader(clean=clean))
    take, paragraph = reading.token, reading.reader.paragraph
    for before, _, text, slash, name, attributes in tokens(markup):
        if text is None:
            take(before, slash, name, attributes)
        else:
            paragraph(before, text)
    body = reading.reader.result()
    body.html = body.html.strip()
    linked = {link.href.strip() for link in body.links}
    for image in body.images:
        image.alt = _unquoted(image.alt)
        full = _THUMBNAIL.sub("", image.url)
        if full in linked:
            image.original_url = full
    return body


def _featured(source: str, clean: bool) -> list[Image]:
    """The pictures before the body; what text stands there is their caption."""
    reader = BodyReader(clean=clean)
    reader.read(serialise(source)[0])
    caption, credit = caption_and_credit(one_line("".join(reader.out)))
    for image in reader.images:
        image.alt = _unquoted(image.alt)
        image.caption, image.credit, image.featured = caption, credit, True
        if image.original_url == image.url:
            # The anchor around it names the thumbnail itself.
            image.original_url = full_size(image.url, "")
    return reader.images


def _unquoted(alt: str) -> str:
    """An ``alt`` text without the quotes that the publisher's system puts around it."""
    alt = visible(alt).strip()
    return alt[1:-1].strip() if len(alt) > 1 and alt[0] == alt[-1] == "'" else alt
