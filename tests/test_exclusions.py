"""The exclusion list: whatever a person writes on it has to be excluded, and nothing more."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirror.exclusions import ExclusionError, Exclusions, of_collection, parse, read

if TYPE_CHECKING:
    from pathlib import Path

RAW = "https://raw.githubusercontent.com/owner/repo/master/pages/news/n1.md"
BLOB = "https://github.com/owner/repo/blob/master/pages/news/n1.md"
ORIGINAL = "http://www.example.org/mh/26/11/1/%E4%B8%AD-1.html"


def excludes(text: str) -> bool:
    return parse(text).excludes(url=RAW, page_url=BLOB, original_url=ORIGINAL, id="n1")


@pytest.mark.parametrize(
    "entry",
    [
        "n1",
        "n*",
        RAW,
        BLOB,
        ORIGINAL,
        "  n1  ",
        "\ufeffn1",
        "n1\r",
        RAW.replace("https://raw", "HTTPS://RAW"),
        RAW.replace("https:", "http:"),
        RAW.removeprefix("https://"),
        f"{RAW}?11010930",
        f"{BLOB}#readme",
        f"{RAW}/",
        ORIGINAL.replace("www.", ""),
        ORIGINAL.replace("example.org", "example.org:80"),
        "https://www.example.org/mh/26/11/1/中-1.html",
        "https://example.org/mh/26/11/1/%e4%b8%ad-1.html",
        "https://example.org/mh/26/11/*",
        "https://example.org/mh/26/11/1/%E4%B*",
        "https://example.org/mh/26/11/1/%*",
        "https://raw.githubusercontent.com/owner/*",
    ],
)
def test_an_article_is_excluded_by_any_spelling_of_any_of_its_names(entry: str) -> None:
    assert excludes(f"# a list\nother\n{entry}\n")


@pytest.mark.parametrize(
    "entry",
    [
        "",
        "# n1",
        "n",
        "n12",
        "n12*",
        "N1",
        RAW.replace("n1.md", "n12.md"),
        RAW.replace("n1.md", ""),
        RAW.replace("owner", "Owner"),
        "https://example.org/mh/26/11/2*",
    ],
)
def test_nothing_else_is(entry: str) -> None:
    assert not excludes(f"{entry}\n")


def test_an_entry_with_a_query_does_not_exclude_another_query() -> None:
    listed = parse("https://example.org/read?id=1")
    assert listed.excludes_url("http://example.org/read?id=1")
    assert not listed.excludes_url("http://example.org/read?id=12")


@pytest.mark.parametrize("entry", ["*", "**", "https://*", "//*", "/", "#\n *", "https://www.*"])
def test_an_entry_that_would_exclude_everything_is_refused(entry: str) -> None:
    with pytest.raises(ExclusionError, match="line"):
        parse(f"n1\n{entry}\n")


def test_no_list_excludes_nothing(tmp_path: Path) -> None:
    assert of_collection(tmp_path) == Exclusions()
    assert not Exclusions().excludes(url=RAW, page_url=BLOB, original_url="", id="")


def test_lists_add_up(tmp_path: Path) -> None:
    (tmp_path / "exclude.txt").write_text("n1\n", "utf-8")
    further = tmp_path / "further.txt"
    further.write_text("n2*\nhttps://example.org/a\n", "utf-8")
    found = of_collection(tmp_path, [further])
    assert [found.excludes(url=RAW, id=id) for id in ("n1", "n22", "n3")] == [True, True, False]  # noqa: A001
    assert found.excludes_url("http://www.example.org/a")


@pytest.mark.parametrize("kind", ["folder", "latin-1", "dangling link"])
def test_a_list_that_cannot_be_read_is_an_error_not_an_empty_list(
    tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "exclude.txt"
    if kind == "folder":
        path.mkdir()
    elif kind == "latin-1":
        path.write_bytes(b"caf\xe9\n")
    else:
        path.symlink_to(tmp_path / "nowhere")
    with pytest.raises(ExclusionError, match=r"exclude\.txt"):
        of_collection(tmp_path)


def test_a_further_list_has_to_exist(tmp_path: Path) -> None:
    with pytest.raises(ExclusionError, match="missing"):
        read([tmp_path / "missing.txt"])


@given(st.text(), st.text())
def test_any_text_is_read_or_refused_and_any_address_asked_for(text: str, url: str) -> None:
    try:
        found = parse(text)
    except ExclusionError:
        return
    assert found.excludes_url(url) in (True, False)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1))
def test_an_address_excludes_itself_however_it_is_encoded(path: str) -> None:
    path = path.replace("*", "x").replace("#", "x").replace("%", "x").replace("?", "x")
    plain, encoded = f"https://example.org/a/{path}", f"http://example.org/a/{quote(path)}"
    assert parse(plain).excludes_url(encoded)
    assert parse(encoded).excludes_url(plain)
    assert parse(f"{encoded}*").excludes_url(f"{plain}/more")
