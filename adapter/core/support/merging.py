"""Two members that are one person: everything of the one becomes the other's."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update

from adapter.core import benefits, cards, events, ledger, members, orders, payments, sales
from adapter.core.amounts import Amount
from adapter.core.benefits import Benefit
from adapter.core.cards import Card
from adapter.core.errors import StillSetAside
from adapter.core.ledger import Account, Details, EntryKind, Handed, Purse
from adapter.core.members import Member
from adapter.core.origins import Origin, Place
from adapter.core.programs import ProgramTerms
from adapter.db import Work

MERGING = "merge"


@dataclass(frozen=True, slots=True)
class Merged:
    """Who is left, who was merged into them, and what that moved."""

    survivor: Member
    other: Member
    handed: tuple[Handed, ...]
    cards: int
    benefits: int

    @property
    def is_new(self) -> bool:
        """Whether it moved anything, or said who is who for the first time."""
        return bool(self.handed or self.cards or self.benefits)


def merge(
    work: Work,
    program: ProgramTerms,
    survivor_id: uuid.UUID,
    other_id: uuid.UUID,
    *,
    reason: str,
    place: Place,
) -> Merged:
    """Have one member be another from now on: identities, consents, cards, benefits and points are
    the survivor's, who is found by all that the other was found by. The other keeps the history.

    Points go lot by lot, each with its last day. Repeated, it moves what has come since.

    Raises:
        UnknownMember: One is not of this program, or both are the same.
        MemberInactive: One was erased, or merged into somebody else.
        StillSetAside: Points of the other are reserved, or an order of theirs is open.
    """
    survivor, other = members.lock_both(work, program.id, survivor_id, other_id)
    again = other.merged_into_id is not None
    _refuse_unfinished(work, other)
    origin = Origin(place.channel, MERGING, str(other.id))
    details = Details(EntryKind.ADJUSTMENT, reason, origin, place)
    handed = _hand_over(work, program, survivor, other, details, again=again)
    members.absorb(work, survivor, other)
    passed_on = cards.pass_on(work, of=other.id, to=survivor.id)
    granted = benefits.pass_on(work, of=other.id, to=survivor.id)
    if not again:
        sales.count_usages_of(work, other.id, to=survivor.id)
    events.pass_on(work, of=other.id, to=survivor.id)
    return Merged(survivor, other, tuple(handed), passed_on, granted)


def _refuse_unfinished(work: Work, other: Member) -> None:
    is_open = any(not order.has_lapsed(work.now) for order in orders.open_of(work, other.id))
    if is_open or payments.held(work, [other.id]):
        raise StillSetAside("points are set aside, or an order is open")


def _hand_over(
    work: Work,
    program: ProgramTerms,
    survivor: Member,
    other: Member,
    details: Details,
    *,
    again: bool,
) -> list[Handed]:
    handed = []
    purses = [*ledger.units_of(work, other.id)]
    if not again and (program.points.code, None) not in purses:
        purses.append((program.points.code, None))
    for code, card_id in purses:
        unit = program.unit(code)
        giver = Purse(program.id, other.id, unit, card_id=card_id)
        taker = Purse(program.id, survivor.id, unit)
        handed += ledger.hand_over(work, giver, taker, details, again=again)
    return handed


@dataclass(frozen=True, slots=True)
class Preview:
    """What a merger would move, and whether anything stands in its way."""

    amounts: Sequence[tuple[str, Amount, Amount]]  # of each unit: spendable, and not active yet
    cards: Sequence[Card]
    benefits: Sequence[Benefit]
    is_unfinished: bool


def preview(work: Work, program: ProgramTerms, other: Member) -> Preview:
    """What would go over if this member were merged into another now."""
    amounts = []
    for code, card_id in ledger.units_of(work, other.id):
        held = ledger.balance(work, Purse(program.id, other.id, program.unit(code), card_id))
        if held.available or held.pending:
            amounts.append((code, held.available, held.pending))
    try:
        _refuse_unfinished(work, other)
    except StillSetAside:
        is_unfinished = True
    else:
        is_unfinished = False
    return Preview(
        amounts,
        cards.of_member(work, other.id),
        benefits.of_member(work, other.id),
        is_unfinished,
    )


def survivor_of(work: Work, member: Member) -> Member:
    """Who a member turned out to be; themselves, if nobody else."""
    while member.merged_into_id is not None:
        member = work.session.get_one(Member, member.merged_into_id)
    return member


def stranded(work: Work, *, limit: int = 500) -> Sequence[Member]:
    """Those who were merged and hold something again, for a till spoke of them later."""
    found = (
        select(Member)
        .join(Account, Account.member_id == Member.id)
        .where(Member.merged_into_id.is_not(None), Account.balance_minor != 0)
        .distinct()
        .order_by(Member.id)
        .limit(limit)
    )
    return work.session.scalars(found).all()


def bring_over(work: Work, program: ProgramTerms, other_id: uuid.UUID) -> int:
    """Move what a merged member holds again to who they turned out to be; how many lots it was."""
    other = work.session.get_one(Member, other_id)
    place = Place(channel="jobs")
    reason = "Merged before"
    survivor = survivor_of(work, other)
    if survivor.id == other.id or survivor.erased_at:
        return 0
    if other.merged_into_id != survivor.id:
        work.session.execute(
            update(Member).where(Member.id == other.id).values(merged_into_id=survivor.id)
        )
        work.session.expire(other)
    done = merge(work, program, survivor.id, other.id, reason=reason, place=place)
    return len(done.handed)
