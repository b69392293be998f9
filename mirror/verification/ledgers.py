"""The ledger, opened without a byte being written, against the archive, the items and the runs."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from mirror.ledger import NAME, SCHEMA_VERSION, read_only_uri
from mirror.verification.facts import key
from mirror.verification.records import validators_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mirror.verification.facts import Facts
    from mirror.verification.findings import Findings
    from mirror.verification.summaries import Summary

_UNASKED = ("dangling", "deleted", "not_reached")


class LedgerView:
    """The ledger attached to the facts, under the schema ``ledger``.

    :ivar readable: it is there and of this version.
    """

    def __init__(self, folder: Path, facts: Facts, findings: Findings) -> None:
        self.facts = facts
        self.findings = findings
        self.readable = False
        facts.db.create_function("validators", 2, validators_key, deterministic=True)
        path = folder / NAME
        if not path.is_file():
            self._add("is missing")
            return
        try:
            facts.db.execute("ATTACH DATABASE ? AS ledger", (read_only_uri(path),))
            (version,) = facts.one("PRAGMA ledger.user_version") or (0,)
            if version != SCHEMA_VERSION:
                self._add(f"is of version {version}, not {SCHEMA_VERSION}")
                return
            damage = [row[0] for row in facts.ask("PRAGMA ledger.quick_check(10)")]
            for line in damage if damage != ["ok"] else ():
                self._add(f"damaged: {line}")
            self.readable = damage == ["ok"]
        except sqlite3.DatabaseError as error:
            self._add(f"is no readable ledger: {error}")

    def meta(self, name: str) -> str | None:
        """What the ledger knows of the collection."""
        if not self.readable:
            return None
        row = self.facts.one("SELECT value FROM ledger.meta WHERE key=?", name)
        return str(row[0]) if row else None

    def harmful(self) -> frozenset[bytes]:
        """Records whose page ended or held up the process that read it, as runs listed them.

        A run that made no captures of its own read those of other runs.
        """
        if not self.readable:
            return frozenset()
        return frozenset(
            row[0]
            for row in self.facts.ask(
                "SELECT key(c.record_id) FROM listed l JOIN ledger.capture c ON key(c.url)=l.url"
                " WHERE l.reason LIKE 'extractor-%' AND (c.run=l.run OR NOT EXISTS"
                " (SELECT 1 FROM ledger.capture o WHERE o.run=l.run))"
            )
        )

    def check(self) -> None:
        """All that the ledger says about records, items and files."""
        if not self.readable:
            return
        try:
            self._captures()
            self._articles()
            self._warcs()
            self._runs()
        except sqlite3.DatabaseError as error:
            self._add(f"is no readable ledger: {error}")

    def _captures(self) -> None:
        for url, date, reason in self.facts.ask(
            "SELECT l.url, l.date, CASE WHEN c.n IS NULL THEN 'no such record' ELSE trim("
            " iif(w.name IS l.warc, '', 'warc ') || iif(c.offset IS l.offset, '', 'offset ')"
            " || iif(c.length IS l.length, '', 'length ') || iif(c.date IS l.date, '', 'date ')"
            " || iif(c.url IS key(l.url), '', 'url ') || iif(c.kind IS l.type, '', 'type ')"
            " || iif(c.status IS l.status, '', 'status ') || iif(c.run IS l.run, '', 'run ')"
            " || iif(c.payload IS l.payload_digest OR c.status IS 304 OR c.status IS NULL,"
            "  '', 'payload_digest ')"
            " || iif(l.record_digest IS NULL OR c.payload IS l.record_digest,"
            "  '', 'record_digest ')"
            " || iif(c.embedded IS key(l.embedded_in), '', 'embedded_in ')"
            " || iif(c.truncated IS l.truncated OR c.kind='revisit', '', 'truncated ')"
            " || iif(c.validators IS NULL"
            "  OR c.validators IS validators(l.etag, l.last_modified), '', 'validators '))"
            " END AS reason"
            " FROM ledger.capture l LEFT JOIN capture c ON c.id=key(l.record_id)"
            " LEFT JOIN warc w ON w.n=c.warc WHERE reason<>''"
        ):
            self._add(f"capture of {url} at {date}: not as the archive has it: {reason}")
        for url, date in self.facts.ask(
            "SELECT l.url, l.date FROM ledger.capture l JOIN summary s ON s.run=l.run"
            " WHERE l.unread"
        ):
            self._add(f"capture of {url} at {date}: nobody has read what it says")
        for name, offset in self.facts.ask(
            "SELECT w.name, c.offset FROM capture c JOIN warc w ON w.n=c.warc"
            " JOIN summary s ON s.run=c.run WHERE c.moment NOT IN"
            " (SELECT key(url || ' ' || date) FROM ledger.capture)"
        ):
            self._add(f"does not know the capture in archive/{name} at byte {offset}")

    def _articles(self) -> None:
        """The digest of an article is that of the last item of its page and date."""
        for url, reason in self.facts.ask(
            "WITH last (url, date, content, run, start, end) AS"
            " (SELECT i.url, i.date, i.content, f.run, i.start, i.end FROM item i"
            "  JOIN item_file f ON f.n=i.file"
            "  WHERE i.n IN (SELECT max(n) FROM item GROUP BY url, date))"
            " SELECT a.url, iif(last.url IS NULL, 'no item is of it',"
            "  'its last item, in items/' || last.run || '.jsonl, is another or elsewhere')"
            " FROM ledger.article a LEFT JOIN last ON last.url=key(a.url) AND last.date=a.date"
            " WHERE last.content IS NOT a.digest OR last.run IS NOT a.run"
            " OR last.start IS NOT a.offset OR last.end IS NOT a.offset + a.length + 1"
        ):
            self._add(f"article {url}: {reason}")
        for run, line in self.facts.ask(
            "SELECT f.run, i.line FROM item i JOIN item_file f ON f.n=i.file"
            " JOIN summary s ON s.run=f.run"
            " WHERE (i.url, i.date) NOT IN (SELECT key(url), date FROM ledger.article)"
        ):
            self._add(f"does not know the article in items/{run}.jsonl, line {line}")

    def _warcs(self) -> None:
        """What is known of a file is what the last run that wrote to it said."""
        for (name,) in self.facts.ask(
            "WITH last (warc, length, sha256) AS"
            " (SELECT warc, length, sha256 FROM (SELECT *, max(run) FROM named GROUP BY warc))"
            " SELECT l.name FROM ledger.warc l LEFT JOIN last ON last.warc=l.name"
            " WHERE last.length IS NOT l.length OR last.sha256 IS NOT l.sha256"
            " OR l.indexed IS NOT l.length"
            " UNION SELECT warc FROM last WHERE warc NOT IN (SELECT name FROM ledger.warc)"
        ):
            self._add(f"archive/{name}: length, SHA-256 or indexed are not those of the last run")

    def _runs(self) -> None:
        for run, status, said in self.facts.ask(
            "SELECT l.id, l.exit_status, s.exit_status FROM ledger.run l"
            " LEFT JOIN summary s ON s.run=l.id"
            " WHERE l.finished NOT NULL AND l.exit_status IS NOT s.exit_status"
        ):
            reason = f"exit_status is {said}, in the ledger {status}"
            if said is None:
                reason = f"is missing: the ledger has its end, exit status {status}"
            self.findings.add("runs", f"runs/{run}.json", reason)
        for (run,) in self.facts.ask(
            "SELECT run FROM summary WHERE run NOT IN (SELECT id FROM ledger.run)"
        ):
            self.findings.add("runs", f"runs/{run}.json", "the ledger knows no such run")

    def check_summary(self, summary: Summary) -> Iterator[str]:
        """What the ledger tells of a run otherwise than its summary does.

        Of pages, it remembers the last run that had to look at each.
        """
        if not self.readable:
            return
        row = self.facts.one(
            "SELECT spider, started, finished FROM ledger.run WHERE id=?", summary.run
        )
        if row and row[0] != summary.spider:
            yield f"spider is {summary.spider!r}, in the ledger {row[0]!r}"
        if (ref := self.meta("ref")) and summary.ref and summary.ref != ref:
            yield f"ref is {summary.ref!r}, in the ledger {ref!r}"
        for name, place, url in self.facts.ask(
            "SELECT l.list, l.place, p.url FROM listed l JOIN ledger.page p ON key(p.url)=l.url"
            " WHERE l.run=? AND p.seen=l.run AND l.list<>'not_reached' AND NOT (l.list IS p.outcome"
            "  AND l.found_on=key(p.found_on) AND l.new=(p.since IS p.seen)"
            "  AND l.reason=p.reason)",
            summary.run,
        ):
            yield f"{name}, entry {place}: not as the ledger has it: {url}"
        asked = summary.spider != "warc"
        if asked and self.facts.one("SELECT max(id)=? FROM ledger.run", summary.run) == (1,):
            yield from self._check_counts(summary)

    def _check_counts(self, summary: Summary) -> Iterator[str]:
        """The last run is the one whose pages the ledger still has, all that it looked at.

        A summary also counts pages that were not reached, and dead ones that it did not ask for.
        """
        known: dict[str, dict[str, int]] = {}
        for kind, outcome, count in self.facts.ask(
            "SELECT kind, outcome, count(*) FROM ledger.page"
            " WHERE seen=? AND outcome NOT IN ('dangling', 'deleted') GROUP BY 1, 2",
            summary.run,
        ):
            known.setdefault(kind, {})[outcome] = count
        said = {
            kind: counted
            for kind, counts in summary.pages.items()
            if (counted := {name: n for name, n in counts.items() if name not in _UNASKED})
        }
        if summary.spider == "git":
            # Its front page is counted also where nothing of the repository had to be looked at.
            known.pop("root", None)
            said.pop("root", None)
        if summary.images is not None and summary.images.ends:
            said["image"] = summary.images.ends
        if known != said:
            yield f"pages is not as the ledger counts: {known}"
        listed: dict[str, set[bytes]] = {}
        for name, pages in summary.all_lists():
            listed.setdefault(name, set()).update(key(page.url) for page in pages)
        for outcome, urls in listed.items():
            missing = [
                url
                for (url,) in self.facts.ask(
                    "SELECT url FROM ledger.page WHERE seen=? AND outcome IS ?",
                    summary.run,
                    outcome,
                )
                if key(url) not in urls
            ]
            for url in missing:
                yield f"{outcome} lacks {url}"

    def _add(self, reason: str) -> None:
        self.findings.add("ledger", NAME, reason)
