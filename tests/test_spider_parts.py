"""Small parts of the spiders: arguments, politeness, reasons, findings, the report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.exceptions import DownloadTimeoutError, IgnoreRequest
from scrapy.settings import Settings

from mirror.capture import AddressRefused
from mirror.commands.report import report
from mirror.extensions.findings import MOST_ORIGINS, Findings
from mirror.layouts import Skipped
from mirror.politeness.loopback import (
    is_loopback,
    unthrottle_loopback,
    unthrottle_loopback_alone,
)
from mirror.politeness.reasons import reason_of
from mirror.spiders.arguments import ArgumentError, WebArguments
from mirror.spiders.image_terms import ImageTerms


def test_arguments_are_read() -> None:
    arguments = WebArguments.parse(
        {
            "mirror": "https://github.com/o/r",
            "channels": " a, b,a",
            "limit": "7",
            "robots": "ignore",
        }
    )
    assert arguments.mirror is not None
    assert arguments.mirror.name == "github.com/o/r"
    assert (arguments.channels, arguments.limit, arguments.robots) == (("a", "b"), 7, "ignore")
    assert not arguments.demo


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0", 0), ("90s", 90), ("30m", 1800), ("26h", 93_600), ("30d", 2_592_000), ("2w", 1_209_600)],
)
def test_how_long_a_look_is_good_for(text: str, seconds: int) -> None:
    arguments = WebArguments.parse({"mirror": "https://github.com/o/r", "age": text})
    assert arguments.age is not None
    assert arguments.age.total_seconds() == seconds
    assert arguments.refetch == "never"


@pytest.mark.parametrize(
    "given_",
    [{"age": text} for text in ("", "30", "d", "-1d", "1.5d", "1y", "٣d", "99999999d", " 1d")]
    + [{"refetch": text} for text in ("", "sometimes", "All")],
)
def test_what_is_no_age_or_policy_is_refused(given_: dict[str, str]) -> None:
    with pytest.raises(ArgumentError, match="must be"):
        WebArguments.parse({"mirror": "https://github.com/o/r", **given_})


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=20), max_size=4))
def test_arguments_are_read_or_refused_and_nothing_else(given_: dict[str, str]) -> None:
    try:
        arguments = WebArguments.parse(given_)
    except ArgumentError:
        return
    assert set(given_) <= set(WebArguments.KNOWN)
    assert arguments.limit >= 0


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8099/", True),
        ("http://127.5.5.5/", True),
        ("http://[::1]/", True),
        ("http://localhost/", True),
        ("http://10.0.0.1/", False),
        ("https://github.com/", False),
        ("http://localhost.example.org/", False),
    ],
)
def test_only_this_machine_is_not_throttled(url: str, *, expected: bool) -> None:
    assert is_loopback(url) is expected
    settings = Settings({"AUTOTHROTTLE_ENABLED": True})
    unthrottle_loopback(settings, url)
    assert settings.getbool("AUTOTHROTTLE_ENABLED") is not expected


def test_what_the_operator_sets_counts_on_loopback_too() -> None:
    settings = Settings()
    settings.set("DOWNLOAD_DELAY", 3, priority="cmdline")
    unthrottle_loopback(settings, "http://127.0.0.1/")
    assert settings.getint("DOWNLOAD_DELAY") == 3


def test_reasons_are_fixed_words() -> None:
    assert reason_of(IgnoreRequest("Forbidden by robots.txt"))[0] == "robots.txt"
    assert reason_of(AddressRefused("http://10.0.0.1:80 is private"))[0] == "private address"
    assert reason_of(DownloadTimeoutError("too slow")) == ("timeout", "too slow")
    assert reason_of(ZeroDivisionError())[0] == "error: ZeroDivisionError"


def skipped(reason: Any, href: str, url: str = "") -> Skipped:
    return Skipped(href=href, reason=reason, url=url, text="")


def test_rows_that_are_not_followed_are_counted() -> None:
    findings = Findings()
    findings.skip(skipped("sister", "../../../../../epoch-comment?n1"))
    findings.skip(skipped("sister", "x", "https://github.com/o/other"))
    findings.skip(skipped("foreign", "x", "http://user:secret@198.51.100.7:81/a?b"))
    findings.skip(skipped("foreign", "x", "http://198.51.100.7:81/c"))
    findings.skip(skipped("invalid", "file:///etc/passwd"))
    findings.skip(skipped("home", "../../../.."))
    assert findings.sisters == {"epoch-comment", "https://github.com/o/other"}
    assert findings.foreign == {"http://198.51.100.7:81": 2}
    assert findings.invalid == {"file": 1}


def test_a_hostile_index_cannot_fill_the_memory_with_origins() -> None:
    findings = Findings()
    for number in range(MOST_ORIGINS + 50):
        findings.skip(skipped("foreign", "x", f"http://h{number}.example/"))
        findings.skip(skipped("sister", f"../../../../../r{number}"))
    assert len(findings.foreign) == MOST_ORIGINS + 1
    assert findings.foreign["others"] == 50
    assert len(findings.sisters) == MOST_ORIGINS


def project_settings() -> Settings:
    settings = Settings()
    settings.setmodule("mirror.settings", priority="project")
    return settings


def test_public_hosts_of_pictures_are_asked_gently_beside_a_mirror_on_loopback() -> None:
    settings = project_settings()
    unthrottle_loopback_alone(settings, "http://127.0.0.1:8080/")
    assert settings.getbool("AUTOTHROTTLE_ENABLED")
    assert settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN") == 4
    slots = settings.getdict("DOWNLOAD_SLOTS")
    assert set(slots) == {"127.0.0.1"}
    assert slots["127.0.0.1"]["throttle"] is False
    elsewhere = project_settings()
    unthrottle_loopback_alone(elsewhere, "https://github.com/o/r")
    assert not elsewhere.getdict("DOWNLOAD_SLOTS")


@pytest.mark.parametrize(
    ("hosts", "everywhere"),
    [("", set()), ("127.0.0.1:81, i.example.org", {"127.0.0.1", "i.example.org"})],
)
def test_the_demo_asks_no_stranger_for_pictures(hosts: str, everywhere: set[str]) -> None:
    settings = project_settings()
    settings.set("IMAGE_HOSTS", hosts)
    terms = ImageTerms.of(settings, strangers=False)
    assert {name for name, _ in terms.everywhere.entries} == everywhere
    assert terms.fingerprint != ImageTerms.of(settings).fingerprint


def test_report_shows_no_control_characters() -> None:
    page = {"url": "http://h/\x1b[31m\u202egpj", "reason": "bad\x07", "found_on": "", "new": True}
    summary: dict[str, Any] = {
        "run": "r",
        "meaning": "partial",
        "exit_status": 3,
        "reason": "finished",
        "pages": {"article": {"failed": 12}},
        "articles": {"new": 0, "changed": 0, "unchanged": 0},
        "images": {
            **dict.fromkeys(("captured", "repeated", "unchanged", "redirects"), 0),
            **dict.fromkeys(("dangling", "unknown", "not_reached"), ()),
            "skipped": {},
            "failed": [page],
        },
        "bytes_received": 0,
        "seconds": 1.0,
        "dangling": [],
        "deleted": [],
        "completeness": {"in_tree": None},
        "failed": [page] * 12,
        "unknown": [],
        "not_reached": [],
        "unreachable": None,
        "moved_to": None,
        "missing_channels": [],
        "sisters": ["a\x1b]0;x\x07"],
        "warcs": [],
    }
    text = report(summary, Path("output/x"))
    assert all(character.isprintable() or character == "\n" for character in text)
    assert r"\x1b[31m\u202egpj (bad\x07)" in text
    assert "… and 2 more" in text
    assert "images failed   1" in text
