"""A run summary as a person reads it at the end of a crawl."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mirror.commands.terminal import plain

if TYPE_CHECKING:
    from pathlib import Path

LISTS = ("dangling", "deleted", "failed", "unknown", "not_reached")
MOST_LINES = 10
"""Pages shown of each list; the summary file has them all."""


def report(summary: dict[str, Any], folder: Path) -> str:
    """What the run did, what it could not do, and what to look at next."""
    from mirror.politeness.reasons import ROBOTS

    pages = summary["pages"]
    articles = summary["articles"]
    indexes = sum(pages.get(kind, {}).get("index", 0) for kind in ("root", "index", "other"))
    read = sum(articles[kind] for kind in ("new", "changed", "unchanged"))
    lines = [
        "",
        f"Run {summary['run']}: {summary['meaning']} (exit status {summary['exit_status']})",
        f"  articles   {read} read:"
        + ",".join(f" {articles[kind]} {kind}" for kind in ("new", "changed", "unchanged")),
        f"  indexes    {indexes}",
        *_images(summary["images"]),
        f"  received   {summary['bytes_received'] / 1e6:.1f} MB in {summary['seconds']:.1f} s",
    ]
    if summary["reason"] != "finished":
        lines.append(f"  ended by   {plain(summary['reason'])}")
    for name in LISTS:
        lines += _list(name, summary[name])
    for name in LISTS:
        lines += _list(f"images {name}", summary["images"].get(name, []))
    lines += _completeness(summary["completeness"])
    for key, words in (
        ("unreachable", "could not be reached"),
        ("moved_to", "leads to"),
        ("missing_channels", "channels that the mirror does not have"),
        ("sisters", "sister repositories, not followed"),
    ):
        if summary[key]:
            value = summary[key]
            text = ", ".join(map(plain, value)) if isinstance(value, list) else plain(value)
            lines.append(f"  {words}: {text}")
    if any(page["reason"].startswith(ROBOTS) for page in summary["failed"]):
        lines.append(
            "  robots.txt forbids to crawl it over HTTP; its repository may be had all the same: "
            "scrapy crawl git"
        )
    lines += [
        "",
        f"  {folder}/archive/   {len(summary['warcs'])} WARC file(s) written to",
        f"  {folder}/items/{summary['run']}.jsonl"
        if articles["new"] or articles["changed"]
        else f"  {folder}/items/   nothing new",
        f"  {folder}/runs/{summary['run']}.json   the whole account of this run",
    ]
    if pages.get("article"):
        lines += [
            "",
            "Next:",
            f"  .venv/bin/scrapy verify {folder.name}",
            f"  head -n 1 {folder}/items/*.jsonl | python3 -m json.tool --no-ensure-ascii",
        ]
    return "\n".join(lines)


def _images(images: dict[str, Any]) -> list[str]:
    """One line, where there were any."""
    had = [f"{images[kind]} {kind}" for kind in ("captured", "repeated", "unchanged")]
    skipped = [f"{count} skipped ({plain(why)})" for why, count in images["skipped"].items()]
    if not any(images.values()):
        return []
    return [f"  images     {', '.join(had + skipped)}"]


def _completeness(known: dict[str, Any]) -> list[str]:
    """What the mirror's repository has, and what of it its own links lead to."""
    if known["in_tree"] is None:
        return []
    has = (
        f"{known['in_tree']} pages, {known['captured']} captured, {known['understood']} understood"
    )
    links = f"links lead to {known['reached']}, {known['unlisted']} stand on no index"
    gone = f"{known['rows_to_nowhere']} rows lead to nothing, {known['deleted']} deleted are kept"
    return [f"  repository {has};", f"             {links}, {gone}"]


def _list(name: str, pages: list[dict[str, Any]]) -> list[str]:
    if not pages:
        return []
    lines = [f"  {name.replace('_', ' ')}   {len(pages)}"]
    for page in pages[:MOST_LINES]:
        reason = f" ({plain(page['reason'])})" if page["reason"] else ""
        lines.append(f"    {plain(page['url'])}{reason}")
    if len(pages) > MOST_LINES:
        lines.append(f"    … and {len(pages) - MOST_LINES} more in the summary")
    return lines
