"""Origins: which partner told us what, under which reference of theirs."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Origin:
    """One effect, as the outside names it: who told us, which operation, their reference.

    `fingerprint` is a digest of what was said, so that a repeat can be told from a reuse. The
    source is the integration and not the secret it came with: a rotated key is the same till. It is
    everywhere the `channel` of the place at which we were told.
    """

    source: str
    operation: str
    reference: str
    fingerprint: str = ""


def fingerprint(content: Any) -> str:
    """A digest of parsed content that is the same for the same content, in whatever order."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Place:
    """Where and through whom a thing happened; every part may be unknown."""

    channel: str = ""
    outlet_code: str = ""
    terminal: str = ""
    actor: str = ""
