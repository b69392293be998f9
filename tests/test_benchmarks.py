"""The benchmarks run, and compare like with like, on a few pages of the demo mirror."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from benchmarks.http_clients import CLIENTS, fidelity
from benchmarks.processes import measured
from benchmarks.time_shares import PLACES
from mirror.demo import DemoServer
from tests.crawling import PROJECT, crawl
from tests.test_capture_bytes import CASES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

README = (PROJECT / "benchmarks" / "README.md").read_text("utf-8")
CHANNEL = "ncid9002"


@pytest.fixture(scope="module")
def demo() -> Iterator[str]:
    with DemoServer() as server:
        yield server.url


def run(name: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", *arguments],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_crawl_contestants_read_the_same_pages(demo: str) -> None:
    printed = run("crawl", demo, "--channels", CHANNEL, "--repeat", "1")
    head, *lines = printed.splitlines()
    assert head.split() == [
        "pages",
        "pages/s",
        "ratio",
        "CPU",
        "ms/page",
        "peak",
        "MB",
        "at",
        "half",
    ]
    rows = {line[:15].strip(): line[15:].split() for line in lines}
    assert list(rows)[:3] == ["bare", "bare, one item", "ours"]
    assert len({row[0] for row in rows.values()}) == 1
    assert int(rows["ours"][0]) > 20
    assert rows["bare, one item"][2] == "1.00"
    for name, row in rows.items():
        peak, half = map(int, row[-2:])
        assert peak > 0, name
        assert half <= peak, name


@pytest.mark.parametrize("client", CLIENTS)
def test_recording_clients_are_judged_on_every_odd_answer(client: str) -> None:
    verdicts = fidelity(client)
    assert list(verdicts) == list(CASES)
    assert verdicts["plain"] == verdicts["two interim responses at once"] == "exact"
    # What docs/decisions/http-client.md rests on.
    odd = {name: verdict.partition(" (")[0] for name, verdict in verdicts.items()}
    assert {name: verdict for name, verdict in odd.items() if verdict != "exact"} == {
        "colon-less line": "bytes only" if client == "aiohttp" else "lost",
        "chunked with extensions and trailers": "bytes only" if client == "aiohttp" else "lost",
    }


def test_http_clients_prints_fidelity_and_speed(demo: str) -> None:
    printed = run("http_clients", demo, "--pages", "10", "--repeat", "1")
    cases, speeds = printed.split("\n\n")
    assert len(cases.splitlines()) == 1 + len(CASES)
    rows = [line.split() for line in speeds.splitlines()[1:]]
    assert [row[0] for row in rows] == list(CLIENTS)
    assert rows[0][2] == rows[0][4] == "1.00"


def test_time_shares_add_up(demo: str) -> None:
    printed = run("time_shares", demo, "--channels", CHANNEL, "--functions", "3")
    assert "exit status 0" in printed
    shares = {
        line[8:]: float(line[:6].strip().rstrip("%"))
        for line in printed.split("exit status")[1].split("\n\n")[0].splitlines()[1:]
    }
    assert sum(shares.values()) == pytest.approx(100, abs=1)
    assert {"Scrapy", "extraction"} <= shares.keys()
    assert len(set(shares) & set(PLACES.values())) >= 5


def test_disk_adds_up(demo: str) -> None:
    head, _, *lines = run("disk", demo, "--channels", CHANNEL, "--runs", "1").splitlines()
    assert int(head.split()[0]) > 20
    rows = {
        line.split()[0]: [float(n.replace(",", "")) for n in line.split()[1:]] for line in lines
    }
    *parts, everything = rows
    assert {"archive", "items", "indexes", "runs", "ledger"} <= set(parts)
    assert everything == "all"
    assert rows["all"][2] == sum(rows[part][2] for part in parts)
    assert rows["runs"][2] > 0  # each run has its summary
    assert rows["items"][2] == 0  # and none of these had an item


def test_status_is_measured_in_every_case() -> None:
    head, *lines = run("status", "--runs", "30", "--pages", "10").splitlines()
    assert head.startswith("30 runs, 10 pages")
    assert len(lines) == 3
    assert all(float(line.split()[-1]) >= 0 for line in lines)


def test_index_grows_without_being_read(tmp_path: Path) -> None:
    printed = run("index", "--lines", "20000", "--new", "10", "--folder", str(tmp_path))
    head, names, *rows = (line.split() for line in printed.splitlines())
    size, read = float(head[2]), [float(row[-2]) for row in rows]
    assert names[-4:] == ["MB", "read", "MB", "written"]
    if sys.platform == "linux":
        assert max(read[:2]) < size / 10
        assert read[2] > size, "merged"
    assert not list(tmp_path.iterdir())


def test_failed_contestant_ends_the_benchmark_with_its_output() -> None:
    with pytest.raises(SystemExit, match=r"(?s)status 7.*last words"):
        measured([sys.executable, "-c", "import sys; print('last words'); sys.exit(7)"])


def test_memory_is_sampled_over_time() -> None:
    late = "import time; time.sleep(.4); kept = bytearray(b'x' * 80_000_000); time.sleep(.2)"
    usage = measured([sys.executable, "-c", late])
    assert usage.peak_bytes > 80_000_000
    assert usage.seconds >= 0.6
    if sys.platform == "linux":
        assert 0 < usage.half_bytes < 80_000_000


@pytest.fixture(scope="module")
def collection(demo: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return crawl(tmp_path_factory.mktemp("out"), mirror=demo).folder


def test_search_finds_all_by_pairs_and_not_by_the_others(collection: Path) -> None:
    printed = run("search", str(collection))
    rows = {line[:14].strip(): line[14:].split() for line in printed.splitlines()[2:-1]}
    assert list(rows) == ["pairs (ours)", "pairs, 1 MB", "trigram", "unicode61"]
    found = {name: [cell for cell in row if cell[-1].isdigit()][2::2] for name, row in rows.items()}
    assert found["pairs (ours)"] == ["100.0"] * 5
    assert found["trigram"][:2] == ["0.0"] * 2
    assert "+" not in printed.splitlines()[2]


def test_derive_is_measured_beside_the_archive(collection: Path) -> None:
    printed = run("derive", str(collection))
    assert "64 articles; beside an archive of 0.1 MB" in printed
    assert not (collection / "derived").exists(), "the collection is only read"


@pytest.mark.parametrize("given", [True, False])
def test_package_is_measured_beside_the_archive(given: bool, demo: str, collection: Path) -> None:
    arguments = (str(collection),) if given else ("--mirror", demo, "--channels", CHANNEL)
    head, pack, verify, _, articles, beside, *rows = run("wacz", *arguments).splitlines()
    assert head.split() == ["seconds", "CPU", "s", "peak", "MB"]
    for line in (pack, verify):
        assert int(line.split()[-1]) > 10
    number = "64" if given else "30"
    assert articles.startswith(
        f"{number} articles, of which ReplayWeb.page's search finds {number}"
    )
    assert beside.startswith("beside an archive of 0.")
    sizes = {row[:16].strip(): float(row.split()[-1]) for row in rows}
    whole, *parts = sizes.values()
    assert sizes["captures"] == pytest.approx(1, abs=0.01)
    assert all(parts), "each has its bytes"
    assert sum(parts) < whole


def test_readme_lists_every_benchmark() -> None:
    scripts = {
        path.stem
        for path in (PROJECT / "benchmarks").glob("*.py")
        if "__main__" in path.read_text("utf-8")
    } - {"bare_spider"}
    assert scripts <= set(re.findall(r"benchmarks[./](\w+)", README))
