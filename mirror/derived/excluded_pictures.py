"""Pictures that nobody may see any more, because only articles show them that nobody may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from mirror.export.lines import read_lines
from mirror.frontier import fetchable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mirror.export.lines import RunFile


class _Image(msgspec.Struct):
    url: str


class _Item(msgspec.Struct):
    url: str
    images: list[_Image] = []


_DECODER = msgspec.json.Decoder(_Item)


def excluded_pictures(files: list[RunFile], excluded: Iterable[str]) -> set[str]:
    """Addresses, as they are captured, of pictures that no article shows but excluded ones.

    :param excluded: addresses of the excluded articles' pages.
    """
    pages = frozenset(excluded)
    if not pages:
        return set()
    found = {url for page, urls in _named(files) if page in pages for url in urls}
    if found:
        for page, urls in _named(files):
            if page not in pages:
                found.difference_update(urls)
    return found


def _named(files: list[RunFile]) -> Iterator[tuple[str, list[str]]]:
    """Each article's address, with those of its pictures."""
    for file in files:
        for line in read_lines(file):
            try:
                item = _DECODER.decode(line.data)
            except (msgspec.DecodeError, UnicodeError):
                continue
            yield item.url, [url for image in item.images if (url := fetchable(image.url))]
