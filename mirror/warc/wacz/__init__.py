"""WACZ files: a web archive as one ZIP file. Knows nothing of what is archived."""

from mirror.warc.wacz.index import write_blocks
from mirror.warc.wacz.manifest import About, digest, manifest
from mirror.warc.wacz.signature import KeyUnusable, Signer, load_or_make
from mirror.warc.wacz.writer import WaczWriter

__all__ = [
    "About",
    "KeyUnusable",
    "Signer",
    "WaczWriter",
    "digest",
    "load_or_make",
    "manifest",
    "write_blocks",
]
