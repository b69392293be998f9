"""A collection as one WACZ file."""

from mirror.packing.pack import Packed, pack
from mirror.packing.selection import PackingError, Selection, Span, parse_span

__all__ = ["Packed", "PackingError", "Selection", "Span", "pack", "parse_span"]
