"""Pages become articles, in a second process where there are many of them."""

from mirror.extraction.extract import extract
from mirror.extraction.extractor import Extractor

__all__ = ["Extractor", "extract"]
