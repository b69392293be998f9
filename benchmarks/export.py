"""How fast a collection is exported, beside ``cat`` and ``jq -c .`` on the same files.

    python -m benchmarks.export COLLECTION [--rounds 3] [--times 4]

Each round runs everything once, one after the other; the medians of processor time are compared,
which other work on the machine disturbs least. The last line is the same collection so many times
over: memory that grows with it would show there.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.processes import Usage, measured

if TYPE_CHECKING:
    from collections.abc import Sequence

PROJECT = Path(__file__).resolve().parents[1]
EXPORTS: dict[str, list[str]] = {
    "jsonl": ["--format", "jsonl"],
    "jsonl, 4 fields": ["--format", "jsonl", "--fields", "id,title,published,original_url"],
    "jsonl, --unique original": ["--format", "jsonl", "--unique", "original"],
    "jsonl, --versions": ["--format", "jsonl", "--versions"],
    "jsonl.gz": ["--format", "jsonl.gz"],
    "csv": ["--format", "csv"],
    "parquet": ["--format", "parquet"],
}


def commands(collection: Path) -> dict[str, list[str]]:
    """What is compared, by name."""
    files = [str(path) for path in sorted((collection / "items").glob("*.jsonl"))]
    found = {"cat": ["cat", *files]}
    if shutil.which("jq"):
        found["jq -c ."] = ["jq", "-c", ".", *files]
    for name, options in EXPORTS.items():
        if name != "parquet" or find_spec("pyarrow"):
            found[f"export {name}"] = export(collection, *options)
    return found


def export(collection: Path, *options: str) -> list[str]:
    """The command that exports a collection."""
    setting = f"OUTPUT_DIR={collection.parent}"
    return [sys.executable, "-m", "scrapy", "export", collection.name, "-s", setting, *options]


def multiplied(collection: Path, times: int, folder: Path) -> Path:
    """A collection with so many pages for each one of `collection`."""
    made = folder / "multiplied"
    (made / "items").mkdir(parents=True)
    for number in range(times):
        host = b"://%d." % number
        for path in (collection / "items").glob("*.jsonl"):
            with path.open("rb") as lines, (made / "items" / path.name).open("ab") as sink:
                for line in lines:
                    sink.write(line.replace(b"://", host, 1))  # the page's own address
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("collection", type=Path, help="its folder")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is run (3)")
    parser.add_argument("--times", type=int, default=4, help="size of the large one (4)")
    arguments = parser.parse_args()
    collection = arguments.collection.resolve()
    files = list((collection / "items").glob("*.jsonl"))
    if not files:
        parser.error(f"{collection} has no items")
    size = sum(path.stat().st_size for path in files)
    with tempfile.TemporaryDirectory() as folder:
        compared = commands(collection)
        runs: dict[str, list[Usage]] = {name: [] for name in compared}
        for _ in range(arguments.rounds):
            for name, command in compared.items():
                runs[name].append(measured(command, cwd=PROJECT))
        rows = _rows(collection, Path(folder) / "rows.jsonl")
        print(f"{rows} rows, {size / 1e6:.0f} MB of items")
        reference = "jq -c ." if "jq -c ." in runs else "cat"
        base = statistics.median(run.cpu_seconds for run in runs[reference])
        ratio = f"of {reference.partition(' ')[0]}"
        print(f"{'':34} {'CPU s':>7} {ratio:>7} {'rows/s':>9} {'MB/s':>7} {'peak MB':>8}")
        for name, found in runs.items():
            _show(name, found, base, rows, size)
        large = multiplied(collection, arguments.times, Path(folder))
        name = f"export jsonl, {arguments.times} times the size"
        run = measured(export(large, "--format", "jsonl"), cwd=PROJECT)
        _show(name, [run], base, rows * arguments.times, size * arguments.times)


def _rows(collection: Path, target: Path) -> int:
    measured(export(collection, "--fields", "id", "-o", str(target)), cwd=PROJECT)
    return target.read_bytes().count(b"\n")


def _show(name: str, runs: Sequence[Usage], base: float, rows: int, size: int) -> None:
    seconds = max(statistics.median(run.cpu_seconds for run in runs), 1e-3)
    peak = max(run.peak_bytes for run in runs) / 1e6
    print(
        f"{name:34} {seconds:7.2f} {seconds / base:7.2f} {rows / seconds:9,.0f}"
        f" {size / 1e6 / seconds:7.0f} {peak:8.0f}"
    )


if __name__ == "__main__":
    main()
