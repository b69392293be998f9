"""Parameters that follow a reader, or a cache, and do not change the page.

The list is that of ClearURLs (``globalRules``, and those of single sites) and of Firefox' query
stripping, cut to what is safe everywhere; what only one site uses is removed only there.
"""

from __future__ import annotations

import re

_EVERYWHERE = re.compile(
    r"utm(?:_\w+)?|fbclid|gclid|gclsrc|dclid|wbraid|gbraid|msclkid|yclid|twclid|ttclid|li_fat_id|"
    r"mc_[ce]id|mc_tc|igshid|igsh|ig_rid|_ga|_gl|gs_l|_hsenc|_hsmi|__hssc|__hstc|__hsfp|"
    r"hsCtaTracking|vero_(?:id|conv)|oly_(?:anon|enc)_id|mkt_tok|wickedid|rb_clickid|ml_subscriber|"
    r"ml_subscriber_hash|_openstat|fb_action_(?:ids|types)|fb_(?:source|ref)|ref_src|ref_url|"
    r"__twitter_impression|ncid|cmpid|cm_mmc|irgwc|s_cid|spm|hmb_\w+|otm_\w+|itm_\w+|at_campaign|"
    r"at_medium|at_custom\d|ns_(?:campaign|mchannel|source|linkname|fee)|guccounter|"
    r"guce_referrer(?:_sig)?|_branch_match_id|__cf_chl_\w+|src_src|src_cmp|nlid|_nlid|_nhids|"
    r"_pos|_psq|_sid|_ss",  # Shopify: which search, and which of its results
)
_CACHE_BUSTER = re.compile(r"_=\d+|(?:_t|cb|nocache|cachebuster|cache_?bust)=\d{8,}")
_WEIXIN = (
    "abtest_cookie ascene chksm clicktime countrycode devicetype enterid exportkey fasttmpl_flag "
    "fasttmpl_fullversion fasttmpl_type lang nettype pass_ticket realreporttime scene session_us "
    "sessionid subscene version wx_header"
)
_BY_SITE = {
    "baidu.com": frozenset(("wfr", "for")),
    "bloomberg.com": frozenset(("sref", "srnd", "leadSource")),
    "facebook.com": frozenset(("__tn__", "__cft__[0]", "__cft__%5B0%5D", "mibextid", "rdid"))
    | {"hc_ref", "_rdr", "sfnsn"},
    "forbes.com": frozenset(("sh", "ss")),
    "mp.weixin.qq.com": frozenset(_WEIXIN.split()),
    "reddit.com": frozenset(("ref", "ref_source", "share_id", "rdt")),
    "scmp.com": frozenset(("module", "pgtype", "campaign")),
    "theepochtimes.com": frozenset(("est", "slsuccess", "v")),
    "twitter.com": frozenset(("s", "t", "cxt", "src")),
    "washingtonpost.com": frozenset(("itid",)),
    "weibo.com": frozenset(("from", "refer_flag", "pagetype", "wvr", "mod", "mark_id")),
    "weibo.cn": frozenset(("from", "wm", "sourcetype")),
    "wsj.com": frozenset(("mod", "st", "reflink")),
    "x.com": frozenset(("s", "t", "cxt", "src")),
    "youtu.be": frozenset(("si", "feature", "ab_channel")),
    "youtube.com": frozenset(("si", "feature", "ab_channel", "pp", "app", "view_as", "kw")),
}
_NO_PARAMETERS: frozenset[str] = frozenset()
_FRAGMENT = re.compile(r"_=_|(?:utm_\w+|xtor|Echobox|ftag)=[^&]*(?:&(?:utm_\w+)=[^&]*)*")


def without_tracking(url: str) -> str:
    """Without the tracking parameters and cache-busters of its query; the others stay as they
    are, in order."""
    head, mark, rest = url.partition("?")
    if not mark or "#" in head:
        return url
    query, hash_, fragment = rest.partition("#")
    host = head.partition("://")[2].partition("/")[0]
    site = _BY_SITE.get(host) or _BY_SITE.get(_site(host), _NO_PARAMETERS)
    parameters = query.split("&")
    kept = [parameter for parameter in parameters if not _tracks(parameter, site)]
    if len(kept) == len(parameters):
        return url
    return head + (f"?{'&'.join(kept)}" if any(kept) else "") + hash_ + fragment


def without_text_fragment(url: str) -> str:
    """Without the words to be marked on the page (``#:~:text=…``, a WICG report), and without
    fragments that follow the reader (``#xtor=…``; ``#_=_``, which Facebook leaves behind)."""
    head, hash_, fragment = url.partition("#")
    if not hash_:
        return url
    fragment = fragment.partition(":~:")[0]
    return head if not fragment or _FRAGMENT.fullmatch(fragment) else f"{head}#{fragment}"


def _tracks(parameter: str, site: frozenset[str]) -> bool:
    name = parameter.partition("=")[0]
    if name in site or _EVERYWHERE.fullmatch(name) is not None:
        return True
    return _CACHE_BUSTER.fullmatch(parameter) is not None


def _site(host: str) -> str:
    return ".".join(host.rsplit(".", 2)[-2:])
