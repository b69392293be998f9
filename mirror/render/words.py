"""What a readable page says of itself, in the language of the article."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language; ``{…}`` are filled in."""

    what: str
    mirror: str
    captured: str
    commit: str
    capture: str
    original: str
    tags: str
    featured: str
    date: str
    """Of a day; filled with year, month, day."""


_HANS = Words(
    what="存档阅读版：依镜像重建，并非出版者的原页",
    mirror="镜像",
    captured="采集于",
    commit="提交",
    capture="查看采集原样",
    original="原文地址",
    tags="标签",
    featured="题图",
    date="{}年{}月{}日",
)
_HANT = Words(
    what="存檔閱讀版：依鏡像重建，並非出版者的原頁",
    mirror="鏡像",
    captured="擷取於",
    commit="提交",
    capture="查看擷取原樣",
    original="原文網址",
    tags="標籤",
    featured="題圖",
    date="{}年{}月{}日",
)
_ENGLISH = Words(
    what="Archived reading copy: reconstructed from a mirror, not the publisher’s own page",
    mirror="Mirror",
    captured="Captured",
    commit="Commit",
    capture="As captured",
    original="Original",
    tags="Tags",
    featured="Featured image",
    date="{}-{:02}-{:02}",
)


def words_for(language: str) -> tuple[str, Words]:
    """The language that the page's own words are in (BCP 47), and the words."""
    primary, *subtags = language.lower().split("-")
    if primary != "zh":
        return "en", _ENGLISH
    if {"hant", "tw", "hk", "mo"} & set(subtags):
        return "zh-Hant", _HANT
    return "zh-Hans", _HANS
