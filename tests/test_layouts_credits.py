"""Dates, people, pictures and languages, from the forms in which they are printed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirror.layouts.characters import composed, is_plain, joint, one_line, visible
from mirror.layouts.credits import byline, editors, reporters
from mirror.layouts.datelines import dateline
from mirror.layouts.dates import published, url_date
from mirror.layouts.language import language
from mirror.layouts.pictures import caption_and_credit, full_size


@pytest.mark.parametrize(
    ("text", "sound"),
    [
        ("【大纪元2024年03月05日讯】村里", True),
        ("【大纪元2024年3月5日讯】村里", True),
        ("【大紀元2024年03月05日訊】村裡", True),
        ("【晨报2024年03月05日讯】村里", True),
        ("【大纪元 2024年 03月05日讯】村里", True),
        ("【大纪元20 24年0 3月 05日讯 】村里", False),
        ("【大纪元2024年03月05日讯（大纪元记者林小河报导）村里", False),
        ("大纪元2024年03月05日讯】村里", False),
        ("【2024年03月05日讯】村里", False),
        ("【大纪元2024年03月05日】村里", True),
        ("它【大纪元2024年03月05日讯】村里", False),
    ],
)
def test_datelines_whole_and_broken(text: str, sound: bool) -> None:
    line = dateline(text)
    assert (line.date, line.sound, line.printed) == (date(2024, 3, 5), sound, True)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("【大纪元2月2日05月2日】村里", True),
        ("【大纪元2024年13月45日讯】村里", True),
        ("大家好，今天说桥。", False),
        ("", False),
    ],
)
def test_datelines_without_a_date(text: str, printed: bool) -> None:
    line = dateline(text)
    assert (line.date, line.printed) == (None, printed)


def test_a_byline_after_a_dateline_without_date_is_found() -> None:
    text = "【大纪元2月2日05月2日】（大纪元记者林小河报导）村里"
    assert byline(text[dateline(text).end :]) == "（大纪元记者林小河报导）"


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://www.epochtimes.com/gb/24/3/5/n9000001.htm", date(2024, 3, 5)),
        ("https://www.example.org/b5/2024/03/05/a1.html", date(2024, 3, 5)),
        ("https://www.example.org/gb/24/13/5/n9.htm", None),
        ("https://www.example.org/", None),
    ],
)
def test_the_date_in_an_original_url(url: str, day: date | None) -> None:
    assert url_date(url) == day


def test_published_is_the_dateline_unless_it_is_far_from_the_url() -> None:
    in_url = date(2024, 3, 5)
    assert published(date(2024, 3, 6), in_url) == date(2024, 3, 6)
    assert published(date(2023, 3, 6), in_url) == in_url
    assert published(None, in_url) == in_url
    assert published(date(2024, 3, 6), None) == date(2024, 3, 6)
    assert published(None, None) is None


@pytest.mark.parametrize(
    ("credit", "people"),
    [
        ("（大纪元记者林小河综合报导）", ["林小河"]),
        ("(大纪元记者林小河采访报导）", ["林小河"]),
        ("（大纪元记者林小河、周水采访报导）", ["林小河", "周水"]),
        ("（大纪元记者林小河和周小水采访报导）", ["林小河", "周小水"]),
        ("（大纪元记者林和平报导）", ["林和平"]),
        ("（大纪元记者林小河 周水采访报导）", ["林小河", "周水"]),
        ("（大纪元专题部记者林小河综合报导）", ["林小河"]),
        ("（英文大纪元记者Ann A. Brook报导／周水编译）", ["Ann A. Brook", "周水"]),
        ("（英文大纪元记者Ann Brook和Bo Hill报导/周水编译）", ["Ann Brook", "Bo Hill", "周水"]),
        ("（大纪元专栏作家Ann Brook撰文／周水翻译）", ["Ann Brook", "周水"]),
        ("（大纪元记者林小河美国洛杉矶报导）", ["林小河"]),
        ("（大纪元记者林小河华盛顿DC报导）", ["林小河"]),
        ("（大纪元林小河综合报导）", ["林小河"]),
        ("（大纪元记者林小河艾尔蒙地报导）", ["林小河"]),
        ("（大纪元记者周水纽约小鹿园报导）", ["周水"]),
        ("（大纪元记者林小河加州首府沙加缅度采访报导）", ["林小河"]),
        ("（大纪元记者林小河圣贝纳迪诺县报导）", ["林小河"]),
        ("（大纪元记者林小河、周水 台湾台北综合报导）", ["林小河", "周水"]),
        ("（大纪元记者美国报导）", []),
        ("（大纪元记者台湾台北报导）", []),
        ("（大纪元记林小河编译报导）", ["林小河"]),
        ("（大纪元记者周水采访报答）", ["周水"]),
        ("（大纪元记者综合报导林小河）", ["林小河"]),
        ("（英文大纪元记者安娜‧布鲁克报导／周水编译）", ["安娜‧布鲁克", "周水"]),
        ("（大纪元记者奥斯汀‧布鲁克、安娜·悉尼报导）", ["奥斯汀‧布鲁克", "安娜·悉尼"]),
        ("（大纪元香港新闻中心报导）", []),
        ("（大纪元纽约记者站报导）", []),
    ],
)
def test_the_people_of_a_byline(credit: str, people: list[str]) -> None:
    assert byline(f" {credit}村里") == credit
    assert reporters(credit) == people


@pytest.mark.parametrize(
    "text", ["（晚间新闻3月5日完整版）村里", "村里（记者林小河报导）", "（未完", ""]
)
def test_what_is_no_byline(text: str) -> None:
    assert byline(text) == ""


@pytest.mark.parametrize(
    ("line", "people"),
    [
        ("责任编辑：周水#", ["周水"]),
        ("责任编辑：周水 ＃◇", ["周水"]),
        ("责任编辑：周水@", ["周水"]),
        ("责任编辑；周水。", ["周水"]),
        ("责任编辑·：周水", ["周水"]),
        ("责任编辑 ： 周水", ["周水"]),
        ("责王编辑：周水", ["周水"]),
        ("責任編輯：周水", ["周水"]),
        ("责任编辑：周水、林小河/王山#", ["周水", "林小河", "王山"]),
        ("文字整理：林小河；责任编辑：周水 ＃", ["林小河", "周水"]),
        ("图文整理：林小河，责任编辑：周水 #", ["林小河", "周水"]),
        ("文章整理：林小河；责任编辑：周水 #◇", ["林小河", "周水"]),
        ("文字改写：林小河、责任编辑：周水#", ["林小河", "周水"]),
        ("责任编辑：责任编辑：周水#", ["周水"]),
        ("责任编辑：：周水#", ["周水"]),
        ("任编辑：周水#", ["周水"]),
        ("责任 编辑：周水", ["周水"]),
        ("《桥》制作组 责任编辑：周水#", ["周水"]),
        ("村里的桥有三座，" * 40 + "都是石头的 ◇责任编辑：周水", ["周水"]),
        ("责任编辑：", []),
        ("责任编辑：Ann Brook#", ["Ann Brook"]),
    ],
)
def test_the_editor_s_line_in_its_variants(line: str, people: list[str]) -> None:
    found = editors(["甲。", line, "关注我们"])
    assert (found.editors, found.block) == (people, 1)


@pytest.mark.parametrize(
    "line",
    [
        "他是本报的责任编辑：这件事人人知道。",
        "责任人法官：林小河",
        "责任者：林小河",
        "负责：林小河",
    ],
)
def test_what_is_no_editor_s_line(line: str) -> None:
    assert editors([line]).block == -1


@pytest.mark.parametrize(
    ("src", "anchor", "original"),
    [
        ("https://i.example.org/a-600x400.jpg", "", "https://i.example.org/a.jpg"),
        ("https://i.example.org/a-600x400-1.jpg", "", "https://i.example.org/a.jpg"),
        (
            "https://i.example.org/a-600x400.jpg",
            "https://i.example.org/a.jpg",
            "https://i.example.org/a.jpg",
        ),
        # The page itself says that the sized name is that of the whole file.
        (
            "//i.example.org/a-600x400.jpg",
            "https://i.example.org/a-600x400.jpg",
            "https://i.example.org/a-600x400.jpg",
        ),
        # An edit is another file, and so is whatever else the anchor leads to.
        (
            "https://i.example.org/a-600x400.jpg",
            "https://i.example.org/a-e1591716028541.jpg",
            "https://i.example.org/a.jpg",
        ),
        (
            "https://i.example.org/a-e1591716028541-600x400.jpg",
            "",
            "https://i.example.org/a-e1591716028541.jpg",
        ),
        (
            "https://i.example.org/a-600x400.jpg",
            "https://shop.example.org/",
            "https://i.example.org/a.jpg",
        ),
        (
            "https://i.example.org/a-1-180-600x370-2-1-600x370.jpg",
            "",
            "https://i.example.org/a-1-180-600x370-2-1.jpg",
        ),
        ("https://i.example.org/a.jpg", "", "https://i.example.org/a.jpg"),
    ],
)
def test_the_full_size_of_a_picture(src: str, anchor: str, original: str) -> None:
    assert full_size(src, anchor) == original


@pytest.mark.parametrize(
    ("printed", "caption", "credit"),
    [
        ("茶园。（林小河／提供）", "茶园。", "林小河／提供"),
        ("茶园。(Ann (Bo)/Photos)", "茶园。", "Ann (Bo)/Photos"),
        ("茶园（左）", "茶园（左）", ""),
        ("茶园（春天）的早晨", "茶园（春天）的早晨", ""),
        ("（提供）", "", "提供"),
        ("", "", ""),
    ],
)
def test_caption_and_credit_apart(printed: str, caption: str, credit: str) -> None:
    assert caption_and_credit(printed) == (caption, credit)


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("村里的图书馆今天开门，读书会还会继续。", "zh-Hans"),
        ("村裡的圖書館今天開門，讀書會還會繼續。", "zh-Hant"),
        ("The village library opens today.", "en"),
        ("人山口大小", "zh"),
        ("図書館はきょうから、あたらしくなりました", "ja"),
        ("123 …", ""),
        ("", ""),
    ],
)
def test_the_language_of_a_text(text: str, tag: str) -> None:
    assert language(text) == tag


@given(st.text())
def test_visible_text_can_be_stored_and_stays_as_it_is(text: str) -> None:
    shown = visible(text)
    shown.encode()
    assert visible(shown) == shown
    assert composed(composed(shown)) == composed(shown)


@given(st.text())
def test_one_line_is_one_line(text: str) -> None:
    line = one_line(text)
    assert line == line.strip()
    assert "\n" not in line
    assert "  " not in line
    assert one_line(line) == line


@given(st.text())
def test_plain_text_is_what_needs_no_cleaning(text: str) -> None:
    if is_plain(text):
        assert visible(text) == text


def test_joints() -> None:
    assert joint("茶", "a") == joint("a", "茶") == joint("a", ",") == joint("(", "a") == ""
    assert joint("a", "b") == joint(",", "b") == " "
