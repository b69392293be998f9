"""Index lines that stand in both files of an index, which a crash may leave and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mirror.verification.facts import Facts
    from mirror.warc import IndexFiles

NOTE = (
    "the recent index stands in the main one as well: an update came to no end, "
    "the next run makes it good"
)


def drop_merged(facts: Facts, index: IndexFiles) -> bool:
    """Forget the lines of the recent file if the main one has them all; gives whether it has.

    A file of which only some are there twice is no crash's doing, and is told line by line.
    """
    numbers = dict(facts.ask("SELECT name, n FROM index_file"))
    main, recent = numbers.get(index.main.name), numbers.get(index.recent.name)
    if main is None or recent is None:
        return False
    if not facts.one("SELECT 1 FROM line WHERE file=?", recent) or facts.one(
        "SELECT 1 FROM line l WHERE file=? AND NOT EXISTS (SELECT 1 FROM line m WHERE m.file=?"
        " AND m.warc=l.warc AND m.offset=l.offset AND m.digest=l.digest)",
        recent,
        main,
    ):
        return False
    for _ in facts.ask("DELETE FROM line WHERE file=?", recent):
        pass
    return True
