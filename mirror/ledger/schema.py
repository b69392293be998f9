"""The tables of a ledger."""

SCHEMA_VERSION = 5
"""Raised with every change below; a ledger of another version is made anew from the archive."""


def full(table: str = "") -> str:
    """A condition: the capture is a whole page (:attr:`mirror.warc.capture.Capture.is_full`).

    ``capture_full`` has those alone; SQLite uses it where this is asked for (SQLite, "Partial
    Indexes").

    :param table: name of the table with a dot behind, where a query has several.
    """
    return (
        f"({table}type='resource' OR {table}type='response' AND {table}status=200"
        f" OR {table}type='revisit' AND {table}status IS NULL) AND {table}truncated IS NULL"
    )


SCHEMA = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE run (
    id TEXT PRIMARY KEY, spider TEXT NOT NULL, started TEXT NOT NULL,
    finished TEXT, exit_status INTEGER,     -- status NULL: it was killed, and completed later
    items INTEGER NOT NULL DEFAULT 0        -- bytes of items/<run>.jsonl that a checkpoint knows
) WITHOUT ROWID;
CREATE INDEX run_unfinished ON run (id) WHERE finished IS NULL;
CREATE TABLE page (
    url TEXT PRIMARY KEY, kind TEXT NOT NULL, channel TEXT NOT NULL,
    found_on TEXT NOT NULL,         -- the page that named it first
    older TEXT,                     -- date of the first capture that names it as one that is done
    seen TEXT,                      -- the last run that looked at it
    looked TEXT,                    -- when that was
    outcome TEXT, reason TEXT NOT NULL DEFAULT '', status INTEGER,
    since TEXT                      -- the run in which this outcome was first seen
) WITHOUT ROWID;
CREATE TABLE capture (
    url TEXT NOT NULL, date TEXT NOT NULL, warc TEXT NOT NULL, offset INTEGER NOT NULL,
    length INTEGER NOT NULL, record_id TEXT NOT NULL, type TEXT NOT NULL, status INTEGER,
    payload_digest TEXT, record_digest TEXT, etag TEXT, last_modified TEXT, truncated TEXT,
    embedded_in TEXT,                       -- of a picture: the article that it was fetched for
    run TEXT NOT NULL,
    unread INTEGER NOT NULL DEFAULT 0,      -- 1 until what it says has been acted upon
    PRIMARY KEY (url, date)
) WITHOUT ROWID;
-- A page that is looked at every hour has thousands of captures in a year, of which few are full
-- and none is unread: what a run asks for is found without going through them.
CREATE INDEX capture_full ON capture (url, date) WHERE {full()};
CREATE INDEX capture_holding ON capture (record_digest) WHERE type<>'revisit' AND {full()};
CREATE INDEX capture_date ON capture (date);
CREATE INDEX capture_unread ON capture (warc, offset) WHERE unread;
CREATE INDEX capture_unread_page ON capture (url, date) WHERE unread;
CREATE TABLE failure (      -- looks without an answer that are not accounted for yet
    warc TEXT NOT NULL, offset INTEGER NOT NULL, url TEXT NOT NULL, date TEXT NOT NULL,
    outcome TEXT NOT NULL, reason TEXT NOT NULL, status INTEGER, run TEXT NOT NULL,
    embedded_in TEXT,
    PRIMARY KEY (warc, offset)
) WITHOUT ROWID;
CREATE TABLE article (
    url TEXT NOT NULL, date TEXT NOT NULL,  -- of the capture that the item came from
    id TEXT NOT NULL, digest TEXT NOT NULL, run TEXT NOT NULL,
    offset INTEGER NOT NULL, length INTEGER NOT NULL,   -- of the line in items/<run>.jsonl
    PRIMARY KEY (url, date)
) WITHOUT ROWID;
CREATE TABLE pictured (             -- articles whose pictures were noted as pages
    url TEXT PRIMARY KEY, digest TEXT NOT NULL,     -- of the article that named them
    terms TEXT NOT NULL                             -- by which they were chosen
) WITHOUT ROWID;
CREATE TABLE warc (
    name TEXT PRIMARY KEY,
    safe INTEGER NOT NULL DEFAULT 0,        -- bytes whose records the rows above speak of
    length INTEGER, sha256 TEXT,            -- as the last run that wrote to it left the file
    indexed INTEGER NOT NULL DEFAULT 0      -- bytes that stand in the CDXJ index
) WITHOUT ROWID;
"""

DUE = """
CREATE TEMP TABLE due (
    url TEXT PRIMARY KEY, outcome TEXT, reason TEXT NOT NULL DEFAULT '', status INTEGER
) WITHOUT ROWID;
"""
"""The pages that the run under way has to look at, and how each look ended: gone with the process,
since a run that does not come to its end is not taken up again; the next one is."""
