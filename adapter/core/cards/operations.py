"""What changes a card: reserving a number, issuing it, blocking, retiring."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update

from adapter.core import members, outbox
from adapter.core.cards import barcodes
from adapter.core.cards.barcodes import BarcodeType
from adapter.core.cards.external_ids import are_anothers
from adapter.core.cards.models import Card, CardState
from adapter.core.cards.numbers import check_number, draw
from adapter.core.cards.queries import by_number, of_member
from adapter.core.cards.succession import refuse_replaced
from adapter.core.cards.telling import tell, tell_issued, tell_state
from adapter.core.errors import (
    AlreadyHoldsCard,
    CardBlocked,
    CardNotReserved,
    MemberBlocked,
    NumbersExhausted,
    NumberTaken,
)
from adapter.core.members import Member, MemberStatus, Profile
from adapter.core.origins import Place
from adapter.core.outbox import EventType
from adapter.core.programs import ProgramTerms
from adapter.db import Work
from adapter.db.base import new_id
from adapter.db.statements import constant, insert_unless_there

USABLE = (CardState.ACTIVE, CardState.INACTIVE)


def reserve(work: Work, program: ProgramTerms, *, life: timedelta, place: Place) -> Card:
    """A number set aside for a card to come; no two calls are ever given the same.

    Raises:
        NumbersExhausted: The program's range has hardly any numbers left.
    """
    return create(
        work, program, state=CardState.RESERVED, reserved_until=work.now + life, place=place
    )


def issue(
    work: Work,
    program: ProgramTerms,
    profile: Profile,
    *,
    place: Place,
    despite_blocked: bool = False,
) -> Card:
    """A card on a number of our choice for the person of this profile, or the one they hold.

    With `despite_blocked` a blocked card counts as none.

    Raises:
        CardBlocked: The card they hold is blocked.
        MemberBlocked: They are.
        PhoneTaken, EmailTaken: A contact is another member's.
        NumbersExhausted: The program's range has hardly any numbers left.
    """
    member = _enrol(work, program, profile, place=place)
    return issue_to(work, program, member, place=place, despite_blocked=despite_blocked)


def issue_to(
    work: Work,
    program: ProgramTerms,
    member: Member,
    *,
    place: Place,
    despite_blocked: bool = False,
) -> Card:
    """A card on a number of our choice for a member, or the one they hold; the member is locked or
    new, so that two calls never give them two.

    Raises:
        CardBlocked, NumbersExhausted: As `issue`.
    """
    held = _held(work, member, despite_blocked=despite_blocked)
    return held or create(work, program, state=CardState.ACTIVE, member=member, place=place)


def issue_on(
    work: Work,
    program: ProgramTerms,
    profile: Profile,
    *,
    number: str,
    place: Place,
    despite_blocked: bool = False,
) -> Card:
    """The card on a reserved number or one of the pool, now this person's and active.

    The same person again gets the same card again.

    Raises:
        UnknownCard: There is no such number.
        CardNotReserved: It was never set aside, or its time is over.
        NumberTaken: It is another member's card by now, or another's external id.
        AlreadyHoldsCard: The person holds another card.
        CardBlocked, MemberBlocked, PhoneTaken, EmailTaken: As `issue`.
    """
    card = by_number(work, program.id, number, lock=True)
    if card.member_id is None and not card.is_reserved(work.now):
        raise CardNotReserved("the number is not reserved, or no longer")
    if card.member_id is not None and not _is_holder(work, card, profile):
        raise NumberTaken("the number is another member's card")
    member = _enrol(work, program, profile, place=place)
    if card.state == CardState.BLOCKED and not despite_blocked:
        raise CardBlocked("the member's card is blocked")
    if card.member_id is None and _held(work, member, despite_blocked=despite_blocked):
        raise AlreadyHoldsCard("the member holds another card")
    if card.state == CardState.RESERVED:
        card.member_id, card.state = member.id, CardState.ACTIVE
        card.reserved_until, card.issued_at = None, work.now
        card.channel = place.channel
        work.session.flush()
        if are_anothers(work, program.id, _borne(card)):
            raise NumberTaken("the number is another member's external id")
        tell_issued(work, card)
    return card


def _enrol(work: Work, program: ProgramTerms, profile: Profile, *, place: Place) -> Member:
    member = members.enrol(work, program.id, profile, place=place)
    if member.status == MemberStatus.BLOCKED:
        raise MemberBlocked("the member is blocked")
    if member.created_at == work.now:
        members.welcome(work, program, member, place=place)
    return member


def _is_holder(work: Work, card: Card, profile: Profile) -> bool:
    found = members.matching(work, card.program_id, Profile(phone=profile.phone))
    return any(member.id == card.member_id for member in found)


def _held(work: Work, member: Member, *, despite_blocked: bool) -> Card | None:
    held = of_member(work, member.id)
    for state in USABLE:
        for card in held:
            if card.state == state:
                return card
    if not despite_blocked and any(card.state == CardState.BLOCKED for card in held):
        raise CardBlocked("the member's card is blocked")
    return None


def create(
    work: Work,
    program: ProgramTerms,
    *,
    state: CardState,
    place: Place,
    member: Member | None = None,
    reserved_until: datetime | None = None,
) -> Card:
    """A card on a number of our choice.

    Raises:
        NumbersExhausted: The program's range has hardly any numbers left.
    """
    kind = BarcodeType(program.numbers.barcode_type)
    for number in draw(program.numbers):
        values = {
            "id": new_id(),
            "program_id": program.id,
            "member_id": member and member.id,
            "number": number,
            "barcode_type": kind,
            "barcode_number": barcodes.of_number(number, kind),
            "state": state,
            "reserved_until": reserved_until,
            "channel": place.channel,
            "created_at": work.now,
            "issued_at": work.now if member else None,
        }
        if card := _insert(work, values):
            tell_issued(work, card)
            return card
    raise NumbersExhausted("the range of card numbers is used up")


def _insert(work: Work, values: dict[str, Any]) -> Card | None:
    """The card, unless its number or barcode is in use, or is somebody else's external id."""
    card = insert_unless_there(work.session, Card, values)
    if card is None or not are_anothers(work, card.program_id, _borne(card)):
        return card
    work.session.delete(card)
    work.session.flush()
    return None


def _borne(card: Card) -> list[tuple[str, uuid.UUID | None]]:
    return [(text, card.member_id) for text in (card.number, card.barcode_number)]


def add(
    work: Work,
    program_id: uuid.UUID,
    *,
    number: str,
    state: CardState,
    barcode_type: BarcodeType = BarcodeType.CODE_128,
    barcode_number: str | None = None,
    member_id: uuid.UUID | None = None,
    place: Place,
) -> Card:
    """A card from elsewhere: an older system's, or a number of an imported pool.

    Raises:
        InvalidNumber, InvalidBarcode: It cannot be one.
        NumberTaken: The number or the barcode is in use, or somebody else's external id.
    """
    check_number(number)
    if barcode_number is None:
        barcode_number = barcodes.of_number(number, barcode_type)
    barcodes.check(barcode_type, barcode_number)
    values = {
        "id": new_id(),
        "program_id": program_id,
        "member_id": member_id,
        "number": number,
        "barcode_type": barcode_type,
        "barcode_number": barcode_number,
        "state": state,
        "channel": place.channel,
        "created_at": work.now,
        "issued_at": work.now if member_id else None,
    }
    card = _insert(work, values)
    if card is None:
        raise NumberTaken("the card number or barcode is in use")
    tell_issued(work, card)
    return card


def block(work: Work, program_id: uuid.UUID, *, number: str) -> Card:
    """The card, which nothing more is done with until it is active again.

    Raises:
        UnknownCard: There is no such card.
    """
    return _set(work, by_number(work, program_id, number, lock=True), CardState.BLOCKED)


def unblock(work: Work, program_id: uuid.UUID, *, number: str) -> Card:
    """The card, active again if it was blocked; a number nobody holds waits for its holder again.

    Raises:
        UnknownCard: There is no such card.
        CardReplaced: Another card took its place.
    """
    card = by_number(work, program_id, number, lock=True)
    if card.state != CardState.BLOCKED:
        return card
    refuse_replaced(work, card)
    return _set(work, card, CardState.ACTIVE if card.member_id else CardState.RESERVED)


def _set(work: Work, card: Card, state: CardState) -> Card:
    before, card.state = card.state, state
    tell_state(work, card, before)
    work.session.flush()
    return card


def retire_all(work: Work, cards: Iterable[Card]) -> None:
    """Have these cards name nobody: not by state, not by a number that may be a phone."""
    for card in cards:
        tell(work, card, EventType.CARD_LAPSED)
        card.state = CardState.LAPSED
        card.number = card.barcode_number = f"0{card.id.hex}"
        card.barcode_type = BarcodeType.CODE_128
    work.session.flush()


def lapse_due(work: Work) -> int:
    """How many reservations were past their deadline; their numbers are not given again."""
    lapsed = work.session.execute(
        update(Card)
        .where(Card.state == constant(CardState.RESERVED), Card.reserved_until <= work.now)
        .values(state=CardState.LAPSED)
        .returning(Card.id, Card.program_id)
        .execution_options(synchronize_session=False)
    ).all()
    for card_id, program_id in lapsed:
        outbox.tell(work, program_id, EventType.CARD_LAPSED, subject_id=card_id)
    return len(lapsed)
