"""``-a images=1``: the pictures of articles, captured once, kept once, and accounted for."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from mirror import warc
from mirror.warc.builders import REVISIT_IDENTICAL
from tests.crawling import (
    PROJECT,
    SCRAPY,
    Finished,
    crawl,
    crawl_arguments,
    scrapy,
)
from tests.ledgers import rows_of
from tests.path_server import PathServer, message
from tests.pictured_mirror import QUICK, ROBOTS, crawl_pictured, mirror_of, picture, png
from tests.whole import check_rebuilt, check_verified

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RED, BLUE = png(40, 30, b"\xc0\x20\x20"), png(40, 30, b"\x20\x20\xc0")


@pytest.fixture
def pictures() -> Iterator[PathServer]:
    """A host of pictures; tests put in what it answers."""
    with PathServer({"/robots.txt": ROBOTS}) as server:
        yield server


def put(server: PathServer, answers: dict[str, Any]) -> None:
    server.answers = {"/robots.txt": ROBOTS, **answers}


def asked(server: PathServer) -> list[str]:
    """Paths asked for, robots.txt aside; what was asked is forgotten."""
    found = [path for path in server.asked if path != "/robots.txt"]
    server.asked.clear()
    return found


def records(finished: Finished, kind: str) -> list[warc.Record]:
    return [
        stored.record
        for path in finished.warcs
        for stored in warc.read_records(path)
        if stored.record.type == kind
    ]


def reasons(finished: Finished, outcome: str) -> dict[str, str]:
    """``{last part of the address: reason}`` of pictures with one outcome."""
    listed = finished.summary["images"][outcome]
    return {entry["url"].rpartition("/")[2]: entry["reason"] for entry in listed}


def test_pictures_are_captured_byte_for_byte_and_asked_for_once(
    pictures: PathServer, tmp_path: Path
) -> None:
    put(pictures, {"/a.png": picture(RED), "/%E5%9B%BE.png": picture(BLUE)})
    both = [f"{pictures.url}a.png", f"{pictures.url}图.png"]
    with PathServer(mirror_of({"n1": both, "n2": both[:1]})) as mirror:
        first = crawl_pictured(tmp_path, mirror, pictures)
        assert first.status == 0, first.output
        assert sorted(asked(pictures)) == ["/%E5%9B%BE.png", "/a.png"]
        images = first.summary["images"]
        assert (images["captured"], images["repeated"], images["skipped"]) == (2, 0, {})
        assert "2 captured" in first.output
        captured = {
            record.target_uri: record
            for record in records(first, "response")
            if record.get("WARC-X-Embedded-In")
        }
        assert set(captured) == {f"{pictures.url}a.png", f"{pictures.url}%E5%9B%BE.png"}
        assert captured[f"{pictures.url}a.png"].block.endswith(RED)
        named_by = captured[f"{pictures.url}%E5%9B%BE.png"].get("WARC-X-Embedded-In")
        assert named_by == f"{mirror.url}pages/c1/n1.md"
        check_verified(first)

        second = crawl_pictured(tmp_path, mirror, pictures)
        assert second.status == 0, second.output
        assert asked(pictures) == []
        check_verified(second)
        check_rebuilt(second.folder, but="pictured")

        crawl_pictured(tmp_path, mirror, pictures)
        assert asked(pictures) == [], "nor after the ledger was made anew"


def test_no_picture_is_asked_for_by_default(pictures: PathServer, tmp_path: Path) -> None:
    put(pictures, {"/a.png": picture(RED)})
    with PathServer(mirror_of({"n1": [f"{pictures.url}a.png"]})) as mirror:
        done = crawl_pictured(tmp_path, mirror, pictures, images="0")
        assert done.status == 0, done.output
        assert pictures.asked == []
        assert not any(done.summary["images"].values())
        wrong = crawl_pictured(tmp_path, mirror, pictures, images="yes")
        assert wrong.status == 2
        assert "images='yes': must be 1 or 0" in wrong.output


def test_articles_captured_before_get_their_pictures(pictures: PathServer, tmp_path: Path) -> None:
    put(pictures, {f"/{n}.png": picture(png(n, 1)) for n in range(1, 5)})
    articles = {f"n{n}": [f"{pictures.url}{n}.png"] for n in range(1, 5)}
    with PathServer(mirror_of(articles)) as mirror:
        crawl_pictured(tmp_path, mirror, pictures, images="0")
        asked(mirror)
        limited = crawl_pictured(tmp_path, mirror, pictures, limit="3")
        assert limited.status == 0, limited.output
        assert limited.summary["limit_reached"] is True
        assert len(asked(pictures)) == 3
        rest = crawl_pictured(tmp_path, mirror, pictures)
        assert len(asked(pictures)) == 1
        assert rest.summary["images"]["captured"] == 1
        assert not [path for path in asked(mirror) if "/pages/" in path], "no article once more"
        check_verified(rest)


def test_same_bytes_under_another_url_become_a_revisit(
    pictures: PathServer, tmp_path: Path
) -> None:
    """However many are under way at once: all of them are answered in the same moment."""
    together = threading.Barrier(12)

    def at_once() -> Iterator[bytes]:
        together.wait(20)
        yield picture(RED)

    put(pictures, {f"/{n}.png": at_once for n in range(12)})
    urls = [f"{pictures.url}{n}.png" for n in range(12)]
    with PathServer(mirror_of({"n1": urls})) as mirror:
        done = crawl_pictured(tmp_path, mirror, pictures)
        assert done.status == 0, done.output
        assert done.summary["images"]["captured"] == 1
        assert done.summary["images"]["repeated"] == 11
        (original,) = [r for r in records(done, "response") if r.get("WARC-X-Embedded-In")]
        revisits = [r for r in records(done, "revisit") if r.get("WARC-X-Embedded-In")]
        assert {original.target_uri, *(r.target_uri for r in revisits)} == set(urls)
        for revisit in revisits:
            assert revisit.get("WARC-Profile") == REVISIT_IDENTICAL
            assert revisit.get("WARC-Refers-To") == original.record_id
            assert revisit.get("WARC-Refers-To-Target-URI") == original.target_uri
            assert revisit.get("WARC-Refers-To-Date") == original.date
            assert revisit.get("WARC-Payload-Digest") == original.get("WARC-Payload-Digest")
        check_verified(done)
        check_rebuilt(done.folder, but="pictured")
        pages = [row for row in rows_of(done.folder)["page"] if row["kind"] == "image"]
        assert [row["outcome"] for row in pages] == ["image"] * 12


def test_pictures_are_looked_at_again_as_articles_are(pictures: PathServer, tmp_path: Path) -> None:
    put(pictures, {"/a.png": picture(RED, b"image/png", b'ETag: "1"'), "/b.png": picture(BLUE)})
    with PathServer(mirror_of({"n1": [f"{pictures.url}a.png", f"{pictures.url}b.png"]})) as mirror:
        crawl_pictured(tmp_path, mirror, pictures)
        asked(pictures)
        put(
            pictures,
            {
                "/a.png": message(b"304 Not Modified", b"", b'ETag: "1"'),
                "/b.png": picture(png(3, 3)),
            },
        )
        again = crawl_pictured(tmp_path, mirror, pictures, refetch="changed")
        assert sorted(asked(pictures)) == ["/a.png", "/b.png"]
        assert again.summary["images"]["unchanged"] == 1
        assert again.summary["images"]["captured"] == 1
        check_verified(again)
        check_rebuilt(again.folder, but="pictured")


# --- what cannot be had --------------------------------------------------------------------------


def endless() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n" + RED
    for _ in range(10_000):
        yield bytes(10_000)


def test_what_cannot_be_had_is_listed_and_alarms_as_it_should(
    pictures: PathServer, tmp_path: Path
) -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
    answers: dict[str, Any] = {
        "/good.png": picture(RED),
        "/html.png": picture(b"<!DOCTYPE html><script>alert(1)</script>"),
        "/text.png": picture(b"no such picture", b"text/html"),
        "/vector.svg": picture(svg, b"image/svg+xml"),
        "/vector.png": picture(svg + b"\n"),
        "/gone.png": message(b"404 Not Found", b""),
        "/endless.png": endless,
        "/large.png": picture(RED + bytes(200_000)),
        "/larger.png": picture(RED + bytes(600_000)),
        "/elsewhere.png": message(b"302 Found", b"", b"Location: http://192.0.2.7/x.png"),
        "/file.png": message(b"302 Found", b"", b"Location: file:///etc/passwd"),
        "/circle.png": message(b"302 Found", b"", b"Location: circle.png"),
        "/moved.png": message(b"301 Moved Permanently", b"", b"Location: /there.png"),
        "/there.png": picture(BLUE),
    }
    put(pictures, answers)
    urls = [f"{pictures.url}{path[1:]}" for path in answers if path != "/there.png"]
    with PathServer(mirror_of({"n1": urls})) as mirror:
        cap = ("-s", "IMAGES_MAXSIZE=100000")
        first = crawl_pictured(tmp_path, mirror, pictures, *cap)
        assert first.status == 3, first.output
        assert reasons(first, "dangling") == {"gone.png": "status 404"}
        assert reasons(first, "unknown") == {
            "html.png": "not an image: its bytes are of no known format",
            "text.png": "not an image: Content-Type text/html",
            "vector.svg": "not an image: SVG",
            "vector.png": "not an image: its bytes are of no known format",
        }
        assert reasons(first, "failed") == {
            "endless.png": "too large",
            "large.png": "too large",
            "larger.png": "too large",
            "elsewhere.png": "redirects to 'http://192.0.2.7/x.png'",
            "file.png": "redirects to 'file:///etc/passwd'",
            "circle.png": "redirects in a circle",
        }
        assert first.summary["images"]["captured"] == 2
        assert first.summary["images"]["redirects"] == 1
        assert first.summary["failed"] == first.summary["unknown"] == []
        assert "image" not in first.summary["pages"]
        assert sorted(set(asked(pictures))) == sorted(answers)
        # All of it is captured, whatever it was.
        kept = {r.target_uri: r for r in records(first, "response")}
        assert {f"{pictures.url}{path[1:]}" for path in answers} <= set(kept)
        for name in ("endless.png", "larger.png"):
            assert kept[f"{pictures.url}{name}"].get("WARC-Truncated") == "length"
        assert kept[f"{pictures.url}html.png"].block.endswith(b"</script>")
        check_verified(first)

        second = crawl_pictured(tmp_path, mirror, pictures, *cap)
        assert second.status == 0, second.output
        assert asked(pictures) == [], "nothing of this gets better within a day"
        check_verified(second)
        check_rebuilt(second.folder, but="pictured")


def test_picture_that_no_list_names_is_found_by_verify(
    pictures: PathServer, tmp_path: Path
) -> None:
    put(pictures, {"/a.png": picture(b"no picture")})
    with PathServer(mirror_of({"n1": [f"{pictures.url}a.png", f"{pictures.url}b.png"]})) as mirror:
        done = crawl_pictured(tmp_path, mirror, pictures)
    (path,) = (done.folder / "runs").iterdir()
    summary = json.loads(path.read_text("utf-8"))
    for name in ("unknown", "dangling"):
        assert len(summary["images"][name]) == 1
        summary["images"][name] = []
    path.write_text(json.dumps(summary, ensure_ascii=False, indent=1) + "\n", "utf-8")
    told = scrapy("verify", "-s", f"OUTPUT_DIR={tmp_path}", "test")
    assert told.returncode == 3
    for name in ("a.png", "b.png"):
        assert re.search(rf"{name} ended with status \d+, and \S+ does not list it", told.stdout)


def test_curable_trouble_is_partial_until_it_is_cured(pictures: PathServer, tmp_path: Path) -> None:
    put(pictures, {"/a.png": message(b"503 Service Unavailable", b"")})
    with PathServer(mirror_of({"n1": [f"{pictures.url}a.png"]})) as mirror:
        for _ in range(2):
            done = crawl_pictured(tmp_path, mirror, pictures)
            assert done.status == 3, done.output
            assert reasons(done, "failed") == {"a.png": "status 503"}
            assert done.summary["articles"]["changed"] == 0
        put(pictures, {"/a.png": picture(RED)})
        cured = crawl_pictured(tmp_path, mirror, pictures)
        assert cured.status == 0, cured.output
        assert cured.summary["images"]["captured"] == 1
        check_verified(cured)
        check_rebuilt(cured.folder, but="pictured")


def test_robots_txt_of_the_pictures_host_is_obeyed(pictures: PathServer, tmp_path: Path) -> None:
    forbidding = message(b"200 OK", b"User-agent: *\nDisallow: /private/\n")
    answers = {"/robots.txt": forbidding, "/private/a.png": picture(RED), "/b.png": picture(BLUE)}
    pictures.answers = answers
    urls = [f"{pictures.url}private/a.png", f"{pictures.url}b.png"]
    with PathServer(mirror_of({"n1": urls})) as mirror:
        done = crawl_pictured(tmp_path, mirror, pictures)
        assert done.status == 3, "new"
        assert reasons(done, "failed") == {"a.png": "robots.txt"}
        assert asked(pictures) == ["/b.png"]
        check_verified(done)
        again = crawl_pictured(tmp_path, mirror, pictures)
        assert again.status == 0, again.output
        assert pictures.asked == [], "not even robots.txt"
        check_rebuilt(again.folder, but="pictured")


def test_only_allowed_hosts_are_ever_connected_to(pictures: PathServer, tmp_path: Path) -> None:
    """Neither what a page names, nor where an allowed host leads; private ones not even so."""
    with PathServer({}) as wire:
        targets = {
            f"http://127.0.0.1:{wire.port}/x.png": "foreign host",
            f"http://127.0.0.1:{pictures.port}@127.0.0.1:{wire.port}/x.png": "foreign host",
            "http://169.254.169.254/latest/x.png": "foreign host",
            "http://[::1]/x.png": "foreign host",
        }
        put(
            pictures,
            {
                "/to.png": message(
                    b"302 Found", b"", f"Location: http://127.0.0.1:{wire.port}/x.png".encode()
                )
            },
        )
        urls = [*targets, "file:///etc/passwd", "data:image/png;base64,AAAA", "javascript:x"]
        pages = mirror_of({"n1": [*urls, f"{pictures.url}to.png"], "n2": ["README.md"]})
        with PathServer(pages) as mirror:
            pages["/pages/c1/n2.md"] = mirror_of({"n2": [f"{mirror.url}README.md"]})[
                "/pages/c1/n2.md"
            ]
            done = crawl_pictured(tmp_path, mirror, pictures)
            # Its address is private, and an image host that is nobody's origin is no reason.
            refused = crawl(
                tmp_path / "refused",
                *("-s", f"IMAGE_HOSTS=127.0.0.1:{pictures.port}", *QUICK),
                mirror=mirror.url,
                images="1",
            )
        assert wire.asked == []
        assert done.summary["images"]["skipped"] == {"foreign host": 3, "a page of the mirror": 1}
        foreign = done.summary["images"]["foreign"]
        assert foreign[f"http://127.0.0.1:{wire.port}"] == 1, "of two spellings"
        assert reasons(done, "failed") == {
            "to.png": f"redirects to 'http://127.0.0.1:{wire.port}/x.png'"
        }
        assert reasons(refused, "failed") == {"to.png": "private address"}
        assert asked(pictures) == ["/to.png"]
        check_verified(done)
        check_verified(refused)


def test_a_thousand_pictures_in_one_article_are_bounded(
    pictures: PathServer, tmp_path: Path
) -> None:
    put(pictures, {f"/{n}.png": picture(png(n + 1, 1)) for n in range(5)})
    urls = [f"{pictures.url}{n}.png" for n in range(1000)]
    with PathServer(mirror_of({"n1": urls})) as mirror:
        few = crawl_pictured(tmp_path, mirror, pictures, "-s", "IMAGES_PER_ARTICLE=5")
        assert few.status == 0, few.output
        assert len(asked(pictures)) == 5
        assert few.summary["images"]["skipped"] == {"beyond IMAGES_PER_ARTICLE": 995}
        more = crawl_pictured(tmp_path, mirror, pictures, "-s", "IMAGES_PER_ARTICLE=6")
        assert asked(pictures) == ["/5.png"], "by other terms it is looked at again"
        assert reasons(more, "dangling") == {"5.png": "status 404"}


@pytest.mark.parametrize("option", ["IMAGE_HOSTS=http://i.example.org/", "IMAGES_MAXSIZE=-1"])
def test_wrong_settings_are_refused(option: str, tmp_path: Path) -> None:
    done = crawl(tmp_path, "-s", option, mirror="http://127.0.0.1:9/", images="1")
    assert done.status == 2, done.output
    assert option.partition("=")[0] in done.output


# --- crashes -------------------------------------------------------------------------------------


def test_what_a_killed_run_left_is_asked_for_and_nothing_else(
    pictures: PathServer, tmp_path: Path
) -> None:
    """Killed between an article and its pictures, and between two pictures."""
    count = 20
    urls = [f"{pictures.url}{n}.png" for n in range(count)]

    def slow(body: bytes) -> Any:
        def pieces() -> Iterator[bytes]:
            time.sleep(0.15)
            yield picture(body)

        return pieces

    put(pictures, {f"/{n}.png": slow(png(n // 2 + 1, 2)) for n in range(count)})
    articles = {f"n{n}": urls[2 * n : 2 * n + 2] for n in range(count // 2)}
    host = f"127.0.0.1:{pictures.port}"
    options = (
        *("-s", f"IMAGE_HOSTS={host}", "-s", f"PRIVATE_ORIGINS=http://{host}"),
        *("-s", "CHECKPOINT_SECONDS=0.2", "-s", "CONCURRENT_REQUESTS=2"),
    )
    with PathServer(mirror_of(articles)) as mirror:
        arguments = {"mirror": mirror.url, "collection": "test", "images": "1"}
        for pictures_seen in (3, 8, 14):
            process = subprocess.Popen(
                [*SCRAPY, *crawl_arguments(tmp_path, arguments, *options)],
                cwd=PROJECT,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            deadline = time.monotonic() + 60
            while len(set(pictures.asked)) < pictures_seen and process.poll() is None:
                assert time.monotonic() < deadline
                time.sleep(0.01)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        last = crawl(tmp_path, *options, *QUICK, mirror=mirror.url, images="1")
        assert last.status == 0, last.output
    captures = [row for row in rows_of(last.folder)["capture"] if row["embedded_in"]]
    kept = [row["url"] for row in captures]
    assert sorted(map(str, kept)) == sorted(urls), "each once"
    assert sum(row["type"] == "revisit" for row in captures) == count // 2
    killed = [path for path in (last.folder / "runs").iterdir() if '"killed' in path.read_text()]
    assert killed
    check_verified(last)
    check_rebuilt(last.folder, but="pictured")
