"""Every row of ``docs/originals.md`` holds."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

import mirror.originals
from mirror.originals import REPAIRS, WRAPPERS, resolve

DOCUMENT = Path(__file__).parent.parent / "docs" / "originals.md"
TEXT = DOCUMENT.read_text(encoding="utf-8")
ROW = re.compile(r"^\| `([a-z-]+)` \| `([^`]+)` \| ?(?:`([^`]+)`|([^`]*?)) ?\|$", re.MULTILINE)
CHANGED, HIDDEN = TEXT.split("## What stays hidden")


@pytest.mark.parametrize(("via", "href", "url"), [row[:3] for row in ROW.findall(CHANGED)])
def test_what_is_undone(via: str, href: str, url: str) -> None:
    original = resolve(href)
    assert original.url == url
    assert via in original.via


@pytest.mark.parametrize(("via", "href"), [row[:2] for row in ROW.findall(HIDDEN)])
def test_what_stays_hidden(via: str, href: str) -> None:
    original = resolve(href)
    assert (original.url, original.via) == (href, (via,))


def test_every_step_has_an_example() -> None:
    shown = {row[0] for row in ROW.findall(CHANGED)} | {"invisible"}
    assert shown == {name for name, _ in (*REPAIRS, *WRAPPERS)}


def test_every_row_of_the_tables_is_one_of_these_tests() -> None:
    rows = [line for line in TEXT.splitlines() if line.startswith("| `")]
    assert len(rows) == len(ROW.findall(TEXT))


def test_the_examples_in_words() -> None:
    assert doctest.testmod(mirror.originals).failed == 0
    fenceless = TEXT.replace("```", "")
    examples = doctest.DocTestParser().get_doctest(fenceless, {}, DOCUMENT.name, None, None)
    assert len(examples.examples) == 2
    assert doctest.DocTestRunner().run(examples).failed == 0
