"""Proof that a collection is what it says: its records, items, indexes, summaries and ledger.

Nothing is written and nothing is trusted: the WARC files are read from their first byte to their
last, everything else is derived from them again and compared. Knows nothing of Scrapy.

Nothing is imported here: who asks for the lock alone should not have to wait for the parsers.
"""
