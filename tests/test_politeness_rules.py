"""The rules of politeness, without a network and without a clock of their own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.http import Headers

from mirror.politeness.backoff import at_least, full_jitter
from mirror.politeness.fields import http_date, retry_after
from mirror.politeness.host import Host, Policy
from mirror.politeness.limits import exhausted
from mirror.politeness.trouble import PASSING, Trouble, trouble_of

NOW = datetime(1994, 11, 6, 8, 49, 7, tzinfo=UTC)
"""Half a minute before the date of RFC 9110's examples."""
YEAR = 365 * 86400


def fields(**values: str) -> Headers:
    return Headers({name.replace("_", "-"): value for name, value in values.items()})


# --- Retry-After ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        # RFC 9110 §10.2.3: delay-seconds = 1*DIGIT.
        ("120", 120),
        ("0", 0),
        (" 7 ", 7),
        (str(YEAR), YEAR),
        ("9" * 18, 1e18),
        # RFC 9110 §5.6.7: the three forms of one date.
        ("Sun, 06 Nov 1994 08:49:37 GMT", 30),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 30),
        ("Sun Nov  6 08:49:37 1994", 30),
        # It has passed.
        ("Sun, 06 Nov 1994 08:00:00 GMT", 0),
        # Neither seconds nor a date.
        ("", None),
        ("-1", None),
        ("+5", None),
        ("1.5", None),
        ("1e3", None),
        ("soon", None),
        ("٣", None),
        ("120, 240", None),
        ("9" * 5000, None),
        ("Sun, 06 Nov 99999999999 08:49:37 GMT", None),
        ("Sun, 99 Nov 1994 08:49:37 GMT", None),
        ("\x00", None),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    given_ = Headers({"Retry-After": value.encode("utf-8")})
    assert retry_after(given_, NOW) == seconds


def test_date_is_meant_by_the_servers_own_clock() -> None:
    # Its clock is an hour ahead of ours, and it asks for ten seconds.
    ahead = NOW + timedelta(hours=1)
    given_ = fields(
        Date=format_datetime(ahead, usegmt=True),
        Retry_After=format_datetime(ahead + timedelta(seconds=10), usegmt=True),
    )
    assert retry_after(given_, NOW) == 10


@given(st.binary(max_size=64))
def test_any_retry_after_is_seconds_or_nothing(value: bytes) -> None:
    seconds = retry_after(Headers({"Retry-After": value, "Date": value}), NOW)
    assert seconds is None or seconds >= 0


@given(st.integers(0, int(datetime(2068, 12, 31, tzinfo=UTC).timestamp())))
def test_every_date_is_read_in_its_three_forms(seconds: int) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    months = "JanFebMarAprMayJunJulAugSepOctNovDec"
    day, month = days[moment.weekday()], months[3 * moment.month - 3 : 3 * moment.month]
    clock = f"{moment.hour:02}:{moment.minute:02}:{moment.second:02}"
    for text in (
        f"{day[:3]}, {moment.day:02} {month} {moment.year} {clock} GMT",
        f"{day}, {moment.day:02}-{month}-{moment.year % 100:02} {clock} GMT",
        f"{day[:3]} {month} {moment.day:2} {clock} {moment.year}",
    ):
        assert http_date(text) == moment, text


# --- limits --------------------------------------------------------------------------------------

EPOCH = datetime(2026, 3, 5, 4, 0, tzinfo=UTC)
UNIX = int(EPOCH.timestamp())


@pytest.mark.parametrize(
    ("given_", "seconds"),
    [
        # GitHub, Gitee: X-RateLimit-Reset in UTC epoch seconds; renewed within that second.
        (fields(X_RateLimit_Remaining="0", X_RateLimit_Reset=str(UNIX + 600)), 601),
        (fields(x_ratelimit_remaining="0", x_ratelimit_reset=str(UNIX - 5)), 1),
        (fields(X_RateLimit_Remaining="1", X_RateLimit_Reset=str(UNIX + 600)), None),
        (fields(X_RateLimit_Limit="60", X_RateLimit_Reset=str(UNIX + 600)), None),
        # GitLab: RateLimit-Reset in Unix time as well.
        (fields(RateLimit_Remaining="0", RateLimit_Reset=str(UNIX + 60)), 61),
        # draft-ietf-httpapi-ratelimit-headers-03: delta seconds; -06; -08.
        (fields(RateLimit_Remaining="0", RateLimit_Reset="50"), 50),
        (fields(RateLimit="limit=100, remaining=0, reset=5"), 5),
        (fields(RateLimit="limit=100, remaining=50, reset=5"), None),
        (fields(RateLimit='"default";r=0;t=30'), 30),
        (fields(RateLimit='"default";r=50;t=30'), None),
        (fields(RateLimit='"burst";r=3;t=1, "daily";r=0;t=36000'), 36000),
        # Milliseconds.
        (fields(X_RateLimit_Remaining="0", X_RateLimit_Reset=f"{UNIX + 9}000"), 10),
        # No time is named, or none that can be read.
        (fields(X_RateLimit_Remaining="0"), 0),
        (fields(X_RateLimit_Remaining="0", X_RateLimit_Reset="tomorrow"), 0),
        (fields(X_RateLimit_Remaining="none", X_RateLimit_Reset="5"), None),
        (fields(RateLimit="\x1b[2J;;;,,,r=,t="), None),
        (fields(), None),
    ],
)
def test_limit_that_is_used_up(given_: Headers, seconds: float | None) -> None:
    assert exhausted(given_, EPOCH) == seconds


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_any_field_of_a_limit_gives_seconds_or_nothing(first: bytes, second: bytes) -> None:
    given_ = Headers(
        {"X-RateLimit-Remaining": b"0", "X-RateLimit-Reset": first, "RateLimit": second}
    )
    seconds = exhausted(given_, EPOCH)
    assert seconds is not None
    assert seconds >= 0


# --- what an answer says -------------------------------------------------------------------------

SECONDARY = b'{"message": "You have exceeded a secondary rate limit. Please wait a few minutes"}'


@pytest.mark.parametrize(
    ("status", "given_", "body", "expected"),
    [
        (429, fields(Retry_After="7"), b"", Trouble("status 429", "limit", 7)),
        (429, fields(Retry_After="never"), b"", Trouble("status 429", "limit")),
        (429, fields(), b"429: Too Many Requests", Trouble("status 429", "limit")),
        (
            429,
            fields(X_RateLimit_Remaining="0", X_RateLimit_Reset=str(UNIX + 9)),
            b"",
            Trouble("status 429", "limit", 10),
        ),
        # GitHub: Retry-After first, where there are both.
        (
            403,
            fields(Retry_After="60", X_RateLimit_Remaining="0", X_RateLimit_Reset=str(UNIX + 9)),
            b"",
            Trouble("status 403", "limit", 60),
        ),
        (
            403,
            fields(X_RateLimit_Remaining="0", X_RateLimit_Reset=str(UNIX + 3600)),
            b"",
            Trouble("status 403", "limit", 3601),
        ),
        (403, fields(X_RateLimit_Remaining="0"), b"", Trouble("status 403", "limit")),
        (403, fields(X_RateLimit_Remaining="42"), SECONDARY, Trouble("status 403", "limit")),
        # Forbidden is forbidden.
        (403, fields(X_RateLimit_Remaining="42"), b"private repository", None),
        (403, fields(), b"", None),
        (503, fields(Retry_After="3"), b"", Trouble("status 503", "host", 3)),
        (503, fields(), b"", Trouble("status 503", "host")),
        (500, fields(), b"", Trouble("status 500", "page")),
        (502, fields(Retry_After="3"), b"", Trouble("status 502", "host", 3)),
        # As good as no time: our own wait.
        (503, fields(Retry_After="0"), b"", Trouble("status 503", "host")),
        (200, fields(Retry_After="3"), SECONDARY, None),
        (301, fields(Retry_After="3"), b"", None),
    ],
)
def test_answer(status: int, given_: Headers, body: bytes, expected: Trouble | None) -> None:
    assert trouble_of(status, given_, body, EPOCH) == expected


def test_only_passing_errors_and_limits_are_tried_again() -> None:
    tried = {s for s in range(100, 600) if trouble_of(s, fields(), b"", EPOCH) is not None}
    assert tried == {429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529}
    assert tried - {429} == PASSING


# --- waiting -------------------------------------------------------------------------------------


@given(st.integers(0, 10_000), st.floats(0, 1, exclude_max=True))
def test_backoff_doubles_up_to_its_limit(earlier: int, number: float) -> None:
    most = min(60.0, 2.0 ** min(earlier, 40))
    assert 0 <= full_jitter(1.0, 60.0, earlier, lambda: number) <= most
    assert most <= at_least(1.0, 60.0, earlier, lambda: number) <= min(60.0, most * 1.5)


def host(random: float = 0.5, **policy: float) -> Host:
    return Host(Policy(**policy), lambda: random)  # type: ignore[arg-type]


def refused(wait: float | None = None) -> Trouble:
    return Trouble("status 429", "limit", wait)


FAILED = Trouble("timeout")


def test_host_is_left_alone_for_as_long_as_it_says() -> None:
    asked = host()
    asked.failed(refused(30), sent=100, now=101)
    assert asked.free_at() == 131
    assert not asked.given_up


def test_a_shorter_wait_does_not_cut_a_longer_one() -> None:
    asked = host()
    asked.failed(refused(30), sent=100, now=101)
    asked.failed(refused(2), sent=100, now=102)
    assert asked.free_at() == 131


def test_host_that_asks_for_a_year_is_given_up_at_once() -> None:
    asked = host()
    asked.failed(refused(YEAR), sent=100, now=101)
    assert asked.given_up == "asks to wait 31536000 s"
    assert asked.free_at() < 101


def test_host_that_asks_for_more_and_more_is_given_up() -> None:
    asked, now = host(longest=100, in_all=250), 0.0
    for _ in range(2):
        asked.failed(refused(100), sent=now, now=now)
        now += 101
        asked.answered(now)
        assert asked.free_at() > 0, "not given up"
    asked.failed(refused(100), sent=now, now=now)
    assert asked.given_up == "asked too much: 300 s of waits in all"


def test_refusal_without_a_time_holds_a_minute_and_then_longer() -> None:
    asked = host(random=0)
    asked.failed(refused(), sent=0, now=1)
    assert asked.free_at() == 61
    asked.failed(refused(), sent=61, now=62)
    assert asked.free_at() == 62 + 120


def test_after_a_refusal_one_request_goes_ahead() -> None:
    asked = host()
    asked.failed(refused(5), sent=0, now=1)
    assert asked.one_at_a_time
    asked.answered(sent=0.5)  # was under way when the host refused
    assert asked.one_at_a_time
    asked.answered(sent=6)
    assert not asked.one_at_a_time


def test_one_failed_page_does_not_hold_its_host() -> None:
    asked = host()
    asked.failed(FAILED, sent=0, now=1)
    assert asked.free_at() < 1
    assert not asked.one_at_a_time


def test_second_failure_in_a_row_holds_the_host_and_leaves_one_request() -> None:
    asked = host(random=0.5)
    asked.failed(FAILED, sent=0, now=1)
    asked.failed(FAILED, sent=1, now=2)
    assert asked.free_at() == 2.5  # half of the first second
    assert asked.one_at_a_time
    asked.answered(sent=3)
    assert not asked.one_at_a_time


def test_requests_that_fail_together_are_one_failure() -> None:
    asked = host(failures=3)
    for number in range(16):
        asked.failed(FAILED, sent=0, now=1 + number / 100)
    assert asked.failures == 1


def test_host_that_keeps_failing_is_given_up() -> None:
    asked = host(failures=10)
    for now in range(9):
        asked.failed(FAILED, sent=now, now=now)
    assert asked.free_at() > 0, "not given up"
    asked.failed(FAILED, sent=9, now=9)
    assert asked.given_up == "10 failures in a row, the last: timeout"


def test_one_answer_starts_the_count_anew() -> None:
    asked = host(failures=10)
    for now in range(0, 40, 2):
        asked.failed(FAILED, sent=now, now=now)
        if now % 8 == 0:
            asked.answered(sent=now + 1)
    assert not asked.given_up


def test_waits_before_a_host_is_given_up_are_bounded() -> None:
    # The figure in mirror/settings.py: 1 + 2 + 4 + 8 + 16 + 32 + 60 + 60 seconds at most.
    asked, now = host(random=1.0), 0.0
    while not asked.given_up:
        now = max(now, asked.free_at())
        asked.failed(FAILED, sent=now, now=now)
    assert now == 183


def test_seconds_held_are_counted_once() -> None:
    asked = host()
    asked.failed(refused(30), sent=100, now=100)
    asked.failed(refused(30), sent=100, now=110)
    asked.account(120)
    assert asked.waited == 20
    asked.account(500)
    assert asked.waited == 40
    asked.account(600)
    assert asked.waited == 40


def test_giving_up_ends_the_hold() -> None:
    asked = host()
    asked.failed(refused(30), sent=100, now=100)
    asked.give_up("enough", now=110)
    asked.account(500)
    assert asked.waited == 10


def test_crawl_delay_is_kept_between_requests() -> None:
    asked = host()
    asked.pace(10, now=0)
    asked.asked(5)
    assert asked.free_at() == 15
    asked.pace(86400, now=6)
    assert asked.given_up == "asks for 86400 s between requests"


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["answer", "page", "host", "limit"]),
            st.none() | st.floats(0, 5000),
            st.floats(0, 100),
        ),
        max_size=60,
    )
)
def test_a_run_never_waits_longer_than_it_says(
    events: list[tuple[str, float | None, float]],
) -> None:
    """Whatever a host does: each wait, and what it asks for in all, stays within the policy."""
    asked, now, policy = host(random=1.0), 0.0, Policy()
    for kind, wait, later in events:
        now = max(now + later, asked.free_at())
        if kind == "answer":
            asked.answered(now)
        else:
            asked.failed(Trouble("x", kind, wait), now, now)  # type: ignore[arg-type]
        assert asked.free_at() <= now + policy.longest
        if asked.given_up:
            break
    asked.account(now)
    assert asked.waited <= now


def test_host_that_never_says_for_how_long_is_given_up_within_the_hour() -> None:
    asked, now = host(random=0), 0.0
    while not asked.given_up:
        now = max(now, asked.free_at())
        asked.failed(refused(), sent=now, now=now)
    assert now == 60 + 120 + 240 + 480 + 960
