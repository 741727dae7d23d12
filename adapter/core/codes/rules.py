"""What a one-time code reads, and what stands for it in its row: reckoned, never kept."""

from __future__ import annotations

import hashlib
import hmac
import math
import uuid
from datetime import datetime, timedelta

LONGEST = 8
# Within the life of one code so many wrong tries that name no member are put up with, by the
# length of the codes: a small share of all there could be, so that guessing does not pay, and the
# more of them the more tills a partner has to mistype.
MISSES = {4: 50, 5: 500, 6: 5000, 7: 5000, 8: 5000}


def text_of(key: bytes, code_id: uuid.UUID, digits: int) -> str:
    """What the code of this id reads: so many digits, each as likely as any other.

    256 bits folded into at most 27: the bias is too small to have a use.
    """
    number = int.from_bytes(_keyed(key, b"short code", code_id.bytes))
    return f"{number % 10**digits:0{digits}}"


def digest_of(key: bytes, program_id: uuid.UUID, text: str) -> bytes:
    """What a code that reads so is found by in its program; nothing without the key."""
    return _keyed(key, b"short code of a program", program_id.bytes + text.encode())


def could_be_code(text: str) -> bool:
    """Whether any code could read so."""
    return 0 < len(text) <= LONGEST and text.isascii() and text.isdigit()


def misses_allowed(digits: int) -> int:
    """How many wrong tries that name no member a program puts up with while a code lives."""
    return MISSES.get(digits, min(MISSES.values()))


def seconds_until(instant: datetime, now: datetime) -> int:
    """The whole seconds to wait until then, one at least."""
    return max(1, math.ceil((instant - now) / timedelta(seconds=1)))


def _keyed(key: bytes, purpose: bytes, message: bytes) -> bytes:
    # A purpose has no zero byte, so that no two of them meet.
    return hmac.new(key, purpose + b"\0" + message, hashlib.sha256).digest()
