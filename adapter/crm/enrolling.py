"""Making a member of somebody the CRM knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from adapter.core import cards, members, trail
from adapter.core.cards import BarcodeType, CardState, barcodes
from adapter.core.errors import DifferentMembers, InvalidBarcode, NumberTaken
from adapter.core.members import IdentityKind, Member
from adapter.core.origins import Place
from adapter.core.programs import ProgramTerms
from adapter.crm.answers import Person
from adapter.db import Work

CHANNEL = "crm"
PLACE = Place(channel=CHANNEL)


def is_known(work: Work, program: ProgramTerms, kind: str, value: str) -> bool:
    """Whether a member has this name."""
    if kind != cards.BY_CARD and members.by_identity(work, program.id, IdentityKind(kind), value):
        return True
    if kind not in (cards.BY_CARD, IdentityKind.EXTERNAL_ID):
        return False
    found = cards.bearing(work, program.id, value)
    return any(card.member_id and card.state != CardState.LAPSED for card in found)


def enrol(
    work: Work,
    program: ProgramTerms,
    person: Person,
    *,
    asked_by: str,
    issue_card: bool = False,
) -> Member:
    """The person as a member: a new one, or who has one of their names and is now known by the
    others as well. What is known of a member already is not changed.

    Raises:
        DifferentMembers: Their names are those of several members.
        IdentityTaken, NumberTaken, PhoneTaken: One of their names is somebody else's.
        CardBlocked, NumbersExhausted: They are to have a card, and cannot.
    """
    member = _member(work, program, person)
    is_new = member is None
    before = None if member is None else {"known_by": _known_by(member)}
    if member is None:
        member = _registered(work, program, person)
    else:
        _named(work, member, person)
    has_card = _carded(work, program, member, person.card_number)
    if issue_card and is_new and not has_card:
        cards.issue_to(work, program, member, place=PLACE)
    trail.record(
        work,
        actor=CHANNEL,
        action="member.enrol" if is_new else "member.name",
        subject_kind="member",
        subject_id=member.id,
        program_id=program.id,
        before=before,
        after={"known_by": _known_by(member), "asked_by": asked_by, "card": has_card},
    )
    return member


def _known_by(member: Member) -> list[str]:
    """The kinds of names somebody has, a line for each; the names are personal."""
    return sorted(one.kind for one in member.identities)


def _member(work: Work, program: ProgramTerms, person: Person) -> Member | None:
    names = [(kind, members.value_of(kind, text)) for kind, text in person.identities]
    if person.profile.phone:
        names.append((IdentityKind.PHONE, person.profile.phone))
    ids: set[UUID] = set(members.owners(work, program.id, names).values())
    if person.card_number:
        borne = cards.known(
            work, program.id, numbers=[person.card_number], barcode_numbers=[person.card_number]
        )
        ids |= {card.member_id for card in borne if card.member_id is not None}
    if len(ids) > 1:
        raise DifferentMembers("these names are those of several members")
    return members.with_ids(work, ids)[ids.pop()] if ids else None


def _registered(work: Work, program: ProgramTerms, person: Person) -> Member:
    # An external id may be on nobody else's card, which is seen to when it is given.
    names = [name for name in person.identities if name[0] is not IdentityKind.EXTERNAL_ID]
    member = members.register(work, program.id, person.profile, place=PLACE, identities=names)
    _given_external_id(work, member, person)
    members.give_consents(work, member, person.consents, place=PLACE)
    return member


def _named(work: Work, member: Member, person: Person) -> None:
    """Have a member known by the names they lack, of each kind they have none of."""
    told = [*person.identities]
    if person.profile.phone:
        told.append((IdentityKind.PHONE, person.profile.phone))
    if person.profile.email:
        told.append((IdentityKind.EMAIL, person.profile.email))
    for kind, text in told:
        lacks = member.identity(kind) is None
        several = kind is IdentityKind.PASS and all(
            one.value != members.value_of(kind, text) for one in member.identities_of(kind)
        )
        if kind is IdentityKind.EXTERNAL_ID:
            if lacks:
                _given_external_id(work, member, person)
        elif lacks or several:
            shown = person.profile.phone_shown if kind is IdentityKind.PHONE else None
            members.add_identity(work, member, kind, text, place=PLACE, shown=shown)


def _given_external_id(work: Work, member: Member, person: Person) -> None:
    given = dict(person.identities).get(IdentityKind.EXTERNAL_ID)
    if given is not None:
        cards.give_external_id(work, member, given, place=PLACE)


def _carded(work: Work, program: ProgramTerms, member: Member, number: str | None) -> bool:
    """Whether the member has the card the CRM tells of; it is added if it is nobody's."""
    if number is None:
        return False
    facts = cards.CardFacts(number, *_barcode(program, number), CardState.ACTIVE, member.id)
    for card in cards.known(work, program.id, numbers=[number], barcode_numbers=[]):
        if card.member_id not in (None, member.id) or card.state == CardState.LAPSED:
            raise NumberTaken("the card is somebody else's")
        if card.member_id is None:
            if card.state != CardState.RESERVED or card.reserved_until is not None:
                raise NumberTaken("the card is not free")
            facts = replace(
                facts,
                barcode_type=BarcodeType(card.barcode_type),
                barcode_number=card.barcode_number,
            )
            cards.align(work, card, facts, state=None)
            work.session.flush()
        return True
    cards.add(
        work,
        program.id,
        number=number,
        state=CardState.ACTIVE,
        barcode_type=facts.barcode_type,
        barcode_number=facts.barcode_number,
        member_id=member.id,
        place=PLACE,
    )
    return True


def _barcode(program: ProgramTerms, number: str) -> tuple[BarcodeType, str]:
    """The number itself, in the program's symbology where that takes it."""
    kind = BarcodeType(program.numbers.barcode_type)
    try:
        barcodes.check(kind, number)
    except InvalidBarcode:
        kind = BarcodeType.CODE_128
    return kind, number


def told_of(person: Person) -> Mapping[str, object]:
    """What would be enrolled, for people."""
    profile = person.profile
    told: dict[str, object] = {
        name: getattr(profile, name) for name in profile.__slots__ if getattr(profile, name)
    }
    told |= dict(person.identities)
    told["card_number"] = person.card_number
    told["consents"] = {str(kind): given for kind, given in person.consents.items()}
    return {name: value for name, value in told.items() if value not in (None, {}, "")}
