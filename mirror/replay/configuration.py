"""How pywb is set up: two collections, no scripts of its own on readable pages, nothing written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mirror import exclusions
from mirror.render.style import STYLE
from mirror.replay.policy import CAPTURE_POLICY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


def _plain(title: str, text: str) -> str:
    """A page that says one thing; its style sheet is the one that readable pages may use."""
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>{{% raw %}}{STYLE}{{% endraw %}}</style></head>
<body><main><header><h1>{title}</h1></header><div class="body"><p>{text}</p>
<p><a href="/">All articles</a></p></div></main></body></html>
"""


TEMPLATES = {
    # Scripts help captured pages to stay in the archive; a readable page has none and needs none.
    "head_insert.html": "{% if not coll.endswith('-originals') %}"
    "{% include 'head_insert_of_pywb.html' %}{% endif %}",
    "not_found.html": _plain("Not in this archive", "There is no capture of {{ url }} here."),
    "error.html": _plain("This cannot be shown", "{{ err_msg }} ({{ err_status }})"),
}


def configuration(collection: str) -> dict[str, Any]:
    """pywb's configuration; paths are relative to the folder that :func:`prepare` fills."""
    return {
        # There is no such folder. Without a name for it, pywb does not tell collections apart.
        "collections_root": "none",
        "enable_auto_colls": False,
        "framed_replay": False,
        "csp-header": CAPTURE_POLICY,
        "collections": {
            collection: {"index_group": {"captures": "indexes"}, "archive_paths": ["archive/"]},
            # The captures too: links to them lead on, and so do the pictures.
            f"{collection}-originals": {
                "index_group": {"readable": "readable-indexes", "captures": "indexes"},
                "archive_paths": ["readable-archive/", "archive/"],
            },
        },
    }


def prepare(work: Path, folder: Path, derived: Path) -> None:
    """Fill pywb's working folder: links into the collection, and templates."""
    for name, target in (
        ("archive", folder / "archive"),
        ("indexes", folder / "indexes"),
        ("readable-archive", derived / "archive"),
        ("readable-indexes", derived / "indexes"),
    ):
        (work / name).symlink_to(target.resolve(), target_is_directory=True)
    templates = work / "templates"
    templates.mkdir()
    for name, text in TEMPLATES.items():
        (templates / name).write_text(text, "utf-8")
    from importlib.resources import files  # noqa: PLC0415

    original = files("pywb").joinpath("templates/head_insert.html").read_text("utf-8")
    (templates / "head_insert_of_pywb.html").write_text(original, "utf-8")


class Restriction:
    """Takes the place of pywb's access checker: what is excluded is not there, in any index.

    :param urls: captured addresses that are excluded besides those that the list names.
    """

    def __init__(self, excluded: exclusions.Exclusions, urls: frozenset[str]) -> None:
        self._excluded = excluded
        self._urls = urls

    def __call__(
        self, result: tuple[Iterable[Any], dict[str, Any]], user: str | None = None
    ) -> tuple[Iterator[Any], dict[str, Any]]:
        lines, errors = result
        return (line for line in lines if not self._is_excluded(line.get("url"))), errors

    def _is_excluded(self, url: str | None) -> bool:
        return bool(url) and (url in self._urls or self._excluded.excludes_url(str(url)))


def restrict(pywb: Any, urls: frozenset[str], folder: Path) -> None:
    """Hide what a collection's exclusion list names, in both of its pywb collections.

    :raises ExclusionError: the list cannot be read.
    """
    restriction = Restriction(exclusions.of_collection(folder), urls)
    for handler in pywb.warcserver.fixed_routes.values():
        handler.access_checker = restriction
