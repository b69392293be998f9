"""The pure stages of an article's way, in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mirror.pipelines.normalise import normalise
from mirror.pipelines.originals import resolve_originals

if TYPE_CHECKING:
    from mirror.address import Address
    from mirror.items import Article


def complete(article: Article, address: Address) -> Article:
    """What becomes of an article as its layout read it, before it is validated and stored."""
    return resolve_originals(normalise(article), address)
