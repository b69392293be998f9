"""Crawls and archives mirrors: sites that republish articles for readers behind a firewall."""

__version__ = "0.1.0"
