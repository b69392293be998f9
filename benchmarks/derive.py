"""How fast the readable pages and the search of a collection are made, in what memory and size.

    python -m benchmarks.derive COLLECTION

The collection is read where it is; what is made of it goes into a temporary folder. The second line
is a second time, with nothing new. ``start page`` is the time for one page of fifty articles, the
newest ones, from the catalogue alone.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.processes import measured
from mirror.derived.catalogue import Catalogue
from mirror.derived.layout import derived_of

PROJECT = Path(__file__).resolve().parents[1]
READ = ("archive", "indexes", "items", "ledger.sqlite", "exclude.txt")


def size_of(folder: Path) -> int:
    """Bytes of the files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("collection", type=Path, help="its folder")
    collection = parser.parse_args().collection.resolve()
    if not (collection / "items").is_dir():
        parser.error(f"{collection} has no items")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / collection.name
        folder.mkdir()
        for name in READ:
            if (collection / name).exists():
                (folder / name).symlink_to(collection / name)
        command = [sys.executable, "-m", "scrapy", "derive", folder.name]
        command += ["-s", f"OUTPUT_DIR={temporary}"]
        derived = derived_of(folder)
        print(f"{'':12} {'seconds':>8} {'CPU s':>8} {'pages/s':>8} {'peak MB':>8}")
        for name in ("all", "nothing new"):
            usage = measured(command, cwd=PROJECT)
            pages = Catalogue(derived.catalogue).articles(None, limit=1, offset=0).total
            rate = f"{pages / usage.seconds:8.0f}" if name == "all" else f"{'':8}"
            print(
                f"{name:12} {usage.seconds:8.1f} {usage.cpu_seconds:8.1f} {rate}"
                f" {usage.peak_bytes / 1e6:8.0f}"
            )
        archive = size_of(collection / "archive")
        print(f"\n{pages} articles; beside an archive of {archive / 1e6:.1f} MB:")
        for name, size in (
            ("readable pages", size_of(derived.archive)),
            ("their index", derived.index.stat().st_size),
            ("catalogue", derived.catalogue.stat().st_size),
        ):
            print(f"{name:16} {size / 1e6:8.1f} MB  {size / archive:5.2f}")
        began = time.perf_counter()
        Catalogue(derived.catalogue).articles(None, limit=50, offset=0)
        print(f"{'start page':16} {1000 * (time.perf_counter() - began):8.1f} ms")


if __name__ == "__main__":
    main()
