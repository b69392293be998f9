"""Accuracy of the extraction, scored page by page: ``python -m benchmarks.accuracy``."""
