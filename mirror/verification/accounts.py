"""No page is dropped silently: each capture of a page is an item, an index, or on a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mirror.verification.records import REDIRECTS

if TYPE_CHECKING:
    from mirror.verification.across import Across

_LISTED = "EXISTS (SELECT 1 FROM listed l WHERE l.url=c.url AND l.run=c.run)"
# What bytes say that stand in another page's record is another article: it has another address.
_IN_ITEMS = (
    "EXISTS (SELECT 1 FROM item i WHERE i.url=c.url"
    " AND (i.content=p.content OR i.stale OR p.url IS NOT c.url))"
)

# Of a revisit, the page is that of the response it refers to.
_PAGES = (
    "capture c LEFT JOIN record p ON p.id=iif(c.kind='revisit', c.refers, c.id)"
    " JOIN warc w ON w.n=c.warc"
)

# What was fetched on the way to robots.txt looks like a page and was never due.
_ASIDE = (
    "WITH RECURSIVE aside (run, url) AS ("
    " SELECT run, target FROM capture WHERE NOT page AND target NOT NULL"
    " UNION SELECT c.run, c.target FROM capture c JOIN aside a ON a.run=c.run AND a.url=c.url"
    " WHERE c.target NOT NULL)"
)


def check_articles(across: Across) -> None:
    """Every capture that reads as an article has its item, or its page is listed."""
    for name, offset in across.facts.ask(
        f"SELECT w.name, c.offset FROM {_PAGES} JOIN summary s ON s.run=c.run"
        f" WHERE p.reading='article' AND NOT {_IN_ITEMS} AND NOT {_LISTED} AND c.page"
    ):
        reason = f"{across.url_at(name, offset)} is an article of which no item says what it says"
        across.findings.add("accounts", f"archive/{name}", reason, offset=offset)


def check_pages(across: Across) -> None:
    """Whatever the last capture of a page in a run is, the run accounts for it."""
    redirects = ", ".join(map(str, REDIRECTS))
    for name, offset, run, status, reading in across.facts.ask(
        f"{_ASIDE}, last (n) AS (SELECT max(c.n) FROM capture c JOIN summary s ON s.run=c.run"
        "  WHERE c.page GROUP BY c.run, c.url)"
        f" SELECT w.name, c.offset, c.run, c.status, p.reading FROM last JOIN {_PAGES}"
        " WHERE c.n=last.n"
        f" AND NOT {_LISTED}"
        " AND coalesce(p.reading, '') NOT IN ('index', 'article', 'harmful')"
        f" AND NOT (c.status IN ({redirects}) AND EXISTS"
        "  (SELECT 1 FROM capture t WHERE t.url=c.target AND t.run=c.run))"
        f" AND NOT (c.status IN ({redirects}) AND EXISTS"
        "  (SELECT 1 FROM listed t WHERE t.url=c.target AND t.run=c.run))"
        " AND (c.run, c.url) NOT IN (SELECT run, url FROM aside)"
        " AND NOT (? AND p.status IS 200 AND p.truncated IS NULL)",
        not across.reader.read_again,
    ):
        page = across.url_at(name, offset)
        what = f"reads as {reading}" if reading else f"ended with status {status}"
        reason = f"{page} {what}, and runs/{run}.json does not list it"
        across.findings.add("accounts", f"archive/{name}", reason, offset=offset)


def check_pictures(across: Across) -> None:
    """Whatever the last capture of a picture in a run is, it is one or the run lists it."""
    redirects = ", ".join(map(str, REDIRECTS))
    for name, offset, run, status in across.facts.ask(
        "WITH last (n) AS (SELECT max(c.n) FROM capture c JOIN summary s ON s.run=c.run"
        "  WHERE c.embedded NOT NULL GROUP BY c.run, c.url)"
        f" SELECT w.name, c.offset, c.run, c.status FROM last JOIN {_PAGES}"
        f" WHERE c.n=last.n AND NOT {_LISTED} AND (c.truncated NOT NULL"
        " OR (p.reading='no picture' AND c.status IS NOT 304)"
        f" OR coalesce(c.status, 0) NOT IN (200, 304, {redirects}))"
    ):
        page = across.url_at(name, offset)
        reason = f"{page} ended with status {status}, and runs/{run}.json does not list it"
        across.findings.add("accounts", f"archive/{name}", reason, offset=offset)


def unaccounted_after_interruption(across: Across) -> int:
    """Captures of articles that a run took, which came to no end, and no item tells of."""
    return across.facts.count(
        f"SELECT count(*) FROM {_PAGES} WHERE c.run NOT IN (SELECT run FROM summary)"
        f" AND p.reading='article' AND NOT {_IN_ITEMS}"
    )
