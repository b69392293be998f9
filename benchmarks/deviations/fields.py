"""Deviations of the text: datelines, credits, editor's lines, odd blocks."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from benchmarks.deviations.facts import Deviation
from benchmarks.deviations.frame import EPOCH, MINGHUI, find, warned

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.deviations.facts import Facts

_SOUND = re.compile(r"【(?:大[纪紀]元|明慧[网網])[^】]{8,24}?[讯訊]?】")


def _apart(page: Facts) -> int | None:
    """Days from the URL's date to the dateline's."""
    article = page.article
    if article.dateline_date is None or article.url_date is None:
        return None
    return (date.fromisoformat(article.dateline_date) - date.fromisoformat(article.url_date)).days


def _days(first: int, last: int) -> Callable[[Facts], bool]:
    def holds(page: Facts) -> bool:
        apart = _apart(page)
        return apart is not None and first <= apart <= last

    return holds


def _byline(page: Facts, pattern: str) -> bool:
    return re.search(pattern, page.article.byline) is not None


def _ending(page: Facts) -> str:
    return "\n".join(page.blocks[-12:])


DATES = (
    Deviation(
        "no-dateline",
        "the article begins without a dateline",
        "published is the URL's date",
        warned("no-dateline"),
        warning="no-dateline",
    ),
    Deviation(
        "dateline-spaces",
        "a space inside the numbers of the dateline",
        "read, and reported",
        find(r"\A.{0,12}【[^】]{0,20}\d\s+\d", "opening"),
        warning="broken-dateline",
    ),
    Deviation(
        "dateline-bracket",
        "a bracket of the dateline is missing",
        "read, and reported",
        find(r"\A(?:大纪元20|【大纪元[^】]{8,14}讯（)", "opening"),
        EPOCH,
        "broken-dateline",
    ),
    Deviation(
        "dateline-nameless",
        "no newspaper in the dateline",
        "read, and reported",
        find(r"\A【\d{4}年", "opening"),
        warning="broken-dateline",
    ),
    Deviation(
        "dateline-later",
        "words stand before the dateline",
        "read up to 240 characters on, and reported",
        find(r"\A[^【\s].{0,200}【大纪元\d", "opening"),
        EPOCH,
        "broken-dateline",
    ),
    Deviation(
        "dateline-unreadable",
        "a misprint that leaves no date",
        "no date; published is the URL's date",
        lambda page: page.article.dateline_date is None and find(r"\A【大纪元", "opening")(page),
        EPOCH,
        "broken-dateline",
    ),
    Deviation(
        "dateline-wordless",
        "no 讯 in the dateline",
        "a dateline like others",
        find(r"\A【大纪元[^】]*日】", "opening"),
        EPOCH,
    ),
    Deviation(
        "dateline-arabic",
        "the dateline has Arabic numerals",
        "a dateline like others",
        find(r"\A【[^】\d]*\d{4}年", "opening"),
        MINGHUI,
    ),
    Deviation(
        "dateline-yearless",
        "the dateline has no year",
        "the year that brings it next to the URL's date",
        warned("yearless-dateline"),
        warning="yearless-dateline",
    ),
    Deviation(
        "dateline-same",
        "dateline and URL have the same date",
        "published is that date",
        _days(0, 0),
    ),
    Deviation(
        "dateline-next-day",
        "the dateline is a day after the URL's date",
        "published is the dateline",
        _days(1, 1),
    ),
    Deviation(
        "dateline-near",
        "they differ otherwise, by up to 62 days",
        "published is the dateline",
        lambda page: not _days(0, 1)(page) and _days(-62, 62)(page),
    ),
    Deviation(
        "dateline-distant",
        "they differ by more than 62 days",
        "published is the URL's date",
        lambda page: _apart(page) is not None and not _days(-62, 62)(page),
        warning="distant-dateline",
    ),
)

CREDITS = (
    Deviation("byline-none", "no credit", "byline is empty", lambda page: not page.article.byline),
    Deviation(
        "byline-several",
        "several people in the credit",
        "each one apart, in order",
        lambda page: len(page.article.reporters) > 1,
    ),
    Deviation(
        "byline-latin",
        "names in Latin letters",
        "as printed, capitals too",
        lambda page: any(re.match("[A-Z]", name) for name in page.article.reporters),
    ),
    Deviation(
        "byline-dotted",
        "foreign names with a dot",
        "one name",
        lambda page: any(re.search("[·•・‧]", name) for name in page.article.reporters),
    ),
    Deviation(
        "byline-office",
        "an office, an agency or nobody in the credit",
        "byline as printed, no reporters",
        lambda page: bool(page.article.byline) and not page.article.reporters,
    ),
    Deviation(
        "byline-translated",
        "a translator in the credit",
        "among the reporters, last",
        lambda page: _byline(page, "[／/╱].*(?:编译|翻译)"),
    ),
    Deviation(
        "byline-brackets",
        "the credit in other brackets than round ones",
        "a credit like others",
        lambda page: _byline(page, r"\A[【〔\[［〖]"),
    ),
    Deviation(
        "byline-wire",
        "（某报讯）",
        "byline as printed, no reporters",
        lambda page: _byline(page, "[讯訊](?:息)?[）)]"),
    ),
    Deviation(
        "byline-apart",
        "the credit in a line of its own (撰文：, 文／, 作者：)",
        "byline as printed, its people are reporters",
        warned("byline-apart"),
        warning="byline-apart",
    ),
    Deviation(
        "programme",
        "the name of a broadcast in the place of the credit",
        "no credit",
        find(r"】\s?[（(][^）)]{0,40}完整版[）)]", "opening"),
    ),
    Deviation(
        "contribution",
        "a note at the end of who helped",
        "text; they are not reporters",
        lambda page: re.search("对(?:本|此)文(?:有|亦有|也有)?贡献", _ending(page)) is not None,
    ),
)

EDITORS = (
    Deviation(
        "editor-none", "no editor's line", "no editors", warned("no-editor"), warning="no-editor"
    ),
    Deviation(
        "editor-several",
        "several people, or several labels (文字整理 …)",
        "each once, in order",
        lambda page: len(page.article.editors) > 1,
    ),
    Deviation(
        "editor-nameless",
        "a label without a name",
        "no editors",
        lambda page: (
            not page.article.editors
            and re.search(r"责任编辑[：:]\s*[#＃]?\s*\Z", page.article.text) is not None
        ),
        warning="broken-editor",
    ),
    Deviation(
        "editor-partial",
        "the label is lost or another one, or names nobody",
        "the name before the mark #, where there is one",
        warned("broken-editor"),
        warning="broken-editor",
    ),
    Deviation(
        "editor-label-misprint",
        "a label misprinted (责任编剧, 则编辑, 责任 编辑 …)",
        "a label like others",
        lambda page: bool(page.article.editors) and "责任编辑" not in _ending(page),
    ),
    Deviation(
        "staff",
        "other staff named at the end (策划, 监制, 剪辑, 主播, 制图 …)",
        "text; in no field",
        lambda page: (
            re.search(
                r"(?m)^(?:策划|监制|剪辑|主播|制图|制作|顾问|摄影|摄像|后期)\s?[：:]", _ending(page)
            )
            is not None
        ),
    ),
    Deviation(
        "editor-mark",
        "an end mark (# ＃ ◇ @ …) after the name",
        "not part of the name",
        lambda page: re.search(r"编辑\s?[：:；].*[#＃◇@￥·3]\s*\Z", page.blocks[-1]) is not None,
    ),
    Deviation(
        "editor-early",
        "text after the editor's line",
        "text like other text",
        warned("text-after-editor"),
        warning="text-after-editor",
    ),
)

TEXT = (
    Deviation(
        "no-words",
        "the body has no text",
        "an article all the same",
        warned("empty-body"),
        warning="empty-body",
    ),
    Deviation(
        "dateline-alone",
        "nothing but a dateline: a video or a picture is the article",
        "an article; its videos and images tell the rest",
        lambda page: bool(page.article.text) and len(page.article.text) < 40,
    ),
    Deviation(
        "long-block",
        "a paragraph of more than 2,500 characters",
        "one paragraph: the page marks no other",
        lambda page: max(map(len, page.blocks)) > 2500,
    ),
    Deviation(
        "one-character",
        "a paragraph of one character",
        "kept",
        lambda page: any(len(block) == 1 for block in page.blocks),
    ),
    Deviation(
        "listen",
        "听新闻： before a player that is gone",
        "kept: words of the article's author",
        lambda page: "听新闻：" in page.article.text,
    ),
    Deviation(
        "subscribe",
        "lines that ask to subscribe, typed into the body",
        "kept: the page does not mark them off",
        lambda page: re.search("欢迎订阅|请(?:订阅|关注我们)", _ending(page)) is not None,
    ),
    Deviation(
        "source-note",
        "where an article or its figures come from (转自, 资料来源, 原文：…)",
        "text; the label at the page's end alone is the original",
        lambda page: (
            re.search(
                r"(?m)^[（(]?(?:转自|转载自|资料来源|参考资料|明慧网原文|原文)", _ending(page)
            )
            is not None
        ),
    ),
    Deviation(
        "author-note",
        "who the author is, whose opinion it is (作者简介, 只代表作者观点)",
        "text",
        lambda page: (
            re.search("作者简介|作者(?:个人)?(?:的)?(?:观点|立场)", _ending(page)) is not None
        ),
    ),
    Deviation(
        "first-print",
        "大纪元首发 in a line",
        "text",
        lambda page: "大纪元首发" in _ending(page),
        EPOCH,
    ),
    Deviation(
        "continued",
        "（待续）, （接上文）",
        "kept",
        lambda page: (
            re.search("[（(](?:未完，?)?待续[）)]|[（(]接[上前]文[）)]", page.article.text)
            is not None
        ),
    ),
    Deviation(
        "angle-brackets",
        "angle brackets in the words",
        "kept, escaped in html",
        lambda page: "<" in page.article.text or ">" in page.article.text,
    ),
    Deviation("no-tags", "no tag is linked", "no tags", lambda page: not page.article.tags, EPOCH),
    Deviation(
        "tag-renamed",
        "a tag's words differ from its name",
        "the name in its URL counts",
        lambda page: any(
            link.kind == "tag" and link.text and link.text not in page.article.tags
            for link in page.article.links
        ),
    ),
    Deviation(
        "traditional",
        "traditional characters",
        "zh-Hant",
        lambda page: page.article.language == "zh-Hant",
    ),
    Deviation(
        "other-language",
        "another language",
        "told by its script",
        lambda page: page.article.language not in ("zh-Hans", "zh-Hant"),
    ),
)
