"""Short URLs: the few that say what they stand for, and those that do not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mirror.originals.links import Link

_HOSTS = (
    "1.usa.gov 1drv.ms 0rz.tw a.co adf.ly aka.ms amzn.to apple.co bbc.in bit.ly bitly.com bityl.co "
    "bloom.bg buff.ly chng.it clck.ru cnn.it cutt.ly db.tt disq.us dlvr.it dwz.cn econ.st "
    "eepurl.com ept.ms fb.me fb.watch flip.it forms.gle g.co git.io goo.gl goo.gle goo.su hubs.ly "
    "ift.tt is.gd j.mp lihi.cc lihi1.com ln.is lnkd.in maps.app.goo.gl nbcnews.to nyti.ms "
    "on.ft.com on.wsj.com ow.ly ppt.cc pse.is rb.gy redd.it reurl.cc reut.rs s.id shorturl.at "
    "soc.cr spoti.fi suo.im t.cn t.co t.ly ti.me tiny.cc tinyurl.com trib.al u.nu url.cn v.gd "
    "vk.cc wapo.st wp.me x.gd zpr.io "
)
_SHORTENERS = frozenset(_HOSTS.split())
_SHORTENER_SITES = (".page.link", ".app.goo.gl", ".app.link")

# An identifier has eleven characters; what follows without a slash is the sentence around the link.
_VIDEO = re.compile(r"/([A-Za-z0-9_\-]{11})(?:/?|%.*)")


def is_shortener(link: Link) -> bool:
    """Whether only the host itself knows where a link leads."""
    return len(link.path) > 1 and is_shortener_host(link.host)


def is_shortener_host(host: str) -> bool:
    """Whether a host does nothing but lead on from short URLs."""
    host = host.removeprefix("www.")
    return host in _SHORTENERS or host.endswith(_SHORTENER_SITES)


def video_written_out(link: Link) -> str:
    """``youtu.be/ID`` as the page of the video; ``""`` for any other link."""
    if link.host not in ("youtu.be", "www.youtu.be"):
        return ""
    video = _VIDEO.fullmatch(link.path)
    if video is None:
        return ""
    more = [p for p in link.query.split("&") if p and not p.startswith("v=")]
    query = "&".join((f"v={video[1]}", *more))
    return "https://www.youtube.com" + link._replace(path="/watch", query=query).rest
