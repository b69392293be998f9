"""Every page of the real mirrors in every class of deviations, with the number of each.

    python -m benchmarks.deviations [NAME=FOLDER ...] [--write FILE] [--list CLASS] [--jobs N]

Prints the tables of `docs/deviations.md`. Exits with 1 where something is undecided: an element in
no class, a warning that no class explains, or an article of a class without the class's warning.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from benchmarks.accuracy.trees import Tree, corpus
from benchmarks.deviations import table
from benchmarks.deviations.pages import classify

CHUNK = 50


def main() -> int:
    options = _options()
    trees = options.trees or corpus()
    if not trees:
        raise SystemExit("no mirrors beside the project: name a folder with one, NAME=FOLDER")
    pages: dict[str, int] = {}
    counts: dict[str, Counter[str]] = {}
    open_ends: Counter[str] = Counter()
    for tree in trees:
        paths = tree.articles()
        pages[tree.name], counts[tree.name] = len(paths), Counter()
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(options.jobs, mp_context=spawn) as pool:
            for path, names, undone in pool.map(partial(classify, tree), paths, chunksize=CHUNK):
                counts[tree.name].update(names)
                open_ends.update(undone)
                if options.list in (*names, *undone):
                    print(f"{tree.name} {path}")
    text = table.tables(pages, counts)
    if options.write:
        table.replace(options.write, text)
    elif not options.list:
        print(text)
    for what, number in open_ends.most_common():
        print(f"undecided: {what}: {number:,} pages", file=sys.stderr)
    return 1 if open_ends else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.deviations",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("trees", nargs="*", type=_tree, metavar="NAME=FOLDER")
    parser.add_argument("--write", type=Path, metavar="FILE", help="renew the tables in FILE")
    parser.add_argument("--list", default="", metavar="CLASS", help="the pages of one class")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    return parser.parse_args()


def _tree(text: str) -> Tree:
    name, _, folder = text.partition("=")
    if not (name and Path(folder, "pages").is_dir()):
        raise argparse.ArgumentTypeError(f"{text}: not NAME=FOLDER of a mirror with pages/")
    return Tree(name, Path(folder))


if __name__ == "__main__":
    sys.exit(main())
