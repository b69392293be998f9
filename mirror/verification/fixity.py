"""Whether each WARC file is still what the runs that wrote to it left behind."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from mirror.verification.facts import Facts
    from mirror.verification.findings import Findings
    from mirror.verification.processes import Run

    Told = dict[int, list[tuple[str, str]]]

_READ = 1 << 20


@dataclass(frozen=True, slots=True)
class Prefixes:
    """A file, and the lengths that it had at the end of runs, in rising order."""

    path: Path
    lengths: tuple[int, ...]


def digests(prefixes: Prefixes) -> dict[int, str]:
    """SHA-256, in hexadecimal, of the file's beginnings of these lengths; one pass for all.

    A length that the file does not have is left out.
    """
    found: dict[int, str] = {}
    digest = hashlib.sha256()
    position = 0
    with prefixes.path.open("rb") as file:
        for length in prefixes.lengths:
            while position < length:
                data = file.read(min(length - position, _READ))
                if not data:
                    return found
                digest.update(data)
                position += len(data)
            found[length] = digest.copy().hexdigest()
    return found


def check(facts: Facts, files: Iterable[Path], run: Run, findings: Findings) -> None:
    """Each file that a run names, at the length that it had then, has the SHA-256 it had then."""
    named: dict[str, Told] = {}
    for name, length, digest, by in facts.ask(
        "SELECT warc, length, sha256, run FROM named ORDER BY warc, length, run"
    ):
        named.setdefault(name, {}).setdefault(length, []).append((digest, by))
    there = {path.name: path for path in files}
    for name in sorted(named.keys() - there.keys()):
        first = min(by for told in named[name].values() for _, by in told)
        findings.add("fixity", f"archive/{name}", f"is not there; runs/{first}.json names it")
    tasks = [
        Prefixes(there[name], tuple(sorted(lengths)))
        for name, lengths in sorted(named.items())
        if name in there
    ]
    for task, found in zip(tasks, run(digests, tasks), strict=True):
        reason = _difference(task, named[task.path.name], found)
        if reason:
            findings.add("fixity", f"archive/{task.path.name}", reason)


def _difference(task: Prefixes, told: Told, found: dict[int, str]) -> str:
    """The first length at which a file is not what was told; what is longer has the same damage."""
    for length in task.lengths:
        for digest, by in told[length]:
            if length not in found:
                return f"has {task.path.stat().st_size} bytes; runs/{by}.json says {length}"
            if found[length] != digest:
                return f"SHA-256 of its first {length} bytes is not that in runs/{by}.json"
    return ""
