"""One page of a mirror, classified: the work of one process at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.deviations.facts import facts
from benchmarks.deviations.groups import CLASSES, undecided
from mirror.layouts import ArticlePage, Page, read
from mirror.pipelines.stages import complete

if TYPE_CHECKING:
    from benchmarks.accuracy.trees import Tree


def classify(tree: Tree, path: str) -> tuple[str, list[str], list[str]]:
    """Its path, the names of its classes, and what of it no class decides."""
    body = (tree.root / path).read_bytes()
    address = tree.address(path)
    found = read(Page(address, body))
    if not isinstance(found, ArticlePage):
        return path, [], [f"page is {type(found).__name__}"]
    page = facts(body.decode("utf-8", "replace"), complete(found.article, address))
    classes = [each for each in CLASSES if page.layout in each.layouts and each.holds(page)]
    return path, [each.name for each in classes], undecided(page, classes)
