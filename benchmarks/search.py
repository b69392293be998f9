"""How Chinese is found by SQLite's FTS5: pairs of characters, its trigrams, its plain words.

    python -m benchmarks.search COLLECTION [--articles 5000]

The same articles go into each index; ``1 MB`` is FTS5's own memory for sorting terms, ours is 64.
Then words are looked for that stand in the articles: pieces of their titles, of one to six Han
characters. What each index finds is held against what plain comparison of the texts finds; the time
is the median of one query.
"""

from __future__ import annotations

import argparse
import random
import re
import sqlite3
import statistics
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from mirror.derived.terms import folded, query, terms
from mirror.items import decode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LENGTHS = (1, 2, 3, 4, 6)
QUERIES = 40
"""Words looked for, of each length."""
_HAN = re.compile("[\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True)
class Way:
    """One way of indexing."""

    name: str
    tokenizer: str
    stored: Callable[[str], str]
    asked: Callable[[str], str]
    memory: int = 64 << 20
    """Bytes of terms that FTS5 sorts in memory at once (``hashsize``)."""


def quoted(word: str) -> str:
    return f'"{word}"'


WAYS = (
    Way("pairs (ours)", "unicode61", terms, query),
    Way("pairs, 1 MB", "unicode61", terms, query, memory=1 << 20),
    Way("trigram", "trigram", folded, quoted),
    Way("unicode61", "unicode61", folded, quoted),
)


def texts(collection: Path, most: int) -> Iterator[tuple[str, str]]:
    """Title and text of articles."""
    for path in sorted((collection / "items").glob("*.jsonl")):
        with path.open("rb") as lines:
            for line in islice(lines, most):
                article = decode(line)
                yield article.title, article.text
                most -= 1


def words(articles: list[tuple[str, str]], length: int) -> list[str]:
    """Pieces of titles of that length, the same ones every time."""
    chosen = random.Random(length)
    found: set[str] = set()
    runs = [run for title, _ in articles for run in _HAN.findall(title) if len(run) >= length]
    while runs and len(found) < QUERIES:
        run = chosen.choice(runs)
        start = chosen.randrange(len(run) - length + 1)
        found.add(run[start : start + length])
    return sorted(found)


def build(path: Path, way: Way, articles: list[tuple[str, str]]) -> tuple[float, int]:
    """Make an index; gives processor seconds and bytes."""
    began = time.process_time()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;")
        options = f"content='', tokenize='{way.tokenizer}'"
        connection.execute(f"CREATE VIRTUAL TABLE s USING fts5(title, text, {options})")
        connection.execute("INSERT INTO s (s, rank) VALUES ('hashsize', ?)", (way.memory,))
        connection.execute("BEGIN")
        connection.executemany(
            "INSERT INTO s (title, text) VALUES (?, ?)",
            ((way.stored(title), way.stored(text)) for title, text in articles),
        )
        connection.execute("COMMIT")
    return time.process_time() - began, path.stat().st_size


def ask(connection: sqlite3.Connection, way: Way, word: str) -> set[int]:
    rows = connection.execute("SELECT rowid FROM s WHERE s MATCH ?", (way.asked(word),))
    return {number - 1 for (number,) in rows}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("collection", type=Path, help="its folder")
    parser.add_argument("--articles", type=int, default=5_000, help="how many of it (5000)")
    arguments = parser.parse_args()
    articles = list(texts(arguments.collection, arguments.articles))
    if not articles:
        parser.error(f"{arguments.collection} has no items")
    plain = [folded(title) + "\0" + folded(text) for title, text in articles]
    size = sum(len(title.encode()) + len(text.encode()) for title, text in articles)
    asked = {length: words(articles, length) for length in LENGTHS}
    truth = {
        word: {number for number, text in enumerate(plain) if word in text}
        for each in asked.values()
        for word in each
    }
    print(f"{len(articles)} articles, {size / 1e6:.1f} MB of text, SQLite {sqlite3.sqlite_version}")
    heads = "".join(f"{f'{length} Han':>16}" for length in LENGTHS)
    print(f"{'':14} {'CPU ms/article':>14} {'of text':>8}{heads}")
    with tempfile.TemporaryDirectory() as folder:
        for way in WAYS:
            path = Path(folder) / way.name
            seconds, used = build(path, way, articles)
            with closing(sqlite3.connect(path)) as connection:
                cells = "".join(
                    f"{_cell(connection, way, each, truth):>16}" for each in asked.values()
                )
            print(f"{way.name:14} {1000 * seconds / len(articles):14.2f} {used / size:8.2f}{cells}")
    print("cells: found of what there is, and milliseconds a query; + where more was found")


def _cell(
    connection: sqlite3.Connection, way: Way, asked: list[str], truth: dict[str, set[int]]
) -> str:
    hits = there = more = 0
    times = []
    for word in asked:
        began = time.perf_counter()
        found = ask(connection, way, word)
        times.append(time.perf_counter() - began)
        hits += len(found & truth[word])
        there += len(truth[word])
        more += len(found - truth[word])
    share = 100 * hits / there if there else 100
    return f"{share:.1f} %{'+' if more else ''} {1000 * statistics.median(times or [0]):.2f}"


if __name__ == "__main__":
    main()
