"""Many cards at once: the rows of `add`, written by the batch."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from adapter.core.cards.barcodes import BarcodeType
from adapter.core.cards.external_ids import are_anothers
from adapter.core.cards.models import Card, CardState
from adapter.core.cards.succession import refuse_replaced
from adapter.core.cards.telling import tell_issued, tell_state
from adapter.core.errors import NumberTaken
from adapter.core.origins import Place
from adapter.db import Work
from adapter.db.base import new_id, object_of
from adapter.db.statements import insert_many


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What is known of a card from elsewhere."""

    number: str
    barcode_type: BarcodeType
    barcode_number: str
    state: CardState
    member_id: uuid.UUID | None = None


def add_many(work: Work, program_id: uuid.UUID, facts: Iterable[CardFacts], place: Place) -> int:
    """How many cards were added; whoever calls has checked their numbers and barcodes.

    Raises:
        NumberTaken: A number or a barcode is in use, or somebody else's external id.
    """
    facts = list(facts)
    rows = [
        {
            "id": new_id(),
            "program_id": program_id,
            "member_id": fact.member_id,
            "number": fact.number,
            "barcode_type": fact.barcode_type,
            "barcode_number": fact.barcode_number,
            "state": fact.state,
            "reserved_until": None,
            "channel": place.channel,
            "created_at": work.now,
            "issued_at": work.now if fact.member_id else None,
        }
        for fact in facts
    ]
    try:
        insert_many(work.session, Card, rows)
    except IntegrityError as error:
        raise NumberTaken("a card number or barcode is in use") from error
    borne = [
        (text, fact.member_id) for fact in facts for text in (fact.number, fact.barcode_number)
    ]
    if are_anothers(work, program_id, borne):
        raise NumberTaken("a card number or barcode is somebody's external id")
    for row in rows:
        tell_issued(work, object_of(Card, **row))
    return len(rows)


def align(work: Work, card: Card, facts: CardFacts, *, state: CardState | None) -> None:
    """Have a card agree with what is known of it; a pool's number becomes its holder's card.

    Raises:
        CardReplaced: It is to work again, and another card took its place.
    """
    if card.member_id is None and facts.member_id is not None:
        card.member_id, card.state = facts.member_id, facts.state
        card.reserved_until, card.issued_at = None, work.now
        tell_issued(work, card)
    if card.barcode_number != facts.barcode_number or card.barcode_type != facts.barcode_type:
        card.barcode_type, card.barcode_number = facts.barcode_type, facts.barcode_number
    if state is not None and card.state != state:
        refuse_replaced(work, card)
        before, card.state = card.state, state
        tell_state(work, card, before)
