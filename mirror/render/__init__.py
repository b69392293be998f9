"""An article as a readable page. Pure: an item in, HTML out; no Scrapy, no network, no clock.

    from mirror.render.page import readable_page

:mod:`mirror.render.style` and :mod:`mirror.render.policy` need the standard library alone: the
replay server runs them in an environment that has none of the project's dependencies.
"""
