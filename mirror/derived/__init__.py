"""What is made of a collection and can be thrown away: readable pages, and the search over them.

``derived/`` of a collection holds

    archive/<collection>-readable-….warc.gz    a readable page for each state of each article
    indexes/<collection>-readable.cdxj         where they stand
    catalogue.sqlite                           lists and full-text search

:mod:`mirror.derived.catalogue` and what it imports need the standard library alone: ``scrapy
replay`` runs them beside pywb, in an environment that has nothing of the project's.
"""
