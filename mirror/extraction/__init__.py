"""Pages become articles, in a second process where there are many of them."""

from mirror.extraction.ahead import ahead
from mirror.extraction.captured import StoredPage, capture_ref, git_ref, stored_page
from mirror.extraction.extract import Reading, extract
from mirror.extraction.extractor import Extractor
from mirror.extraction.pictures import why_captured_is_no_picture
from mirror.extraction.pool import ExtractorPool

__all__ = [
    "Extractor",
    "ExtractorPool",
    "Reading",
    "StoredPage",
    "ahead",
    "capture_ref",
    "extract",
    "git_ref",
    "stored_page",
    "why_captured_is_no_picture",
]
