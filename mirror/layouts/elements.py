"""What the elements of HTML are to the reading of a body."""

from __future__ import annotations

from mirror.layouts.markup import VOID

_BLOCK_NAMES = (
    "address article aside blockquote body caption center dd details dialog dir div dl dt "
    "fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li "
    "main menu nav ol option p pre search section summary table tbody tfoot thead tr ul "
)
_BLOCKS = frozenset(_BLOCK_NAMES.split())
CELLS = frozenset(("td", "th"))
TIGHT = frozenset(("sub", "sup", "wbr", "rt", "rp", "rb"))
"""Inline elements that stand in the middle of a word."""
_DROPPED_NAMES = (
    "applet base button canvas datalist embed frame frameset head iframe input link math meta "
    "noembed noframes object script select style svg template textarea title xmp "
)
_DROPPED = frozenset(_DROPPED_NAMES.split())
_SPECIAL = frozenset(("a", "br", "figcaption", "figure", "img", "source", "video")) | CELLS | TIGHT
_UNWRAPPED = frozenset(("noscript",))
"""Elements whose content is kept without them: they parse differently where scripts run."""
_MUTED = frozenset(("audio", "noscript", "video"))
"""Elements whose text no browser shows that can play media and run scripts."""
SHOWN_MUTED = frozenset(("img", "source", "track"))
"""What is kept of them: what is played, and pictures that a script would bring."""
DROP, BREAKS, MEANS, EMPTY_KIND, UNWRAP, MUTE = (1 << bit for bit in range(6))
KINDS = {
    name: DROP * (name in _DROPPED)
    | BREAKS * (name in _BLOCKS)
    | MEANS * (name in _SPECIAL)
    | EMPTY_KIND * (name in VOID)
    | UNWRAP * (name in _UNWRAPPED)
    | MUTE * (name in _MUTED)
    for name in _DROPPED | _BLOCKS | _SPECIAL | VOID | _UNWRAPPED | _MUTED
}
"""What an element is, all in one number: a page has a hundred tags, and each is looked up once."""
