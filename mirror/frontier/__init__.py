"""Which pages of a mirror a run has to look at, and what an answer says about a page.

The same rules for a run under way and for one that is made good from its records later.
"""

from mirror.frontier.answers import DEAD, REDIRECTS, redirect_target, says_something
from mirror.frontier.links import ROOT, channel_of, folder_of, history_key, kind_of, note_links
from mirror.frontier.policy import DEFAULT_AGE, REFETCH, Policy, Refetch

__all__ = [
    "DEAD",
    "DEFAULT_AGE",
    "REDIRECTS",
    "REFETCH",
    "ROOT",
    "Policy",
    "Refetch",
    "channel_of",
    "folder_of",
    "history_key",
    "kind_of",
    "note_links",
    "redirect_target",
    "says_something",
]
