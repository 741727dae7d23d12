"""Secrets of machines: made at random, kept as digests, compared in constant time."""

from __future__ import annotations

import hashlib
import hmac
import secrets


def generate() -> str:
    """A fresh secret of 256 bits, in characters that need no escaping anywhere."""
    return secrets.token_urlsafe(32)


def digest(pepper: bytes, protocol: str, presented: str) -> bytes:
    """HMAC-SHA-256 of what a platform presents, keyed with the installation's own secret."""
    return hmac.new(pepper, f"{protocol}\0{presented}".encode(), hashlib.sha256).digest()


def mark(pepper: bytes) -> bytes:
    """A value by which two peppers can be told apart, and nothing learned of either."""
    return hmac.new(pepper, b"key mark", hashlib.sha256).digest()
