from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirror.monitoring import age_in_words, parse_duration


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("1s", timedelta(seconds=1)),
        ("90m", timedelta(hours=1, minutes=30)),
        ("26h", timedelta(days=1, hours=2)),
        ("8d", timedelta(days=8)),
        ("2w", timedelta(days=14)),
        ("1d12h", timedelta(hours=36)),
    ],
)
def test_durations_are_read_with_their_unit(text: str, span: timedelta) -> None:
    assert parse_duration(text) == span


@pytest.mark.parametrize(
    "text", ["", "26", "h", "26 h", "-1h", "1.5h", "0h", "1y", "26H", "٣h", "9999999d", "1h\n"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"duration|no time"):
        parse_duration(text)


@given(st.text(alphabet="0123456789smhdw", max_size=40))
def test_every_string_of_digits_and_units_is_a_duration_or_refused(text: str) -> None:
    try:
        assert parse_duration(text) > timedelta()
    except ValueError:
        return


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(), "0 s"),
        (timedelta(seconds=59), "59 s"),
        (timedelta(minutes=12, seconds=5), "12 min 5 s"),
        (timedelta(hours=3), "3 h"),
        (timedelta(days=3, hours=4, minutes=5), "3 d 4 h"),
        (timedelta(days=400, seconds=1), "400 d"),
        (timedelta(hours=-2), "-2 h"),
    ],
)
def test_ages_are_told_in_their_two_largest_units(span: timedelta, words: str) -> None:
    assert age_in_words(span) == words
