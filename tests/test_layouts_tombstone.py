"""A README that says where the mirror has gone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirror.address import parse_mirror
from mirror.layouts import IndexPage, Page, Tombstone, Unknown, read
from tests.minghui_pages import MIRROR


def read_readme(source: str, path: str = "README.md") -> object:
    return read(Page(MIRROR.at(path), source.encode()))


@pytest.mark.parametrize(
    ("source", "target", "code"),
    [
        (
            "### 本项目已迁移至 [新址](https://github.com/harbour/news)\n",
            "https://github.com/harbour/news",
            "moved",
        ),
        (
            "# 搬家了：https://gitlab.com/harbour/news。\n",
            "https://gitlab.com/harbour/news",
            "moved",
        ),
        ("# [新地址](https://news.example.org/)\n", "https://news.example.org/", "moved"),
        (
            "# Moved\n\nThis mirror has moved.\n\n<https://codeberg.org/harbour/news>\n",
            "https://codeberg.org/harbour/news",
            "moved",
        ),
        (
            "### 晚报停更，教程另见[这里](https://github.com/village/guides/)\n",
            "https://github.com/village/guides",
            "discontinued",
        ),
        ("本项目不再更新。\n", "", "discontinued"),
        (
            "[旧站](https://old.example.org/) ![图](a.png)\n\n请前往 https://new.example.org/\n",
            "https://new.example.org/",
            "moved",
        ),
    ],
)
def test_a_tombstone_names_its_target(source: str, target: str, code: str) -> None:
    found = read_readme(source)
    assert isinstance(found, Tombstone)
    assert found.target == target
    assert found.reason.partition(": ")[0] == code


def test_the_reason_quotes_the_page() -> None:
    found = read_readme("# 晚报\n\n> **本站已迁移**到 https://new.example.org/\n")
    assert found == Tombstone(
        "https://new.example.org/", "moved: 本站已迁移**到 https://new.example.org/"
    )


def test_a_plain_mirror_has_tombstones_too() -> None:
    plain = parse_mirror("http://127.0.0.1:8099/")
    found = read(Page(plain.at("README.md"), "已迁移至 https://github.com/a/b".encode()))
    assert isinstance(found, Tombstone)
    assert found.target == "https://github.com/a/b"


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("# 晚报\n\n本站介绍，见 https://a.example.org/\n", "README.md"),
        ("# moved\n\nno address\n", "README.md"),
        ("# 已迁移至 https://new.example.org/\n", "indexes/140.md"),
        ("# 已迁移至 https://new.example.org/\n\n[甲](pages/140/900001.md)\n", "README.md"),
        ("# 已迁移至 https://new.example.org/\n" + "长" * 100_000, "README.md"),
    ],
    ids=["says-nothing", "no-target", "not-the-readme", "leads-to-pages", "long"],
)
def test_other_pages_are_none(source: str, path: str) -> None:
    assert isinstance(read_readme(source, path), Unknown)


def test_an_index_that_speaks_of_moving_is_an_index() -> None:
    source = "### 晚报，新地址 https://new.example.org/\n\n#### [桥](indexes/365.md) | \n"
    assert isinstance(read_readme(source), IndexPage)


@given(st.text(max_size=200))
def test_any_text_is_answered(text: str) -> None:
    read_readme(f"已迁移 {text}".encode("utf-8", "replace").decode())
