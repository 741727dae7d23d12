"""The kinds of events that a partner's systems may be told of."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum


class EventType(StrEnum):
    """What happened; the word before the dot is the family."""

    MEMBER_REGISTERED = "member.registered"
    MEMBER_UPDATED = "member.updated"
    MEMBER_BLOCKED = "member.blocked"
    MEMBER_UNBLOCKED = "member.unblocked"
    MEMBER_MERGED = "member.merged"
    MEMBER_ERASED = "member.erased"
    CONSENT_CHANGED = "consent.changed"
    CARD_ISSUED = "card.issued"
    CARD_BLOCKED = "card.blocked"
    CARD_UNBLOCKED = "card.unblocked"
    CARD_REPLACED = "card.replaced"
    CARD_LAPSED = "card.lapsed"
    POINTS_CHANGED = "points.changed"
    TRANSACTION_RECORDED = "transaction.recorded"
    TRANSACTION_RETURNED = "transaction.returned"
    TRANSACTION_CANCELLED = "transaction.cancelled"

    @property
    def family(self) -> str:
        """What it is about: `member`, `card`, `points`, and so on."""
        return self.partition(".")[0]


FAMILIES = tuple(dict.fromkeys(one.family for one in EventType))


def is_wanted(topic: EventType, wanted: Collection[str] | None) -> bool:
    """Whether a list of types and families has this one; without a list all are wanted."""
    return wanted is None or topic in wanted or topic.family in wanted
