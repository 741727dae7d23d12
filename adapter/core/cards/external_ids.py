"""External ids and cards, which tills read alike: no text is one member's and another's card.

Each kind has a unique index of its own and none is common to both, so the numbers of cards are
where they meet. A card is inserted first, and then it is asked whose external id it reads like. An
external id is, for a moment, the number of a card too: whoever draws that number at the same time
waits there until this unit of work has committed, and then finds the external id.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete

from adapter.core import members
from adapter.core.cards.barcodes import LONGEST, BarcodeType
from adapter.core.cards.models import Card, CardState
from adapter.core.cards.queries import known
from adapter.core.errors import IdentityTaken
from adapter.core.members import IdentityKind, Member
from adapter.core.origins import Place
from adapter.db import Work
from adapter.db.base import new_id
from adapter.db.statements import insert_those_missing


def give_external_id(work: Work, member: Member, given: str, *, place: Place) -> None:
    """Have the member known by this external id, and by no other.

    Raises:
        IdentityTaken: It is another member's, or is printed on a card that is not this member's:
            another's, one that nobody holds yet, or one that is no longer used.
    """
    text = members.value_of(IdentityKind.EXTERNAL_ID, given)
    keep_off_cards(work, member.program_id, {text: member.id})
    members.replace_identity(work, member, IdentityKind.EXTERNAL_ID, given, place=place)


def keep_off_cards(
    work: Work, program_id: uuid.UUID, external_ids: Mapping[str, uuid.UUID]
) -> None:
    """Nothing, if no card but their own bears these members' external ids, nor comes to do so.

    Raises:
        IdentityTaken: A card that is not theirs bears one.
    """
    # In order, so that two who want the same ones never wait in a circle.
    texts = sorted(text for text in external_ids if len(text) <= LONGEST)
    if not texts:
        return
    # On PostgreSQL this waits for whoever is just adding such a card, and then does not add it.
    rows = [_momentary(work, program_id, text) for text in texts]
    added = insert_those_missing(work.session, Card, rows)
    for card in added:
        work.session.expunge(card)
    if added:
        gone = delete(Card).where(Card.id.in_([card.id for card in added]))
        work.session.execute(gone.execution_options(synchronize_session=False))
    met = set(texts) - {card.number for card in added}
    if not met:
        return
    for card in known(work, program_id, numbers=sorted(met), barcode_numbers=sorted(met)):
        for text in met & {card.number, card.barcode_number}:
            if card.member_id != external_ids[text]:
                raise IdentityTaken("a card that is not the member's bears this")


def are_anothers(
    work: Work, program_id: uuid.UUID, borne: Iterable[tuple[str, uuid.UUID | None]]
) -> bool:
    """Whether a text borne by a card is the external id of anybody but the card's holder.

    To be asked when the card has been inserted: from then on nobody gets such an external id.
    """
    borne = list(borne)
    kind = IdentityKind.EXTERNAL_ID
    texts = sorted({text for text, _ in borne})
    owners = members.owners(work, program_id, [(kind, text) for text in texts])
    return any(owners.get((kind, text), holder) != holder for text, holder in borne)


def _momentary(work: Work, program_id: uuid.UUID, text: str) -> dict[str, Any]:
    return {
        "id": new_id(),
        "program_id": program_id,
        "member_id": None,
        "number": text,
        "barcode_type": BarcodeType.CODE_128,
        "barcode_number": text,
        "state": CardState.LAPSED,
        "channel": "",
        "created_at": work.now,
    }
