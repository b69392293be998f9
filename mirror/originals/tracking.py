"""Parameters that follow a reader and do not change the page.

The list is that of ClearURLs and of Firefox' query stripping, cut to what is safe everywhere; what
only one site uses is removed only there.
"""

from __future__ import annotations

import re

_EVERYWHERE = re.compile(
    r"utm_\w+|fbclid|gclid|dclid|gclsrc|msclkid|yclid|twclid|ttclid|wbraid|gbraid|"
    r"mc_[ce]id|igshid|igsh|_ga|_gl|_hsenc|_hsmi|__hssc|__hstc|__hsfp|hsCtaTracking|vero_id|"
    r"oly_(?:anon|enc)_id|mkt_tok|wickedid|ref_src|ref_url|__twitter_impression|ncid|cmpid|"
    r"src_src|src_cmp",
)
_BY_SITE = {
    "youtube.com": frozenset(("si", "feature", "ab_channel", "pp", "app")),
    "youtu.be": frozenset(("si", "feature", "ab_channel")),
    "twitter.com": frozenset(("s", "t")),
    "x.com": frozenset(("s", "t")),
    "facebook.com": frozenset(("__tn__", "__cft__[0]", "mibextid", "rdid", "hc_ref")),
    "theepochtimes.com": frozenset(("est",)),
}
_NO_PARAMETERS: frozenset[str] = frozenset()


def without_tracking(url: str) -> str:
    """Without the tracking parameters of its query; the others stay as they are, in order."""
    head, mark, rest = url.partition("?")
    if not mark:
        return url
    query, hash_, fragment = rest.partition("#")
    site = _BY_SITE.get(_site(head), _NO_PARAMETERS)
    parameters = query.split("&")
    kept = [parameter for parameter in parameters if not _tracks(parameter, site)]
    if len(kept) == len(parameters):
        return url
    return head + (f"?{'&'.join(kept)}" if kept else "") + hash_ + fragment


def without_text_fragment(url: str) -> str:
    """Without the words to be marked on the page (``#:~:text=…``, a WICG report)."""
    head, directive, _ = url.partition(":~:")
    return head.removesuffix("#") if directive and "#" in head else url


def _tracks(parameter: str, site: frozenset[str]) -> bool:
    name = parameter.partition("=")[0]
    return name in site or _EVERYWHERE.fullmatch(name) is not None


def _site(head: str) -> str:
    host = head.partition("://")[2].partition("/")[0]
    return ".".join(host.rsplit(".", 2)[-2:])
