"""Who made an article: the credit after its dateline, and the editors at its end."""

from __future__ import annotations

import re
from typing import NamedTuple

# --- the credit after the dateline: （大纪元记者某某综合报导）--------------------------

_BRACKETED = re.compile(r"[（(]((?:[^（）()\n]|[（(][^（）()\n]{0,60}[）)]){1,160})[）)]")
_CREDIT_WORD = re.compile("记者|記者|报[导道]|報[導道]|[编編][译譯]|撰文|综合|綜合|翻[译譯]")
_PEOPLE_BREAK = re.compile(r"[／/╱∕；;，,|、＆&]")
# 和 also stands in names (和平): it parts people where both sides are long enough to be one.
_AND = re.compile(
    r"(?<=[a-zA-Z.]) ?和 ?(?=[A-Z])|(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])"
    r"|(?<=[\u4e00-\u9fff]{2})和(?=[\u4e00-\u9fff]{2})"
)
_ROLE = re.compile(
    r".*(?:记者|記者|作家|作者|撰稿人|评论员|評論員|专家|主播|主持人|编辑|編輯)[：: ]*"
)
_PAPER = re.compile(
    r"^(?:本报|本報|[\u4e00-\u9fff]{0,4}大[纪紀]元(?:时报|時報)?|新唐人(?:电视台)?)?"
    r"(?:记?专[题題][部组組]者?|特[约約]|英文)?"
)
_DEED = re.compile(
    r"(?:(?:综合报?|綜合|采访|採訪|编译|編譯|专题|專題|整理|联合|聯合|现场|現場|"
    r"视频|特别|独家|摄影|攝影|实习|翻译|翻譯|撰文|撰写|撰稿|改写|供稿|"
    r"编导|报告|报导|报道|報導|報道|译|譯) ?)+$"
)
_PLACES = (
    "美国 美國 美中 中国 中國 英国 英國 法国 德国 日本 韩国 荷兰 爱尔兰 澳洲 "
    "澳大利亚 新西兰 加拿大 台湾 臺灣 台灣 香港 华盛顿 華盛頓 DC D.C. 纽约 "
    "紐約 新泽西 洛杉矶 洛杉磯 旧金山 舊金山 硅谷 圣地亚哥 圣荷西 圣塔克拉拉 芝加哥 "
    "底特律 波士顿 费城 休斯顿 休斯敦 达拉斯 亚特兰大 西雅图 迈阿密 丹佛 凤凰城 "
    "盐湖城 橙县 长滩 好莱坞 核桃市 帕萨迪纳 加州 南加州 佛州 德州 宾州 北卡 "
    "弗吉尼亚 密苏里 密歇根 怀俄明 犹他 特拉华 德拉华 威斯康辛 南达科他 蒙大拿 爱达荷 "
    "多伦多 多倫多 温哥华 溫哥華 渥太华 蒙特利尔 卡尔加里 伦敦 倫敦 巴黎 柏林 "
    "法兰克福 布鲁塞尔 日内瓦 赫尔辛基 悉尼 墨尔本 布里斯本 珀斯 堪培拉 奥克兰 台北 "
    "臺北 台中 高雄 新北 桃园 花莲 南投 东京 東京 首尔 曼谷 新加坡 法拉盛 曼哈顿 "
)
_PLACE = re.compile(rf"(?:(?:{'|'.join(map(re.escape, _PLACES.split()))})[市州]? ?)+")
_NO_PERSON = re.compile("中心|[部组組讯訊社网網台]$|[电電][视視]|新[闻聞]|完整|综合|大[纪紀]元|\\d")
_HAN = "\u2e80-\u2fdf\u3005\u3007\u3400-\u9fff\U00020000-\U0003ffff"
# Longer Chinese names than these are a name and a place that is not in the list.
_NAME = re.compile(
    rf"[{_HAN}]{{2,4}}|[{_HAN}]{{1,8}}(?:[·•・][{_HAN}]{{1,8}})+|[^\W\d_{_HAN}][^\d_{_HAN}]{{1,40}}"
)


def byline(text: str) -> str:
    """The credit that text begins with, in its brackets as printed; ``""`` when it has none.

    :param text: what follows the dateline.
    """
    text = text[:260].lstrip(" \n】）)")
    match = _BRACKETED.match(text)
    if match is None or not _CREDIT_WORD.search(match[0]):
        return ""
    return match[0]


def reporters(credit: str) -> list[str]:
    """The people that a credit names, in its order, without their roles and places."""
    people: list[str] = []
    for part in _PEOPLE_BREAK.split(credit.strip("（）() ")):
        named = _PAPER.sub("", _DEED.sub("", _ROLE.sub("", part.strip()))).strip()
        people += [name for person in _AND.split(named) if (name := _person(person))]
    return list(dict.fromkeys(people))


def _person(name: str) -> str:
    """A name without the place of its reporter; ``""`` when it is nobody's."""
    for place in _PLACE.finditer(name):
        if place.end() == len(name) and place.start() >= 2:
            name = name[: place.start()].strip()
        elif place.start() == 0 and len(name) - place.end() >= 2:
            name = name[place.end() :]
            break
    if _NO_PERSON.search(name) or not _NAME.fullmatch(name):
        return ""
    return name


# --- the editor's line: 文字整理：某某；责任编辑：某某# -----------------------------------

_LABEL = re.compile(
    # 责编, 责任编辑 and its misprints (责任编剧, 责王编辑, 则编辑, 责任编辑·, 责任编辑？)
    r"(?:^|(?<=[；;，,、\s（(]))"
    r"(?:[责責则][^\s：:；;，。、]{1,5}|(?:文字|文稿|中文|后期)?(?:整理|[编編][辑輯]))"
    r"\s?[·？?]?\s?[：:；;]"
)
_SEPARATOR = re.compile(r"[、，,／/＆&；;]")
_EDITOR = re.compile(
    rf"(?!责任|責任)[{_HAN}]{{2,5}}(?:·[{_HAN}]{{1,6}})?"
    r"|[A-Z][A-Za-z.'’\-]*(?: [A-Z][A-Za-z.'’\-]*)*"
)

_LAST = 12
"""Blocks at the end of an article among which the editor's line is looked for."""
_LONGEST = 90
"""Characters of an editor's line; what is longer is a sentence."""


class EditorLine(NamedTuple):
    """The people of the editor's line, and where it stands: index of its block, ``-1`` for none."""

    editors: list[str]
    block: int


def editors(blocks: list[str]) -> EditorLine:
    """Who edited the article, end marks (``#＃◇@``) stripped, in the order of its last lines."""
    first = max(0, len(blocks) - _LAST)
    people: list[str] = []
    last = -1
    for index in range(first, len(blocks)):
        for line in blocks[index].split("\n"):
            if len(line) <= _LONGEST and _LABEL.match(line):
                last = index
                people += [name for name in _labelled(line) if name not in people]
    return EditorLine(people, last)


def _labelled(line: str) -> list[str]:
    labels = list(_LABEL.finditer(line))
    ends = [label.start() for label in labels[1:]] + [len(line)]
    names: list[str] = []
    for label, end in zip(labels, ends, strict=True):
        for part in _SEPARATOR.split(line[label.end() : end]):
            match = _EDITOR.match(part.strip())
            if match:
                names.append(match[0])
    return names
