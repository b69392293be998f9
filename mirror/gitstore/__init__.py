"""Git contained: cloned and fetched over the network, read fast, and never run.

Repositories are other people's. A clone here is bare and nothing is ever checked out of it; hooks,
filters, prompts, credentials and the configuration of the user or the machine have no part in it
(:mod:`mirror.gitstore.process`). What comes out are values: commits with what they changed, and
blobs up to a bounded size. Knows nothing of mirrors; only how a blob is kept as a WARC record.
"""

from mirror.gitstore.advertisement import (
    Advertised,
    discovered_at,
    discovery_url,
    parse_advertisement,
    short_name,
)
from mirror.gitstore.clone import Clone, Fetched
from mirror.gitstore.history import FILE, LINK, SUBMODULE, Entry, changes, differences, tree
from mirror.gitstore.objects import Blob, BlobReader, MissingObject, ObjectTooLarge
from mirror.gitstore.plan import Plan, Version
from mirror.gitstore.process import Git, GitError
from mirror.gitstore.records import Blamed, blamed, blob_record, commit_date
from mirror.gitstore.remote import Remote, list_remote, origin_of, remote_of

__all__ = [
    "FILE",
    "LINK",
    "SUBMODULE",
    "Advertised",
    "Blamed",
    "Blob",
    "BlobReader",
    "Clone",
    "Entry",
    "Fetched",
    "Git",
    "GitError",
    "MissingObject",
    "ObjectTooLarge",
    "Plan",
    "Remote",
    "Version",
    "blamed",
    "blob_record",
    "changes",
    "commit_date",
    "differences",
    "discovered_at",
    "discovery_url",
    "list_remote",
    "origin_of",
    "parse_advertisement",
    "remote_of",
    "short_name",
    "tree",
]
