"""The first command in the README: the embedded mirror, crawled for real."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mirror import warc
from mirror.demo import DemoServer
from mirror.demo.server import demo_site
from mirror.items import Article, json_schema
from tests.crawling import PROJECT, SCRAPY, Finished, check_warcs, crawl, crawl_arguments, scrapy

if TYPE_CHECKING:
    from collections.abc import Iterator

ARTICLES = {
    f"{path.parent.name}/{path.stem}" for path in Path(str(demo_site())).glob("pages/*/*.md")
}
INDEXES = {
    str(path.relative_to(str(demo_site())))
    for path in Path(str(demo_site())).glob("indexes/*/*.md")
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """One crawl of the demo mirror that the tests of this module only read."""
    return crawl(tmp_path_factory.mktemp("output"), mirror="demo")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A copy of the demo's pages that a test may change."""
    return Path(shutil.copytree(str(demo_site()), tmp_path / "site"))


@contextmanager
def served(site: Path, port: int = 0) -> Iterator[DemoServer]:
    with DemoServer(port=port, site=site) as server:
        yield server


def captured(finished: Finished, kind: str = "response") -> list[str]:
    """Target URIs of the records of one type, in order."""
    return [
        stored.record.target_uri or ""
        for path in finished.warcs
        for stored in warc.read_records(path)
        if stored.record.type == kind
    ]


def test_every_page_is_captured_once_and_every_article_is_an_item(demo: Finished) -> None:
    assert demo.status == 0, demo.output
    base = demo.items[0]["url"].partition("/pages/")[0]
    expected = {f"{base}/README.md", f"{base}/robots.txt"}
    expected |= {f"{base}/pages/{article}.md" for article in ARTICLES}
    expected |= {f"{base}/{index}" for index in INDEXES}
    assert sorted(captured(demo)) == sorted(expected)
    assert sorted(captured(demo, "request")) == sorted(expected)
    assert {f"{item['channel']}/{item['id']}" for item in demo.items} == ARTICLES
    assert len(demo.items) == len(ARTICLES)


def test_items_have_every_key_in_order_and_fit_the_published_schema(demo: Finished) -> None:
    published = json.loads((PROJECT / "docs" / "article.schema.json").read_text("utf-8"))
    assert published == json_schema()
    keys = list(Article.__dataclass_fields__)
    for item in demo.items:
        assert list(item) == keys


def test_item_names_the_record_that_proves_it(demo: Finished) -> None:
    for item in demo.items:
        place = item["capture"]
        record = warc.read_at(
            demo.folder / "archive" / place["warc"], place["offset"], place["length"]
        )
        assert record.target_uri == item["url"]
        assert record.record_id == place["record_id"]
        assert record.date == place["date"]
        parsed = warc.parse_response(record.block)
        body = warc.payload(record.block, parsed)
        path = item["url"].partition("/pages/")[2]
        assert body == (Path(str(demo_site())) / "pages" / path).read_bytes()
        assert place["payload_digest"] == warc.sha1_base32(body)


def test_archive_passes_the_checkers_and_its_index_is_cdxj_indexers(demo: Finished) -> None:
    check_warcs(demo.warcs)
    program = Path(sys.executable).with_name("cdxj-indexer")
    theirs = subprocess.run(
        [program, "-s", *demo.warcs], capture_output=True, text=True, check=True
    ).stdout
    assert (demo.folder / "indexes" / "test.cdxj").read_text("utf-8") == theirs


def test_summary_tells_what_the_run_did(demo: Finished) -> None:
    summary = demo.summary
    assert summary["exit_status"] == 0
    assert summary["pages"]["article"] == {"item": len(ARTICLES)}
    assert summary["pages"]["index"] == {"index": len(INDEXES)}
    assert summary["articles"]["new"] == len(ARTICLES)
    assert summary["robots"] == "obey"
    assert summary["sisters"]
    assert summary["foreign"]
    (written,) = summary["warcs"]
    path = demo.folder / "archive" / written["name"]
    digest = subprocess.run(["sha256sum", path], capture_output=True, text=True, check=True)
    assert digest.stdout.split()[0] == written["sha256"]
    assert path.stat().st_size == written["length"]


def test_only_the_mirror_itself_is_asked(demo: Finished) -> None:
    hosts = {url.split("/")[2] for url in captured(demo, "request")}
    assert hosts == {demo.items[0]["mirror"]}


HEADS = {"README.md", "indexes/ncid9001/README.md", "indexes/ncid9002/README.md"}


def paths(finished: Finished, run: int, kind: str) -> Counter[str]:
    """What a run asked for, by path, from the records of one type."""
    infos, found = set(), Counter[str]()
    wanted = sorted(path.stem for path in (finished.folder / "runs").iterdir())[run]
    for stored in (s for path in finished.warcs for s in warc.read_records(path)):
        record = stored.record
        if record.type == "warcinfo" and f"run: {wanted}\r\n".encode() in record.block:
            infos.add(record.record_id)
        elif record.type == kind and record.get("WARC-Warcinfo-ID") in infos:
            found[(record.target_uri or "").split("/", 3)[3]] += 1
    return found


def test_second_run_asks_for_the_heads_alone(site: Path, tmp_path: Path) -> None:
    with served(site) as server:
        first = crawl(tmp_path, mirror=server.url)
        second = crawl(tmp_path, mirror=server.url)
    assert (first.status, second.status) == (0, 0)
    assert paths(second, 1, "request") == Counter({"robots.txt", *HEADS})
    assert paths(second, 1, "revisit") == Counter({"robots.txt", *HEADS})
    assert second.summary["statuses"] == {"200": 1, "304": 3}
    assert second.summary["articles"] == {"new": 0, "changed": 0, "unchanged": 0}
    assert second.summary["indexes"] == {"new": 0, "changed": 0, "unchanged": 3}
    assert len(list((second.folder / "items").iterdir())) == 1
    assert len(second.warcs) == 1, "a file grows over several runs"
    check_warcs(second.warcs)


@pytest.mark.parametrize(("refetch", "status"), [("changed", "304"), ("all", "200")])
def test_articles_are_asked_for_again_when_that_is_asked_for(
    refetch: str, status: str, site: Path, tmp_path: Path
) -> None:
    with served(site) as server:
        crawl(tmp_path, mirror=server.url)
        second = crawl(tmp_path, mirror=server.url, refetch=refetch)
        assert second.status == 0, second.output
        summary = second.summary
        third = crawl(tmp_path, mirror=server.url, refetch=refetch, age="1d")
    assert summary["articles"] == {"new": 0, "changed": 0, "unchanged": len(ARTICLES)}
    assert summary["statuses"][status] >= len(ARTICLES)
    assert len(list((second.folder / "items").iterdir())) == 1
    assert len(paths(second, 1, "revisit")) >= len(ARTICLES)
    assert paths(third, 2, "request") == Counter({"robots.txt", *HEADS}), "not a day old"
    check_warcs(third.warcs)
    verified = scrapy("verify", "-s", f"OUTPUT_DIR={tmp_path}", "test")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_new_cache_buster_is_no_news(site: Path, tmp_path: Path) -> None:
    with served(site) as server:
        crawl(tmp_path, mirror=server.url)
        port = int(server.url.rstrip("/").rpartition(":")[2])
    for name in HEADS:
        text = (site / name).read_text("utf-8")
        changed = re.sub(r"\.md\?\d+", ".md?12312359", text)
        assert changed != text
        (site / name).write_text(changed, "utf-8")
    with served(site, port) as server:
        second = crawl(tmp_path, mirror=server.url)
    assert second.summary["indexes"] == {"new": 0, "changed": 0, "unchanged": 3}
    assert paths(second, 1, "request") == Counter({"robots.txt", *HEADS})
    assert paths(second, 1, "response") == Counter(HEADS), "its bytes are others, and are kept"


def test_limit_is_taken_up_by_the_next_run(site: Path, tmp_path: Path) -> None:
    with served(site) as server:
        first = crawl(tmp_path, mirror=server.url, limit="5")
        assert (first.status, len(first.items)) == (0, 5)
        second = crawl(tmp_path, mirror=server.url)
    assert second.status == 0, second.output
    found = Counter(f"{item['channel']}/{item['id']}" for item in second.items)
    assert found == Counter(ARTICLES)


def test_changed_article_stands_in_the_items_again(site: Path, tmp_path: Path) -> None:
    with served(site) as server:
        crawl(tmp_path, mirror=server.url)
        port = int(server.url.rstrip("/").rpartition(":")[2])
    page = next(iter(sorted((site / "pages" / "ncid9001").glob("*.md"))))
    page.write_bytes(page.read_bytes().replace(b"</p>", "又添了一句。</p>".encode(), 1))
    with served(site, port) as server:
        second = crawl(tmp_path, mirror=server.url, refetch="changed")
    assert second.status == 0
    assert second.summary["articles"]["changed"] == 1
    versions = [item for item in second.items if item["url"].endswith(f"/ncid9001/{page.name}")]
    assert len(versions) == 2
    assert "又添了一句。" in versions[1]["text"]
    assert "又添了一句。" not in versions[0]["text"]


def test_dead_page_is_listed_and_alarms_once(site: Path, tmp_path: Path) -> None:
    page = min((site / "pages" / "ncid9001").glob("*.md"))
    page.unlink()
    with served(site) as server:
        for status, new in ((3, True), (0, False)):
            finished = crawl(tmp_path, mirror=server.url)
            assert finished.status == status
            (dead,) = finished.summary["dangling"]
            assert dead["url"].endswith(f"/{page.name}")
            assert dead["found_on"].endswith(".md")
            assert (dead["reason"], dead["new"]) == ("status 404", new)


def test_page_of_no_layout_is_captured_and_listed(site: Path, tmp_path: Path) -> None:
    page = min((site / "pages" / "ncid9001").glob("*.md"))
    page.write_text("nothing that anybody knows\n", "utf-8")
    with served(site) as server:
        finished = crawl(tmp_path, mirror=server.url)
    assert finished.status == 3
    (unknown,) = finished.summary["unknown"]
    assert unknown["url"].endswith(f"/{page.name}")
    assert unknown["reason"]
    assert unknown["url"] in captured(finished)


def test_channels_and_limit(tmp_path: Path) -> None:
    one = crawl(tmp_path, mirror="demo", channels="ncid9002", collection="one")
    assert one.status == 0
    assert {item["channel"] for item in one.items} == {"ncid9002"}
    few = crawl(tmp_path, mirror="demo", limit="5", collection="few")
    assert (few.status, len(few.items)) == (0, 5)
    assert few.summary["limit_reached"] is True
    none = crawl(tmp_path, mirror="demo", channels="nope", collection="none")
    assert none.status == 2
    assert none.summary["missing_channels"] == ["nope"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "mirror= is missing"),
        ({"mirror": "demo", "chanels": "x"}, "did you mean channels="),
        ({"mirror": "ftp://example.org/"}, "not a mirror"),
        ({"mirror": "demo", "limit": "many"}, "whole number"),
        ({"mirror": "demo", "robots": "perhaps"}, "obey, ignore"),
        ({"mirror": "demo", "collection": "../elsewhere"}, "cannot be the name"),
    ],
)
def test_wrong_arguments_are_refused_before_anything_is_fetched(
    arguments: dict[str, str], words: str, tmp_path: Path
) -> None:
    done = scrapy(
        "crawl",
        "web",
        "-s",
        f"OUTPUT_DIR={tmp_path / 'output'}",
        *[word for name, value in arguments.items() for word in ("-a", f"{name}={value}")],
    )
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.rglob("*.warc.gz"))


def test_collection_of_another_mirror_is_refused(tmp_path: Path) -> None:
    crawl(tmp_path, mirror="demo")
    other = crawl(tmp_path, mirror="http://127.0.0.1:9/")
    assert other.status == 2
    assert "is of the mirror" in other.output


def test_unreachable_mirror_is_4(tmp_path: Path) -> None:
    finished = crawl(tmp_path, "-s", "RETRY_TIMES=0", mirror="http://127.0.0.1:9/")
    assert finished.status == 4
    assert finished.summary["failed"][0]["reason"] == ("robots.txt unreachable: connection refused")


def test_robots_are_obeyed_unless_told_otherwise(site: Path, tmp_path: Path) -> None:
    (site / "robots.txt").write_text("User-agent: *\nDisallow: /\n", "utf-8")
    with served(site) as server:
        obeyed = crawl(tmp_path, mirror=server.url, collection="obey")
        ignored = crawl(tmp_path, mirror=server.url, collection="ignore", robots="ignore")
    if "robots.txt" not in {path.name for path in site.iterdir()}:
        pytest.fail("the site's own robots.txt is not served")
    assert obeyed.status == 4
    assert obeyed.summary["failed"][0]["reason"] == "robots.txt"
    assert ignored.status == 0
    first = next(iter(warc.read_records(ignored.warcs[0])))
    assert b"robots: ignore" in first.record.block


def test_second_run_at_the_same_time_is_75(tmp_path: Path) -> None:
    holder = tmp_path / "test"
    code = (
        "import sys, time; from pathlib import Path; from mirror.collection import Collection;"
        f"c = Collection(Path({str(tmp_path)!r}), 'test'); c.start_run('x');"
        "print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        finished = crawl(tmp_path, mirror="demo")
        process.kill()
    assert finished.status == 75
    assert re.search(r'collection "test" is locked by run \w+ \(pid \d+\)', finished.output)
    assert holder.exists()
    assert crawl(tmp_path, mirror="demo").status == 0, "the lock dies with its process"


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM], ids=lambda s: s.name)
def test_signal_ends_the_run_in_order(signum: signal.Signals, site: Path, tmp_path: Path) -> None:
    options = crawl_arguments(tmp_path, {"mirror": "", "collection": "test"})
    with served(site) as server:
        options[options.index("mirror=")] = f"mirror={server.url}"
        slow = ["-s", "DOWNLOAD_DELAY=0.05", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=1"]
        with subprocess.Popen(
            [*SCRAPY, *options, *slow], cwd=PROJECT, stderr=subprocess.PIPE, text=True
        ) as process:
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline and not _has_grown(tmp_path / "test" / "archive"):
                time.sleep(0.05)
            process.send_signal(signum)
            _, errors = process.communicate(timeout=30)
        assert process.returncode == 128 + signum, errors
        stopped = Finished(process.returncode, errors, tmp_path / "test")
        assert stopped.summary["exit_status"] == 128 + signum
        assert stopped.summary["not_reached"] or stopped.summary["pages"]
        check_warcs(stopped.warcs)
        again = crawl(tmp_path, mirror=server.url)
    assert again.status == 0
    assert {f"{item['channel']}/{item['id']}" for item in again.items} == ARTICLES


def _has_grown(archive: Path) -> bool:
    return any(path.stat().st_size > 10_000 for path in archive.glob("*.warc.gz"))


def test_full_disk_is_73_before_anything_is_fetched(tmp_path: Path) -> None:
    finished = crawl(tmp_path, "-s", "MINIMUM_FREE_BYTES=999999999999999", mirror="demo")
    assert finished.status == 73
    assert "MINIMUM_FREE_BYTES" in finished.output
    assert not finished.items


def test_feeds_parse_shell_and_check_work_as_in_any_project(tmp_path: Path) -> None:
    feed = tmp_path / "feed.jsonl"
    finished = crawl(tmp_path, "-O", str(feed), mirror="demo", limit="3")
    lines = feed.read_text("utf-8").splitlines()
    assert [json.loads(line) for line in lines] == finished.items
    assert "\\u" not in lines[0]
    with DemoServer() as server:
        url = f"{server.url}pages/{finished.items[0]['url'].partition('/pages/')[2]}"
        parsed = scrapy("parse", "--spider", "web", "--nocolour", "--pipelines", url)
        shell = scrapy("shell", "-c", "print('status', response.status)", url)
    assert parsed.returncode == 0, parsed.stderr
    assert finished.items[0]["title"] in parsed.stdout
    assert "status 200" in shell.stdout
    assert not list(PROJECT.glob("archive/*.warc.gz")), "they keep nothing"
    assert scrapy("check").returncode == 0
