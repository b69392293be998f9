"""What is done quickly for ordinary pages is what the long way does, whatever the page."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mirror.items import Image, InvalidItem, Link, decode, encode, validate
from mirror.layouts import characters, datelines, epoch, markup, minghui, minghui_body
from mirror.layouts.credits import editors
from mirror.layouts.markup import serialise, tokens
from tests.epoch_pages import article_source, read_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mirror.layouts.markup import Token

ARTICLE = read_source(article_source())

PIECES = """
< > & &amp; &nbsp; &gt; ]( [甲](http://192.0.2.1/) <p> <p> <p> </p> </p> <p></p> <p>甲</p>
<p\tid="a"> <b> </b> <a\thref="/x"> </a> <br> <td> <table> <center> </center> <div> </div>
</table> <noscript> <div\tid="artbody"> <figure> <figcaption> </figure> </noscript> <svg> </svg>
<video> </video> <img\tsrc="x"> <select> <div\tclass="related-posts"> <!--甲--> <form>
<!--article\tcontent\tend--> 甲 乙。 word 1 ,
"""
SPACES = (" ", "  ", "\n", "\n ", "\t", "\u200b", "\u3000", "\x0b", "\u2028", "\ufeff")
SOURCES = st.lists(
    st.sampled_from(
        [*(piece.replace("\t", " ") for piece in re.split("[ \\n]+", PIECES.strip())), *SPACES]
    ),
    max_size=50,
).map("".join)


def in_two(source: str) -> Iterator[Token]:
    """The tokens, each paragraph as the start tag and the end tag that it is written with."""
    for token in tokens(source):
        before, _, paragraph, *_ = token
        if paragraph is None:
            yield token
        else:
            yield before, None, None, "", "p", ""
            yield paragraph, None, None, "/", "p", ""


@given(SOURCES, st.booleans())
@example("<p>甲\n</p>,乙", False)
@example("甲<p>\u3000乙</p>", True)
@example("<p>甲\u200b乙\u3000丙</p>", True)
@example("<p>甲  乙</p>", False)
@example("<p>[甲](http://192.0.2.1/)</p>", False)
@example("<noscript><p>甲</p></noscript><video><p>乙</p></video>", False)
@example('<div class="related-posts"><p>甲</p></div><p>乙</p>', False)
@example("<table><tr><td><img src=x><p>甲</p></td></tr></table>", False)
def test_a_paragraph_is_read_as_its_two_tags_are(source: str, clean: bool) -> None:
    within = f'<div>{source}<div id="artbody">{source}</div>{source}</div>'
    found = epoch._read_markup(within, clean), minghui_body.read_markup(source, clean)
    with (
        mock.patch.object(epoch, "tokens", in_two),
        mock.patch.object(minghui_body, "tokens", in_two),
    ):
        long_way = epoch._read_markup(within, clean), minghui_body.read_markup(source, clean)
    assert found == long_way


def test_paragraphs_of_nothing_but_text_are_one_token() -> None:
    found = list(tokens(serialise("<p>甲</p><p>乙<b>丙</b></p><p>丁&amp;</p>")[0]))
    assert [token[2] for token in found if token[2] is not None] == ["甲"]


@given(st.lists(st.sampled_from(["\n", " ", "  ", "\t", "\u3000", "\xa0", "\r", "甲", "a"])))
def test_indentation_is_the_same_in_bytes_and_in_text(pieces: list[str]) -> None:
    source = "".join(pieces)
    begun = minghui._SPACES.sub(b"\n ", source.encode()).decode()
    assert minghui._INDENTATION.sub("\n ", begun) == minghui._INDENTATION.sub("\n ", source)


@given(st.binary(max_size=12), st.binary(max_size=12))
def test_indentation_leaves_broken_utf_8_as_broken_as_it_was(before: bytes, after: bytes) -> None:
    body = before + b"\n    " + after
    begun = minghui._SPACES.sub(b"\n ", body).decode("utf-8", "replace")
    whole = body.decode("utf-8", "replace")
    assert minghui._INDENTATION.sub("\n ", begun) == minghui._INDENTATION.sub("\n ", whole)


_NAMES = "|".join(markup._RAW_TEXT_NAMES.split())


@given(
    st.lists(
        st.sampled_from([*_NAMES.split("|"), "<", "</", ">", " ", "p", "s", "IFRAME", "Script"])
    ).map("".join)
)
def test_elements_of_raw_text_are_found_in_any_case(source: str) -> None:
    plain = re.search(rf"<(?:{_NAMES})\b", source, re.IGNORECASE | re.ASCII)
    found = markup._RAW_TEXT.search(source)
    assert (found and found.span()) == (plain and plain.span())


@given(st.text(st.sampled_from("甲a \n\t\r\xa0\u3000\u200b\u2028\x85\x0b\ud800\ufeff\u2002")))
def test_text_that_looks_as_if_all_of_it_is_seen_has_nothing_to_take_out(text: str) -> None:
    slow = characters._SURROGATE.sub("\ufffd", characters._INVISIBLE.sub("", text))
    assert characters.visible(text) == characters._LINE_END.sub("\n", slow)
    assert characters.has_invisible(text) == bool(characters._INVISIBLE.search(text))
    assert characters.has_line_separator(text) == bool(characters._LINE_SEPARATOR.search(text))


@given(st.text(st.sampled_from("【大纪元2024年03月5日讯】 \n\t\u3000\xa0甲（"), max_size=60))
def test_the_end_of_a_dateline_is_told_through_any_white_space(start: str) -> None:
    dense = "".join(character for character in start if not character.isspace())
    assert "".join(start.split()) == dense
    for count in range(1, len(dense) + 1):
        end = datelines._end_in(start, dense[:count])
        assert "".join(start[:end].split()) == dense[:count]
        assert not start[end - 1].isspace()


@pytest.mark.parametrize("label", ["责任编辑：", "責任編輯："])
def test_an_editor_is_found_at_the_end_of_a_line_under_either_label(label: str) -> None:
    assert editors([f"茶园的事。{label}周水#"]).editors == ["周水"]


@given(
    st.sampled_from(["url", "page_url", "original_url", "published", "title", "language", "tags"]),
    st.sampled_from(["", "x", "ftp://a", "https://a", "2024-03-05", "2024", "\ud800", None, 1]),
    st.sampled_from(["tag", "external", "page"]),
)
def test_an_article_is_valid_if_and_only_if_its_line_can_be_read(
    name: str, value: object, kind: str
) -> None:
    link = Link("mailto:a", "x", "甲", kind)  # type: ignore[arg-type]
    image = Image("https://a/b.png", "https://a/b.png", "", "", "", featured=False)
    article = replace(ARTICLE, links=[link], images=[image], **{name: value})  # type: ignore[arg-type]
    said = _refused(lambda: decode(encode(article)))
    assert _refused(lambda: validate(article)) == said


def _refused(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except InvalidItem as error:
        return str(error)
    return ""
