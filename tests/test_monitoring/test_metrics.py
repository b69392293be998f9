"""Metrics, read back by the Prometheus project's own parser."""

from __future__ import annotations

import math
import os
import re
import stat
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from mirror.monitoring import (
    attempt_text,
    metrics_text,
    read_state,
    status_text,
    write_attempt,
    write_metrics,
)
from mirror.monitoring.exposition import LIVE, PREFIX
from tests.crawling import PROJECT
from tests.run_summaries import PAGE, write_run

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "output" / "news"
    (made / "archive").mkdir(parents=True)
    return made


def samples(text: str) -> dict[str, float]:
    """Values by name and labels, ``name{label=value}``."""
    found = {}
    for family in text_string_to_metric_families(text):
        assert family.type == "gauge"
        assert family.documentation
        for sample in family.samples:
            labels = ",".join(f"{key}={value}" for key, value in sorted(sample.labels.items()))
            name = f"{sample.name.removeprefix(PREFIX)}{{{labels}}}"
            assert name not in found
            found[name] = sample.value
    return found


def test_a_run_is_told_in_numbers(folder: Path) -> None:
    write_run(folder, NOW - 3 * HOUR, 0)
    articles = {"new": 4, "changed": 2, "unchanged": 9}
    write_run(folder, NOW - HOUR, 3, articles=articles, failed=[PAGE, PAGE], dangling=[PAGE])
    found = samples(metrics_text(read_state(folder, NOW)))
    base = NOW.timestamp()
    for name, value in {
        "collection_info{collection=news,mirror=mirror.example}": 1,
        "last_run_timestamp_seconds{collection=news}": base - 3600 + 10,
        "last_run_exit_status{collection=news}": 3,
        "last_run_duration_seconds{collection=news}": 10,
        "last_success_timestamp_seconds{collection=news}": base - 3 * 3600 + 10,
        "runs_since_success{collection=news}": 1,
        "last_run_articles{change=changed,collection=news}": 2,
        "last_run_troubled_pages{collection=news,trouble=failed}": 2,
        "last_run_troubled_pages{collection=news,trouble=newly_dead}": 1,
        "last_run_received_bytes{collection=news}": 1000,
    }.items():
        assert found[name] == value, name
    assert found["filesystem_free_bytes{collection=news}"] > 0
    assert not any(name.startswith("running") for name in found)


def test_what_never_happened_is_long_ago_and_what_is_not_known_is_missing(folder: Path) -> None:
    found = samples(metrics_text(read_state(folder, NOW)))
    assert found["last_success_timestamp_seconds{collection=news}"] == 0
    assert found["last_run_timestamp_seconds{collection=news}"] == 0
    assert not any(name.startswith(("last_run_exit_status", "pages")) for name in found)


def test_a_killed_run_has_no_exit_status(folder: Path) -> None:
    write_run(folder, NOW, None, finished=None, seconds=None)
    found = samples(metrics_text(read_state(folder, NOW)))
    assert math.isnan(found["last_run_exit_status{collection=news}"])


def test_families_of_several_collections_stand_together(folder: Path) -> None:
    other = folder.with_name("other")
    (other / "archive").mkdir(parents=True)
    write_run(folder, NOW)
    write_run(other, NOW, 4)
    text = status_text([read_state(folder, NOW), read_state(other, NOW)])
    found = samples(text)
    assert found["last_run_exit_status{collection=news}"] == 0
    assert found["last_run_exit_status{collection=other}"] == 4
    assert found["running{collection=other}"] == 0
    names = re.findall(r"^# TYPE (\S+)", text, re.MULTILINE)
    assert len(names) == len(set(names))


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=30))
def test_every_label_comes_back_as_it_was(label: str) -> None:
    for family in text_string_to_metric_families(attempt_text(label, NOW, 0)):
        (sample,) = family.samples
        assert sample.labels["collection"] == label.encode("utf-8", "replace").decode()


def test_names_follow_the_conventions() -> None:
    for family in LIVE:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", family.name)
        assert not family.name.endswith(("_total", "_count", "_sum", "_bucket"))
        assert "\n" not in family.help
        assert family.help.endswith(".")


def test_documentation_names_every_metric_and_no_other() -> None:
    text = (PROJECT / "docs" / "status.md").read_text("utf-8")
    listed = re.findall(rf"^\| `{PREFIX}(\w+)` \|", text, re.MULTILINE)
    attempt = re.findall(rf"^# TYPE {PREFIX}(\w+)", attempt_text("a", NOW, 0), re.MULTILINE)
    assert listed == [*attempt, *(family.name for family in LIVE)]
    assert set(re.findall(rf"{PREFIX}(\w+)", text)) <= set(listed)


# --- files ---------------------------------------------------------------------------------------


def test_files_are_readable_for_all_whatever_the_umask(folder: Path, tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        paths = [
            write_metrics(tmp_path, read_state(folder, NOW)),
            write_attempt(tmp_path, "news", NOW, 75),
        ]
    finally:
        os.umask(before)
    for path in paths:
        assert stat.S_IMODE(path.stat().st_mode) == 0o644
        assert path.name.endswith(".prom")
    assert samples(paths[1].read_text("utf-8")) == {
        "last_attempt_timestamp_seconds{collection=news}": NOW.timestamp(),
        "last_attempt_exit_status{collection=news}": 75,
    }
    assert sorted(path.name for path in tmp_path.glob("*.prom")) == sorted(p.name for p in paths)


def test_a_reader_never_finds_half_a_file(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new file takes the old one's name when all of it is on disk, and not before."""
    path = write_attempt(tmp_path, "news", NOW, 0)
    old = path.read_text("utf-8")
    synced: list[tuple[int, str]] = []
    fsync = os.fsync

    def watched(descriptor: int) -> None:
        fsync(descriptor)
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            synced.append((os.fstat(descriptor).st_size, path.read_text("utf-8")))

    monkeypatch.setattr(os, "fsync", watched)
    write_attempt(tmp_path, "news", NOW, 73)
    assert synced == [(path.stat().st_size, old)]
    assert "} 73\n" in path.read_text("utf-8")


def test_what_cannot_be_written_leaves_the_old_file(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_attempt(tmp_path, "news", NOW, 0)
    old = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_attempt(tmp_path, "news", NOW, 73)
    assert path.read_bytes() == old
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == [path.name]
