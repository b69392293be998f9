"""Which pages of a mirror a run has to look at, and what an answer says about a page.

The same rules for a run under way and for one that is made good from its records later.
"""

from mirror.frontier.answers import DEAD, MAX_REDIRECTS, REDIRECTS, redirect_target, says_something
from mirror.frontier.image_hosts import ImageHosts, fetchable
from mirror.frontier.links import ROOT, channel_of, folder_of, history_key, kind_of, note_links
from mirror.frontier.policy import DEFAULT_AGE, REFETCH, Policy, Refetch, is_lasting
from mirror.frontier.raster import why_no_picture

__all__ = [
    "DEAD",
    "DEFAULT_AGE",
    "MAX_REDIRECTS",
    "REDIRECTS",
    "REFETCH",
    "ROOT",
    "ImageHosts",
    "Policy",
    "Refetch",
    "channel_of",
    "fetchable",
    "folder_of",
    "history_key",
    "is_lasting",
    "kind_of",
    "note_links",
    "redirect_target",
    "says_something",
    "why_no_picture",
]
