"""What is odd on real pages, class by class: ``python -m benchmarks.deviations``."""
