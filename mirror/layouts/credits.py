"""Who made an article: the credit after its dateline, and the editors at its end."""

from __future__ import annotations

import re
from typing import NamedTuple

from mirror.layouts.places import PLACE

# --- the credit after the dateline: （大纪元记者某某综合报导）--------------------------

_BRACKETED = re.compile(r"[（(]((?:[^（）()\n]|[（(][^（）()\n]{0,60}[）)]){1,160})[）)]")
# Brackets that also hold headings: no punctuation of a sentence inside.
_OTHER_BRACKETS = re.compile(
    r"[〔［\[【〖]([^〔〕［］\[\]【】〖〗（）()\n，。：:？！“”《》]{2,60})[〕］\]】〗]"
)
_WIRE = "(?:[电電讯訊]|[讯訊]息)"
_CREDIT_WORD = re.compile(
    "记者|記者|报[导道]|報[導道]|[编編][译譯]|撰[文稿]|[采採][写寫]|综合|綜合|翻[译譯]|[评評][论論][员員]"
    f"|{_WIRE}(?=[）)〕］\\]】〗]$)"
)
_SURE_WORD = re.compile(f"[记記]者|[报報][导導道]|[编編][译譯]|{_WIRE}(?=[〕］\\]】〗]$)")
_BRACKETS = "（）()〔〕［］[]【】〖〗 "
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
    r"(?:记?专[题題][部组組]者?|特[约約]|英文|[记記](?=[\u4e00-\u9fff]{2}))?"
)
_DEED = re.compile(
    # 采访报答 and the like are misprints of 采访报导.
    r"(?:(?:(?:采访|採訪)[报報].|综合报?|綜合|采访|採訪|编译|編譯|专题|專題|整理|联合|聯合|现场|現場|"
    r"视频|特别|独家|摄影|攝影|实习|翻译|翻譯|撰文|撰写|撰稿|改写|供稿|"
    r"编导|述评|報告|报告|报导|报道|報導|報道|译|譯) ?)+$"
)
_SIGN = "[0-9〇零一二三四五六七八九十廿]"
_DATE = re.compile(rf"(?:{_SIGN}{{2,4}}年)?{_SIGN}{{1,3}}月{_SIGN}{{1,3}}日")
# 台北3日电: when a wire service filed it, and the word for that.
_FILED = re.compile(rf"(?:{_SIGN}{{1,3}}日)?(?:专|專)?{_WIRE}$")
# 综合报导 put before the name it belongs after.
_DEED_FIRST = re.compile(r"^(?:综合|綜合|采访|採訪|编译|編譯)[报報][导導道]")
_NO_PERSON = re.compile(
    "中心|[部组組讯訊社网網台报報刊]$|[电電][视視]|新[闻聞]|完整|综合|大[纪紀]元|\\d|之[音声聲]$"
    "|(?:公司|大[学學]|[学學]院|研究[所院]|基金[会會]|[协協][会會]|弟子|[学學][员員]|[读讀]者)$|佚名"
    r"|\b(?:Agency|Associated|Bureau|Center|Centre|Council|Foundation|Group|Institute|Magazine"
    r"|Media|Network|News|Press|Radio|Service|Society|Staff|Television|Times|University)\b"
)
_HAN = "\u2e80-\u2fdf\u3005\u3007\u3400-\u9fff\U00020000-\U0003ffff"
# Longer Chinese names than these are a name and a place that is not known.
_CHINESE_NAME = re.compile(rf"[{_HAN}]{{2,4}}")
_NAME = re.compile(
    rf"[{_HAN}]{{2,4}}|[{_HAN}]{{1,8}}(?:[·•・‧][{_HAN}]{{1,8}})+|[^\W\d_{_HAN}][^\d_{_HAN}]{{1,40}}"
)


def byline(text: str) -> str:
    """The credit that text begins with, in its brackets as printed; ``""`` when it has none.

    :param text: what follows the dateline.
    """
    text = text[:260].lstrip(" \n】）)〕］]")
    match = _BRACKETED.match(text)
    if match is not None:
        return match[0] if _CREDIT_WORD.search(match[0]) else ""
    match = _OTHER_BRACKETS.match(text)
    return match[0] if match is not None and _SURE_WORD.search(match[0]) else ""


def reporters(credit: str) -> list[str]:
    """The people that a credit names, in its order, without their roles and places."""
    people: list[str] = []
    for part in _PEOPLE_BREAK.split(_DATE.sub("", credit.strip(_BRACKETS))):
        named = _ROLE.sub("", _FILED.sub("", part.strip()))
        named = _PAPER.sub("", _DEED.sub("", named)).strip()
        named = _DEED_FIRST.sub("", named)
        people += [name for person in _AND.split(named) if (name := _person(person))]
    return list(dict.fromkeys(people))


def _person(name: str) -> str:
    """A name without the place of its reporter; ``""`` when it is nobody's."""
    if PLACE.fullmatch(name) or _NO_PERSON.search(name):
        return ""
    first = PLACE.match(name)
    if first and len(name) - first.end() >= 2:
        name = name[first.end() :]
    # Behind a Chinese name that a known place ends, the address goes on with smaller ones.
    place = PLACE.search(name, 2)
    if place:
        before = name[: place.start()].strip()
        if place.end() == len(name) or _CHINESE_NAME.fullmatch(before):
            name = before
    if _NO_PERSON.search(name) or not _NAME.fullmatch(name):
        return ""
    return name


# --- a credit that stands elsewhere: 作者：某某, 文／某某, By Some One -------------------

_WRITER = (
    r"(?:作\s?者|撰\s?[文稿]|[采採][写寫]|文|[编編][译譯]|翻[译譯]|[译譯]者)\s?[:：／/╱|｜]\s?"
    r"(?P<people>[^\s，。？！：:“”\"《》][^，。？！：:“”\"《》\n]{1,40})"
)
_LABELLED = re.compile(rf"[（(]?{_WRITER}[）)]?")
_WRITTEN_BY = re.compile(
    r"By (?P<people>[A-Z][\w.'’-]*(?:(?: and)? [A-Z][\w.'’-]*){1,6})(?:[,|/ ].{0,60})?"
)
_GROUP = re.compile("弟子|[学學][员員]|[编編][辑輯]部|[读讀]者|[记記]者")
_FIRST_LINES = 4
_LAST_LINES = 10


class Credit(NamedTuple):
    """A credit as printed, and what of it names people."""

    printed: str
    people: str


def credit_apart(text: str) -> Credit | None:
    """The credit in a line of its own at the start or the end of an article; ``None`` for none.

    Only under a writer's label, and only where people follow it: in interviews the same words
    announce who speaks.

    :param text: what follows the dateline.
    """
    lines = [line.strip() for line in text.split("\n") if line]
    for line in [*lines[:_FIRST_LINES], *lines[_FIRST_LINES:][-_LAST_LINES:]]:
        match = _LABELLED.fullmatch(line)
        if match and (reporters(match["people"]) or _GROUP.search(match["people"])):
            return Credit(line, match["people"].rstrip("）)"))
    match = _WRITTEN_BY.fullmatch(lines[0]) if lines else None
    return Credit(lines[0], match["people"].replace(" and ", "、")) if match else None


# --- the editor's line: 文字整理：某某；责任编辑：某某# -----------------------------------

# 责编, 责任编辑 and its misprints (责任编剧, 责王编辑, 则编辑, 任编辑, 责任 编辑), but not who is
# to answer for a thing (责任人).
_DUTY = (
    r"[责責]任(?![人者方单單])\s?[^\s：:；;，。、]{0,4}|[责責则任][^\s：:；;，。、任]?[编編][辑輯]?"
)
_WORK = r"(?:文字|文稿|文章|图文|圖文|中文|后期)?(?:整理|改写|改寫|[编編][辑輯])"
_LABEL = re.compile(
    rf"(?:^[（(]?|(?<=[；;：:，,、\s（(]))(?:{_DUTY}|{_WORK})\s?[·？?]?\s?[：:；;]{{1,3}}"
)
_SEPARATOR = re.compile(r"[、，,／/＆&；;]")
_EDITOR = re.compile(
    rf"(?!责任|責任)[{_HAN}]{{2,5}}(?:[·•・‧][{_HAN}]{{1,6}})?"
    r"|[A-Z][A-Za-z.'’\-]*(?: [A-Z][A-Za-z.'’\-]*)*"
)
# The whole label, at the end of a line that says something else before.
_AT_END = re.compile(
    rf"(?:(?<=\s)|(?<=[◇•。]))[责責]任[编編][辑輯][：:]\s*[{_HAN}、／/]{{2,30}}[\s#＃◇@]*$"
)

_LAST = 12
"""Blocks at the end of an article among which the editor's line is looked for."""
_LONGEST = 90
"""Characters of an editor's line; what is longer is a sentence."""


_MARKED_NAME = re.compile(rf"(?:[{_HAN}]{{2,6}}[：:]\s?)?([{_HAN}]{{2,4}})\s?[#＃]\s?◇?")
"""The name and the mark of an editor's line that has lost its label, or has got another one."""


class EditorLine(NamedTuple):
    """The people of the editor's line, and where it stands: index of its block, ``-1`` for none."""

    editors: list[str]
    block: int
    sound: bool
    """It has a label and names somebody."""


def editors(blocks: list[str]) -> EditorLine:
    """Who edited the article, end marks (``#＃◇@``) stripped, in the order of its last lines."""
    first = max(0, len(blocks) - _LAST)
    people: list[str] = []
    last = -1
    for index in range(first, len(blocks)):
        for line in blocks[index].split("\n"):
            printed = _editor_line(line)
            if printed:
                last = index
                people += [name for name in _labelled(printed) if name not in people]
    if last < 0 and (marked := _MARKED_NAME.fullmatch(blocks[-1])):
        return EditorLine([marked[1]], len(blocks) - 1, sound=False)
    return EditorLine(people, last, sound=bool(people))


def _editor_line(line: str) -> str:
    """What of a line is an editor's line: all of it, its end, or nothing."""
    if len(line) <= _LONGEST and _LABEL.match(line):
        return line
    # The one character that all such labels have: what most lines do not is soon told.
    if "任" not in line:
        return ""
    end = _AT_END.search(line, max(0, len(line) - _LONGEST))
    return end[0] if end else ""


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
