"""What those who listen to a program are told of its cards."""

from __future__ import annotations

from adapter.core import outbox
from adapter.core.cards.models import Card, CardState
from adapter.core.outbox import EventType
from adapter.db import Work


def tell(work: Work, card: Card, topic: EventType) -> None:
    """Have them be told of something that happened to a card."""
    outbox.tell(work, card.program_id, topic, subject_id=card.id, member_id=card.member_id)


def tell_issued(work: Work, card: Card) -> None:
    """Have them be told that a card is somebody's now; of a number that waits there is nothing to
    tell.
    """
    if card.member_id is not None:
        tell(work, card, EventType.CARD_ISSUED)


def tell_state(work: Work, card: Card, before: str) -> None:
    """Have them be told that a card was blocked, or is so no longer."""
    if card.state == before:
        return
    if card.state == CardState.BLOCKED:
        tell(work, card, EventType.CARD_BLOCKED)
    elif before == CardState.BLOCKED:
        tell(work, card, EventType.CARD_UNBLOCKED)
