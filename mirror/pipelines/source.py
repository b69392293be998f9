"""What the pipelines need of the spider whose items they see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from mirror.collection import Collection
    from mirror.ledger import Outcome


class ArticleSource(Protocol):
    """A spider of this project, whatever transport its pages come by."""

    collection: Collection | None
    """Where items go; ``None`` when nothing is kept (``scrapy parse``)."""

    def page_ended(
        self,
        url: str,
        outcome: Outcome,
        reason: str,
        status: int | None,
        *,
        date: str | None = None,
    ) -> None:
        """Note how the page that an item came from ended.

        :param date: ``WARC-Date`` of the item's capture.
        """
