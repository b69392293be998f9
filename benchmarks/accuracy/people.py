"""Names in the credits, read off the printed words: the oracle's own rules, from reading pages.

A credit is roles and names with nothing between them (``大纪元记者`` NAME PLACE ``采访报导``).
A Chinese name has two or three characters here, so what begins at the third or later and is a place
is where the report was written, not a part of the name.
"""

from __future__ import annotations

import re

from benchmarks.accuracy.places import PLACE

_CREDIT = re.compile(r"[记記]者|通讯员|[报報][导道導]|[编編][译譯]|翻译|撰|采访|专栏")
"""A parenthesis after a dateline without one of these is no credit."""
_OFFICES = re.compile(r".*完整版.*|[^／/]*(?:记者站|新闻中心|工作组)")
_CORRESPONDENT_OF = re.compile(rf"通讯员(?:{PLACE.pattern}).*")
"""A correspondent of a place, not by name."""
_BODIES = re.compile(r"\b(?:Institute|Service)\b")
_ROLES = re.compile(
    r"《?大[陆纪紀技]+[元者]?(?:时报|年)?》?记?(?:特派|专题部|资深|英文|编辑)?[记記者]*|的?纪元|新唐人|英文|资深|"
    r"特约|特派|专题部|[记記]者|专栏作家|自由撰稿人|"
    r"明慧(?:网|之窗)?|通讯员|读者"
)
_DEEDS = re.compile(
    r"[采採][访訪]|[综綜]合|联合|独家|专题|[编編][译譯]|编导|改写|[报報][导導道答告]?|撰[文写稿]|翻译|整理|摄影|讯息?|[综述]评|评论|来[稿信]|消息|比较|特稿|摘译|首府"
)
_BETWEEN = re.compile(r"[、，,／/╱∕;；]|(?<=\w)和(?=[A-Z\u4e00-\u9fff])")
_HAN = re.compile(r"[\u4e00-\u9fff]+(?:DC)?")
_FOREIGN_IN_HAN = re.compile(r"[\u4e00-\u9fff]+[‧·・•][\u4e00-\u9fff‧·・•]+")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ.'’‘ -]+")
_LATIN_THEN_PLACE = re.compile(r"([A-Za-zÀ-ɏ.'’‘ -]{3,})[\u4e00-\u9fff]+")

_EDITOR = re.compile(
    r"(?:^|[；;，,、\s])(?:[责責]任.{0,4}|[责則则任王\s]{0,4}[编編][辑輯]"
    r"|(?:文字|文章|图文)(?:整理|改写))\s*[：:；;]+\s*"
    r"(?P<names>[\u2e80-\u2fff\u3400-\u9fffA-Za-z、，,／/ ·‧]{1,40})"
)
_UNLABELLED = re.compile(r"(?:[\u4e00-\u9fff]{4}：)?([\u4e00-\u9fff]{2,4})#◇?")
"""The last line of a page, where the words before the name are lost or others."""
_NEXT = re.compile(r"[、，,](?=责任编辑[：:])")
_TWICE = re.compile(r"(?:责任编辑[：:]){2,}")
_LAST_LINES = 25
_LONGEST_NAME = 4
_LINE = 80
"""Characters: some pages have all their last lines in one."""


def reporters(credit: str) -> tuple[str, ...]:
    """The people named in a credit, in order; none when it names an office or a programme."""
    if not _CREDIT.search(credit):
        return ()
    found: list[str] = []
    credit = _CORRESPONDENT_OF.sub("", _OFFICES.sub("", credit))
    for part in _BETWEEN.split(_ROLES.sub("、", credit)):
        for piece in _DEEDS.split(part):
            for name in _names(piece.strip()):
                if name not in found:
                    found.append(name)
    return tuple(found)


def is_credit(words: str) -> bool:
    """The words in brackets after a dateline are a credit, whether it names somebody or not."""
    return _CREDIT.search(words) is not None or words.endswith(("讯", "讯息"))


_WRITER = re.compile(r"(?:撰文|作者|文|编译|翻译)\s*[：:/／]\s*([^，。？！：“”\s]{2,30})")


def writers(lines: list[str]) -> tuple[str, ...]:
    """Those whom a line of its own near the beginning or the end names as the writers."""
    for line in [*lines[:4], *lines[-10:]]:
        if found := _WRITER.fullmatch(line):
            names = [name for part in _BETWEEN.split(found[1]) for name in _names(part)]
            return tuple(name for name in names if len(name) <= _LONGEST_NAME)
    return ()


def _names(piece: str) -> list[str]:
    if _FOREIGN_IN_HAN.fullmatch(piece):
        return [piece]
    if _BODIES.search(piece) or piece.endswith("弟子"):
        return []
    if _LATIN.fullmatch(piece):
        return [" ".join(piece.split())]
    if mixed := _LATIN_THEN_PLACE.fullmatch(piece):
        return _names(mixed[1])
    words = piece.split()
    if len(words) == 2 and all(len(word) > 1 for word in words):
        return [name for word in words for name in _names(word)]
    joined = "".join(words)
    if not _HAN.fullmatch(joined):
        return []
    if place := PLACE.match(joined):
        return _names(joined[place.end() :])
    if place := PLACE.search(joined, 2):
        joined = joined[: place.start()]
    return [joined] if len(joined) > 1 else []


def editors(lines: list[str]) -> tuple[str, ...]:
    """Those whom the last lines name, in order: editors, and who put the words together or wrote
    them anew (``文字整理``, ``文字改写``)."""
    found: dict[str, None] = {}
    for line in lines[-_LAST_LINES:]:
        for match in _EDITOR.finditer(_NEXT.sub("；", _TWICE.sub("责任编辑：", line[-_LINE:]))):
            for printed in re.split(r"[、，,／/]", match["names"]):
                name = "".join(printed.split()).strip("·")
                if 1 < len(name) <= _LONGEST_NAME:
                    found.setdefault(name)
    if not found and lines and (last := _UNLABELLED.fullmatch(lines[-1])):
        return (last[1],)
    return tuple(found)
