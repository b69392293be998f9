"""Byte-exact recording of HTTP exchanges inside Scrapy.

``ADDONS = {"mirror.capture.WarcAddon": 300}`` is all that a project needs.
"""

from mirror.capture.addon import WarcAddon
from mirror.capture.errors import BadContentCoding, CertificateRefused, SettingError, WrongLength
from mirror.capture.guard import AddressRefused, origin_of
from mirror.capture.recorder import ArchiveUnwritable, Recorder, warcinfo_fields
from mirror.capture.tunnel import ProxyFailed

__all__ = [
    "AddressRefused",
    "ArchiveUnwritable",
    "BadContentCoding",
    "CertificateRefused",
    "ProxyFailed",
    "Recorder",
    "SettingError",
    "WarcAddon",
    "WrongLength",
    "origin_of",
    "warcinfo_fields",
]
