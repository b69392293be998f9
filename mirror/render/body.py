"""The body of an article made safe once more, at the moment it is shown.

``html`` of an item is clean when it is written. Items are files, though: they were perhaps written
by an older version, or changed since; a page is never made of them unread.
"""

from __future__ import annotations

import re

import nh3

_BLOCKS = "article aside blockquote caption dd details div dl dt figcaption figure footer header hr"
_TABLES = "col colgroup table tbody td tfoot th thead tr"
_TEXT = (
    "a abbr b bdi bdo br cite code del dfn em i ins kbd mark q rp rt ruby s samp small span strong"
    " sub summary sup time u var wbr"
)
_REST = "h1 h2 h3 h4 h5 h6 li main ol p pre section ul audio img source video"
_TAGS = frozenset(f"{_BLOCKS} {_TABLES} {_TEXT} {_REST}".split())

# Nothing that names (id, class), styles, frames, submits or handles. No width or height: old pages
# give those of a thumbnail, or of a pixel.
_ATTRIBUTES = {
    "a": {"href"},
    "audio": {"src"},
    "col": {"span"},
    "img": {"alt", "src"},
    "ol": {"start"},
    "source": {"src", "type"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "time": {"datetime"},
    "video": {"src"},
}
_CLEANER = nh3.Cleaner(
    tags=set(_TAGS),
    attributes=_ATTRIBUTES,
    # What stands in these is no text for a reader.
    clean_content_tags={"script", "style", "template", "noembed", "noframes", "xmp", "iframe"},
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener noreferrer nofollow",
    set_tag_attribute_values={
        "img": {"loading": "lazy", "decoding": "async", "referrerpolicy": "no-referrer"},
        "audio": {"controls": "", "preload": "none"},
        "video": {"controls": "", "preload": "none"},
    },
    attribute_filter=lambda tag, name, value: value if _is_web(tag, name, value) else None,
)

# The cleaner adds its attributes in an order that is another in each process. Quotes and `>` are
# escaped in values and in text, so that these stand nowhere else.
_ADDED = (
    ' decoding="async" loading="lazy" referrerpolicy="no-referrer"',
    ' controls="" preload="none"',
)
_ANY_ORDER = [
    (re.compile(rf"(?: (?:{'|'.join(names.split())})){{{len(names.split())}}}(?=>)"), names)
    for names in _ADDED
]

# Scrapers leave line breaks around figures, which are blocks: each would be an empty line.
_AFTER_FIGURE = re.compile(r"(</?figure>)(?:\s*+<br>)+")
_BEFORE_FIGURE = re.compile(r"(?:<br>\s*+)++(</?figure>)?")


def safe_body(markup: str) -> str:
    """Markup of an article with nothing in it that runs, styles, submits or loads by itself, but
    pictures and media; every link absolute, http(s) or mailto."""
    clean = _CLEANER.clean(markup)
    for added, ordered in _ANY_ORDER:
        clean = added.sub(ordered, clean)
    clean = _AFTER_FIGURE.sub(r"\1", clean)
    return _BEFORE_FIGURE.sub(lambda found: found[1] or found[0], clean)


def _is_web(tag: str, name: str, value: str) -> bool:
    """Addresses are absolute: a relative one would lead into the server that shows the page."""
    if name not in ("href", "src"):
        return True
    return value.lower().startswith(
        ("http://", "https://", "mailto:") if tag == "a" else ("http://", "https://")
    )
