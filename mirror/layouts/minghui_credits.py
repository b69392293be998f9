"""The credit after a dateline of the ``minghui`` family: （明慧记者某某综合报道）, 〖某地来稿〗."""

from __future__ import annotations

import re

from mirror.layouts import credits as known

_BRACKETED = re.compile(r"(?:[（(][^（）()〖〗\n]{1,80}[）)]|〖[^（）()〖〗\n]{1,80}〗)")
_CREDIT_WORD = re.compile(
    "记者|記者|通[讯訊][员員]|报[道导]|報[導道]|来稿|來稿|来信|來信|[编編摘][译譯]|述评|特稿|消息|评论$"
)
# A reader or an editorial office is nobody by name, and a correspondent mostly a province.
_NOBODY = re.compile("来稿|來稿|来信|來信|特稿|消息|评论[）)]?$")
_CORRESPONDENT = re.compile("通[讯訊][员員]")
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
    "張劉陳楊趙黃吳孫馬羅鄭謝韓馮蕭鄧許呂蘇盧蔣賈葉閻鍾譚鄒陸顧龍萬錢湯喬賀賴龔"
)
_NAMED_CORRESPONDENT = re.compile(
    f"通[讯訊][员員](?:[{_SURNAMES}][\\u4e00-\\u9fff]{{2}}(?<![省市州县縣区區庄莊陆陸]))"
    "(?:综合|綜合)?[报報][导導道]"
)
_OFFICE = re.compile("^.*(?:记者站|記者站)")
_PAPER = re.compile("明慧(?:之窗|[网網])?")


def byline(text: str) -> str:
    """The credit that text begins with, in its brackets as printed; ``""`` when it has none.

    :param text: what follows the dateline.
    """
    printed = known.byline(text)
    if printed:
        return printed
    match = _BRACKETED.match(text[:200].lstrip(" \n】"))
    if match is None or not _CREDIT_WORD.search(match[0][1:-1]):
        return ""
    return match[0]


def reporters(credit: str) -> list[str]:
    """The people that a credit names, in its order, without their roles and places."""
    if _NOBODY.search(credit):
        return []
    if _CORRESPONDENT.search(credit) and not _NAMED_CORRESPONDENT.search(credit):
        return []
    named = _CORRESPONDENT.sub("记者", _OFFICE.sub("", credit.replace("摘译", "编译")))
    return known.reporters(_PAPER.sub("", named))
