"""Corrections of a balance by hand: points given or taken, and an entry undone."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from adapter.core import ledger, payments
from adapter.core.amounts import Amount
from adapter.core.errors import InvalidAmount, Refused, UnknownEntry
from adapter.core.ledger import (
    Details,
    Entry,
    EntryKind,
    Explanation,
    Posting,
    Purse,
    Role,
    Terms,
)
from adapter.core.members import Member
from adapter.core.origins import Origin, Place, fingerprint
from adapter.core.programs import ProgramTerms
from adapter.core.support.merging import MERGING
from adapter.db import Work

ADJUSTING = "adjust"
REVERSING = "reverse"
AGREED = "approval/"  # how the reference of a correction begins to which a second person agreed
LIMITED_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Points to be given, or taken where there are less than none; `reference` names it, so that
    the same again moves nothing.
    """

    amount: Amount
    reason: str
    reference: str | None = None
    expires_at: datetime | None = None
    expiry_said: str = ""  # in the words of whoever asked

    def digest(self, member_id: uuid.UUID) -> str:
        """What tells it from another of the same reference."""
        said = [str(member_id), str(self.amount), self.amount.unit.code]
        return fingerprint([*said, self.reason, self.expiry_said])


def adjust(
    work: Work, program: ProgramTerms, member_id: uuid.UUID, given: Adjustment, *, place: Place
) -> Entry:
    """The entry that gave points to a member or took them.

    Raises:
        InvalidAmount: It is nothing.
        InsufficientPoints: Less is there to be taken.
        ReferenceReused: The reference came before with other contents.
    """
    if not given.amount:
        raise InvalidAmount("an adjustment of nothing")
    origin = None
    if given.reference is not None:
        origin = Origin(place.channel, ADJUSTING, given.reference, given.digest(member_id))
    details = Details(EntryKind.ADJUSTMENT, given.reason, origin, place)
    purse = Purse(
        program.id,
        member_id,
        given.amount.unit,
        may_go_negative=program.settings.allow_negative,
    )
    if given.amount.minor > 0:
        return ledger.transfer(
            work,
            purse,
            given.amount,
            details,
            source=Role.ADJUSTED,
            target=Role.SPENDABLE,
            terms=Terms(expires_at=given.expires_at),
        )
    return ledger.transfer(
        work, purse, -given.amount, details, source=Role.SPENDABLE, target=Role.ADJUSTED
    )


def needs_approval(
    work: Work, program: ProgramTerms, member: Member, amount: Amount, *, actor: str
) -> bool:
    """Whether so much is above what one person may correct alone for a member within a day; the
    member is locked, so that of two corrections at once the second counts the first.
    """
    limit = program.settings.adjust_limit_points
    if limit is None:
        return False
    # Whatever is not points is never below the limit: nobody has said what it is worth.
    if amount.unit != program.points:
        return True
    most = Amount.parse(limit, program.points).minor
    return abs(amount.minor) + _corrected(work, program, member, actor) > most


def _corrected(work: Work, program: ProgramTerms, member: Member, actor: str) -> int:
    """How many points somebody gave to a member or took within a day, nobody else agreeing."""
    mine = (
        Entry.member_id == member.id,
        Entry.recorded_at > work.now - LIMITED_FOR,
        Entry.unit == program.points.code,
        Entry.origin_operation == ADJUSTING,
        Entry.actor == actor,
        ~Entry.origin_reference.startswith(AGREED),
    )
    moved = select(func.sum(Posting.amount_minor)).join(Entry, Entry.id == Posting.entry_id)
    return int(work.session.scalar(moved.where(*mine, Posting.amount_minor > 0)) or 0)


def reverse(
    work: Work,
    program: ProgramTerms,
    entry_id: uuid.UUID,
    *,
    reason: str,
    place: Place,
    down_to_zero: bool = False,
    reference: str | None = None,
) -> Entry:
    """The entry that undoes another of the program; a till's payment whose entry it was stands no
    more.

    Raises:
        UnknownEntry: The program has none with this id.
        Refused: It only changed the place of points within what the member has, or is one half of
            what a merger moved.
        AlreadyReversed: It was undone before.
        InsufficientPoints: What it gave has been spent since.
    """
    undone = ledger.explain(work, entry_id)
    if undone.entry.program_id != program.id:
        raise UnknownEntry("no entry of the program has this id")
    if undone.is_within_purse:
        raise Refused("what only changed its place within a balance is released, not reversed")
    if undone.entry.origin_operation == MERGING:
        # Its other half would stay: points of nobody's, or the same points twice.
        raise Refused("what a merger moved stands on two members, and is not undone on one")
    origin = Origin(place.channel, REVERSING, reference) if reference else None
    details = Details(kind=EntryKind.REVERSAL, reason=reason, origin=origin, place=place)
    unit = program.unit(undone.entry.unit)
    purse = undone.purse(unit, may_go_negative=program.settings.allow_negative)
    known = ledger.by_origin(work, program.id, origin) if origin else None
    done = ledger.reverse(work, purse, undone.entry, details, down_to_zero=down_to_zero)
    if known is None:
        payments.settle_by_hand(work, purse, undone.entry, done, place=place)
        _cancel_payment(work, program, undone.entry, place)
    return done


def is_reversible(told: Explanation) -> bool:
    """Whether somebody may still undo an entry by itself."""
    entry = told.entry
    is_undoing = entry.reverses_id is not None or entry.reverses_part_of_id is not None
    is_half = entry.origin_operation == MERGING
    return not (told.is_within_purse or told.reversed_by or is_undoing or is_half)


def _cancel_payment(work: Work, program: ProgramTerms, undone: Entry, place: Place) -> None:
    """Have a till's payment stand no more whose entry was undone: its points are back."""
    if undone.kind != EntryKind.REDEMPTION:
        return
    for paid in payments.redemptions(work, undone.member_id):
        if undone.origin_reference == paid.confirmation_code:
            member = work.session.get_one(Member, undone.member_id)
            payments.cancel(work, program, member, paid.confirmation_code, place=place)
