"""Links that lead on to the page that they name in a parameter.

What shares a page (``facebook.com/sharer``, ``twitter.com/intent/tweet``, ``t.me/share``) does not
stand for it: such links stay, and are social.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mirror.originals.links import decoded, written_out

if TYPE_CHECKING:
    from mirror.originals.links import Link

_Rule = tuple[str, tuple[str, ...]]
_ANY = ""
_REDIRECTS: dict[str, tuple[_Rule, ...]] = {
    "afdian.net": (("/link", ("target",)),),
    "app.goo.gl": ((_ANY, ("link",)),),
    "awin1.com": ((_ANY, ("ued", "p")),),
    "away.vk.com": ((_ANY, ("to",)),),
    "c.pc.qq.com": ((_ANY, ("pfurl", "url")),),
    "click.linksynergy.com": (("/deeplink", ("murl", "RD_PARM1")),),
    "consent.google.com": ((_ANY, ("continue",)),),
    "consent.youtube.com": ((_ANY, ("continue",)),),
    "disq.us": ((_ANY, ("url",)),),
    "douban.com": (("/link2", ("url",)),),
    "duckduckgo.com": (("/l", ("uddg",)),),
    "exit.sc": ((_ANY, ("url",)),),
    "facebook.com": (("/l.php", ("u",)), ("/flx/warn", ("u",))),
    "gate.sc": ((_ANY, ("url",)),),
    "fanyi.baidu.com": (("/transpage", ("query",)),),
    "getpocket.com": (("/redirect", ("url",)),),
    "gitee.com": (("/link", ("target",)),),
    "go.redirectingat.com": ((_ANY, ("url",)),),
    "go.skimresources.com": ((_ANY, ("url",)),),
    "google": (
        ("/url", ("url", "q")),
        ("/translate", ("u",)),
        ("/translate_c", ("u",)),
        ("/imgres", ("imgrefurl",)),
    ),
    "googleadservices.com": ((_ANY, ("adurl",)),),
    "googleweblight.com": ((_ANY, ("u", "lite_url")),),
    "jianshu.com": (("/go-wild", ("url",)),),
    "l.facebook.com": ((_ANY, ("u",)),),
    "l.instagram.com": ((_ANY, ("u",)),),
    "l.messenger.com": ((_ANY, ("u",)),),
    "l.threads.com": ((_ANY, ("u",)),),
    "l.threads.net": ((_ANY, ("u",)),),
    "l.wl.co": ((_ANY, ("u",)),),
    "link.csdn.net": ((_ANY, ("target",)),),
    "link.jianshu.com": ((_ANY, ("t",)),),
    "link.juejin.cn": ((_ANY, ("target",)),),
    "link.juejin.im": ((_ANY, ("target",)),),
    "link.zhihu.com": ((_ANY, ("target",)),),
    "linkedin.com": (
        ("/redir/redirect", ("url",)),
        ("/safety/go", ("url",)),
        ("/redirect", ("url",)),
    ),
    "lm.facebook.com": ((_ANY, ("u",)),),
    "medium.com": (("/r", ("url",)),),
    "microsofttranslator.com": (("/bv.aspx", ("a",)),),
    "oschina.net": (("/action/GoToLink", ("url",)),),
    "out.reddit.com": ((_ANY, ("url",)),),
    "page.link": ((_ANY, ("link",)),),
    "pixiv.net": (("/jump.php", ("url",)),),
    "redirect.disqus.com": (("/url", ("url",)),),
    "safelinks.protection.outlook.com": ((_ANY, ("url",)),),
    "slack-redir.net": (("/link", ("url",)),),
    "steamcommunity.com": (("/linkfilter", ("url", "u")),),
    "t.me": (("/iv", ("url",)),),
    "t.umblr.com": (("/redirect", ("z",)),),
    "translate.googleusercontent.com": ((_ANY, ("u",)),),
    "translate.yandex.com": (("/translate", ("url",)),),
    "translate.yandex.ru": (("/translate", ("url",)),),
    "translatetheweb.com": ((_ANY, ("a",)),),
    "vk.com": (("/away", ("to",)), ("/away.php", ("to",))),
    "webcitation.org": ((_ANY, ("url",)),),
    "weibo.cn": (("/sinaurl", ("u", "toasturl")),),
    "weibo.com": (("/sinaurl", ("u", "toasturl")),),
    "youtube.com": (("/redirect", ("q",)), ("/attribution_link", ("u",))),
}
"""Site, or host, to the starts of its paths that lead on, and the parameters that say where."""

_WHOLE_QUERY = {
    "anonym.es": "/",
    "anonym.to": "/",
    "blankrefer.com": "/",
    "dereferer.me": "/",
    "dereferer.org": "/",
    "deviantart.com": "/users/outgoing",
    "hiderefer.com": "/",
    "href.li": "/",
    "nullrefer.com": "/",
    "pixiv.net": "/jump.php",
}
"""Hosts that take the whole query, ``?URL``, for the page, and at which path."""
_ON_ANY_HOST = (
    ("/_next/image", "url"),  # Next.js, "Image Component": a picture of the site, resized
    ("/_vercel/image", "url"),
    ("/external.html", "link"),  # pages of mirrors that warn before they lead on
)
_GOOGLE = re.compile(r"(?:[a-z0-9\-]+\.)*google(?:\.[a-z]{2,3}){1,2}")
_COMMENT_ID = re.compile(r":[\w\-]{20,}$")
_ABSOLUTE = re.compile(r"https?(?::|%(?:25)*3A)", re.IGNORECASE)


def redirected(link: Link) -> str:
    """The page that a redirecting link names, ``""`` where it is none or names none.

    A fragment of the link is that of the page when the page has none (RFC 9110 §10.2.2).
    """
    target = _named(link) if link.query else ""
    if not target:
        return ""
    if link.host in ("disq.us", "redirect.disqus.com"):
        target = _COMMENT_ID.sub("", target)
    return target if "#" in target or not link.fragment else f"{target}#{link.fragment}"


def is_redirect(link: Link) -> bool:
    """Whether a link leads on, wherever to."""
    return bool(link.query) and any(_fits(link.path, rule) for rule, _ in _rules(link.host))


def _named(link: Link) -> str:
    for rule, names in _rules(link.host):
        if _fits(link.path, rule) and (value := link.parameter(*names)):
            return decoded(value)
    whole = _WHOLE_QUERY.get(link.host.removeprefix("www."), "")
    if whole == link.path and _ABSOLUTE.match(link.query):
        return written_out(link.query)
    for path, name in _ON_ANY_HOST:
        if link.path.endswith(path):
            return decoded(link.parameter(name))
    return ""


def _fits(path: str, rule: str) -> bool:
    return path == rule or path.startswith(f"{rule}/") or not rule


def _rules(host: str) -> tuple[_Rule, ...]:
    """The rules of a host, else of the nearest site that it belongs to."""
    site = host.removeprefix("www.")
    while site:
        if rules := _REDIRECTS.get(site):
            return rules
        site = site.partition(".")[2]
    return _REDIRECTS["google"] if _GOOGLE.fullmatch(host) else ()
