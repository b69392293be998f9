"""Run summaries made up for tests of what reads them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

PAGE = {"url": "https://mirror.example/a.md", "reason": "status 503", "found_on": "", "new": True}


def write_run(
    folder: Path, started: datetime, exit_status: int | None = 0, **keys: Any
) -> dict[str, Any]:
    """Write ``runs/<run>.json`` of a collection: a run of ten seconds, complete unless told."""
    record: dict[str, Any] = {
        "run": started.strftime("%Y%m%dT%H%M%SZ"),
        "spider": "web",
        "mirror": "mirror.example",
        "started": started.isoformat(timespec="seconds"),
        "finished": (started + timedelta(seconds=10)).isoformat(timespec="seconds"),
        "seconds": 10.0,
        "exit_status": exit_status,
        "meaning": "a meaning",
        "reason": "finished",
        "articles": {"new": 0, "changed": 0, "unchanged": 0},
        "bytes_received": 1000,
        "moved_to": None,
        "unreachable": None,
        "dangling": [],
        "failed": [],
        "unknown": [],
        "not_reached": [],
        "warcs": [],
        **keys,
    }
    runs = folder / "runs"
    runs.mkdir(parents=True, exist_ok=True)
    path = runs / f"{record['run']}.json"
    path.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return record


def warc(name: str, length: int) -> dict[str, Any]:
    return {"name": name, "length": length, "sha256": "0" * 64}
