"""Resolves every link of whole mirrors as the crawl does, and counts forms and outcomes.

    python -m benchmarks.links [NAME=FOLDER ...] [--samples DIR] [--jobs N]

Without a folder: the real mirrors beside the project. Forms are told from the links by rules that
are written apart from the program's (``benchmarks/links/forms.py``). With ``--samples`` up to 200
different links of each form stand in files there, with what became of them, to be read by eye.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from benchmarks.accuracy.trees import Tree, corpus
from benchmarks.links.forms import FORMS
from benchmarks.links.tally import OUTCOMES, SOUND, Tally, tally_page

if TYPE_CHECKING:
    from collections.abc import Iterator

CHUNK = 50
"""Pages that a worker takes at once."""


def main() -> None:
    options = _options()
    trees = options.trees or corpus()
    if not trees:
        raise SystemExit("no mirrors beside the project: name a folder with one, NAME=FOLDER")
    total = Tally()
    for tree in trees:
        tally = _tally(tree, options.jobs)
        print(f"{tree.name}: {_sums(tally)}")
        total.add(tally)
    print(f"all: {_sums(total)}\n")
    for line in table(total):
        print(line)
    print(f"\nkinds of links: {_counts(total.kinds.most_common())}")
    print(f"steps: {_counts(total.steps.most_common())}")
    print(f"on the page otherwise than alone: {total.differing}")
    print(f"not the same when resolved again: {total.unstable}")
    if options.samples:
        _write_samples(options.samples, total)
    if total.differing or total.unstable:
        raise SystemExit(1)


def table(tally: Tally) -> Iterator[str]:
    """Lines of a Markdown table: a row for each form that was met, a column for each outcome."""
    yield "| form | found | " + " | ".join(OUTCOMES) + " |"
    yield "| --- |" + " ---: |" * (len(OUTCOMES) + 1)
    for form in (*FORMS, SOUND, ""):
        counts = [tally.outcomes[form, outcome] for outcome in OUTCOMES]
        if any(counts):
            cells = [f"{count:,}" if count else "" for count in (sum(counts), *counts)]
            yield f"| {form or '**all**'} | " + " | ".join(cells) + " |"


def _tally(tree: Tree, jobs: int) -> Tally:
    total, paths = Tally(), tree.articles()
    spawn = multiprocessing.get_context("spawn")
    with (
        ProcessPoolExecutor(jobs, mp_context=spawn) as pool,
        tqdm(total=len(paths), unit="page", disable=not sys.stderr.isatty()) as bar,
    ):
        for tally in pool.map(partial(tally_page, tree), paths, chunksize=CHUNK):
            total.add(tally)
            bar.update()
    return total


def _write_samples(folder: Path, tally: Tally) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, form in enumerate((*FORMS, SOUND)):
        if samples := tally.samples.get(form):
            lines = [f"# {form}\n", *(f"{href!r}\t{found}\n" for href, found in samples.items())]
            (folder / f"{number:02}.txt").write_text("".join(lines), "utf-8", "backslashreplace")


def _sums(tally: Tally) -> str:
    return (
        f"{tally.pages:,} article pages, {tally.links:,} links, "
        f"{tally.loaded:,} addresses of pictures and videos"
    )


def _counts(counts: list[tuple[str, int]]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.links",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("trees", nargs="*", type=_tree, metavar="NAME=FOLDER")
    parser.add_argument("--samples", type=Path, metavar="DIR", help="write links to read by eye")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    return parser.parse_args()


def _tree(text: str) -> Tree:
    name, _, folder = text.partition("=")
    if not (name and Path(folder, "pages").is_dir()):
        raise argparse.ArgumentTypeError(f"{text}: not NAME=FOLDER of a mirror with pages/")
    return Tree(name, Path(folder))


if __name__ == "__main__":
    main()
