"""How a collection is packed into a WACZ file: size beside the archive, time and memory.

    python -m benchmarks.wacz [COLLECTION] [--mirror URL] [--channels A,B]

The collection is read where it is; without one, a mirror is crawled first. The package goes into a
temporary folder, and ``scrapy verify`` reads it there.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import zipfile
from contextlib import ExitStack
from pathlib import Path

from benchmarks.derive import PROJECT, size_of
from benchmarks.processes import measured
from benchmarks.serving import mirror_url

SCRAPY = (sys.executable, "-m", "scrapy")


def crawled(output: Path, given: str | None, channels: str) -> Path:
    """The folder of a collection that was crawled just now."""
    arguments = ["-a", "collection=packed", "-s", f"OUTPUT_DIR={output}"]
    if channels:
        arguments += ["-a", f"channels={channels}"]
    with mirror_url(given) as url:
        command = [*SCRAPY, "crawl", "web", "-L", "ERROR", "-a", f"mirror={url}", *arguments]
        # 3: a mirror may name channels that it does not have.
        measured(command, cwd=PROJECT, accepted=(0, 3))
    return output / "packed"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("collection", type=Path, nargs="?", help="its folder")
    parser.add_argument("--mirror", help="base URL; default: epoch-news of the corpus")
    parser.add_argument("--channels", default="", help="of the mirror, to keep it short")
    args = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wacz-")))
        if args.collection is None:
            collection = crawled(folder / "output", args.mirror, args.channels)
        else:
            collection = args.collection.resolve()
        if not (collection / "archive").is_dir():
            parser.error(f"{collection} is no collection")
        _measure(collection, folder)


def _measure(collection: Path, folder: Path) -> None:
    package = folder / f"{collection.name}.wacz"
    pack = [*SCRAPY, "wacz", collection.name, "-o", str(package)]
    pack += ["-s", f"OUTPUT_DIR={collection.parent}", "-s", f"WACZ_KEY={folder / 'key.pem'}"]
    print(f"{'':24} {'seconds':>8} {'CPU s':>8} {'peak MB':>8}")
    for name, command in (
        ("scrapy wacz", pack),
        ("scrapy verify FILE.wacz", [*SCRAPY, "verify", str(package)]),
    ):
        usage = measured(command, cwd=PROJECT)
        print(
            f"{name:24} {usage.seconds:8.1f} {usage.cpu_seconds:8.1f} {usage.peak_bytes / 1e6:8.0f}"
        )
    archive = size_of(collection / "archive")
    with zipfile.ZipFile(package) as opened:
        articles, searched = (
            sum("text" in json.loads(line) for line in opened.open(f"pages/{name}.jsonl"))
            for name in ("pages", "extraPages")
        )
        sizes = {each.filename: each.compress_size for each in opened.infolist()}
    print(f"\n{articles:,} articles, of which ReplayWeb.page's search finds {searched:,};")
    print(f"beside an archive of {archive / 1e6:.1f} MB:")
    for name, size in {"the package": package.stat().st_size, **_parts(sizes)}.items():
        print(f"{name:16} {size / 1e6:8.1f} MB {size / archive:6.3f}")


def _parts(sizes: dict[str, int]) -> dict[str, int]:
    """Bytes of what a package is made of; the rest are names and hashes."""
    parts = dict.fromkeys(("captures", "pages to read", "indexes", "list of pages", "search"), 0)
    for name, size in sizes.items():
        folder, _, file = name.partition("/")
        if folder == "archive":
            parts["pages to read" if "-readable-" in file else "captures"] += size
        elif folder == "indexes":
            parts["indexes"] += size
        elif folder == "pages":
            parts["search" if file == "extraPages.jsonl" else "list of pages"] += size
    return parts


if __name__ == "__main__":
    main()
