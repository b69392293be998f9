"""A mirror's last page: a README that says where the mirror has gone, and leads nowhere else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mirror.layouts.characters import one_line, visible
from mirror.layouts.pages import Tombstone

if TYPE_CHECKING:
    from mirror.layouts.pages import Page

_MOVED = re.compile(
    "迁移|遷移|[搬迁遷移转轉][到往至]|搬[迁遷家]|已[搬迁遷移转轉]|转移|轉移|移步|新(?:的)?(?:地址|网址|網址|仓库|倉庫|项目)"
    r"|请(?:前往|访问|到|转)|請(?:前往|訪問|到|轉)"
    r"|\b(?:moved|moving|migrat(?:ed|ing)|relocated|superseded|successor"
    r"|new (?:home|address|location|repo(?:sitory)?|site))\b",
    re.IGNORECASE,
)
_STOPPED = re.compile(
    "停更|停止(?:更新|维护|維護|服务|服務)|不再(?:更新|维护|維護)|已(?:关闭|關閉|废弃|廢棄)"
    r"|\b(?:discontinued|no longer (?:updated|maintained)|deprecated|shut down)\b",
    re.IGNORECASE,
)
# [text](url), <url> or a bare URL; the address is in one of the two groups.
_LINK = re.compile(
    r"(?<!!)\[[^\[\]\n]{0,400}+\]\(\s*+([^\s()]++)[^()\n]{0,200}\)|(https?://[^\s<>()\[\]\"'，。；、！]+)"
)
_LONGEST = 20_000
"""Characters of such a page; what is longer has something to say."""
_QUOTED = 120


def read_tombstone(page: Page) -> Tombstone | None:
    """The tombstone, or ``None`` when the page is none: not the README at the top, or one with
    links to pages of its own, or one that says neither *moved* nor *no longer updated*.

    Never raises.
    """
    if page.address.path.lower() not in ("readme.md", "") or len(page.body) > 4 * _LONGEST:
        return None
    source = visible(page.body.decode("utf-8", "replace"))
    said = _MOVED.search(source)
    code = "moved" if said else "discontinued"
    said = said or _STOPPED.search(source)
    if said is None:
        return None
    links = list(_LINK.finditer(source))
    targets = [page.address.join(link[1] or link[2]) for link in links]
    if any(target.address and target.address.path.endswith(".md") for target in targets):
        return None
    leaving = [
        (link, target.url)
        for link, target in zip(links, targets, strict=True)
        if target.kind in ("sister", "outside") and target.url
    ]
    # What is said comes before the link, or is its text.
    after = [url for link, url in leaving if link.end() > said.start()]
    before = [url for _, url in leaving]
    target = (after or before[-1:] or [""])[0]
    if code == "moved" and not target:
        return None
    return Tombstone(target, f"{code}: {_line(source, said.start())}")


def _line(source: str, position: int) -> str:
    """The line around a position, without its marks."""
    start = source.rfind("\n", 0, position) + 1
    end = source.find("\n", position)
    line = one_line(source[start : end if end >= 0 else len(source)].strip("#*>- \t"))
    return line if len(line) <= _QUOTED else f"{line[:_QUOTED]}…"
