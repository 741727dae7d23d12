"""Signatures of the Standard Webhooks specification, by which a receiver knows who calls."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime
from uuid import UUID


def secret_of(key: bytes, program_id: UUID) -> bytes:
    """What a program's messages are signed with: derived from the installation's key, kept
    nowhere.
    """
    return hmac.new(key, b"webhook\0" + program_id.bytes, hashlib.sha256).digest()


def shown(secret: bytes) -> str:
    """A signing secret as the libraries of the specification read it."""
    return "whsec_" + base64.b64encode(secret).decode()


def headers(secret: bytes, *, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers that prove who sent this body, and when."""
    seconds = int(at.timestamp())
    signed = f"{message_id}.{seconds}.".encode() + body
    signature = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": f"v1,{signature}",
    }
