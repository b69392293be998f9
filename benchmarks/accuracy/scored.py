"""Runs the contestants over the pages of a mirror, on all cores."""

from __future__ import annotations

import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from tqdm import tqdm

from benchmarks.accuracy.contestants import PEERS, Contestant, Ours
from benchmarks.accuracy.scoring import Miss
from benchmarks.accuracy.tally import Finding, Tally, score
from benchmarks.accuracy.trees import oracle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.accuracy.trees import Tree

CHUNK = 20
"""Pages that a worker takes at once."""

Tallies = dict[str, Tally]


@dataclass(frozen=True, slots=True)
class Task:
    """One page, and whether the peers read it too."""

    path: str
    with_peers: bool


def available_peers() -> tuple[list[str], list[str]]:
    """Names of the peers that are installed, and of those that are not."""
    there, missing = [], []
    for peer in PEERS:
        try:
            peer()
        except ImportError:
            missing.append(peer.name)
        else:
            there.append(peer.name)
    return there, missing


def run(tree: Tree, tasks: Sequence[Task], jobs: int) -> Tallies:
    """The tallies of all contestants by name; pages that no oracle reads are under ``oracle``."""
    total: Tallies = {}
    work = partial(_page, tree)
    spawn = multiprocessing.get_context("spawn")
    with (
        ProcessPoolExecutor(jobs, mp_context=spawn) as pool,
        tqdm(total=len(tasks), unit="page", disable=not sys.stderr.isatty()) as bar,
    ):
        for tallies in pool.map(work, tasks, chunksize=CHUNK):
            for name, tally in tallies.items():
                total.setdefault(name, Tally()).add(tally)
            bar.update()
    return total


def _page(tree: Tree, task: Task) -> Tallies:
    body = (tree.root / task.path).read_bytes()
    page = task.path.removeprefix("pages/").removesuffix(".md")
    try:
        reading = oracle(body.decode("utf-8", "replace"))
    except ValueError as error:
        return {"oracle": Tally(findings=[Finding(page, Miss("page", "unread", str(error)))])}
    address = tree.address(task.path)
    return {
        contestant.name: score(contestant, body, address, reading, page)
        for contestant in _contestants(task.with_peers)
    }


_READY: dict[bool, list[Contestant]] = {}
"""Contestants of this worker: importing a peer takes seconds."""


def _contestants(with_peers: bool) -> list[Contestant]:
    if with_peers not in _READY:
        there = set(available_peers()[0]) if with_peers else set()
        _READY[with_peers] = [Ours(), *(peer() for peer in PEERS if peer.name in there)]
    return _READY[with_peers]
