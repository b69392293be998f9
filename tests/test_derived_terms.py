"""Chinese is found as it stands in the text, and nothing else is."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirror.derived.terms import folded, query, terms


def found(text: str, asked: str) -> bool:
    """Whether FTS5 finds a text by what a person typed."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE VIRTUAL TABLE t USING fts5(x, content='', tokenize='unicode61')")
        connection.execute("INSERT INTO t (x) VALUES (?)", (terms(text),))
        return bool(
            connection.execute("SELECT 1 FROM t WHERE t MATCH ?", (query(asked),)).fetchall()
        )


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("桥", True),
        ("石", True),
        ("人", True),  # the last of its run
        ("石桥", True),
        ("桥通车", True),
        ("通桥", False),
        ("石车", False),
        ("头一个过桥的人", True),
        ("石桥 过桥", True),  # both, apart
        ("石桥 渡船", False),
        ("2024", True),
        ("２０２４", True),  # full-width as narrow
        ("bridge", True),
        ("BRIDGE", True),
        ("bridg", False),
        ("2024年", True),  # a number and what follows it
        ("年三月", True),
        ("三月bridge", True),
        ("车头", False),  # a comma stands between
    ],
)
def test_words_are_found_where_they_stand(asked: str, expected: bool) -> None:
    assert found("石桥通车，头一个过桥的人。2024年三月Bridge", asked) is expected


HAN = st.text("石桥通车头一个过的人。， 2ab", min_size=0, max_size=30)


@given(HAN, st.text("石桥通车头一个过的人", min_size=1, max_size=4))
def test_han_is_found_exactly_where_a_text_contains_it(text: str, asked: str) -> None:
    assert found(text, asked) is (asked in text)


@given(st.text(), st.text())
def test_whatever_is_typed_is_no_operator_and_no_error(text: str, asked: str) -> None:
    if query(asked):
        found(text, asked)


@pytest.mark.parametrize(
    "asked",
    ['"', "AND", "NEAR(a b)", "title:x", "a*", "-x", "^x", "(", '桥" OR "x', "{a}:b", "\x00", "；"],
)
def test_syntax_of_fts5_is_searched_for_as_text(asked: str) -> None:
    if query(asked):
        found("桥", asked)


def test_nothing_to_look_for_is_an_empty_query() -> None:
    assert query("") == query(" 。，!?") == ""


def test_long_query_is_cut() -> None:
    assert len(query("桥" * 100_000)) < 2_000


def test_folding_is_the_same_on_both_sides() -> None:
    assert folded("Ｓtraße") == "strasse"
    assert found("Straße", "STRASSE")
