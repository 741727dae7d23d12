"""A card for another one, and a card that waits for its holder: what a desk does for a member."""

from __future__ import annotations

import uuid

from sqlalchemy import select, update

from adapter.core import trail
from adapter.core.cards.external_ids import are_anothers
from adapter.core.cards.models import Card, CardState
from adapter.core.cards.operations import create
from adapter.core.cards.queries import by_number
from adapter.core.cards.succession import REISSUING, refuse_replaced
from adapter.core.cards.telling import tell, tell_issued
from adapter.core.errors import (
    CardBlocked,
    CardNotReserved,
    MemberBlocked,
    MemberInactive,
    NumberTaken,
    Refused,
    UnknownCard,
)
from adapter.core.members import Member, MemberStatus
from adapter.core.origins import Place
from adapter.core.outbox import EventType
from adapter.core.programs import ProgramTerms
from adapter.db import Work


def by_id(work: Work, program_id: uuid.UUID, card_id: uuid.UUID, *, lock: bool = False) -> Card:
    """The program's card with this id, locked if so wished.

    Raises:
        UnknownCard: There is none.
    """
    query = select(Card).where(Card.program_id == program_id, Card.id == card_id)
    if lock:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    card = work.session.scalar(query)
    if card is None:
        raise UnknownCard("no card of the program has this id")
    return card


def reissue(
    work: Work,
    program: ProgramTerms,
    member: Member,
    card_id: uuid.UUID,
    *,
    place: Place,
    reason: str = "",
    request_id: str = "",
) -> Card:
    """A card on a new number in place of this one, which is blocked for good: who finds it can do
    nothing with it, and its holder keeps the points. The trail says so, and keeps it blocked.

    Raises:
        UnknownCard: It is no card of this member, or one that is used no longer.
        CardReplaced: It was replaced before.
        Refused: It is blocked, and the member holds another that can be used.
        MemberInactive: The member was erased, merged into somebody else, or is blocked.
        NumbersExhausted: The program's range has hardly any numbers left.
    """
    _refuse_inactive(member)
    card = by_id(work, program.id, card_id, lock=True)
    if card.member_id != member.id or card.state == CardState.LAPSED:
        raise UnknownCard("this is no card of the member that is in use")
    refuse_replaced(work, card)
    if card.state == CardState.BLOCKED and _usable(work, member):
        raise Refused("the member holds another card by now")
    before, card.state = card.state, CardState.BLOCKED
    tell(work, card, EventType.CARD_REPLACED)
    work.session.flush()
    new = create(work, program, state=CardState.ACTIVE, member=member, place=place)
    trail.record(
        work,
        actor=place.actor,
        action=REISSUING,
        subject_kind="card",
        subject_id=card.id,
        program_id=program.id,
        reason=reason,
        before={"state": before},
        after={"state": card.state, "card": new.id, "member": member.id},
        request_id=request_id,
    )
    return new


def link(work: Work, program: ProgramTerms, member: Member, *, number: str, place: Place) -> Card:
    """The card with this number, which nobody held, now this member's and active; one that is
    theirs already stays as it is.

    Raises:
        UnknownCard: There is no such number.
        NumberTaken: It is another member's card, or another's external id.
        CardNotReserved: It was never set aside, or its time is over.
        CardBlocked: It is blocked.
        MemberInactive: The member is, or was erased, or merged into somebody else.
    """
    _refuse_inactive(member)
    card = by_number(work, program.id, number, lock=True)
    if card.member_id == member.id:
        return card
    if card.member_id is not None:
        raise NumberTaken("the number is another member's card")
    if card.state == CardState.BLOCKED:
        raise CardBlocked("the card is blocked")
    if not card.is_reserved(work.now):
        raise CardNotReserved("the number is not set aside for anybody, or no longer")
    if are_anothers(work, program.id, [(card.number, member.id), (card.barcode_number, member.id)]):
        raise NumberTaken("the number is another member's external id")
    card.member_id, card.state = member.id, CardState.ACTIVE
    card.reserved_until, card.issued_at = None, work.now
    card.channel = place.channel
    tell_issued(work, card)
    work.session.flush()
    return card


def pass_on(work: Work, *, of: uuid.UUID, to: uuid.UUID) -> int:
    """How many cards of one member became another's, each in the state it was in."""
    result = work.session.execute(
        update(Card)
        .where(Card.member_id == of)
        .values(member_id=to)
        .execution_options(synchronize_session="fetch")
    )
    return int(result.rowcount)  # type: ignore[attr-defined]


def _refuse_inactive(member: Member) -> None:
    # A till would refuse the card of somebody who is nobody any more, or somebody else.
    if member.erased_at or member.merged_into_id:
        raise MemberInactive("the member was erased, or is somebody else by now")
    if member.status == MemberStatus.BLOCKED:
        raise MemberBlocked("the member is blocked")


def _usable(work: Work, member: Member) -> bool:
    usable = select(Card.id).where(
        Card.member_id == member.id, Card.state.in_((CardState.ACTIVE, CardState.INACTIVE))
    )
    return work.session.scalar(usable.limit(1)) is not None
