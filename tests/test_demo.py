"""The demo mirror over real HTTP: pages, validators, and links that all lead somewhere."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirror.demo import DemoServer
from mirror.demo.server import demo_site, read_site

if TYPE_CHECKING:
    from collections.abc import Iterator

ARTICLE = "pages/ncid9001/n9000001.md"
CHANGED = "Tue, 05 Mar 2024 04:00:00 GMT"
BODIES = {page.body for page in read_site(demo_site()).values()}


class Reply(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Client:
    """One connection, kept alive."""

    def __init__(self, url: str) -> None:
        self.port = urlsplit(url).port
        self.connection = HTTPConnection("127.0.0.1", self.port, timeout=10)

    def __call__(self, path: str, method: str = "GET", **headers: str) -> Reply:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.connection.request(method, path, headers=named)
        reply = self.connection.getresponse()
        return Reply(reply.status, dict(reply.getheaders()), reply.read())


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with DemoServer() as server:
        yield server.url


@pytest.fixture
def get(url: str) -> Iterator[Client]:
    client = Client(url)
    with closing(client.connection):
        yield client


def source(path: str) -> bytes:
    return (demo_site() / path).read_bytes()


# --- pages ---------------------------------------------------------------------------------------


def test_every_file_is_served_byte_for_byte_as_plain_text(get: Client) -> None:
    root = Path(str(demo_site()))
    paths = [path for path in root.rglob("*") if path.is_file()]
    assert len(paths) == 72
    for path in paths:
        reply = get("/" + path.relative_to(root).as_posix())
        assert (reply.status, reply.body) == (200, path.read_bytes())
        assert reply.headers["Content-Type"] == "text/plain; charset=utf-8"


def test_a_query_does_not_change_the_page(get: Client) -> None:
    assert get(f"/{ARTICLE}?03051200?03051200").body == source(ARTICLE)


def test_a_percent_encoded_path_is_the_same_page(get: Client) -> None:
    assert get("/%70ages/ncid9001/n9000001%2Emd").body == source(ARTICLE)


def test_a_target_in_absolute_form_is_understood(get: Client, url: str) -> None:
    assert get(f"{url}{ARTICLE}").body == source(ARTICLE)


def test_head_has_the_headers_of_get_and_no_body(get: Client) -> None:
    full, head = get(f"/{ARTICLE}"), get(f"/{ARTICLE}", "HEAD")
    assert head.headers.items() - full.headers.items() <= {("Date", head.headers["Date"])}
    assert head.headers["Content-Length"] == str(len(full.body))


@pytest.mark.parametrize("path", [ARTICLE, "nothing.md"])
def test_nothing_follows_the_headers_of_a_head(get: Client, path: str) -> None:
    with socket.create_connection(("127.0.0.1", get.port)) as raw, raw.makefile("rb") as stream:
        raw.sendall(f"HEAD /{path} HTTP/1.1\r\nConnection: close\r\n\r\n".encode())
        assert stream.read().endswith(b"\r\n\r\n")


def test_robots_may_fetch_everything(get: Client) -> None:
    assert get("/robots.txt").body == b"User-agent: *\nAllow: /\n"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/pages",
        "/pages/ncid9001/",
        "/pages/ncid9001/n9999999.md",
        "/server.py",
        "/../server.py",
        "/%2e%2e/server.py",
        "/..%2fserver.py",
        "/pages/../README.md",
        "/etc/passwd",
        "//etc/passwd",
        "/%ff",
        "/%00",
        "*",
    ],
)
def test_what_is_no_page_is_not_found(get: Client, path: str) -> None:
    assert (get(path).status, get(path, "HEAD").status) == (404, 404)


@given(st.text(st.characters(codec="ascii", exclude_categories=("Cc", "Zs")), max_size=60))
def test_no_target_reaches_anything_but_the_pages(url: str, target: str) -> None:
    client = Client(url)
    with closing(client.connection):
        reply = client("/" + target)
    assert reply.status in {404, 414} or reply.body in BODIES


def test_a_method_that_changes_things_is_refused(get: Client) -> None:
    assert get(f"/{ARTICLE}", "DELETE").status == 501


# --- validators ----------------------------------------------------------------------------------


def test_entity_tags_tell_contents_apart_and_stay_the_same(get: Client) -> None:
    pages = read_site(demo_site())
    bodies = {page.etag: page.body for page in pages.values()}
    assert all(bodies[page.etag] == page.body for page in pages.values())
    assert get(f"/{ARTICLE}").headers["ETag"] == pages[ARTICLE].etag
    assert re.fullmatch(r'"[0-9a-f]{32}"', pages[ARTICLE].etag)


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', '"other" ,W/{},"more"', "*"])
def test_a_known_entity_tag_is_answered_304(get: Client, form: str) -> None:
    etag = get(f"/{ARTICLE}").headers["ETag"]
    reply = get(f"/{ARTICLE}", If_None_Match=form.format(etag))
    assert (reply.status, reply.body) == (304, b"")
    assert (reply.headers["ETag"], reply.headers["Last-Modified"]) == (etag, CHANGED)
    assert get(f"/{ARTICLE}").status == 200


@pytest.mark.parametrize(
    "since", [CHANGED, "Wed, 06 Mar 2024 04:00:00 GMT", "Tuesday, 05-Mar-24 04:00:00 GMT"]
)
def test_unchanged_since_is_answered_304(get: Client, since: str) -> None:
    assert get(f"/{ARTICLE}", If_Modified_Since=since).status == 304


@pytest.mark.parametrize(
    "headers",
    [
        {"If_None_Match": '"other"'},
        {"If_None_Match": '"other"', "If_Modified_Since": CHANGED},
        {"If_None_Match": "", "If_Modified_Since": CHANGED},
        {"If_Modified_Since": "Tue, 05 Mar 2024 03:59:59 GMT"},
        {"If_Modified_Since": "yesterday"},
        {"If_Modified_Since": "Tue, 05 Mar 99999999999999999999 04:00:00 GMT"},
        {"If_Modified_Since": ""},
    ],
)
def test_any_other_condition_is_answered_with_the_page(
    get: Client, headers: dict[str, str]
) -> None:
    reply = get(f"/{ARTICLE}", **headers)
    assert (reply.status, reply.body) == (200, source(ARTICLE))


# --- links ---------------------------------------------------------------------------------------


def test_following_links_from_the_root_finds_every_page_and_no_dead_end(get: Client) -> None:
    seen = {"README.md"}
    queue = deque(seen)
    while queue:
        path = queue.popleft()
        reply = get(f"/{path}")
        assert reply.status == 200, path
        for href in re.findall(r"\]\(([^):]+\.md)", reply.body.decode()):
            target = os.path.normpath(PurePosixPath(path).parent / href)
            if not target.startswith("..") and target not in seen:
                seen.add(target)
                queue.append(target)
    assert seen == {path for path in read_site(demo_site()) if path.endswith(".md")}


# --- the server ----------------------------------------------------------------------------------


def test_many_clients_are_served_at_once(url: str) -> None:
    def fetch(number: int) -> bool:
        client = Client(url)
        with closing(client.connection):
            path = f"pages/ncid9002/n90000{(2, 5, 7, 9)[number % 4]:02}.md"
            return all(client(f"/{path}").body == source(path) for _ in range(20))

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(fetch, range(32)))


def test_leaving_the_block_ends_connections_that_are_kept_alive() -> None:
    with DemoServer() as server:
        client = Client(server.url)
        assert client("/README.md").status == 200
    with closing(client.connection) as connection:
        assert connection.sock.recv(1) == b""
    with pytest.raises(RuntimeError, match="enter the with block"):
        _ = server.url


def test_a_client_that_hangs_up_early_does_no_harm(get: Client) -> None:
    for _ in range(5):
        with socket.create_connection(("127.0.0.1", get.port)) as rude:
            rude.sendall(b"GET /README.md HTTP/1.1\r\nHo")
    assert get("/README.md").status == 200


def test_the_port_can_be_chosen_and_taken_again_at_once() -> None:
    with DemoServer() as server:
        first = server.url
        port = urlsplit(first).port
        assert port is not None
        client = Client(first)
        client("/README.md")
    with closing(client.connection), DemoServer(port) as again:
        assert again.url == first


def test_another_tree_can_be_served(tmp_path: Path) -> None:
    (tmp_path / "indexes").mkdir()
    (tmp_path / "indexes" / "目录.md").write_text("### 目录\n", encoding="utf-8")
    with DemoServer(site=tmp_path) as server:
        client = Client(server.url)
        with closing(client.connection):
            assert client("/indexes/%E7%9B%AE%E5%BD%95.md").body == "### 目录\n".encode()
            assert client("/README.md").status == 404


# --- python -m mirror.demo -----------------------------------------------------------------------


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_the_command_serves_until_it_is_told_to_stop(end: signal.Signals) -> None:
    command = [sys.executable, "-m", "mirror.demo"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        client = Client(process.stdout.readline().strip())
        with closing(client.connection):
            assert client(f"/{ARTICLE}").body == source(ARTICLE)
            process.send_signal(end)
            assert process.wait(10) == 0


def test_a_port_that_is_taken_is_named_without_a_traceback(url: str) -> None:
    port = str(urlsplit(url).port)
    command = [sys.executable, "-m", "mirror.demo", "--port", port]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert done.stderr == (
        f"cannot listen on 127.0.0.1:{port}: Address already in use; choose another --port\n"
    )
