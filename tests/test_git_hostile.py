"""Repositories that want something of whoever reads them: contained, and told."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from mirror.spiders.arguments import ArgumentError, GitArguments
from tests.crawling import Finished, crawl, scrapy
from tests.git_repositories import LINK, SUBMODULE, Repository, git
from tests.grown_mirror import GrownMirror
from tests.test_git_crawl import BASE, read, records
from tests.whole import check_whole

if TYPE_CHECKING:
    from pathlib import Path

SIZES = {"ncid9001": 3}
ARTICLE = "pages/ncid9001/n9100001.md"


def files() -> dict[str, str]:
    return GrownMirror(SIZES).files()


def refused(finished: Finished) -> dict[str, str]:
    return {each["path"]: each["reason"] for each in finished.summary["git"].get("refused", [])}


def captured(finished: Finished) -> set[str]:
    return {record.target_uri or "" for record in records(finished)}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "mirror.git")
    made.commit(files())
    return made


def add_raw(repository: Repository, name: bytes, *, mode: bytes = b"100644") -> None:
    """Put a file under a name that git itself would not, at the root of the tree."""
    folder = repository.folder
    blob = git(folder, "hash-object", "-w", "--stdin", data=files()[ARTICLE].encode()).strip()
    old = git(folder, "cat-file", "tree", "HEAD^{tree}")
    entry = mode + b" " + name + b"\0" + bytes.fromhex(blob.decode())
    tree = git(
        folder, "hash-object", "-t", "tree", "-w", "--literally", "--stdin", data=old + entry
    )
    made = git(
        *(folder, "-c", "user.name=t", "-c", "user.email=t@example.org", "commit-tree"),
        *("-p", "HEAD", "-m", "x", tree.decode().strip()),
    )
    git(folder, "update-ref", "refs/heads/master", made.decode().strip())


def test_links_and_submodules_are_not_followed(repository: Repository, tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("### 机密\n", "utf-8")
    repository.commit(
        {
            "pages/ncid9001/link.md": (LINK, str(secret).encode()),
            "pages/ncid9001/up.md": (LINK, b"../../../../../etc/passwd"),
            "pages/other.md": (SUBMODULE, repository.commits[0].encode()),
        }
    )
    finished = read(tmp_path / "output", repository)
    assert finished.status == 0, finished.output
    assert refused(finished) == {
        "pages/ncid9001/link.md": "a symbolic link",
        "pages/ncid9001/up.md": "a symbolic link",
        "pages/other.md": "a submodule",
    }
    assert captured(finished) == {BASE + path for path in files()}


@pytest.mark.parametrize(
    "names",
    [[b"..", b".", b".git", b".GIT"], [b"a/../../b.md", b"/etc/x.md", b"a//b.md", b"x/.git/c.md"]],
)
def test_names_that_lead_elsewhere(
    repository: Repository, tmp_path: Path, names: list[bytes]
) -> None:
    for name in names:
        add_raw(repository, name)
    finished = read(tmp_path / "output", repository, all="1")
    assert captured(finished) == {BASE + path for path in files()}, finished.output
    assert finished.status in (0, 4), finished.output
    if finished.status == 0:
        assert set(refused(finished).values()) == {"its path leads elsewhere"}
    assert not (tmp_path / "b.md").exists()


def test_names_with_anything_in_them(repository: Repository, tmp_path: Path) -> None:
    names = [
        b"pages/ncid9001/a\nb.md",
        b"pages/ncid9001/\x1b[31m.md",
        b"pages/ncid9001/\xff\xfe.md",
        b"pages/ncid9001/%2e%2e%2f.md",
        b"pages/ncid9001/a?b#c.md",
        "pages/ncid9001/第 一.md".encode(),
        b"pages/ncid9001/\xe2\x80\xae.md",
        b"pages/ncid9001/-x --upload-pack=y.md",
        b'pages/ncid9001/".md',
    ]
    repository.commit({name: files()[ARTICLE] for name in names})
    finished = read(tmp_path / "output", repository)
    assert finished.status == 0, finished.output
    paths = {item["git"]["path"] for item in finished.items}
    assert {name.decode() for name in names if b"\xff" not in name} <= paths
    assert "pages/ncid9001/%FF%FE.md" in paths, "what is no UTF-8 is percent-encoded"
    assert len(finished.items) == len(names) + SIZES["ncid9001"]
    assert all(url.isascii() and url.isprintable() for url in captured(finished))
    assert "\x1b" not in finished.output
    check_whole(finished)


def test_paths_that_are_too_long(repository: Repository, tmp_path: Path) -> None:
    deep = "/".join(["d"] * 3000) + "/x.md"
    repository.commit({deep: "x", f"pages/{'n' * 300}.md": "x"})
    finished = read(tmp_path / "output", repository)
    assert finished.status == 0, finished.output
    assert sorted(refused(finished).values()) == ["its path is too long"] * 2
    assert captured(finished) == {BASE + path for path in files()}


def test_blob_that_is_too_large(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"pages/ncid9001/big.md": b"x" * 300_000})
    finished = read(tmp_path / "output", repository, "-s", "DOWNLOAD_MAXSIZE=200000")
    assert finished.status == 3
    assert [(page["url"], page["reason"]) for page in finished.summary["failed"]] == [
        (f"{BASE}pages/ncid9001/big.md", "too large: 300000 bytes")
    ]
    check_whole(finished)


def test_names_that_differ_in_case_alone(repository: Repository, tmp_path: Path) -> None:
    other = ARTICLE.replace("n91", "N91")
    repository.commit({other: files()[ARTICLE].replace("### ", "### 另", 1)})
    finished = read(tmp_path / "output", repository)
    assert finished.status == 0, finished.output
    titles = {item["git"]["path"]: item["title"] for item in finished.items}
    assert titles[other] == f"另{titles[ARTICLE]}"
    check_whole(finished)


def test_nothing_of_the_repository_or_the_user_runs(repository: Repository, tmp_path: Path) -> None:
    """Attributes, hooks and configuration that would run something, wherever git looks for it."""
    ran = tmp_path / "ran"
    command = f"touch {ran}"
    repository.commit(
        {
            ".gitattributes": "*.md filter=evil diff=evil merge=evil\n",
            ".gitmodules": f'[submodule "x"]\n path = x\n url = ext::{command}\n',
        }
    )
    settings = {
        "core.fsmonitor": command,
        "core.pager": command,
        "core.sshCommand": command,
        "core.alternateRefsCommand": command,
        "diff.external": command,
        "diff.evil.textconv": command,
        "filter.evil.smudge": command,
        "filter.evil.clean": command,
        "uploadpack.packObjectsHook": command,
        "credential.helper": f"!{command}",
        "url./nowhere/.insteadOf": "/",
        "alias.log": f"!{command}",
        "init.templateDir": str(tmp_path / "template"),
    }
    home = tmp_path / "home"
    home.mkdir()
    for name, value in settings.items():
        if not name.startswith("url."):
            git(repository.folder, "config", name, value)
        git(home, "config", "-f", str(home / ".gitconfig"), name, value)
    for folder in (repository.folder / "hooks", tmp_path / "template" / "hooks"):
        folder.mkdir(parents=True, exist_ok=True)
        for hook in ("post-checkout", "reference-transaction", "pre-auto-gc", "fsmonitor-watchman"):
            (folder / hook).write_text(f"#!/bin/sh\n{command}\n")
            (folder / hook).chmod(0o755)
    environment = {
        **os.environ,
        "HOME": str(home),
        "GIT_SSH_COMMAND": command,
        "GIT_EXTERNAL_DIFF": command,
        "GIT_PAGER": command,
        "GIT_ASKPASS": command,
        "GIT_DIR": "/nowhere",
        "GIT_TEMPLATE_DIR": str(tmp_path / "template"),
    }
    done = scrapy(
        *("crawl", "git", "-s", f"OUTPUT_DIR={tmp_path / 'output'}", "-a", "collection=test"),
        *("-a", f"mirror={repository.folder}"),
        environment=environment,
    )
    assert done.returncode == 0, done.stderr
    assert not ran.exists()
    clone = tmp_path / "output" / "test" / "repo.git"
    assert not (clone / "hooks").exists()
    assert len(list((clone.parent / "items").iterdir())) == 1


@pytest.mark.parametrize(
    ("mirror", "words"),
    [
        ("ext::sh -c touch% /tmp/x", "does not fetch over 'ext'"),
        ("ssh://git@example.org/o/r.git", "does not fetch over 'ssh'"),
        ("git@example.org:o/r.git", "ssh is not used"),
        ("--upload-pack=touch", "there is no repository at"),
        ("file:///etc", "there is no repository at"),
        ("fd::17", "does not fetch over 'fd'"),
        ("http://example.org/a b.git", "not a URL"),
    ],
)
def test_mirrors_that_are_no_repository_to_fetch(mirror: str, words: str) -> None:
    with pytest.raises(ArgumentError, match=words.replace("(", r"\(")):
        GitArguments.parse({"mirror": mirror})


def test_a_mirror_that_would_run_something_is_refused(tmp_path: Path) -> None:
    finished = crawl(tmp_path, spider="git", mirror=f"ext::sh -c touch% {tmp_path}/ran")
    assert finished.status == 2, finished.output
    assert "does not fetch over 'ext'" in finished.output
    assert list(tmp_path.iterdir()) == []


def test_a_repository_that_names_a_ref_like_an_option(
    repository: Repository, tmp_path: Path
) -> None:
    git(repository.folder, "update-ref", "refs/heads/--upload-pack=x", repository.commits[0])
    git(repository.folder, "symbolic-ref", "HEAD", "refs/heads/--upload-pack=x")
    finished = read(tmp_path / "output", repository)
    assert finished.status == 0, finished.output
    assert finished.summary["git"]["ref"] == "--upload-pack=x"


def test_missing_object_is_told_and_tried_again(repository: Repository, tmp_path: Path) -> None:
    first = read(tmp_path / "output", repository)
    assert first.status == 0
    clone = first.folder / "repo.git"
    repository.commit({ARTICLE: files()[ARTICLE].replace("### ", "### 改", 1)})
    for pack in (clone / "objects" / "pack").iterdir():
        pack.chmod(0o600)
        pack.write_bytes(pack.read_bytes()[:-200])
    finished = read(tmp_path / "output", repository)
    again = read(tmp_path / "output", repository)
    assert again.status == 0, finished.output + again.output
    assert {item["title"] for item in again.items if item["url"] == BASE + ARTICLE} > {
        item["title"] for item in first.items[:1] if item["url"] == "none"
    }
    assert sum(item["url"] == BASE + ARTICLE for item in again.items) == 2
    check_whole(again)


def test_an_empty_repository_and_one_without_its_branch(tmp_path: Path) -> None:
    empty = Repository(tmp_path / "empty.git")
    finished = read(tmp_path / "output", empty)
    assert finished.status == 4
    assert "is empty" in finished.summary["unreachable"]
    gone = Repository(tmp_path / "gone.git")
    gone.commit(files())
    first = read(tmp_path / "output", gone, collection="gone")
    assert first.status == 0
    git(gone.folder, "branch", "-m", "master", "trunk")
    git(gone.folder, "symbolic-ref", "HEAD", "refs/heads/trunk")
    second = read(tmp_path / "output", gone, collection="gone")
    assert second.status == 5, second.output
    assert second.summary["moved_to"] == "trunk"
    assert "'master' any more" in second.output


def test_another_default_branch_beside_ours(repository: Repository, tmp_path: Path) -> None:
    read(tmp_path / "output", repository)
    git(repository.folder, "branch", "trunk")
    git(repository.folder, "symbolic-ref", "HEAD", "refs/heads/trunk")
    finished = read(tmp_path / "output", repository)
    assert finished.status == 0
    assert "is now trunk; this collection is of master" in finished.output


def test_history_that_is_cut_off(repository: Repository, tmp_path: Path) -> None:
    repository.commit({ARTICLE: files()[ARTICLE].replace("### ", "### 改", 1)})
    shallow = tmp_path / "shallow.git"
    git(tmp_path, "clone", "-q", "--bare", "--depth=1", f"file://{repository.folder}", str(shallow))
    finished = crawl(
        tmp_path / "output", spider="git", mirror=str(shallow), address=BASE, history="1"
    )
    assert finished.status == 0, finished.output
    assert finished.summary["git"]["shallow"] is True
    assert len(records(finished)) == len(files())
    whole = read(tmp_path / "output", repository, address=BASE, history="1")
    assert whole.status == 0, whole.output
    check_whole(whole)
