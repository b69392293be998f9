"""What holds between records, items and index lines: each names another that is there."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from mirror import warc
from mirror.items import InvalidItem, content_digest, decode
from mirror.verification.findings import listed
from mirror.verification.records import response_of

if TYPE_CHECKING:
    from pathlib import Path

    from mirror.items import Article
    from mirror.verification.facts import Facts
    from mirror.verification.findings import Findings
    from mirror.verification.pages import PageReader


_RECORDS = {
    "WARC-Record-ID stands twice": """
        SELECT warc, offset FROM record
        WHERE id IN (SELECT id FROM record GROUP BY id HAVING count(*)>1)""",
    "another capture of the same URL has the same date": """
        SELECT warc, offset FROM record
        WHERE moment IN (SELECT moment FROM record GROUP BY moment HAVING count(*)>1)""",
    "WARC-Warcinfo-ID names no warcinfo before it in this file": """
        SELECT warc, offset FROM record r WHERE info NOT NULL AND NOT EXISTS
        (SELECT 1 FROM warcinfo w WHERE w.id=r.info AND w.warc=r.warc AND w.offset<r.offset)""",
    # One of a blob may be of another page: equal bytes are stored once.
    "refers to no response or resource of that id, URL and date": """
        SELECT warc, offset FROM record v WHERE kind='revisit' AND NOT EXISTS
        (SELECT 1 FROM record r WHERE r.id=v.refers AND r.kind IN ('response', 'resource')
         AND r.moment=v.refers_moment AND (r.url=v.url OR v.payload NOT NULL))""",
    "WARC-X-Embedded-In names no page that was captured": """
        SELECT warc, offset FROM record e WHERE embedded NOT NULL AND NOT EXISTS
        (SELECT 1 FROM record r WHERE r.url=e.embedded AND r.embedded IS NULL)""",
    "WARC-Payload-Digest is not that of the record that it refers to": """
        SELECT v.warc, v.offset FROM record v JOIN record r ON r.id=v.refers
        WHERE v.kind='revisit' AND r.kind IN ('response', 'resource')
        AND v.payload NOT NULL AND v.payload IS NOT r.payload""",
    "WARC-Concurrent-To names no record": """
        SELECT warc, offset FROM record m WHERE kind='metadata' AND refers NOT NULL
        AND NOT EXISTS (SELECT 1 FROM record r WHERE r.id=m.refers)""",
}
"""By what is wrong, how the records are found of which it is."""


class Across:
    """Asks the facts of one collection."""

    def __init__(self, folder: Path, facts: Facts, findings: Findings, reader: PageReader) -> None:
        self.folder = folder
        self.facts = facts
        self.findings = findings
        self.reader = reader
        self._warcs = dict(facts.ask("SELECT n, name FROM warc"))
        self._items = dict(facts.ask("SELECT n, run FROM item_file"))

    def records(self) -> None:
        """Record ids, warcinfos, revisits."""
        for reason, query in _RECORDS.items():
            for number, offset in self.facts.ask(query):
                name = f"archive/{self._warcs[number]}"
                self.findings.add("archive", name, reason, offset=offset)

    def index(self, name: str) -> None:
        """Every line is that of a record, every record that is indexed has its line.

        :param name: of the file in which a missing line should stand.
        """
        for file, line, reason in self.facts.ask(
            "SELECT f.name, l.line, CASE WHEN r.n IS NULL THEN 'no record begins at that place'"
            "  WHEN r.line IS NULL THEN 'that record is not one to be indexed'"
            "  ELSE 'not the line of the record at that place' END"
            " FROM line l JOIN index_file f ON f.n=l.file LEFT JOIN warc w ON w.name=l.warc"
            " LEFT JOIN record r ON r.warc=w.n AND r.offset=l.offset"
            " WHERE r.line IS NOT l.digest OR r.line IS NULL ORDER BY l.file, l.line"
        ):
            self.findings.add("index", f"indexes/{file}", reason, line=line)
        for warc_name, offset, lines in self.facts.ask(
            "SELECT w.name, r.offset, count(l.line) AS lines FROM record r"
            " JOIN warc w ON w.n=r.warc LEFT JOIN line l ON l.warc=w.name AND l.offset=r.offset"
            " WHERE r.line NOT NULL GROUP BY r.n HAVING lines<>1"
        ):
            reason = "no line for" if not lines else f"{lines} lines for"
            reason += f" the record in archive/{warc_name} at byte {offset}"
            self.findings.add("index", f"indexes/{name}", reason)

    def items(self) -> None:
        """Every item names its record rightly, and is what its record says."""
        for file, line in self.facts.ask(
            "SELECT file, line FROM item i WHERE NOT EXISTS"
            " (SELECT 1 FROM record r WHERE r.id=i.id AND r.kind IN"
            " ('response', 'revisit', 'resource'))"
        ):
            self._item(file, line, "names no record of the archive")
        # A record that is extracted again, by another version, gives another item of itself.
        for file, line in self.facts.ask(
            "SELECT file, line FROM item WHERE (url, id, content) IN"
            " (SELECT url, id, content FROM item GROUP BY 1, 2, 3 HAVING count(*)>1)"
            " OR (url, id, file) IN"
            " (SELECT url, id, file FROM item GROUP BY 1, 2, 3 HAVING count(*)>1)"
        ):
            self._item(file, line, "the same event stands twice: this URL and record_id")
        self._pointers()
        self._contents()
        for file, line, versions in self.facts.ask(
            "SELECT file, max(line), group_concat(DISTINCT extractor) FROM item"
            " GROUP BY file, substr(extractor, 1, instr(extractor, '/'))"
            " HAVING count(DISTINCT extractor)>1"
        ):
            reason = f"up to here, one run used several versions of an extractor: {versions}"
            self._item(file, line, reason)

    def _pointers(self) -> None:
        """What an item says of its record; the digest of a 304 is that of an earlier page."""
        for row in self.facts.ask(
            "SELECT i.file, i.line,"
            " iif(i.warc IS w.name, '', 'warc '), iif(i.offset IS r.offset, '', 'offset '),"
            " iif(i.length IS r.length, '', 'length '), iif(i.date IS r.date, '', 'date '),"
            " iif(i.url IS r.url, '', 'url '), iif(i.status IS r.status, '', 'status '),"
            " iif(i.run IS r.run, '', 'run '),"
            " iif(i.committed IS r.committed, '', 'git '),"
            " iif(i.payload IS r.payload OR r.status IS 304, '', 'payload_digest ') AS digest"
            " FROM item i JOIN capture r ON r.id=i.id JOIN warc w ON w.n=r.warc"
            " WHERE i.warc IS NOT w.name OR i.offset IS NOT r.offset OR i.length IS NOT r.length"
            " OR i.date IS NOT r.date OR i.url IS NOT r.url OR i.status IS NOT r.status"
            " OR i.run IS NOT r.run OR i.committed IS NOT r.committed OR digest<>''"
        ):
            file, line, *wrong = row
            names = listed("".join(wrong).split())
            self._item(file, line, f"not as the record has it: {names}")

    def _contents(self) -> None:
        """The same article, read again; one by another version of the extractor is not compared."""
        if not self.reader.read_again:
            return
        for file, line, start, end, number, offset, length, reading, elsewhere in self.facts.ask(
            "SELECT i.file, i.line, i.start, i.end, p.warc, p.offset, p.length, p.reading,"
            " p.url IS NOT i.url FROM item i JOIN record r ON r.id=i.id"
            " JOIN record p ON p.id=iif(r.kind='revisit', r.refers, r.id)"
            " WHERE NOT i.stale AND i.content IS NOT p.content AND p.reading IS NOT 'harmful'"
        ):
            run = self._items[file]
            if elsewhere and self._is_of_another_page(
                run, (start, end), (self._warcs[number], offset, length)
            ):
                continue
            reason = f"its record reads as {reading or 'no page'}"
            if reading == "article" and not self.findings.full:
                item = self._read_item(run, start, end)
                again = self._read_again(self._warcs[number], offset, length)
                reason = f"its record, read again, differs in {differences(item, again)}"
            self.findings.add("extraction", f"items/{run}.jsonl", reason, line=line)

    def _read_item(self, run: str, start: int, end: int) -> Article | None:
        with (self.folder / "items" / f"{run}.jsonl").open("rb") as file:
            file.seek(start)
            try:
                return decode(file.read(end - start).removesuffix(b"\n"))
            except InvalidItem:
                return None

    def _is_of_another_page(
        self, run: str, item: tuple[int, int], record: tuple[str, int, int]
    ) -> bool:
        """Whether an item is what the bytes in another page's record say under its own address."""
        article = self._read_item(run, *item)
        if article is None:
            return False
        again = self._read_again(*record, url=article.url)
        return again is not None and content_digest(again) == content_digest(article)

    def _read_again(self, name: str, offset: int, length: int, *, url: str = "") -> Article | None:
        record = warc.read_at(self.folder / "archive" / name, offset, length)
        response = response_of(record)
        payload = warc.payload(record.block, response) if response else record.block
        address = self.reader.address(url or record.target_uri or "")
        return self.reader.read(address, payload, response)[1] if address else None

    def url_at(self, name: str, offset: int) -> str:
        """URL of a record, for a finding that will be shown; else ``""``."""
        row = self.facts.one(
            "SELECT length FROM record JOIN warc ON warc.n=record.warc WHERE name=? AND offset=?",
            name,
            offset,
        )
        if row is None or self.findings.full:
            return ""
        return warc.read_at(self.folder / "archive" / name, offset, row[0]).target_uri or ""

    def _item(self, file: int, line: int, reason: str) -> None:
        self.findings.add("items", f"items/{self._items[file]}.jsonl", reason, line=line)


def differences(item: Article | None, again: Article | None) -> str:
    """Names of the fields in which two articles differ."""
    if item is None or again is None:
        return "all"
    names = (field.name for field in fields(item) if field.name not in ("capture", "git"))
    return listed(name for name in names if getattr(item, name) != getattr(again, name))
