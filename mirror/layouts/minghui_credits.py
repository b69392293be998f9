"""The credit after a dateline of the ``minghui`` family: （明慧记者某某综合报道）, 〖某地来稿〗."""

from __future__ import annotations

import re

from mirror.layouts import credits as known

_BRACKETED = re.compile(r"(?:[（(][^（）()〖〗\n]{1,80}[）)]|〖[^（）()〖〗\n]{1,80}〗)")
_CREDIT_WORD = re.compile(
    "记者|記者|通[讯訊][员員]|报[道导]|報[導道]|来稿|來稿|来信|來信|[编編摘][译譯]|述评|特稿|消息|评论$"
)
# A correspondent, a reader or an editorial office is nobody by name.
_NOBODY = re.compile("通[讯訊][员員]|来稿|來稿|来信|來信|特稿|消息|评论[）)]?$")
_OFFICE = re.compile("^.*(?:记者站|記者站)")
_PAPER = re.compile("明慧(?:之窗|[网網])?")
# Places beside those that all layouts know (credits.py).
_PLACE_NAMES = (
    "瑞典 斯德哥尔摩 罗马 意大利 瑞士 芬兰 挪威 丹麦 奥地利 维也纳 西班牙 比利时 波兰 希腊 捷克 "
    "俄罗斯 乌克兰 土耳其 以色列 印度 印尼 马来西亚 越南 泰国 墨西哥 巴西 阿根廷 秘鲁 欧洲 北欧 "
    "亚太 慕尼黑 汉堡 科隆 路德维希堡 威尼斯 蒙彼利埃 哥德堡 昆士兰 柏斯 阿德莱德 德克萨斯州 "
    "德克萨斯 佛罗里达 明尼苏达 俄亥俄 弗吉尼亚州 密苏里州 伊利诺伊州 伊州 康州 大学园 梅沙 斯坦福 "
    "费尔法克斯 休士顿 美国 加拿大 英国 法国 德国 澳洲 台湾 新西兰 日本 韩国"
)
_PLACES = f"(?:{'|'.join(_PLACE_NAMES.split())})"
_NO_NAME = re.compile(f"{_PLACES}+市?")
_PLACE = re.compile(f"(?<=..){_PLACES}+市?(?=综合|采访|编译|报|$|[）)])")


def byline(text: str) -> str:
    """The credit that text begins with, in its brackets as printed; ``""`` when it has none.

    :param text: what follows the dateline.
    """
    printed = known.byline(text)
    if printed:
        return printed
    match = _BRACKETED.match(text.lstrip(" \n】"))
    if match is None or not _CREDIT_WORD.search(match[0][1:-1]):
        return ""
    return match[0]


def reporters(credit: str) -> list[str]:
    """The people that a credit names, in its order, without their roles and places."""
    if _NOBODY.search(credit):
        return []
    named = _PAPER.sub("", _OFFICE.sub("", credit.replace("摘译", "编译")))
    people = known.reporters(_PLACE.sub("", named))
    return [name for name in people if not _NO_NAME.fullmatch(name)]
