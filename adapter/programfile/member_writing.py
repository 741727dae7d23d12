"""Writing members of the file, a batch at a time: who is new, who is known, and what is theirs."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from adapter.core import benefits, cards, ledger, members, payments, transactions
from adapter.core.benefits import Grant
from adapter.core.cards import CardFacts
from adapter.core.errors import IdentityTaken
from adapter.core.ledger import Opening, OpeningLot, Purse
from adapter.core.members import IdentityKind, Member, MemberStatus, Newcomer
from adapter.core.transactions import PastSale
from adapter.db import Work
from adapter.programfile.checking import Read
from adapter.programfile.claims import Owners, identities_of
from adapter.programfile.given import GivenBenefit, GivenMember
from adapter.programfile.heads import Head
from adapter.programfile.program_writing import PLACE
from adapter.programfile.report import Report

Known = list[tuple[uuid.UUID, GivenMember]]


def write_members(work: Work, head: Head, read: Read, report: Report) -> None:
    """Have these members and all that is theirs agree with the file.

    Raises:
        IdentityTaken, NumberTaken, PhoneTaken, ReferenceReused: Something of theirs has become
            somebody else's since the file was looked at.
    """
    given = [member for _, member in read]
    owners = Owners(work, head.terms.id, given)
    everybody = _have_them(work, head, given, owners, report)
    _put_cards(work, head, everybody, owners, report)
    benefits.grant_many(
        work,
        head.terms.id,
        (
            Grant(member_id, **{name: getattr(benefit, name) for name in GivenBenefit.__slots__})
            for member_id, member in everybody
            for benefit in member.benefits
        ),
    )
    sales = [sale for sale in past_sales(everybody) if sale.key not in owners.sales]
    report.transactions_added += transactions.record_many(work, head.terms.id, sales)
    open_balances(work, head, everybody, report)


def _have_them(
    work: Work, head: Head, given: list[GivenMember], owners: Owners, report: Report
) -> Known:
    """Everybody with their id: the new ones registered, the known ones brought in line."""
    ids = [owners.member(member) for member in given]
    for member, member_id in zip(given, ids, strict=True):
        if any(True for _ in owners.conflicts(member, member_id)):
            raise IdentityTaken("something of these members is somebody else's")
    known = members.with_ids(work, [found for found in ids if found is not None])
    for member, member_id in zip(given, ids, strict=True):
        if member_id is not None:
            _align(work, known[member_id], member)
    new = [m for m, member_id in zip(given, ids, strict=True) if member_id is None]
    fresh = iter(
        members.register_many(work, head.terms.id, [_newcomer(m) for m in new], place=PLACE)
    )
    report.members_added += len(new)
    report.members_known += len(given) - len(new)
    return [(i or next(fresh), member) for i, member in zip(ids, given, strict=True)]


def _newcomer(given: GivenMember) -> Newcomer:
    names = [(k, value) for k, value in identities_of(given) if k is not IdentityKind.PHONE]
    return Newcomer(
        given.profile,
        status=given.status or MemberStatus.ACTIVE,
        identities=names,
        consents=given.consents,
        tier=given.tier,
        segments=given.segments or (),
    )


def _align(work: Work, member: Member, given: GivenMember) -> None:
    members.update(work, member, given.profile, place=PLACE, own_email=False)
    for kind, value in identities_of(given):
        if any(identity.value == value for identity in member.identities_of(kind)):
            continue
        if kind is IdentityKind.PASS:
            members.add_identity(work, member, kind, value, place=PLACE)
        else:
            members.replace_identity(work, member, kind, value, place=PLACE)
    if given.status is not None:
        members.set_status(work, member, given.status)
    members.set_tier_and_segments(work, member, tier=given.tier, segments=given.segments)
    if given.consents:
        members.give_consents(work, member, given.consents, place=PLACE)


def _put_cards(work: Work, head: Head, everybody: Known, owners: Owners, report: Report) -> None:
    new = []
    for member_id, member in everybody:
        for given in member.cards:
            facts = CardFacts(
                given.number, given.barcode_type, given.barcode_number, given.state, member_id
            )
            card = owners.cards.get(given.number)
            if card is None:
                new.append(facts)
            else:
                cards.align(work, card, facts, state=given.state if given.has_state else None)
    work.session.flush()
    report.cards_added += cards.add_many(work, head.terms.id, new, PLACE)
    kind = IdentityKind.EXTERNAL_ID
    external_ids = {
        member.external_id: member_id
        for member_id, member in everybody
        if member.external_id and not owners.has(kind, member.external_id)
    }
    cards.keep_off_cards(work, head.terms.id, external_ids)


def past_sales(everybody: Known) -> Iterator[PastSale]:
    """The sales of these members."""
    for member_id, member in everybody:
        for given in member.transactions:
            yield PastSale(
                member_id,
                given.sale,
                given.place,
                given.state,
                given.confirmation_code,
                given.points_minor,
            )


def open_balances(work: Work, head: Head, everybody: Known, report: Report) -> None:
    """Post opening balances, of those alone for whom nothing was ever entered."""
    wealthy = [(member_id, member) for member_id, member in everybody if member.purses]
    moved = ledger.have_moved(work, [member_id for member_id, _ in wealthy])
    openings = [
        opening
        for member_id, member in wealthy
        if member_id not in moved
        for opening in _openings(head, member_id, member)
    ]
    units = sorted({opening.purse.unit.code for opening in openings})
    ledger.open_program_accounts(work, head.terms.id, *units)
    payments.open_many(work, openings, place=PLACE)
    report.balances_kept += len(moved)
    report.balances_opened += len(wealthy) - len(moved)


def _openings(head: Head, member_id: uuid.UUID, member: GivenMember) -> Iterator[Opening]:
    for given in member.purses:
        purse = Purse(
            head.terms.id,
            member_id,
            head.terms.unit(given.unit),
            may_go_negative=head.terms.settings.allow_negative,
        )
        lots = [OpeningLot(lot.minor, lot.reason, lot.terms) for lot in given.lots]
        yield Opening(purse, lots, given.held_minor, given.owed_minor)
