"""Pictures: the full-size file behind a thumbnail, and the credit in a caption."""

from __future__ import annotations

import re

_IMAGE_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|bmp|svg)$", re.IGNORECASE)
# WordPress names a thumbnail after its file: photo-600x400.jpg, or photo-600x400-1.jpg.
_SIZE = re.compile(r"-\d{2,4}x\d{2,4}(?:-\d{1,2})?(?=\.\w{3,5}$)")
_CREDIT = re.compile(r"[（(]((?:[^（）()]|[（(][^（）()]*[）)])*)[）)][。.\s◇△#]*$")
_MARKS = " ◇△#"
# （左）, （前排右二）: who stands where, not whose picture it is.
_POSITION = re.compile(r"[前后後中左右上下起排第一二三四五六七八九十、，者图圖为為和及]+")


def full_size(src: str, anchor: str) -> str:
    """The full-size file of the picture ``src``.

    The anchor around it names it when it is the same file, sizes aside; ``-e1591716028541`` marks
    an edit, so such a file is another one. Without an anchor the size is cut from the name.

    :param anchor: ``href`` of the anchor around the picture, ``""`` for none.
    """
    plain = _SIZE.sub("", src)
    if anchor and _IMAGE_FILE.search(anchor) and _stem(anchor) == _stem(src):
        return anchor
    return plain


def caption_and_credit(caption: str) -> tuple[str, str]:
    """A printed caption apart: its text, and the credit in the brackets at its end."""
    match = _CREDIT.search(caption)
    if match is None or not match[1].strip(_MARKS) or _POSITION.fullmatch(match[1]):
        return caption, ""
    return caption[: match.start()].rstrip(), match[1].strip(_MARKS)


def _stem(url: str) -> str:
    return _SIZE.sub("", url).removeprefix("https:").removeprefix("http:")
