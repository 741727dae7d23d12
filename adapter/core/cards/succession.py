"""Which card took the place of which: the trail knows, to which lines are only ever added."""

from __future__ import annotations

import uuid

from adapter.core import trail
from adapter.core.cards.models import Card, CardState
from adapter.core.errors import CardReplaced
from adapter.core.trail import Sought
from adapter.db import Work

REISSUING = "card.reissue"


def successor(work: Work, card: Card) -> Card | None:
    """The card that took the place of this one; none where it was not replaced."""
    if card.state != CardState.BLOCKED:
        return None
    noted = trail.changes(work, Sought(subject_id=card.id, action=REISSUING), limit=1)
    return work.session.get(Card, uuid.UUID((noted[0].after or {})["card"])) if noted else None


def refuse_replaced(work: Work, card: Card) -> None:
    """Nothing, if no other card took the place of this one.

    Raises:
        CardReplaced: One did, and both would work.
    """
    if new := successor(work, card):
        raise CardReplaced(f"card {new.id} took its place, so it stays blocked", number=new.number)
