"""One loyalty server that speaks every platform's language, over one ledger in SQL."""

__version__ = "0.1.0"
