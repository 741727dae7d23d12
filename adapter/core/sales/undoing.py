"""`cancel` and `withdraw`: a sale undone, or a part of it, as far as what it gave is there."""

from __future__ import annotations

import uuid
from contextlib import suppress
from dataclasses import dataclass, replace

from adapter.core import benefits, ledger, members, payments, programs, transactions
from adapter.core.amounts import Amount
from adapter.core.errors import AlreadyReversed, UnknownTransaction
from adapter.core.ledger import Details, Entry, EntryKind, Purse, Role
from adapter.core.members import Member
from adapter.core.origins import Place
from adapter.core.programs import ProgramTerms
from adapter.core.sales import usages
from adapter.core.sales.operations import EARNING, Outcome, origin_of
from adapter.core.transactions import Transaction
from adapter.db import Work

UNDOING = "sale cancelled"
UNDOING_ELSEWHERE = "sale cancelled, merged"
REFUNDING = "sale refunded"


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What was taken back of what a sale earned, and what was to be and is not there."""

    taken_minor: int
    missing_minor: int


def cancel(
    work: Work,
    program: ProgramTerms,
    confirmation_code: str,
    *,
    place: Place,
    member: Member | None = None,
) -> Outcome:
    """The sale with this code, which stands no more: what it earned is taken back as far as it is
    there, what it used may be used again. One cancelled before stays as it is.

    Raises:
        UnknownTransaction: There is no such sale, or it is not this member's.
    """
    transaction = transactions.by_confirmation(work, program.id, confirmation_code)
    owner_id = transaction.member_id
    if member is not None and not _is_of(work, owner_id, member):
        raise UnknownTransaction("the sale is not this member's")
    if owner_id is None:
        transactions.cancel(work, transaction)
        return Outcome(transaction, None, None)
    # The accounts first, as when it was told: two units of work never wait in a circle.
    ledger.lock_holdings(work, program.purse_of(owner_id, may_owe=True))
    if cancelled := transactions.cancel(work, transaction):
        _undo(work, program, owner_id, cancelled, place)
        if cancelled.shortfall_minor:
            _take_from_survivor(work, program, owner_id, cancelled, place)
    undone = ledger.by_origin(work, program.id, origin_of(transaction, UNDOING))
    return Outcome(
        transaction,
        ledger.change(work, undone) if undone else 0,
        payments.balances(ledger.holdings(work, member.id if member else owner_id), program),
    )


def _is_of(work: Work, owner_id: uuid.UUID | None, member: Member) -> bool:
    """Whether the sale is the member's, or of somebody who turned out to be them."""
    if owner_id is None or owner_id == member.id:
        return owner_id is not None
    return members.was_merged(work, owner_id, into=member.id)


def _take_from_survivor(
    work: Work, program: ProgramTerms, owner_id: uuid.UUID, transaction: Transaction, place: Place
) -> None:
    """Take what is missing from who the buyer turned out to be, and has the points by now."""
    survivor_id = work.session.get_one(Member, owner_id).merged_into_id
    if survivor_id is None:
        return
    purse = program.purse_of(survivor_id)
    held = ledger.lock_holdings(work, purse)
    minor = min(transaction.shortfall_minor, held.available(purse.unit).minor)
    if minor <= 0:
        return
    details = Details(
        kind=EntryKind.RETURN,
        reason=f"Purchase {transaction.reference} cancelled",
        origin=origin_of(transaction, UNDOING_ELSEWHERE),
        place=place,
    )
    ledger.take(work, held, purse, Amount(minor, purse.unit), details, target=Role.RETURNED)
    transaction.shortfall_minor -= minor
    work.session.flush()


def _undo(
    work: Work, program: ProgramTerms, owner_id: uuid.UUID, transaction: Transaction, place: Place
) -> None:
    purse = program.purse_of(owner_id)
    # What a return still had to take, or took late, it never had to.
    transaction.shortfall_minor = 0
    payments.give_back_late(work, purse, transaction, place=place)
    earned = ledger.by_origin(work, program.id, origin_of(transaction, EARNING))
    if earned is not None:
        _reverse(work, program, purse, transaction, earned, place)
    benefits.give_back(work, transaction.id)


def _reverse(
    work: Work,
    program: ProgramTerms,
    purse: Purse,
    transaction: Transaction,
    earned: Entry,
    place: Place,
) -> None:
    details = Details(
        kind=EntryKind.REVERSAL,
        reason=f"{earned.reason} cancelled",
        origin=origin_of(transaction, UNDOING),
        place=place,
    )
    with suppress(AlreadyReversed):  # by hand: nothing of it is left to be taken
        undone = ledger.reverse(work, purse, earned, details, down_to_zero=True)
        taken, left = -ledger.change(work, undone), ledger.left_of(work, earned)
        due = left - ledger.expired_of(work, earned)
        transaction.shortfall_minor = max(0, due - taken)
        work.session.flush()
        before = (transaction.points_minor or 0) - left  # by refunds
        _make_room(work, program, transaction, earned, (before, before + taken), uses=1)


def withdraw(
    work: Work,
    program: ProgramTerms,
    transaction: Transaction,
    minor: int,
    *,
    withdrawn_minor: int,
    reference: str,
    place: Place,
) -> Withdrawn:
    """A part of what a sale earned, taken back as far as it is there, after `withdrawn_minor` of it
    were before; `reference` names it among the parts.

    What has expired is gone already, and not missing; of what was undone by hand nothing is left.
    """
    earned = ledger.by_origin(work, program.id, origin_of(transaction, EARNING))
    if earned is None:
        return Withdrawn(0, 0)
    purse = program.purse_of(earned.member_id)
    ledger.settle_due(work, purse)  # what is over by now is not taken back, nor is it missing
    left = ledger.change(work, earned) - ledger.expired_of(work, earned) - withdrawn_minor
    due = min(minor, left)
    if due <= 0:
        return Withdrawn(0, 0)
    undoing = origin_of(transaction, REFUNDING)
    details = Details(
        kind=EntryKind.REVERSAL,
        reason=f"{earned.reason} refunded",
        origin=replace(undoing, reference=f"{undoing.reference}/{reference}"),
        place=place,
    )
    before = ledger.undone_in_part(work, earned)
    with suppress(AlreadyReversed):  # by hand: nothing of it is left to be taken
        ledger.reverse_part(
            work, purse, earned, Amount(due, purse.unit), details, down_to_zero=True
        )
        taken = ledger.undone_in_part(work, earned) - before
        _make_room(work, program, transaction, earned, (before, before + taken), uses=0)
        return Withdrawn(taken, due - taken)
    return Withdrawn(0, 0)


def _make_room(
    work: Work,
    program: ProgramTerms,
    transaction: Transaction,
    earned: Entry,
    taken: tuple[int, int],
    *,
    uses: int,
) -> None:
    """Let caps of the day count no more what was taken back, from one sum of it to another; what
    was spent by then they count.
    """
    parts = (earned.explanation or {}).get("parts", ())
    sizes = [part["points_minor"] for part in parts]
    before, after = (programs.scaled(sizes, whole) for whole in taken)
    given = {
        part["rule"]: reached - left
        for part, left, reached in zip(parts, before, after, strict=True)
    }
    at = programs.judged_at(transaction.occurred_at, transaction.recorded_at)
    day = programs.local_day(at, program.timezone)
    usages.give_back(work, earned.member_id, day, given, uses=uses)
