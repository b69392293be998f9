"""Where the parts of a collection's ``derived/`` stand, and the tables of its catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = "2"
"""Of the tables; a catalogue of another one is made anew."""

SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE channel (name TEXT PRIMARY KEY, title TEXT) WITHOUT ROWID;
CREATE TABLE version (
    id INTEGER PRIMARY KEY, run TEXT, offset INTEGER, length INTEGER,
    url TEXT, captured TEXT, readable TEXT, key TEXT, stamp TEXT, warc TEXT, cdxj TEXT,
    searched INTEGER DEFAULT 0,
    UNIQUE (run, offset, length), UNIQUE (key, stamp)
);
CREATE INDEX version_url ON version (url, captured);
CREATE TABLE page (
    url TEXT PRIMARY KEY, version INTEGER UNIQUE, id TEXT, channel TEXT, title TEXT,
    published TEXT, language TEXT, original_url TEXT, capture_key TEXT,
    url_address TEXT, page_address TEXT, original_address TEXT
) WITHOUT ROWID;
CREATE INDEX page_date ON page (published DESC, url);
CREATE INDEX page_channel ON page (channel, published DESC, url);
CREATE INDEX page_id ON page (id);
CREATE INDEX page_url_address ON page (url_address);
CREATE INDEX page_page_address ON page (page_address);
CREATE INDEX page_original_address ON page (original_address);
CREATE TABLE excluded (url TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE VIRTUAL TABLE search USING fts5(title, text, content='', tokenize='unicode61');
INSERT INTO search (search, rank) VALUES ('hashsize', 67108864);
"""
# The text is in `items/` already, so `search` keeps none of it. Without it FTS5 cannot take a row
# out again before SQLite 3.43: `searched` marks what is in, and what no page names any more is
# passed over, until the catalogue is made anew. `hashsize` is the bytes of terms that are sorted in
# memory at once: FTS5's own, 1 MB, takes longer (``benchmarks/search.py``).


@dataclass(frozen=True, slots=True)
class Derived:
    """The paths of one collection's derived files."""

    folder: Path
    """``derived/`` itself."""
    collection: str

    @property
    def prefix(self) -> str:
        """What the names of its WARC files begin with."""
        return f"{self.collection}-readable"

    @property
    def archive(self) -> Path:
        return self.folder / "archive"

    @property
    def index(self) -> Path:
        return self.folder / "indexes" / f"{self.prefix}.cdxj"

    @property
    def catalogue(self) -> Path:
        return self.folder / "catalogue.sqlite"


def derived_of(collection: Path) -> Derived:
    """The derived files of the collection in that folder."""
    return Derived(collection / "derived", collection.name)
