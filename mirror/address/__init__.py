"""Where the pages of a mirror live: one address for all the views that a forge gives of a page.

A forge shows one file of a repository under several URLs: *raw* (the bytes), *blob* (the page that
a reader sees), *tree* (the folder). :class:`Address` is what they have in common, and
:meth:`Address.join` says what a link on a page leads to. Standard library only, no I/O; nothing
here reads the clock or the network, and :meth:`Address.join` and :meth:`Mirror.find` accept any
text without raising.
"""

from __future__ import annotations

from mirror.address.forges import Forge
from mirror.address.mirrors import Address, Mirror, Target, TargetKind
from mirror.address.parsing import mirror_named, parse, parse_mirror

__all__ = [
    "Address",
    "Forge",
    "Mirror",
    "Target",
    "TargetKind",
    "mirror_named",
    "parse",
    "parse_mirror",
]
