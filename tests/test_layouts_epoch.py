"""An article page of the ``epoch`` layout, field by field."""

from __future__ import annotations

import pytest

from mirror.items import encode
from mirror.layouts import Page, Unknown, read
from mirror.layouts.warnings import MEANINGS
from mirror.pipelines.normalise import normalise
from mirror.pipelines.originals import resolve_originals
from tests.epoch_pages import (
    FEATURED,
    MIRROR,
    ORIGINAL,
    PARAGRAPHS,
    TAG,
    article_source,
    read_body,
    read_source,
)


def test_an_ordinary_page_gives_every_field() -> None:
    article = read_source(article_source())

    assert (article.id, article.channel, article.layout) == ("n9000001", "ncid9001", "epoch")
    assert article.mirror == "github.com/village/evening-news"
    assert article.url.endswith("/pages/ncid9001/n9000001.md")
    assert article.original_url == ORIGINAL
    assert article.title == "图书馆开门"
    assert (article.published, article.dateline_date, article.url_date) == ("2024-03-05",) * 3
    assert article.byline == "（大纪元记者林小河采访报导）"
    assert article.reporters == ["林小河"]
    assert article.editors == ["周水"]
    assert article.language == "zh-Hans"
    assert article.extractor == "epoch/3"
    assert article.warnings == []
    assert (article.text_digest, article.capture, article.git) == ("", None, None)


def test_text_holds_dateline_byline_and_editor_but_not_the_featured_caption() -> None:
    assert read_source(article_source()).text == (
        "【大纪元2024年03月05日讯】（大纪元记者林小河采访报导）村里的图书馆今天开门。\n\n责任编辑：周水#"
    )


def test_ok_elements_are_links_again() -> None:
    article = read_source(article_source())
    assert f'村里的<a href="{TAG}">图书馆</a>今天开门' in article.html
    assert [(link.href, link.text) for link in article.links] == [(TAG, "图书馆")]


def test_furniture_is_in_neither_text_nor_markup() -> None:
    article = read_source(
        article_source(after="<img src='http://b.example.org/p.md' width='0px' height='0px'/>")
    )
    for field in (article.text, article.html):
        assert "首页" not in field
        assert "原文链接" not in field
        assert "below_article_ad" not in field
        assert "article content" not in field
        assert "---" not in field
    assert [image.featured for image in article.images] == [True]


def test_the_featured_picture_has_its_caption_and_credit_apart() -> None:
    (image,) = read_source(article_source()).images
    assert image.url == "https://i.example.org/2024/03/library-600x400.jpg"
    assert image.original_url == "https://i.example.org/2024/03/library.jpg"
    assert (image.alt, image.caption, image.credit) == (
        "图书馆开门",
        "清晨的图书馆。",
        "林小河／提供",
    )


def test_a_caption_in_a_paragraph_with_windows_line_ends() -> None:
    featured = FEATURED.replace(" 清晨的图书馆。", " <p>\r\n  清晨的\r\n图书馆。").replace(
        "提供）", "提供）\r\n </p>"
    )
    (image,) = read_source(article_source(featured=featured)).images
    assert (image.caption, image.credit) == ("清晨的图书馆。", "林小河／提供")


@pytest.mark.parametrize(
    ("label", "original", "end"),
    [
        ("原文链接（需翻墙）：", ORIGINAL, ""),
        ("原文链接：", ORIGINAL, ""),
        ("原文链接（需翻墙）：", ORIGINAL, " \n"),
        ("原文链接:", f" {ORIGINAL}", "\r\n"),
        ("原文链接（需翻墙）：\n", ORIGINAL, "\n\n"),
    ],
)
def test_the_original_url_after_every_form_of_its_label(
    label: str, original: str, end: str
) -> None:
    article = read_source(article_source(label=label, original=original, end=end))
    assert article.original_url == ORIGINAL
    assert "no-original" not in article.warnings


def test_the_last_label_counts_when_the_words_stand_in_the_body() -> None:
    body = f"{PARAGRAPHS}<p>原文链接：https://www.example.org/gb/1/1/1/n1.htm</p><p>原文链接：周水#◇</p>"
    article = read_body(body)
    assert article.original_url == ORIGINAL
    assert article.text.endswith("原文链接：周水#◇")
    assert "phrase-in-body" in article.warnings


def test_a_page_without_original_is_still_an_article() -> None:
    article = read_source(article_source(label="", original=""))
    assert article.original_url == ""
    assert article.id == "n9000001"
    assert article.url_date is None
    assert article.published == "2024-03-05"
    assert "no-original" in article.warnings


@pytest.mark.parametrize("place", ["top", "after"])
def test_a_beacon_is_no_picture_wherever_it_stands(place: str) -> None:
    beacon = "<img src='http://b.example.org/p.md' width='0px' height='0px'/>"
    source = f"{beacon}\n{article_source()}" if place == "top" else article_source(after=beacon)
    article = read_source(source)
    assert len(article.images) == 1
    assert article.title == "图书馆开门"
    assert article.warnings == []


@pytest.mark.parametrize(
    "title",
    ["（图）茶园的春天（上）", "桥, 船与[渡口]", "C&D 与 A<B 的比较", "【晚间】雨 ……雪"],
)
def test_titles_are_taken_as_they_stand(title: str) -> None:
    assert read_source(article_source(title=title)).title == title


@pytest.mark.parametrize("space", ["\xa0", "\u3000", " \xa0"])
def test_the_first_heading_is_the_title_whatever_space_follows_its_mark(space: str) -> None:
    source = article_source().replace("### ", f"###{space}", 1)
    assert read_source(source).title == "图书馆开门"


def test_titles_lose_invisible_characters_and_odd_spaces() -> None:
    article = read_source(article_source(title="\u200b茶园\xa0的\u202d春天\u202c \xa0"))
    assert article.title == "茶园 的春天"
    assert "invisible-characters" in article.warnings


# --- text --------------------


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>\n 读\n <b>\n  书\n </b>\n 会\n</p>", "读书会"),
        ("<p>\n The\n <b>\n  tea\n </b>\n garden\n</p>", "The tea garden"),
        ("<p>\n The\n <b>\n  tea\n </b>\n , then\n</p>", "The tea, then"),
        ("<p>\n 喝\n <b>\n  tea\n </b>\n 吧\n</p>", "喝tea吧"),
        ("<p>un<b>believ</b>able</p>", "unbelievable"),
        ("<p>\n CO\n <sub>\n  2\n </sub>\n</p>", "CO2"),
        ("<p>甲<br/>乙</p>", "甲\n乙"),
        ("<p>甲<br/><br/>乙</p>", "甲\n\n乙"),
        ("<p>甲</p><p> \xa0 </p><p></p><p>乙</p>", "甲\n\n乙"),
        ("<p>甲<p>乙</p></p>丙", "甲\n\n乙\n\n丙"),
        ("<ul><li>甲</li><li>乙</li></ul>", "甲\n\n乙"),
        (
            "<table><tr><td>甲</td><td>1</td></tr><tr><td>乙</td><td>2</td></tr></table>",
            "甲\t1\n\n乙\t2",
        ),
        ("<table><tr><td>甲</td><td><p>1</p></td><td>乙</td></tr></table>", "甲\n\n1\n\n乙"),
        ("<blockquote><p>甲</p></blockquote><h1>乙</h1>", "甲\n\n乙"),
        ("<p>甲　乙&nbsp;丙  丁</p>", "甲 乙 丙 丁"),
        ("<p>&lt;b&gt; &amp;amp; 茶</p>", "<b> &amp; 茶"),
        ("<p>茶\u200b园\x08的\u202d水\u202c</p>", "茶园的水"),
        ("<style>p { color: red }</style><script>var a = '<p>';</script><p>甲</p>", "甲"),
        ("<style><!-- </style><p>甲</p><!-- --><p>乙</p>", "甲\n\n乙"),
        ("<p>甲</p><noscript><p>乙</p></noscript><p>丙</p>", "甲\n\n丙"),
        ("<p>甲<noscript>乙<br/></noscript>丙</p>", "甲丙"),
        ("<p>茶\u2028园<b>水</b></p>", "茶园水"),
        (
            "<p>甲</p><video><source src='https://v.example.org/a.mp4' type='video/mp4'/></video>",
            "甲",
        ),
    ],
)
def test_text_of(body: str, text: str) -> None:
    assert read_body(body).text == text


def test_a_line_of_injected_markdown_links_is_taken_out() -> None:
    body = (
        "<p>\n  甲\n </p>\n#### [热门 视频](http://192.0.2.1:81/a.html?b?c)\n"
        "[![图](http://192.0.2.1/a.png)](http://192.0.2.1/) | [二](http://192.0.2.1/2)\n"
        " <p>\n  乙\n </p>"
    )
    article = read_body(body)
    assert article.text == "甲\n\n乙"
    assert "192.0.2.1" not in article.html
    assert "advertisement" in article.warnings


def test_brackets_in_a_sentence_are_no_advertisement() -> None:
    article = read_body("<p>他写道 [见图](第二页) 然后离开</p>")
    assert article.text == "他写道 [见图](第二页) 然后离开"
    assert "advertisement" not in article.warnings


def test_a_nested_body_is_part_of_the_body() -> None:
    article = read_body('<p>甲</p><div class="column" id="artbody"><p>乙</p></div><p>丙</p>')
    assert article.text == "甲\n\n乙\n\n丙"
    assert "nested-body" in article.warnings


def test_a_body_that_is_never_closed_ends_before_the_label() -> None:
    source = (
        article_source()
        .replace("</div>\n\n\n---", "\n\n---")
        .replace('<div id="below_article_ad">\n </div>\n', "")
    )
    article = read_source(source)
    assert article.text.endswith("责任编辑：周水#")
    assert "body-not-closed" in article.warnings


def test_a_missing_end_comment_changes_nothing_else() -> None:
    article = read_source(article_source().replace(" <!-- article content end -->\n", ""))
    assert article.text == read_source(article_source()).text
    assert article.warnings == ["no-end-comment"]


def test_words_in_a_broken_tag_are_not_invented_into_the_text() -> None:
    article = read_body('<p>甲<img src="https://i.example.org/a.jpg" 乙丙：<a=""/>丁</p>')
    assert article.text == "甲丁"
    assert "swallowed-text" in article.warnings


def test_bytes_that_are_not_utf8_are_replaced_and_reported() -> None:
    article = read_source(article_source().encode().replace("今天".encode(), b"\xe4\xbb\xff"))
    assert "图书馆\ufffd" in article.text
    assert "invalid-utf8" in article.warnings


# --- pictures, links, media --------------------


def test_a_figure_gives_caption_credit_and_the_full_size_behind_its_anchor() -> None:
    article = read_body(
        '<figure class="wp-caption"><ok href="https://i.example.org/a.jpg"><img alt="茶" '
        'src="https://i.example.org/a-600x337.jpg"/></ok><br/><figcaption>茶园。(Lin/提供)</figcaption>'
        "</figure>"
    )
    image = article.images[1]
    assert (image.original_url, image.caption, image.credit) == (
        "https://i.example.org/a.jpg",
        "茶园。",
        "Lin/提供",
    )
    assert not image.featured
    assert article.text == "茶园。(Lin/提供)"


def test_two_pictures_in_a_figure_share_its_caption() -> None:
    article = read_body(
        "<figure><img src='https://i.example.org/a.jpg'/><img src='https://i.example.org/b.jpg'/>"
        "<figcaption>两座桥</figcaption></figure><p><img src='https://i.example.org/c.jpg'/></p>"
    )
    assert [image.caption for image in article.images[1:]] == ["两座桥", "两座桥", ""]


def test_nested_anchors_and_empty_ones_are_all_links() -> None:
    article = read_body(
        '<p><ok href="https://a.example.org/">甲<ok href="https://b.example.org/">乙</ok></ok>'
        '<a name="x">丙</ok><ok href=""></ok></p>'
    )
    assert [(link.href, link.text) for link in article.links] == [
        ("https://a.example.org/", "甲"),
        ("https://b.example.org/", "乙"),
        ("", ""),
    ]


def test_embedded_video_files_are_videos_and_sound_is_not() -> None:
    article = read_body(
        '<video src="https://v.example.org/a.mp4"></video>'
        '<audio><source src="https://v.example.org/a.mp3" type="audio/mpeg"/></audio>'
    )
    assert article.videos == ["https://v.example.org/a.mp4"]


def test_words_for_browsers_that_cannot_play_are_in_neither_text_nor_markup() -> None:
    article = read_body(
        '<p>甲</p><audio controls=""><source src="https://v.example.org/a.mp3"/>'
        '<a href="https://v.example.org/a.mp3">听 a.mp3</a></audio>'
        '<video><p>不能播放</p></video><noscript><img src="https://i.example.org/b.jpg"/>无</noscript>'
        "<p>乙</p>"
    )
    assert article.text == "甲\n\n乙"
    for words in ("听", "不能播放", "无"):
        assert words not in article.html
    assert "https://v.example.org/a.mp3" in article.html
    assert [link.href for link in article.links] == ["https://v.example.org/a.mp3"]
    assert [image.url for image in article.images][-1] == "https://i.example.org/b.jpg"


def test_handlers_are_reported() -> None:
    assert "active-content" in read_body('<p onclick="go()">甲</p>').warnings


# --- the whole way --------------------


def test_every_warning_has_a_meaning_and_every_article_fits_the_schema() -> None:
    sources = [
        article_source(),
        article_source("", title="", featured="", label="", original=""),
        article_source("<b>" * 500 + "甲<ok href='x'>", original="https://x.example.org/a b.htm"),
        article_source("<p>【大纪元2月2日05月2日】甲</p><div>", end="\x00"),
    ]
    for source in sources:
        article = read_source(source)
        address = MIRROR.at("pages/ncid9001/n9000001.md")
        assert set(article.warnings) <= set(MEANINGS)
        assert encode(resolve_originals(normalise(article), address))


@pytest.mark.parametrize(
    "body", [b"", b"   \n", b"# News\n\nat [home](https://example.org/)\n", b"\xff\xfe"]
)
def test_other_pages_are_unknown_with_a_reason(body: bytes) -> None:
    found = read(Page(MIRROR.at("README.md"), body))
    assert isinstance(found, Unknown)
    assert ": " in found.reason
