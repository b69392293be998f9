"""Coverage-guided fuzzing of the layouts, or of resolving links, until something does not hold.

    python -m benchmarks.fuzz pages|links [--seconds N] [--state FOLDER] [--longest N] [FOLDER ...]

Begins with pages and links of our own writing, and with the files of further folders. What was
found to lead somewhere new is kept in the state's folder, and a later run begins with it. An input
for which something does not hold, or which takes more than 200 times the median, is written to
FOLDER/findings, and the run goes on. Ends with 1 when there was one. Needs ``atheris`` (dependency
group ``fuzz``).
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from benchmarks.fuzz.mutations import mutated
from benchmarks.fuzz.stopwatch import FACTOR, Stopwatch

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST = {"pages": 40_000, "links": 4_000}
PROJECT_SHARE = 0.7
"""Of the changes, how many are ours; the rest are the fuzzer's own."""


def main() -> None:
    options = _options()
    atheris = _atheris()
    with atheris.instrument_imports(include=["mirror"]):
        judged = importlib.import_module("benchmarks.fuzz.judged")
    seeds = importlib.import_module("benchmarks.fuzz.seeds")
    state: Path = options.state
    findings = state / "findings"
    findings.mkdir(parents=True, exist_ok=True)
    corpus = state / "corpus"
    corpus.mkdir(exist_ok=True)
    if options.what == "pages":
        starts, pieces = seeds.pages(), seeds.page_pieces()
        judge = lambda data: judged.judge_page(data[1:], data[0] if data else 0)  # noqa: E731
        starts = [f"{chr(place)}{page}" for place in range(5) for page in starts]
    else:
        starts, pieces = seeds.links(), seeds.link_pieces()
        judge = lambda data: judged.judge_link(data.decode("utf-8", "surrogatepass"))  # noqa: E731
    for start in starts:
        data = start.encode("utf-8", "surrogatepass")
        (corpus / hashlib.sha1(data).hexdigest()).write_bytes(data)
    run = Run(judge, findings, options.seconds)

    def mutate(data: bytes, longest: int, seed: int) -> bytes:
        random = Random(seed)
        if random.random() < PROJECT_SHARE:
            text = mutated(data.decode("utf-8", "replace"), random, pieces, longest)
            return text.encode("utf-8", "replace")[:longest]
        return bytes(atheris.Mutate(data, longest))

    flags = [
        f"-max_len={options.longest or LONGEST[options.what]}",
        *("-rss_limit_mb=2000", "-timeout=120", "-print_final_stats=1", "-report_slow_units=600"),
        f"-artifact_prefix={findings}/",
    ]
    atheris.Setup(
        [sys.argv[0], *flags, str(corpus), *options.seeds], run.one, custom_mutator=mutate
    )
    atheris.Fuzz()


class Run:
    """The calls of one run; it ends the process when its time is over."""

    def __init__(self, judge: Callable[[bytes], str], findings: Path, seconds: float) -> None:
        self._judge = judge
        self._findings = findings
        self._end = time.monotonic() + seconds
        self._start = time.monotonic()
        self._seen: Counter[str] = Counter()
        self._kinds: Counter[str] = Counter()
        self._watch = Stopwatch()

    def one(self, data: bytes) -> None:
        """Judge one input."""
        if time.monotonic() > self._end:
            self._finish()
        kind = ""

        def call() -> None:
            nonlocal kind
            kind = self._judge(data)

        try:
            taken = self._watch.run(call, data)
        except UnicodeDecodeError:
            return  # a link is text
        except Exception as error:  # noqa: BLE001 - any is a finding
            self._found(error, data)
            return
        self._kinds[kind] += 1
        median = self._watch.median if self._watch.worst == taken else 0
        if median and taken > FACTOR * median:
            self._keep("slow", data)

    def _found(self, error: Exception, data: bytes) -> None:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        words = str(error)[:25] if frame.filename.endswith("judged.py") else ""
        name = f"{type(error).__name__} {Path(frame.filename).name}:{frame.lineno} {words}"
        if not self._seen[name]:
            print(f"finding: {name}: {str(error)[:200]!r}", flush=True)
        self._keep(name, data)

    def _keep(self, name: str, data: bytes) -> None:
        """Of each kind of finding the shortest input is kept."""
        self._seen[name] += 1
        path = self._findings / hashlib.sha1(name.encode()).hexdigest()[:12]
        if not path.exists() or path.stat().st_size > len(data):
            path.write_bytes(data)
            path.with_suffix(".txt").write_text(f"{name}\n", "utf-8")

    def _finish(self) -> None:
        watch, calls = self._watch, sum(self._kinds.values())
        print(f"\n{calls:,} executions in {time.monotonic() - self._start:,.0f} s")
        print(", ".join(f"{kind} {count:,}" for kind, count in self._kinds.most_common()))
        print(
            f"processor time: median {1000 * watch.median:.2f} ms, "
            f"worst {1000 * watch.worst:.1f} ms"
            f" ({watch.ratio:.0f} times the median, {len(watch.slowest):,} bytes)"
        )
        for name, count in self._seen.most_common():
            print(f"finding, {count:,} times: {name}")
        (self._findings.parent / "slowest").write_bytes(watch.slowest)
        print(f"findings: {len(self._seen)}", flush=True)
        # The fuzzer's own loop knows no other end than an error.
        importlib.import_module("os")._exit(1 if self._seen else 0)


def _atheris() -> Any:
    try:
        return importlib.import_module("atheris")
    except ImportError:
        raise SystemExit("atheris is not installed here (dependency group `fuzz`)") from None


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.fuzz",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("what", choices=["pages", "links"])
    parser.add_argument("seeds", nargs="*", metavar="MORE-SEEDS", help="folders of files")
    parser.add_argument("--seconds", type=float, default=900)
    parser.add_argument("--state", type=Path, default=Path(".fuzz"), metavar="FOLDER")
    parser.add_argument("--longest", type=int, default=0, help="bytes of an input")
    return parser.parse_args()


if __name__ == "__main__":
    main()
