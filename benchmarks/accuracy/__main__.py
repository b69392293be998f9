"""How right the extraction is, page by page, against an oracle written apart from it.

    python -m benchmarks.accuracy [NAME=FOLDER ...] [--sample N | --limit N] [--channel A,B]
                                  [--peers N|all|none] [--misses DIR] [--jobs N]

Without a folder: the real mirrors beside the project. The peers (trafilatura, newspaper4k:
dependency group ``benchmarks``) read a sample of 500 pages unless told otherwise; pages per second
are of one core, extraction alone, in the same processes.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from benchmarks.accuracy import report, scored
from benchmarks.accuracy.trees import Tree, corpus, sample

PEER_SAMPLE = 500


def main() -> None:
    options = _options()
    trees = options.trees or corpus()
    if not trees:
        raise SystemExit("no mirrors beside the project: name a folder with one, NAME=FOLDER")
    wanted: int = options.peers
    there, missing = scored.available_peers() if wanted else ([], [])
    if missing:
        print(f"not installed, left out: {', '.join(missing)} (dependency group `benchmarks`)")
    for tree in trees:
        paths = sample(tree.articles(options.channel), options.sample)
        paths = paths[: options.limit or None]
        for_peers = set(sample(paths, wanted) if wanted > 0 else paths) if there else set()
        _print_scores(tree, paths, for_peers, options)


def _print_scores(
    tree: Tree, paths: list[str], for_peers: set[str], options: argparse.Namespace
) -> None:
    tasks = [scored.Task(path, path in for_peers) for path in paths]
    tallies = scored.run(tree, tasks, options.jobs)
    unread = tallies.pop("oracle", None)
    print(f"\n{tree.name}: {len(paths):,} article pages")
    if not paths:
        return
    if unread:
        print(f"not read by the oracle, not scored: {len(unread.findings):,}")
        if not tallies:
            return
    print(report.table(tallies))
    print(report.joins(tallies["mirror"]))
    print(report.slowest(tallies["mirror"]))
    for line in report.classes(tallies["mirror"]):
        print(f"  {line}")
    if options.misses:
        for name, tally in tallies.items():
            report.write_misses(options.misses, f"{tree.name}.{name}", tally)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.accuracy",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("trees", nargs="*", type=_tree, metavar="NAME=FOLDER")
    parser.add_argument("--sample", type=int, default=0, help="so many pages, always the same")
    parser.add_argument("--limit", type=int, default=0, help="the first pages only")
    parser.add_argument("--channel", type=lambda text: text.split(","), default=[])
    parser.add_argument("--peers", type=_peers, default=PEER_SAMPLE, metavar="N|all|none")
    parser.add_argument("--misses", type=Path, metavar="DIR", help="list each miss there")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    return parser.parse_args()


def _tree(text: str) -> Tree:
    name, _, folder = text.partition("=")
    if not (name and Path(folder, "pages").is_dir()):
        raise argparse.ArgumentTypeError(f"{text}: not NAME=FOLDER of a mirror with pages/")
    return Tree(name, Path(folder))


def _peers(text: str) -> int:
    words = {"all": -1, "none": 0}
    return words[text] if text in words else int(text)


if __name__ == "__main__":
    main()
