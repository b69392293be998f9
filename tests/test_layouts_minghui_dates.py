"""Datelines in Chinese numerals, and the credits behind them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirror.layouts.datelines import dateline, number
from mirror.layouts.minghui_credits import byline, reporters
from tests.minghui_pages import article_source, read_body, read_source

DIGITS = "零一二三四五六七八九"


def spelt(value: int) -> str:
    """A number up to 99 as it is spoken: 十, 十二, 二十, 三十一."""
    tens, ones = divmod(value, 10)
    if not tens:
        return DIGITS[ones]
    return ("" if tens == 1 else DIGITS[tens]) + "十" + (DIGITS[ones] if ones else "")


def printed(day: date) -> str:
    year = "".join(DIGITS[int(digit)] for digit in str(day.year))
    return f"{year}年{spelt(day.month)}月{spelt(day.day)}日"


@given(st.dates(date(1999, 1, 1), date(2099, 12, 31)))
def test_any_date_is_read_back(day: date) -> None:
    line = dateline(f"【明慧网{printed(day)}】正文")
    assert (line.date, line.sound, line.printed) == (day, True, True)


@given(st.dates(date(1999, 1, 1), date(2099, 12, 31)), st.data())
def test_white_space_from_torn_tags_changes_nothing_but_the_end(
    day: date, data: st.DataObject
) -> None:
    whole = f"【明慧网{printed(day)}】"
    spaces = st.sampled_from(("", "", "", " ", "\n", "\n\n"))
    torn = "".join(sign + data.draw(spaces) for sign in whole[:-1]) + whole[-1]
    line = dateline(f"{torn}正文")
    assert (line.date, line.end) == (day, len(torn))


@given(st.text(max_size=60))
def test_any_text_is_answered(text: str) -> None:
    line = dateline(text)
    assert 0 <= line.end <= len(text)
    assert dateline(f"【明慧网{text}年一月三日】").end >= 0


@pytest.mark.parametrize(
    ("text", "day", "sound"),
    [
        ("【明慧网二〇二〇年一月三日】", date(2020, 1, 3), True),
        ("【明慧网二○二○年一月廿三日】", date(2020, 1, 23), True),
        ("【明慧网二零二一年十二月卅一日】", date(2021, 12, 31), True),
        ("【明慧网１９９９年７月１８日】", date(1999, 7, 18), True),
        ("【明慧网1999年7月18日】", date(1999, 7, 18), True),
        ("【明慧网一九年十月二十日】", date(2019, 10, 20), True),
        ("【大纪元2020年03月08日讯】", date(2020, 3, 8), True),
        ("【希望之声2019年11月28日】", date(2019, 11, 28), True),
        ("编者：【明慧网二零二零年一月三日】", date(2020, 1, 3), False),
        ("【明慧网二零二零年一月三日（明慧记者甲乙报道）", date(2020, 1, 3), False),
        ("【明慧网二零二零年十三月三日】", None, False),
        ("【明慧网二零二零年二月三十日】", None, False),
        ("大纪元2020年03月08日讯】", date(2020, 3, 8), False),
        ("没有日期", None, False),
    ],
)
def test_datelines_as_they_are_printed(text: str, day: date | None, sound: bool) -> None:
    line = dateline(text)
    assert (line.date, line.sound) == (day, sound)


@pytest.mark.parametrize(
    ("numeral", "value"),
    [
        *[("十", 10), ("十九", 19), ("三十", 30), ("廿", 20), ("廿一", 21), ("卅", 30), ("○三", 3)],
        *[("十十", None), ("二廿", None), ("十二三", None), ("", None), ("甲", None)],
    ],
)
def test_numerals(numeral: str, value: int | None) -> None:
    assert number(numeral) == value


def test_a_dateline_broken_by_tags_is_read() -> None:
    article = read_body("<p>【明慧网<b>二零二零</b>年\n<font>一月</font>三日】<br/>甲</p>")
    assert article.dateline_date == "2020-01-03"
    assert article.warnings == []


def test_a_misprinted_dateline_gives_way_to_the_original() -> None:
    far = read_source(article_source("【明慧网二零一零年一月三日】甲"))
    assert (far.dateline_date, far.published) == ("2010-01-03", "2020-01-03")
    assert far.warnings == ["distant-dateline"]
    broken = read_source(article_source("【明慧网二零二零年十三月三日】甲"))
    assert (broken.dateline_date, broken.published) == (None, "2020-01-03")
    assert broken.warnings == ["broken-dateline"]
    none = read_source(article_source("<p>甲</p>"))
    assert (none.published, none.warnings) == ("2020-01-03", ["no-dateline"])


@pytest.mark.parametrize(
    ("text", "credit", "people"),
    [
        (
            "（明慧记者林小河、周水台湾综合报道）甲",
            "（明慧记者林小河、周水台湾综合报道）",
            ["林小河", "周水"],
        ),
        ("(明慧记者林小河报道)甲", "(明慧记者林小河报道)", ["林小河"]),
        ("（明慧之窗记者林小河）甲", "（明慧之窗记者林小河）", ["林小河"]),
        ("（明慧记者林小河摘译）甲", "（明慧记者林小河摘译）", ["林小河"]),
        ("（明慧记者何田瑞典斯德哥尔摩报道）甲", "（明慧记者何田瑞典斯德哥尔摩报道）", ["何田"]),
        ("（明慧台湾记者站周水综合报导）甲", "（明慧台湾记者站周水综合报导）", ["周水"]),
        ("（大纪元法国记者站蒙彼利埃报导）甲", "（大纪元法国记者站蒙彼利埃报导）", []),
        ("（明慧澳洲记者站报道）甲", "（明慧澳洲记者站报道）", []),
        ("（明慧记者美国德克萨斯州报道）甲", "（明慧记者美国德克萨斯州报道）", []),
        ("（明慧网通讯员河北报道）甲", "（明慧网通讯员河北报道）", []),
        ("（明慧网通讯员中国大陆综合报道）甲", "（明慧网通讯员中国大陆综合报道）", []),
        ("（明慧网通讯员吉林省报道）甲", "（明慧网通讯员吉林省报道）", []),
        ("（明慧通讯员周小水报导）甲", "（明慧通讯员周小水报导）", ["周小水"]),
        ("（明慧记者周水台湾嘉义报导）甲", "（明慧记者周水台湾嘉义报导）", ["周水"]),
        ("（明慧记者周水加州首府报道）甲", "（明慧记者周水加州首府报道）", ["周水"]),
        ("（明慧记者周水佛蒙特州小河市报道）甲", "（明慧记者周水佛蒙特州小河市报道）", ["周水"]),
        (
            "（明慧记者周水、林小河综合述评）甲",
            "（明慧记者周水、林小河综合述评）",
            ["周水", "林小河"],
        ),
        ("（明慧通讯员来稿）甲", "（明慧通讯员来稿）", []),
        ("〖中国大陆来稿〗甲", "〖中国大陆来稿〗", []),
        ("（明慧评论）甲", "（明慧评论）", []),
        ("（接上文）甲", "", []),
        ("（一）甲", "", []),
        ("甲（明慧记者林小河报道）", "", []),
    ],
)
def test_credits_as_they_are_printed(text: str, credit: str, people: list[str]) -> None:
    assert byline(text) == credit
    assert reporters(credit) == people
