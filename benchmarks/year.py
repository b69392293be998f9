"""A collection after a year of hourly runs that found nothing new.

    python -m benchmarks.year [--hours 8760] [--articles 2000] [--folder DIR]

One real crawl of a mirror of our own making, then the hours: each run is stored by the program's
own code (the same records, ledger, index and summary as a real one, under a clock that is an hour
further), without the network and without Scrapy. At the end the collection is opened, verified,
made anew, backed up and crawled once more for real.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tarfile
import tempfile
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from mirror import warc
from mirror.demo import DemoServer
from mirror.events import RunEnded
from mirror.extensions.findings import Findings
from mirror.extensions.summary import build_summary
from mirror.frontier import ROOT
from mirror.recovery import open_collection
from mirror.warc.capture import capture_of
from tests.crawling import crawl, scrapy
from tests.grown_mirror import GrownMirror

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator, Sequence

    from mirror.collection import Collection

NAME = "year"
REQUEST = b'GET /%b HTTP/1.1\r\nHost: 127.0.0.1\r\nIf-None-Match: "0123456789abcdef"\r\n\r\n'
ANSWER = b'HTTP/1.1 304 Not Modified\r\nServer: nginx\r\nETag: "0123456789abcdef"\r\n\r\n'


def idle_run(output: Path, heads: Sequence[str], now: datetime) -> None:
    """One run that asks for the heads, and is told that none has changed."""
    collection = open_collection(output, NAME, None, now=lambda: now)
    run = collection.start_run("web")
    date = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    writer = warc.WarcWriter(
        collection.archive,
        NAME,
        info={"software": "benchmark", "run": run, "spider": "web", "robots": "obey"},
        now=collection.now,
        whole=collection.ledger.safe_lengths(),
    )
    for url in heads:
        _not_modified(collection, writer, url, date)
    writer.write([RunEnded(date, run, 0, "finished").record()])
    writer.close()
    summary = build_summary(
        collection.ledger,
        run,
        Findings(),
        head={
            "spider": "web",
            "mirror": collection.ledger.get("mirror"),
            "ref": None,
            "arguments": {},
            "robots": "obey",
            "started": now.isoformat(),
            "finished": now.isoformat(),
            "seconds": 0.0,
            "reason": "finished",
        },
        stats={
            "warc/records/revisit": len(heads),
            "warc/statuses/304": len(heads),
            "warc/bytes/received": len(ANSWER) * len(heads),
            "indexes/unchanged": len(heads),
        },
        warcs=collection.take_stock(),
        exit_status=0,
    )
    collection.finish_run({**summary, "software": "benchmark"}, date, 0)
    collection.close()


def _not_modified(collection: Collection, writer: warc.WarcWriter, url: str, date: str) -> None:
    ledger, run = collection.ledger, collection.run
    found = ledger.captures.latest(url)
    assert found is not None
    earlier, _ = found
    exchange = warc.Exchange(url, date, "127.0.0.1", ("http/1.1",))
    request = warc.request(REQUEST % url.split("/", 3)[3].encode(), exchange)
    parsed = warc.parse_response(ANSWER)
    revisit, metadata = warc.revisit_not_modified(
        ANSWER,
        parsed,
        exchange,
        earlier=warc.Earlier(earlier.record_id, earlier.url, earlier.date),
        payload_digest=earlier.record_digest,
        concurrent_to=(request.record_id,),
    )
    _, place, _ = writer.write([request, revisit, metadata])
    ledger.pages.due(url)
    ledger.captures.add(capture_of(revisit, place, parsed, None, earlier), run, unread=False)
    ledger.pages.end(url, run, "index", reason="epoch", status=304, looked=date)


@contextmanager
def timed(what: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    print(f"{what:34} {time.monotonic() - began:8.2f} s", flush=True)


def folders(folder: Path) -> Iterator[tuple[str, int, int]]:
    """Name, number of files and bytes of each part of a collection."""
    parts = {"ledger": [folder / "ledger.sqlite"]}
    for name in ("archive", "items", "indexes", "runs"):
        parts[name] = list((folder / name).iterdir())
    for name, files in sorted(parts.items()):
        yield name, len(files), sum(path.stat().st_size for path in files)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hours", type=int, default=8760)
    parser.add_argument("--articles", type=int, default=2000)
    parser.add_argument("--folder", type=Path, help="where to work; by default a temporary one")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="year-", dir=args.folder) as folder:
        _measure(Path(folder), args.hours, args.articles)


def _measure(folder: Path, hours: int, articles: int) -> None:
    site, output = folder / "site", folder / "output"
    mirror = GrownMirror({f"ncid900{n}": articles // 4 for n in range(1, 5)})
    mirror.write(site)
    with DemoServer(site=site) as server:
        first = crawl(output, mirror=server.url, collection=NAME)
        if first.status:
            sys.exit(first.output)
        heads = [
            server.url + path
            for path in sorted({ROOT, *(p for p in mirror.indexes if p.endswith("README.md"))})
        ]
        began = datetime.now(UTC).replace(microsecond=0)
        times = []
        for hour in range(1, hours + 1):
            started = time.monotonic()
            idle_run(output, heads, began + timedelta(hours=hour))
            times.append(time.monotonic() - started)
            if sys.stderr.isatty() and hour % 100 == 0:
                print(f"\r{hour} of {hours}", end="", file=sys.stderr, flush=True)
        few = max(1, min(100, hours // 4))
        before, after = (statistics.median(part) for part in (times[:few], times[-few:]))
        print(
            f"{len(mirror.articles)} articles, {hours} runs without news, {len(heads)} heads each"
        )
        for name, files, size in folders(output / NAME):
            print(f"{name:34} {files:8} files {size / 1e6:10.2f} MB")
        print(
            f"the last runs beside the first     {after / before:8.2f} times"
            f" ({before * 1000:.0f} ms and {after * 1000:.0f} ms)"
        )
        with timed("open and close"):
            open_collection(output, NAME, None).close()
        with timed("scrapy status"):
            _must(scrapy("status", "-s", f"OUTPUT_DIR={output}", NAME))
        with timed("scrapy verify"):
            _must(scrapy("verify", "-s", f"OUTPUT_DIR={output}", NAME))
        with timed("a real run"):
            real = crawl(output, mirror=server.url, collection=NAME)
        if real.status or real.summary["articles"]["new"]:
            sys.exit(real.output)
        with timed("scrapy rebuild"):
            _must(scrapy("rebuild", "-s", f"OUTPUT_DIR={output}", NAME))
        with timed("tar, uncompressed"), tarfile.open(folder / "backup.tar", "w") as tar:
            tar.add(output / NAME, NAME)


def _must(done: subprocess.CompletedProcess[str]) -> None:
    if done.returncode:
        sys.exit(done.stdout + done.stderr)


if __name__ == "__main__":
    main()
