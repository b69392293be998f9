"""Looks for pages and links that the extraction cannot take: coverage-guided, by atheris."""
