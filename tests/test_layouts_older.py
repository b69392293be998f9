"""Articles as sister mirrors have them from 2000 on: right, or warned about, never guessed."""

from __future__ import annotations

import pytest

from mirror.layouts import ArticlePage, IndexPage, Page, Unknown, read
from mirror.layouts.warnings import MEANINGS
from tests.epoch_pages import MIRROR, article_source, read_source
from tests.minghui_pages import article_source as minghui_source
from tests.minghui_pages import read_source as read_minghui

OLD = "http://www.epochtimes.com/gb/0/5/3/n123.htm"


def body(*paragraphs: str) -> str:
    return "\n".join(f" <p>\n  {paragraph}\n </p>" for paragraph in paragraphs)


EDITOR = "责任编辑：周水"
NEWS = "村里的井修好了。"


# --- the address of the original ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("original", "day"),
    [
        ("http://www.epochtimes.com/gb/0/5/3/n123.htm", "2000-05-03"),
        ("http://www.epochtimes.com/gb/9/12/31/n2345678.htm", "2009-12-31"),
        ("http://www.epochtimes.com/b5/1/5/3/n12345.htm", "2001-05-03"),
        ("https://www.dajiyuan.com/gb/10/5/3/n2345.htm", "2010-05-03"),
        ("http://en.epochtimes.com/news/5-5-3/28000.html", "2005-05-03"),
        ("http://www.minghui.org/mh/articles/2003/5/3/12345.html", "2003-05-03"),
    ],
)
def test_the_date_in_the_address_of_an_old_original(original: str, day: str) -> None:
    article = read_source(article_source(body(NEWS, EDITOR), original=original))
    assert (article.url_date, article.published) == (day, day)
    assert "no-url-date" not in article.warnings


@pytest.mark.parametrize(
    "original",
    [
        "http://www.epochtimes.com/5/3/1/n1.htm",
        "http://www.epochtimes.com/gb/0/13/3/n1.htm",
        "http://en.epochtimes.com/n2/china/well-1234.html",
    ],
)
def test_numbers_that_may_be_no_date_are_none(original: str) -> None:
    article = read_source(article_source(body(NEWS, EDITOR), original=original))
    assert article.url_date is None
    assert "no-url-date" in article.warnings


def test_an_original_without_scheme_is_an_address() -> None:
    article = read_source(
        article_source(body(NEWS), original="www.epochtimes.com/gb/0/5/3/n123.htm")
    )
    assert article.original_url == "https://www.epochtimes.com/gb/0/5/3/n123.htm"
    assert article.id == "n123"


# --- datelines ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "printed",
    [
        "【大纪元5月3日讯】",
        "【大纪元5月3日报导】",
        "【大紀元5月3日訊】",
        "【大纪元五月三日讯】",
        "【中央社台北5月3日电】",
        "〔大纪元5月3日讯〕",
        "［大纪元5月3日讯］",
        "(大纪元5月3日讯)",
        "（大纪元５月３日讯）",
        "大纪元5月3日讯",
        "【大纪元 5月 3日讯 】",
    ],
)
def test_a_dateline_without_a_year_takes_the_one_next_to_the_original(printed: str) -> None:
    article = read_source(article_source(body(printed + NEWS, EDITOR), original=OLD))
    assert article.dateline_date == "2000-05-03"
    assert article.published == "2000-05-03"
    assert [code for code in article.warnings if "dateline" in code] == ["yearless-dateline"]


def test_a_yearless_dateline_of_new_year_belongs_to_the_next_year() -> None:
    original = "http://www.epochtimes.com/gb/3/12/31/n123.htm"
    article = read_source(article_source(body("【大纪元1月1日讯】" + NEWS), original=original))
    assert article.dateline_date == "2004-01-01"


def test_a_yearless_dateline_far_from_every_url_date_is_no_date() -> None:
    article = read_source(article_source(body("【大纪元11月3日讯】" + NEWS), original=OLD))
    assert article.dateline_date is None
    assert article.published == "2000-05-03"
    assert "yearless-dateline" in article.warnings


def test_a_yearless_dateline_without_an_original_stays_without_date() -> None:
    source = article_source(body("【大纪元5月3日讯】" + NEWS)).partition("---\n\n原文")[0]
    article = read_source(source)
    assert (article.dateline_date, article.published) == (None, None)
    assert {"yearless-dateline", "no-original"} <= set(article.warnings)


@pytest.mark.parametrize(
    "printed",
    [
        "【大纪元2000年5月3日讯】",
        "【大纪元2000年5月3日】",
        "【大纪元二零零零年五月三日讯】",
        "【大纪元２０００年５月３日讯】",
        "【新唐人2000年5月3日讯】",
        "〔大纪元2000年5月3日讯〕",
        "(大纪元2000年5月3日讯)",
        "【大紀元2000年05月03日報導】",
    ],
)
def test_a_whole_dateline_in_any_old_shape(printed: str) -> None:
    article = read_source(article_source(body(printed + NEWS, EDITOR), original=OLD))
    assert article.dateline_date == "2000-05-03"
    assert not [code for code in article.warnings if "dateline" in code]


@pytest.mark.parametrize(
    "printed", ["【中央社台北3日电】", "【本报讯】", "【大纪元讯】", "【大纪元2月2日05月2日】"]
)
def test_a_dateline_without_a_readable_date_is_reported(printed: str) -> None:
    article = read_source(article_source(body(printed + NEWS, EDITOR), original=OLD))
    assert article.dateline_date is None
    assert article.published == article.url_date
    assert "broken-dateline" in article.warnings


@pytest.mark.parametrize(
    "opening",
    [
        "5月3日，村里的井修好了。",
        "（5月3日更新）村里的井修好了。",
        "2000年5月3日，村里的井修好了。",
        "【井】村里的人都来看。",
        "[图] 村里的井。",
    ],
)
def test_what_is_no_dateline_is_none(opening: str) -> None:
    article = read_source(article_source(body(opening, EDITOR), original=OLD))
    assert article.dateline_date is None
    assert "no-dateline" in article.warnings


# --- credits --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "people"),
    [
        ("（大纪元记者林小河台北报导）", ["林小河"]),
        ("（大紀元記者林小河綜合報導）", ["林小河"]),
        ("（大纪元特约记者林小河综合报导）", ["林小河"]),
        ("（中央社记者林小河台北3日电）", ["林小河"]),
        ("（中央社记者林小河台北三日电）", ["林小河"]),
        ("（中央社台北3日电）", []),
        ("（法新社华盛顿3日电）", []),
        ("〔自由时报记者林小河／台北报导〕", ["林小河"]),
        ("[记者林小河编译]", ["林小河"]),
        ("【大纪元记者林小河、周水报导】", ["林小河", "周水"]),
        ("（自由亚洲电台记者林小河采访报导）", ["林小河"]),
        ("（美国之音报导）", []),
        ("（英国广播公司报导）", []),
        ("（世界日报记者林小河纽约报导）", ["林小河"]),
        ("（大纪元讯）", []),
        ("（林小河编译）", ["林小河"]),
        ("（大纪元评论员林小河）", ["林小河"]),
        ("（英文大纪元City News Service报导／周水编译）", ["周水"]),
    ],
)
def test_credits_of_agencies_and_papers(printed: str, people: list[str]) -> None:
    article = read_source(article_source(body("【大纪元5月3日讯】" + printed + NEWS), original=OLD))
    assert (article.byline, article.reporters) == (printed, people)
    assert article.dateline_date == "2000-05-03"


@pytest.mark.parametrize(
    ("printed", "day"),
    [
        ("【大纪元记者林小河5月3日报导】", "2000-05-03"),
        ("【大纪元记者林小河2000年5月3日台北报导】", "2000-05-03"),
    ],
)
def test_a_dateline_that_names_its_reporter_is_the_credit(printed: str, day: str) -> None:
    article = read_source(article_source(body(printed + NEWS), original=OLD))
    assert (article.byline, article.reporters, article.dateline_date) == (printed, ["林小河"], day)


@pytest.mark.parametrize(
    ("lines", "byline", "people"),
    [
        (("作者：林小河", NEWS, EDITOR), "作者：林小河", ["林小河"]),
        (("文／林小河", NEWS, EDITOR), "文／林小河", ["林小河"]),
        (("作者：林小河", "井水", "【大纪元5月3日讯】" + NEWS), "作者：林小河", ["林小河"]),
        ((NEWS, "撰文：林小河、周水", EDITOR), "撰文：林小河、周水", ["林小河", "周水"]),
        ((NEWS, "（编译：林小河）", EDITOR), "（编译：林小河）", ["林小河"]),
        (("By Anne River", "The well works.", "It is deep."), "By Anne River", ["Anne River"]),
        (
            ("By Anne River and Bo Well, Staff", "The well works."),
            "By Anne River and Bo Well, Staff",
            ["Anne River", "Bo Well"],
        ),
    ],
)
def test_a_credit_in_a_line_of_its_own(
    lines: tuple[str, ...], byline: str, people: list[str]
) -> None:
    article = read_source(article_source(body(*lines), original=OLD))
    assert (article.byline, article.reporters) == (byline, people)
    assert "byline-apart" in article.warnings


@pytest.mark.parametrize(
    "line",
    ["记者：井有多深？", "作者：他说，井很深。", "文：井", "作者简介：林小河", "编译：井很深！"],
)
def test_who_speaks_in_an_interview_is_no_credit(line: str) -> None:
    article = read_source(article_source(body(NEWS, line, EDITOR), original=OLD))
    assert (article.byline, article.reporters) == ("", [])


# --- editors ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "people"),
    [
        ("（责任编辑：周水）", ["周水"]),
        ("(责任编辑:周水)", ["周水"]),
        ("責任編輯：周水", ["周水"]),
        ("(http://www.dajiyuan.com) 责任编辑：周水", ["周水"]),
        ("编辑：周水、林小河", ["周水", "林小河"]),
    ],
)
def test_old_editor_s_lines(line: str, people: list[str]) -> None:
    article = read_source(article_source(body(NEWS, line), original=OLD))
    assert article.editors == people
    assert "no-editor" not in article.warnings


@pytest.mark.parametrize(
    ("line", "people"),
    [("责任编辑：", []), ("责任编辑：#", []), ("周水#", ["周水"]), ("原文链接：周水#", ["周水"])],
)
def test_an_editor_s_line_in_part_is_reported(line: str, people: list[str]) -> None:
    article = read_source(article_source(body(NEWS, line), original=OLD))
    assert article.editors == people
    assert "broken-editor" in article.warnings


# --- other frames -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "element",
    [
        '<div id="artbody">',
        "<div id='artbody'>",
        '<div itemprop="articleBody">',
        '<div class="post_content">',
        '<div class="article post_content">',
    ],
)
def test_body_elements_of_other_forms(element: str) -> None:
    source = article_source(body("【大纪元5月3日讯】" + NEWS, EDITOR), original=OLD)
    source = source.replace(
        '<div class="post_content" id="artbody" itemprop="articleBody">', element
    )
    article = read_source(source)
    assert article.text == f"【大纪元5月3日讯】{NEWS}\n\n{EDITOR}"
    assert [image.featured for image in article.images] == [True]
    assert "no-body-element" not in article.warnings


def test_a_page_without_a_body_element_is_read_between_navigation_and_label() -> None:
    source = article_source(body("【大纪元5月3日讯】" + NEWS, EDITOR), original=OLD)
    source = source.replace(
        '<div class="post_content" id="artbody" itemprop="articleBody">', "<div>"
    )
    article = read_source(source)
    assert article.text == f"【大纪元5月3日讯】{NEWS}\n\n{EDITOR}"
    assert article.editors == ["周水"]
    assert [image.featured for image in article.images] == [True]
    assert article.original_url == OLD
    assert "no-body-element" in article.warnings


def test_pages_without_markup_or_at_the_top_are_not_claimed_for_their_label() -> None:
    page = "### 说明\n\n---\n\n#### [首页](..)\n\n{}\n\n---\n\n原文链接：" + OLD
    address = MIRROR.at("pages/ncid9001/n1.md")
    assert not isinstance(read(Page(address, page.format("没有标记").encode())), ArticlePage)
    address = MIRROR.at("ABOUT.md")
    found = read(Page(address, page.format("<p>说明</p>").encode()))
    assert isinstance(found, (Unknown, IndexPage))


def test_a_body_of_that_name_without_a_label_is_another_site_s() -> None:
    source = "# A site\n\n<div class='post_content'><p>Words.</p></div>\n"
    assert isinstance(read(Page(MIRROR.at("pages/ncid9001/n1.md"), source.encode())), Unknown)


def test_traditional_and_english_pages_have_their_language() -> None:
    traditional = read_source(
        article_source(
            body("【大紀元5月3日訊】村裡的井修好了，大家來看。", "責任編輯：周水"),
            original=OLD.replace("/gb/", "/b5/"),
            label="原文鏈接（需翻牆）：",
        )
    )
    assert (traditional.language, traditional.editors) == ("zh-Hant", ["周水"])
    assert traditional.url_date == "2000-05-03"
    english = read_source(
        article_source(body("The well in the village has been mended."), title="A well")
    )
    assert (english.language, english.title) == ("en", "A well")
    assert {"no-dateline", "no-editor"} <= set(english.warnings)


# --- the same of the other family --------------------------------------------------------------


@pytest.mark.parametrize(
    "printed",
    ["【明慧网2003年5月3日】", "【明慧网二零零三年五月三日】", "【明慧網二〇〇三年五月三日訊】"],
)
def test_old_datelines_of_minghui(printed: str) -> None:
    article = read_minghui(
        minghui_source(
            f" {printed}村里的井修好了。",
            original="http://www.minghui.org/mh/articles/2003/5/3/12345.html",
        )
    )
    assert (article.dateline_date, article.url_date) == ("2003-05-03", "2003-05-03")
    assert not [code for code in article.warnings if "dateline" in code]


def test_a_credit_in_square_brackets_after_a_dateline() -> None:
    article = read_minghui(
        minghui_source(" 【明慧网二零二零年一月三日】【明慧记者林小河台北报导】村里的井修好了。")
    )
    assert (article.byline, article.reporters) == ("【明慧记者林小河台北报导】", ["林小河"])


# --- what both have in common ------------------------------------------------------------------


def test_references_in_a_title_are_the_characters_they_stand_for() -> None:
    article = read_source(article_source(title="井&#183;水 A&amp;B &copy; AT&T &nosuch; &#160;深"))
    assert article.title == "井·水 A&B © AT&T &nosuch; 深"


def test_a_processing_instruction_is_a_comment() -> None:
    article = read_source(article_source(body("井<?if !support?>水<!-- <?x -->深")))
    assert article.text == "井水深"
    assert "support" not in article.html


def test_related_posts_are_furniture() -> None:
    after = '<div class="related-posts"><h4>Related Posts</h4><ul><li>别的井</li></ul></div>'
    article = read_source(article_source(body(NEWS, EDITOR) + after))
    assert article.text == f"{NEWS}\n\n{EDITOR}"
    assert "别的井" not in article.html
    assert "furniture" in article.warnings
    assert set(article.warnings) <= set(MEANINGS)
