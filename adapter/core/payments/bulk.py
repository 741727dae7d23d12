"""Opening balances of many members at once, with what of them is set aside."""

from __future__ import annotations

from collections.abc import Sequence

from adapter.core import ledger
from adapter.core.ledger import Opening
from adapter.core.origins import Place
from adapter.core.payments.models import Reservation, ReservationState
from adapter.db import Work
from adapter.db.base import new_id
from adapter.db.statements import insert_many


def open_many(work: Work, openings: Sequence[Opening], *, place: Place) -> None:
    """Post these opening balances; what they set aside is reserved without a deadline.

    Raises:
        InsufficientPoints: More is set aside than the lots hold.
        ReferenceReused: Something was entered for one of these members meanwhile.
    """
    held = ledger.open_many(work, openings, place=place)
    rows = [
        {
            "id": new_id(),
            "program_id": opening.purse.program_id,
            "member_id": opening.purse.member_id,
            "card_id": opening.purse.card_id,
            "unit": opening.purse.unit.code,
            "amount_minor": opening.held_minor,
            "state": ReservationState.HELD,
            "deadline": None,
            "entry_id": entry.id,
            "closing_entry_id": None,
            "created_at": work.now,
            "closed_at": None,
        }
        for opening, entry in zip(openings, held, strict=True)
        if entry is not None
    ]
    insert_many(work.session, Reservation, rows)
