"""The first status that applies, in the order 73, 2, 1, 5, 4, 3, 0."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mirror.extensions.exit_status import MEANING, RunFacts, exit_status

FINE = RunFacts(
    unwritable=False,
    usage=False,
    errors=0,
    cut_short=False,
    moved=False,
    root_understood=True,
    known_before=True,
    understood=100,
    unknown=0,
    failures=0,
)


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        (FINE, 0),
        (replace(FINE, failures=1), 3),
        (replace(FINE, unknown=1), 3),
        (replace(FINE, unknown=100), 3),
        (replace(FINE, unknown=101), 5),
        (replace(FINE, understood=1, unknown=2), 3),
        (replace(FINE, cut_short=True), 3),
        (replace(FINE, cut_short=True, root_understood=False, known_before=False), 3),
        (replace(FINE, cut_short=True, moved=True), 5),
        (replace(FINE, moved=True, root_understood=False), 5),
        (replace(FINE, root_understood=False, understood=0, failures=1), 4),
        (replace(FINE, root_understood=False, understood=0, unknown=1), 5),
        (replace(FINE, root_understood=False, understood=0, unknown=1, known_before=False), 4),
        (replace(FINE, errors=1, failures=1), 1),
        (replace(FINE, usage=True, errors=1), 2),
        (replace(FINE, unwritable=True, usage=True, errors=1, moved=True, failures=1), 73),
    ],
)
def test_first_status_that_applies(facts: RunFacts, status: int) -> None:
    assert exit_status(facts) == status


def test_every_status_has_a_meaning() -> None:
    assert sorted(MEANING) == [0, 1, 2, 3, 4, 5, 73, 75]
