"""Whatever the bytes: an answer, soon, and nothing active in it."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mirror.items import encode
from mirror.layouts import ArticlePage, Page, read
from mirror.layouts.markup import VOID, serialise, tokens
from mirror.layouts.warnings import MEANINGS
from mirror.pipelines.normalise import normalise
from mirror.pipelines.originals import resolve_originals
from tests.epoch_pages import MIRROR, article_source, read_body

ADDRESS = MIRROR.at("pages/ncid9001/n9000001.md")

PIECES = """
< > " ' = / & &amp; &nbsp; ]( [甲 ](http://192.0.2.1/) <p> </p> <p <b> </b> <i x=1> <a> <ok> </ok>
<a=""> <table> <td> <tr> <svg> <style> </style> <!-- --> <!-> <plaintext> <textarea> <title>
<template> <noscript> <div> </div> <div id="artbody"> <figure> </figcaption> <figcaption>
<img src=x> <br/> <select> <math> <script> </script> <iframe> 甲 乙 word 1 ### ---
【大纪元 讯】 原文链接： 【大纪元2024年03月05日讯】 （大纪元记者 报导） 责任编辑：周水#
https://a.example.org/ onclick="x" href="//a"
"""
SPACES = (" ", "\n", "\x00", "\x08", "\u200b", "\u2028", "\ufeff")
FRAGMENTS = st.sampled_from((*PIECES.split(), *SPACES))


def the_whole_way(body: bytes) -> None:
    found = read(Page(ADDRESS, body))
    if isinstance(found, ArticlePage):
        assert set(found.article.warnings) <= set(MEANINGS)
        encode(resolve_originals(normalise(found.article), ADDRESS))


@given(st.binary())
@example(b"\xff\xfe<\x00d\x00i\x00v\x00")
@example(b'<div id="artbody">')
@example(b'<div id="artbody"><svg><style><!--</style>')
def test_any_bytes_are_read(body: bytes) -> None:
    the_whole_way(body)


@given(st.lists(FRAGMENTS, max_size=60).map("".join), st.booleans())
def test_any_markup_is_read_and_stays_inert(body: str, inside: bool) -> None:
    source = article_source(body) if inside else body + article_source()
    the_whole_way(source.encode())


@given(st.lists(FRAGMENTS, max_size=60).map("".join))
def test_tokens_are_balanced_whatever_the_markup(source: str) -> None:
    depth = 0
    for _, _, _, slash, name, _ in tokens(serialise(source)[0]):
        if slash:
            depth -= 1
        elif name and not name.startswith("!") and name not in VOID:
            depth += 1
        assert depth >= 0
    assert depth == 0


@given(
    st.lists(
        st.sampled_from(["甲", "<p>", "</p>", "<b>", "</b>", "\n ", "a", "<br/>", ",", "<td>"])
    )
)
def test_text_is_the_page_s_own_characters_in_order(parts: list[str]) -> None:
    text = read_body("".join(parts)).text
    assert "".join(text.split()) == "".join(p for p in parts if not p.startswith("<") and p.strip())


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 10_000 + "甲",
        "<span>" * 10_000 + "甲",
        "<blockquote><p>" * 5_000 + "甲",
        "<div>" * 100_000 + "甲",
        "<ul><li>" * 10_000 + "甲",
        "<table><tr><td>" * 10_000 + "甲",
        "<ok href='x'><div>" * 10_000 + "甲",
        "".join(f"<font id={i}><p>" for i in range(2_000)) + "甲",
        "".join(f"<b id={i}>" for i in range(10_000)) + "甲",
        "<b " * 100_000 + "甲",
        "</b>" * 3_000 + "".join(f"<b id={i}><p>" for i in range(3_000)) + "甲",
        "".join(f"<b id={i}></i><p>" for i in range(3_000)) + "甲",
        "<div></p>" * 100_000 + "甲",
    ],
    ids=[
        "div",
        "span",
        "p",
        "deeper",
        "li",
        "table",
        "a",
        "font",
        "b",
        "torn",
        "closed-first",
        "closed-other",
        "closed-none",
    ],
)
def test_deep_and_unclosed_markup_is_read_in_seconds(body: str) -> None:
    start = time.process_time()
    article = read_body(f"<p>乙</p>{body}")
    encode(resolve_originals(normalise(article), ADDRESS))
    assert article.text.startswith("乙")
    assert time.process_time() - start < 10


def test_many_line_breaks_are_no_nesting() -> None:
    article = read_body("<p><b>甲</b><br>" * 5_000)
    assert article.html.count("<b>") == 5_000
    assert "deep-nesting" not in article.warnings


def test_four_thousand_levels_keep_their_text() -> None:
    assert read_body("<div>" * 3_990 + "甲" + "</div>" * 3_990 + "乙").text == "甲\n\n乙"


@pytest.mark.parametrize(
    "source",
    [
        article_source(" " * 300_000 + "甲" + " " * 300_000 + "乙"),
        article_source("<p>甲" + "\n \n" * 100_000 + "乙</p>"),
        article_source("[" * 200_000),
        article_source("](" * 100_000),
        article_source("![a](b)" * 50_000),
        article_source(label="原文链接：" + " " * 300_000, original="x"),
        article_source(title="#" * 300_000),
        article_source("<p title='" + " <" * 200_000 + "'>甲</p>"),
        "\n" * 300_000,
        "### 甲\n---\n" + "第 [" * 200_000,
        "### 甲\n---\n" + "[a](" * 200_000,
    ],
    ids=[
        "spaces",
        "lines",
        "brackets",
        "joints",
        "images",
        "label",
        "title",
        "attribute",
        "blank",
        "pager",
        "links",
    ],
)
def test_no_pattern_backtracks_over_a_long_page(source: str) -> None:
    start = time.process_time()
    the_whole_way(source.encode())
    assert time.process_time() - start < 5
