"""An article page of the ``minghui`` layout, field by field."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from mirror.items import encode
from mirror.layouts import Page, Unknown, read
from mirror.layouts.warnings import MEANINGS
from mirror.pipelines.normalise import normalise
from mirror.pipelines.originals import resolve_originals
from tests.minghui_pages import (
    BODY,
    FEATURE,
    MIRROR,
    NAVIGATION,
    ORIGINAL,
    PATH,
    RULE,
    article_source,
    read_body,
    read_source,
    sharing,
)

EPOCH_ORIGINAL = "https://www.epochtimes.com/gb/20/3/13/n9000002.htm"
EPOCH_PATH = "pages/nf4780/n9000002.md"
EPOCH_BODY = """ <p>
  【大纪元2020年03月13日讯】（大纪元记者林小河悉尼报导）台上的
  <ok href="https://www.epochtimes.com/gb/tag/%E7%81%AF.html">
   灯
  </ok>
  亮了。
 </p>
 <p>
  责任编辑：周水
 </p>
"""


def test_an_ordinary_page_gives_every_field() -> None:
    article = read_source(article_source())

    assert (article.id, article.channel, article.layout) == ("900001", "140", "minghui")
    assert article.mirror == "github.com/village/harvest-news"
    assert article.url.endswith("/harvest-news/master/pages/140/900001.md")
    assert article.page_url.endswith("/harvest-news/blob/master/pages/140/900001.md")
    assert article.original_url == ORIGINAL
    assert article.title == "村里的桥"
    assert (article.published, article.dateline_date, article.url_date) == ("2020-01-03",) * 3
    assert article.byline == "（明慧记者林小河、周水综合报道）"
    assert article.reporters == ["林小河", "周水"]
    assert article.editors == []
    assert article.language == "zh-Hans"
    assert article.extractor == "minghui/3"
    assert article.warnings == []
    assert (article.text_digest, article.capture, article.git) == ("", None, None)


def test_text_holds_every_paragraph_once_and_no_furniture() -> None:
    assert read_source(article_source()).text == (
        "【明慧网二零二零年一月三日】（明慧记者林小河、周水综合报道）村里的木桥修好了。\n\n"
        "第二段。\n\n图1：新桥\n\n第三段。"
    )


def test_nested_paragraphs_are_paragraphs_side_by_side() -> None:
    assert "<p>\n" not in read_source(article_source()).html.replace("</p>\n", "")
    assert read_body("<p>甲<p>乙<p>丙</p></p></p>").html == "<p>甲</p>\n<p>乙</p>\n<p>丙</p>"


def test_disguised_links_are_links_again() -> None:
    article = read_source(article_source())
    assert [(link.href, link.text) for link in article.links] == [
        ("http://www.minghui.org/mh/glossary.html#1", "木桥"),
        ("http://www.minghui.org/mh/article_images/2020-1-2-bridge_01.jpg", ""),
    ]
    assert '<a href="http://www.minghui.org/mh/glossary.html#1">木桥</a>修好了' in article.html
    assert "<ok" not in article.html


def test_a_span_without_an_address_is_no_link() -> None:
    assert read_body('<span class="st">甲</span>').links == []


def test_a_picture_in_a_table_has_its_caption_and_its_full_size() -> None:
    (image,) = read_source(article_source()).images
    assert image.url == "http://www.minghui.org/mh/article_images/2020-1-2-bridge_01--ss.jpg"
    assert image.original_url == "http://www.minghui.org/mh/article_images/2020-1-2-bridge_01.jpg"
    assert (image.alt, image.caption, image.credit) == ("图1：新桥", "图1：新桥", "")
    assert not image.featured


def test_only_a_source_in_brackets_is_a_credit() -> None:
    body = (
        "<center><img src='a.jpg'/><br/>市长（Ann Lee）</center>"
        "<center><img src='b.jpg'/><br/>桥（网络图片）</center>"
    )
    named, credited = read_body(body).images
    assert (named.caption, named.credit) == ("市长（Ann Lee）", "")
    assert (credited.caption, credited.credit) == ("桥", "网络图片")


def test_pictures_of_one_table_each_have_the_text_of_their_own_cell() -> None:
    body = (
        "<table><tr><td><img src='a.jpg'/><br/>左</td><td><img src='b.jpg'/><br/>右</td></tr>"
        "</table><table><tr><td><img src='c.jpg'/></td></tr><tr><td>下</td></tr></table>"
    )
    assert [image.caption for image in read_body(body).images] == ["左", "右", "下"]


def test_a_table_that_is_an_article_is_no_caption() -> None:
    body = f"<table><tr><td><img src='a.jpg'/>{'长' * 500}</td></tr></table>"
    assert [image.caption for image in read_body(body).images] == [""]


def test_apostrophes_encoded_twice_are_apostrophes() -> None:
    body = "<p title='&amp;#039'>O&amp;#039Brien 与 O&amp;#039;Neil，&amp;#0391935年</p>"
    assert read_body(body).text == "O'Brien 与 O'Neil，'1935年"


@pytest.mark.parametrize(
    ("container", "before"),
    [
        ('<div class="ar_articleContent" id="ar_bArticleContent">', ""),
        ('<div class="art-content">', ""),
        ('<div class="art-content">', FEATURE),
        ('<div class="post_content" id="artbody" itemprop="articleBody">', ""),
        ("", ""),
    ],
    ids=["minghui", "epoch", "featured", "artbody", "none"],
)
def test_every_container_holds_the_same_article(container: str, before: str) -> None:
    article = read_source(article_source(container=container, before=before))
    assert article.text == read_source(article_source()).text
    assert [image.featured for image in article.images] == ([True] if before else []) + [False]


def test_an_article_of_the_epoch_times() -> None:
    source = article_source(
        EPOCH_BODY, container='<div class="art-content">', before=FEATURE, original=EPOCH_ORIGINAL
    )
    article = read_source(source, EPOCH_PATH)
    assert (article.id, article.channel) == ("n9000002", "nf4780")
    assert (article.published, article.url_date) == ("2020-03-13", "2020-03-13")
    assert (article.reporters, article.editors) == (["林小河"], ["周水"])
    assert article.warnings == []
    (image,) = article.images
    assert (image.featured, image.caption, image.credit) == (True, "台上的灯。", "林小河／村报")
    assert image.original_url == "https://i.example.org/2020/03/stage.jpg"
    resolved = resolve_originals(normalise(article), MIRROR.at(EPOCH_PATH))
    assert resolved.tags == ["灯"]


def test_an_article_of_the_epoch_times_without_an_editor_says_so() -> None:
    source = article_source("<p>甲</p>", original=EPOCH_ORIGINAL)
    assert "no-editor" in read_source(source, EPOCH_PATH).warnings
    assert "no-editor" not in read_source(article_source("<p>甲</p>")).warnings


def test_a_raw_chinese_original_becomes_a_valid_url() -> None:
    article = read_source(article_source())
    resolved = resolve_originals(normalise(article), MIRROR.at(PATH))
    assert resolved.original_url.isascii()
    assert unquote(resolved.original_url) == ORIGINAL
    assert b"original_url" in encode(resolved)


def test_an_original_with_spaces_in_its_name_keeps_them() -> None:
    original = "http://www.minghui.org/mh/articles/2020/1/3/甲 乙-900001.html"
    article = read_source(article_source(original=f" {original} <br/>"))
    assert article.original_url == original
    resolved = resolve_originals(normalise(article), MIRROR.at(PATH))
    assert "%20" in resolved.original_url


def test_the_id_is_the_originals_even_where_the_file_has_another_name() -> None:
    article = read_source(article_source(), "pages/140/900009.md")
    assert (article.id, article.warnings) == ("900001", ["id-mismatch"])


@pytest.mark.parametrize(
    "form",
    [
        # 2018: neither navigation nor block
        {"navigation": "", "block": "", "label": "原文链接："},
        {"navigation": "", "block": "<br/>", "label": "原文链接："},
        # then a block of Markdown
        {
            "navigation": "",
            "block": "+" * 59 + "<br/><br/>\n手机上长按并复制下列链接或二维码分享本文章：<br/>\n"
            "[https://a.example/x.md](https://a.example/x.md)<br/>\n"
            "[<img src='https://a.example/x.md.png'/>](https://a.example/x.md)<br/>\n",
        },
        # relative navigation, a counting picture at the end
        {"navigation": "#### [首页](../../README.md) | [140](../../indexes/140.md)\n\n"},
    ],
    ids=["oldest", "oldest-with-break", "markdown-block", "relative-navigation"],
)
def test_older_frames_hold_the_same_article(form: dict[str, str]) -> None:
    source = article_source(**form)
    source += "<img src='http://b.example.org/x.md' width='0px' height='0px'/>"
    article = read_source(source)
    assert article.text == read_source(article_source()).text
    assert article.original_url == ORIGINAL
    assert len(article.images) == 1
    assert "+++" not in article.html


def test_windows_line_ends_change_nothing() -> None:
    source = article_source()
    assert read_source(source.replace("\n", "\r\n")) == read_source(source)


def test_the_phrases_in_a_body_cut_nothing_off() -> None:
    body = (
        "<p>他说：手机上长按可以分享本文章。</p><p>\n原文地址：https://a.example/x\n</p><p>末段</p>"
    )
    article = read_body(body)
    assert article.text.endswith("末段")
    assert article.original_url == ORIGINAL
    assert "phrase-in-body" in article.warnings


def test_a_sentence_about_sharing_is_no_sharing_block() -> None:
    body = "<p>甲</p><p>他说：手机上长按就能分享。</p><p>原文地址不是这个：乙</p>"
    article = read_source(article_source(body, block=""))
    assert article.text == "甲\n\n他说：手机上长按就能分享。\n\n原文地址不是这个：乙"


def test_a_sentence_with_the_label_is_not_the_label() -> None:
    body = "<p>甲，见原文地址：https://a.example.org/x</p><p>乙</p>"
    article = read_source(article_source(body, label="", original=""))
    assert article.text.endswith("乙")
    assert article.original_url == ""


def test_text_behind_a_container_closed_too_early_is_kept() -> None:
    assert read_body("<p>甲</p></div></div><p>乙</p>").text == "甲\n\n乙"


def test_a_torn_page_is_an_article_without_an_original() -> None:
    whole = article_source()
    torn = whole[: whole.index("第三段")]
    article = read_source(torn)
    assert article.text.endswith("图1：新桥")
    assert (article.original_url, article.id) == ("", "900001")
    assert "no-original" in article.warnings


def test_a_page_without_block_and_label_ends_at_its_last_rule() -> None:
    article = read_source(article_source(block="", label="", original=""))
    assert article.text == read_source(article_source()).text


def test_a_page_without_title_is_an_article() -> None:
    article = read_source(article_source(title=""))
    assert (article.title, article.warnings) == ("", ["no-title"])


def test_scripts_and_what_only_old_browsers_show_are_left_out_and_videos_kept() -> None:
    body = """<p>【明慧网二零二零年一月三日】甲</p>
<video controls="" onended="again(this)" width="580">
 <source src="http://media.example.org/bridge.mp4" type="video/mp4"/>
 Your browser does not support the video tag.
</video>
<script type="text/javascript">
 function again(video) {video.load();};
</script>
<iframe src="https://www.youtube.com/embed/abcdefghijk"></iframe>
<iframe src="https://player.example.org/episode/1"></iframe>
<p>乙</p>"""
    article = read_body(body)
    assert article.text == "【明慧网二零二零年一月三日】甲\n\n乙"
    assert article.videos == [
        "http://media.example.org/bridge.mp4",
        "https://www.youtube.com/embed/abcdefghijk",
    ]
    assert article.warnings == ["active-content"]


def test_escaped_furniture_of_the_publisher_is_cut_off_and_the_article_before_it_kept() -> None:
    body = """<p>甲（O&amp;#039Brien）&lt;/center&gt;&lt;p&gt;乙&lt;p&gt;丙 P&lt;0.05
     &lt;div id="bArticleEnglishTranslation" style="x"&gt;&lt;/div&gt;
     &lt;div class="article_reprint"&gt;网址转载：&lt;/div&gt;
     &lt;script type="text/javascript"&gt; go(); &lt;/script&gt;
    </p>"""
    article = read_body(body)
    assert article.text == "甲（O'Brien）\n\n乙\n\n丙 P<0.05"
    assert "&lt;p" not in article.html
    assert "text-outside-body" in article.warnings


def test_angle_brackets_that_are_no_furniture_stay() -> None:
    assert read_body("<p>依照&lt;某法&gt;，P&lt;0.05</p>").text == "依照<某法>，P<0.05"


def test_smart_quotes_around_an_address_fall_off() -> None:
    article = read_body('<p>甲<ok href="”https://a.example.org/x“">乙</ok></p>')
    resolved = resolve_originals(normalise(article), MIRROR.at(PATH))
    assert [link.url for link in resolved.links] == ["https://a.example.org/x"]


def test_an_ideographic_space_in_a_tag_does_not_lose_the_cell() -> None:
    body = "<table><tr><td\u3000rowspan=6>甲</td><td>乙</td></tr></table>"
    assert read_body(body).text == "甲\t乙"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("村里的\n <b>\n  木桥\n </b>\n 修好了", "村里的木桥修好了"),
        ("the\n <b>\n  old\n </b>\n bridge", "the old bridge"),
        ("我们\u3000回家", "我们 回家"),
        ("前一句。\u2028\u2028后一句", "前一句。后一句"),
        ('<font color="blue">\n 甲\n</font>\n乙', "甲乙"),
    ],
)
def test_spaces_around_tags_follow_the_characters(body: str, text: str) -> None:
    assert read_body(body).text == text


def test_a_stray_byte_is_replaced_and_reported() -> None:
    article = read_source(article_source().encode().replace("第二段".encode(), b"\xff"))
    assert "invalid-utf8" in article.warnings


def test_invisible_characters_are_taken_out_and_reported() -> None:
    article = read_source(article_source(BODY.replace("第二段", "第\u200b二段")))
    assert "第二段" in article.text
    assert article.warnings == ["invisible-characters"]


def test_every_warning_has_a_meaning() -> None:
    sources = [article_source("x", title="", original="https://a.example/x"), f"### x\n{RULE}\n"]
    for source in sources:
        found = read(Page(MIRROR.at(PATH), source.encode()))
        if not isinstance(found, Unknown):
            assert set(read_source(source).warnings) <= set(MEANINGS)


@pytest.mark.parametrize(
    "source",
    [
        f"### 标题\n{RULE}\n\n{NAVIGATION}",
        f"### 标题\n\n{RULE}\n\n<p>甲</p>\n{sharing()}",
        "### 标题\n---\n\n<p>甲</p>\n原文地址：https://a.example/x\n",
        "<p>甲</p>\n原文地址：https://a.example/x\n",
    ],
    ids=["no-article", "rule-apart", "short-rule", "no-title-line"],
)
def test_pages_with_another_frame_are_not_claimed(source: str) -> None:
    assert isinstance(read(Page(MIRROR.at(PATH), source.encode())), Unknown)
