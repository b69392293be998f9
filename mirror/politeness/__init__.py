"""How a crawl behaves towards hosts: gently when all is well, patiently when it is not.

The rules are pure modules (:mod:`~mirror.politeness.fields`, ``limits``, ``trouble``, ``backoff``,
``host``); the clock and the random numbers are given to them. What Scrapy needs to follow them are
three components: ``middleware`` retries, ``queue`` holds requests back, ``robots`` asks first.
"""
