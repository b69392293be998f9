"""A mirror whose server is in trouble with three answers in ten, crawled as any other."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.crawling import Finished, check_warcs, crawl, scrapy
from tests.epoch_pages import article_source
from tests.fault_server import EVERY, FaultServer, Plan

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import ServeMirror

CHANNELS, ON_A_PAGE, PAGES = 3, 25, 4
QUICK = (
    *("-s", "DOWNLOAD_TIMEOUT=1", "-s", "DOWNLOAD_MAXSIZE=200000"),
    *("-s", "BACKOFF_BASE=0.02", "-s", "BACKOFF_MAX=0.2", "-s", "UNTIMED_WAIT=0.2"),
)
"""Waits are what they are in a real run, and shorter."""


def tree() -> dict[str, bytes]:
    """A mirror of 300 articles in three channels, each with an index of four pages."""
    pages = {"/robots.txt": b"User-agent: *\nAllow: /\n"}
    heads = []
    for c in range(CHANNELS):
        channel = f"ncid{c}"
        heads.append(f"[频道{c}](indexes/{channel}/README.md?03051200)")
        for n in range(1, PAGES + 1):
            names = [f"n{c}{n}{row:03}" for row in range(ON_A_PAGE)]
            rows = [
                f"#### [题目{name}](../../pages/{channel}/{name}.md?03051200)" for name in names
            ]
            chain = " / ".join(f"[{k}](./{k}.md?03051200)" for k in range(PAGES, 0, -1))
            source = "\n".join([f"### 频道{c}", "---", *rows, "", "---", f"#### 第 [ {chain} ] 页"])
            pages[f"/indexes/{channel}/{n}.md"] = source.encode()
            for name in names:
                original = f"https://www.epochtimes.com/gb/24/3/5/{name}.htm"
                page = article_source(title=f"题目{name}", original=original)
                pages[f"/pages/{channel}/{name}.md"] = page.encode()
        pages[f"/indexes/{channel}/README.md"] = pages[f"/indexes/{channel}/{PAGES}.md"]
    root = "## 镜像\n\n#### 新闻 &nbsp;>&nbsp; " + " &nbsp;| &nbsp; ".join(heads) + "\n"
    pages["/README.md"] = root.encode()
    return pages


def path_of(url: str) -> str:
    return urlsplit(url).path


def check_run(done: Finished, server: FaultServer, plan: Plan, output: Path) -> None:
    """Every page that can be had is an item, each other one is listed, in the requests it takes."""
    ends = {path: plan.end(path) for path in server.pages}
    articles = {path for path in ends if path.startswith("/pages/")}
    lost = {path: reason for path, (_, reason) in ends.items() if reason is not None}
    summary = done.summary
    assert done.status == 3, done.output
    assert {path_of(item["url"]) for item in done.items} == articles - set(lost)
    assert len(done.items) == len(articles) - len(lost)
    listed = {
        path_of(page["url"]): page["reason"]
        for name in ("failed", "dangling", "unknown", "not_reached")
        for page in summary[name]
    }
    assert listed == lost
    # Bounded: not by the clock, which a busy machine sets, but by what was asked for.
    assert server.asked == Counter({path: requests for path, (requests, _) in ends.items()})
    assert summary["politeness"]["given_up"] == {}
    assert sum(summary["politeness"]["retries"].values()) == sum(n - 1 for n, _ in ends.values())
    check_warcs(done.warcs)
    verified = scrapy("verify", "-s", f"OUTPUT_DIR={output}", "test")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_all_that_can_be_had_is_had_and_the_rest_is_listed(tmp_path: Path) -> None:
    plan = Plan(seed=20240305)
    with FaultServer(tree(), plan.trouble) as server:
        done = crawl(tmp_path, *QUICK, mirror=server.url)
    check_run(done, server, plan, tmp_path)
    assert set(server.met) == set(EVERY)
    share = sum(server.met.values()) / sum(server.asked.values())
    assert 0.25 < share < 0.35
    assert "Traceback" not in done.output
    assert "\x1b" not in done.output
    # Each attempt that left a byte is in the archive, one that is not the page as well.
    silent = ("hang", "empty", "reset")
    recorded = sum(server.asked.values()) - sum(server.met[kind] for kind in silent)
    assert sum(done.summary["statuses"].values()) == recorded


@pytest.mark.prove
@pytest.mark.corpus
@pytest.mark.parametrize("seed", range(3))
def test_a_real_channel_comes_through_as_well(
    serve_mirror: ServeMirror, seed: int, tmp_path: Path
) -> None:
    root = serve_mirror("epoch-news").root
    channel = "ncid280"
    pages = {
        f"/{path.relative_to(root)}": path.read_bytes()
        for folder in (f"indexes/{channel}", f"pages/{channel}")
        for path in (root / folder).glob("*.md")
    }
    pages["/README.md"] = (root / "README.md").read_bytes()
    pages["/robots.txt"] = b""
    plan = Plan(seed)
    with FaultServer(pages, plan.trouble) as server:
        done = crawl(tmp_path, *QUICK, mirror=server.url, channels=channel)
    check_run(done, server, plan, tmp_path)
