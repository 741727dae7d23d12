"""The chain of digests that makes a changed history show."""

from __future__ import annotations

import hashlib
import uuid
from datetime import UTC, datetime

from adapter.core.ledger.models import Entry, Lot, Posting


def posting_digest(previous: bytes, entry: Entry, posting: Posting, lot: Lot | None) -> bytes:
    """SHA-256 over a posting, its entry's facts, the terms of the lot this entry opened if any,
    and the digest before it on the same account.

    Only surrogate ids, amounts, kinds and times are in it: erasing a person leaves it whole.
    """
    content = (
        _text(entry.id),
        _text(entry.program_id),
        _text(entry.member_id),
        entry.kind,
        entry.unit,
        _instant(entry.occurred_at),
        _instant(entry.recorded_at),
        _text(entry.reverses_id),
        _text(posting.account_id),
        _text(posting.member_id),
        str(posting.amount_minor),
        _text(posting.version),
        _text(posting.balance_after_minor),
        *(_terms(lot) if lot else ()),
        # Only where it is said: the digests of entries that are older than this stay what they are.
        *([f"part of {entry.reverses_part_of_id}"] if entry.reverses_part_of_id else ()),
    )
    return hashlib.sha256(previous + "|".join(content).encode()).digest()


def _text(value: uuid.UUID | int | None) -> str:
    return "" if value is None else str(value)


def _terms(lot: Lot) -> tuple[str, ...]:
    # What remains of a lot and where it stands change; these never do.
    return (
        _text(lot.id),
        _text(lot.member_id),
        lot.unit,
        str(lot.amount_minor),
        _instant(lot.active_from),
        _instant(lot.expires_at),
    )


def _instant(value: datetime | None) -> str:
    # In UTC, as the row will give it back, whatever zone it was said in.
    return "" if value is None else value.astimezone(UTC).isoformat(timespec="microseconds")
