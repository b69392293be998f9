"""Rules of single characters: what may be seen, what is a space, what joins without one.

Used by the layouts on text and by normalisation on every field, so that both agree.
"""

from __future__ import annotations

import html
import re
import unicodedata

# No glyph and no meaning in running Chinese or English text: controls, soft hyphen, zero-width
# space and joiners at the word level, bidirectional marks and isolates, BOM, interlinear marks,
# variation-free tag characters; and what UTF-8 cannot carry (lone surrogates).
# U+200C and U+200D stay: emoji and many scripts are spelt with them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_SEPARATOR = re.compile("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_LINE_END = re.compile(f"\r\n?|{_LINE_SEPARATOR.pattern}")
_FOLDED_LINE = re.compile(r"(?<![ \t])[ \t]*+\n\s*+")

_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")

_CJK = "\u2e80"
"""Radicals, kana, ideographs, Hangul, full-width forms: every block from here up is written
without a space at the joint."""
_CLOSING = frozenset(",.;:!?)]}%”’…—–·/")
_OPENING = frozenset("([{“‘$#@…—–·/")


def is_plain(text: str) -> bool:
    """Whether all of it is to be seen, but for spaces and newlines: a quick test that most texts
    pass, since ``str.isprintable`` refuses every other space, control and format character."""
    # To replace one character by one is several times as quick as to take it out.
    return text.isprintable() or text.replace("\n", " ").isprintable()


def is_all_seen(text: str) -> bool:
    """Whether :func:`visible` has nothing to do, as far as can be told quickly: :func:`is_plain`,
    but for the two spaces that are common in Chinese text."""
    return is_plain(text) or is_plain(text.replace("\u3000", " ").replace("\xa0", " "))


def has_invisible(text: str) -> bool:
    """Whether :func:`visible` would take a character out."""
    return not is_all_seen(text) and _INVISIBLE.search(text) is not None


def has_line_separator(text: str) -> bool:
    """Whether :func:`visible` would make a newline of a character that a parser leaves alone."""
    return not is_all_seen(text) and _LINE_SEPARATOR.search(text) is not None


def visible(text: str) -> str:
    """Without the characters that show nothing; every kind of line end becomes a newline.

    The result can always be encoded as UTF-8: a lone surrogate becomes U+FFFD.
    """
    if is_all_seen(text):
        return text
    text = _SURROGATE.sub("\ufffd", _INVISIBLE.sub("", text))
    return _LINE_END.sub("\n", text)


def composed(text: str) -> str:
    """In Unicode's normal form C (UAX #15), the form for interchange (RFC 5198 §3).

    Not NFKC: full-width punctuation is how Chinese is written.
    """
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def one_line(text: str) -> str:
    """With every run of white space (no-break and ideographic spaces too) as one space, trimmed.

    A line that was broken next to a Chinese character is joined without a space
    (CSS Text 3 §4.1.3, segment break transformation).
    """
    text = text.strip()
    if "\n" in text:
        text = _FOLDED_LINE.sub(_unfold, text)
    if "  " in text or not text.isprintable():
        return " ".join(text.split())
    return text


def heading(text: str) -> str:
    """A Markdown heading as it is shown: references replaced (CommonMark §2.5), on one line."""
    if "&" in text:
        text = _REFERENCE.sub(lambda found: html.unescape(found[0]), text)
    return one_line(visible(text))


def joint(before: str, after: str) -> str:
    """What stands between two pieces of text that only markup and white space set apart.

    :param before: last character of the first piece; :param after: first one of the second.
    """
    if before >= _CJK or after >= _CJK or after in _CLOSING or before in _OPENING:
        return ""
    return " "


def _unfold(match: re.Match[str]) -> str:
    text, start, end = match.string, match.start(), match.end()
    return joint(text[start - 1], text[end]) if start > 0 and end < len(text) else " "
