"""The two pure stages between a layout and the store."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirror.items import Image, Link
from mirror.pipelines.normalise import normal_line, normal_markup, normal_text, normalise
from mirror.pipelines.originals import own_picture, resolve_originals, sanitised
from tests.epoch_pages import MIRROR, ORIGINAL, TAG, article_source, read_source

ADDRESS = MIRROR.at("pages/ncid9001/n9000001.md")
ARTICLE = read_source(article_source())


def test_the_digest_is_that_of_the_normalised_text() -> None:
    article = normalise(replace(ARTICLE, text=" 茶\xa0园 \n\n\n\n水\u200b\r\n"))
    assert article.text == "茶 园\n\n水"
    assert article.text_digest == "sha256:" + hashlib.sha256("茶 园\n\n水".encode()).hexdigest()


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("e\u0301t\u00e9", "été"),
        ("茶\u2028园", "茶\n园"),
        ("甲 \t 乙  丙", "甲\t乙 丙"),
        ("甲　乙", "甲 乙"),
        ("，（茶）！", "，（茶）！"),
        ("\ud800茶", "\ufffd茶"),
        ("👩\u200d🌾", "👩\u200d🌾"),
    ],
)
def test_characters_and_spaces_of_text(text: str, normal: str) -> None:
    assert normal_text(text) == normal


def test_every_field_is_normalised_and_the_article_given_is_left_alone() -> None:
    dirty = replace(
        ARTICLE,
        title="茶\u200b园 \xa0开门",
        byline="（记者\xa0林小河）",
        reporters=["林\u200b小河", "林小河", " "],
        editors=["周水 "],
        images=[Image("u", "u", " a ", "b\r\n", "c\x08", featured=False)],
        links=[Link("", "h\ud800", " 茶\n园 ", "external")],
        html="<p>茶 \xa0 园\x08</p>",
    )
    article = normalise(dirty)
    assert (article.title, article.byline) == ("茶园 开门", "（记者 林小河）")
    assert (article.reporters, article.editors) == (["林小河"], ["周水"])
    assert (article.images[0].alt, article.images[0].caption, article.images[0].credit) == (
        "a",
        "b",
        "c",
    )
    assert (article.links[0].text, article.links[0].href) == ("茶园", "h?")
    assert article.html == "<p>茶 园</p>"
    assert dirty.images[0].alt == " a "
    assert dirty.text_digest == ""


@given(st.text())
def test_normalising_twice_is_normalising_once(text: str) -> None:
    for normal in (normal_line, normal_text, normal_markup):
        assert normal(normal(text)) == normal(text)


@given(st.text())
def test_text_keeps_every_visible_character(text: str) -> None:
    ascii_text = text.encode("ascii", "ignore").decode()
    kept = [c for c in ascii_text if c.isprintable() and c != " "]
    assert [c for c in normal_text(ascii_text) if c not in " \n\t"] == kept


def test_links_tags_videos_and_pictures_are_resolved() -> None:
    article = replace(
        ARTICLE,
        links=[
            Link("", f" {TAG}", "图书馆", "external"),
            Link("", "https://youtu.be/abc?si=x", "看", "external"),
            Link("", "/gb/24/3/4/n9000000.htm", "昨天", "external"),
            Link("", "javascript:x", "坏", "external"),
        ],
        images=[
            Image(
                "//i.example.org/a-60x40.jpg", "//i.example.org/a.jpg", "", "", "", featured=False
            ),
            Image("data:image/png;base64,AA", "", "", "", "", featured=False),
        ],
        videos=["https://v.example.org/a.mp4"],
    )
    found = resolve_originals(article, ADDRESS)
    assert [(link.url, link.kind) for link in found.links] == [
        (TAG, "tag"),
        ("https://youtu.be/abc", "video"),
        ("https://www.epochtimes.com/gb/24/3/4/n9000000.htm", "article"),
        ("", "invalid"),
    ]
    assert found.links[0].href == f" {TAG}"
    assert found.tags == ["图书馆"]
    assert found.videos == ["https://v.example.org/a.mp4", "https://youtu.be/abc"]
    assert [(image.url, image.original_url) for image in found.images] == [
        ("https://i.example.org/a-60x40.jpg", "https://i.example.org/a.jpg")
    ]
    assert found.original_url == ORIGINAL
    assert article.links[0].url == ""


def test_resolving_twice_is_resolving_once() -> None:
    once = resolve_originals(normalise(ARTICLE), ADDRESS)
    assert resolve_originals(normalise(once), ADDRESS) == once


def test_markup_is_safe_and_its_links_are_resolved() -> None:
    markup = (
        '<p style="x" onclick="y" class="z">甲'
        '<a href=" https://a.example.org/?utm_source=b" target="_blank">乙</a>'
        '<a href="javascript:alert(1)">丙</a>'
        '<img src="//i.example.org/a.jpg" onerror="x" srcset="b 2x"><img src="data:image/png,x">'
        "<script>alert(1)</script><style>p{}</style><iframe src='https://b.example.org/'></iframe>"
        '<svg><a xlink:href="javascript:x">丁</a></svg></p>'
    )
    article = resolve_originals(replace(ARTICLE, html=markup, links=[]), ADDRESS)
    assert article.html == (
        '<p>甲<a href="https://a.example.org/" rel="noopener noreferrer nofollow">乙</a>'
        '<a rel="noopener noreferrer nofollow">丙</a>'
        '<img src="https://i.example.org/a.jpg"><img></p>'
    )


@given(st.text())
def test_any_markup_can_be_made_safe(markup: str) -> None:
    clean = sanitised(normal_markup(markup), str)
    assert "<script" not in clean.lower()


OWN = "https://raw.githubusercontent.com/village/evening-news/master"


@pytest.mark.parametrize(
    ("src", "url"),
    [
        ("../../images/bridge.png", f"{OWN}/images/bridge.png"),
        ("./bridge.png?0305", f"{OWN}/pages/ncid9001/bridge.png"),
        ("../../图/桥.png", f"{OWN}/%E5%9B%BE/%E6%A1%A5.png"),
        ("/images/bridge.png", "https://www.epochtimes.com/images/bridge.png"),
        ("https://i.example.org/bridge.png", "https://i.example.org/bridge.png"),
        ("images/bridge.png", None),
    ],
)
def test_a_picture_in_the_mirror_s_own_tree_is_found_there(src: str, url: str | None) -> None:
    """The same address in the list of pictures and in the markup."""
    found = read_source(article_source(f'<p>桥。<img alt="" src="{src}"/></p>', featured=""))
    article = resolve_originals(normalise(found), ADDRESS)
    assert [image.url for image in article.images] == ([url] if url else [])
    assert (f'src="{url}"' in article.html) if url else ("src=" not in article.html)
    assert resolve_originals(article, ADDRESS) == article


@pytest.mark.parametrize(
    "src",
    [
        "../../README.md",
        "../../../../../../../../etc/passwd",
        "../../../../../other/a.png",
        "../..",
    ],
)
def test_what_leaves_the_tree_or_is_a_page_is_no_picture_of_the_mirror(src: str) -> None:
    assert own_picture(src, ADDRESS) is None
