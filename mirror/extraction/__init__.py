"""Pages become articles, in a second process where there are many of them."""

from mirror.extraction.captured import body_of, capture_ref
from mirror.extraction.extract import Reading, extract
from mirror.extraction.extractor import Extractor

__all__ = ["Extractor", "Reading", "body_of", "capture_ref", "extract"]
