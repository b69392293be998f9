"""Codes of what can be odd on a page, as they stand in an article's ``warnings``."""

from __future__ import annotations

MEANINGS = {
    "active-content": "scripts, styles, frames or event handlers were taken out of the body",
    "advertisement": "Markdown advertisement lines were taken out of the body",
    "body-not-closed": "the body's end tag is missing; what followed the article was cut off",
    "broken-dateline": "the dateline is misspelt, has no date, or text stands before it",
    "broken-editor": "the editor's line names nobody, or has lost or mistaken its label",
    "byline-apart": "the credit stands in a line of its own, not after the dateline",
    "deep-nesting": "markup too deep or too much of it unclosed; some of it was left out",
    "distant-dateline": "the dateline is far from the date in the original URL, which is used",
    "empty-body": "the body has no text",
    "furniture": "lists of related posts or sharing buttons were taken out of the body",
    "id-mismatch": "the original URL names another article id than the page's address",
    "invalid-utf8": "bytes that are not UTF-8 were replaced by U+FFFD",
    "invisible-characters": "zero-width, bidirectional or control characters were taken out",
    "nested-body": "a second body element stands in the page",
    "no-body-element": "no body element was found: all between navigation and label was read",
    "no-dateline": "the article does not begin with a dateline",
    "no-editor": "no editor's line was found",
    "no-end-comment": "the comment that marks the end of the article is missing",
    "no-original": "the page does not name its original URL",
    "no-title": "the page has no title line",
    "no-url-date": "the original URL has no readable date",
    "phrase-in-body": "the words that announce the original URL also stand in the body",
    "swallowed-text": "a broken tag holds words that a browser does not show",
    "text-after-editor": "text follows the editor's line",
    "text-outside-body": "text stands outside the body element and is not part of the article",
    "yearless-dateline": "the dateline has no year; it was taken from the date in the original URL",
}
"""Each code with its meaning; nothing else ever stands in ``warnings``."""
