"""`cancel`: a sale undone, as far as what it gave is there."""

from __future__ import annotations

import uuid
from contextlib import suppress

from adapter.core import benefits, ledger, payments, programs, transactions
from adapter.core.errors import AlreadyReversed, UnknownTransaction
from adapter.core.ledger import Details, Entry, EntryKind, Purse
from adapter.core.members import Member
from adapter.core.origins import Place
from adapter.core.programs import ProgramTerms
from adapter.core.sales import usages
from adapter.core.sales.operations import EARNING, Outcome, origin_of, purse_of
from adapter.core.transactions import Transaction
from adapter.db import Work

UNDOING = "sale cancelled"


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
    if member is not None and owner_id != member.id:
        raise UnknownTransaction("the sale is not this member's")
    if owner_id is None:
        transactions.cancel(work, transaction)
        return Outcome(transaction, None, None)
    # The accounts first, as when it was told: two units of work never wait in a circle.
    ledger.lock_holdings(work, purse_of(program, owner_id))
    if transactions.cancel(work, transaction):
        _undo(work, program, owner_id, transaction, place)
    undone = ledger.by_origin(work, program.id, origin_of(transaction, UNDOING))
    return Outcome(
        transaction,
        ledger.change(work, undone) if undone else 0,
        payments.balances(ledger.holdings(work, owner_id), program),
    )


def _undo(
    work: Work, program: ProgramTerms, owner_id: uuid.UUID, transaction: Transaction, place: Place
) -> None:
    purse = Purse(program.id, owner_id, program.points)
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
        taken = -ledger.change(work, undone)
        due = ledger.change(work, earned) - ledger.expired_of(work, earned)
        transaction.shortfall_minor = max(0, due - taken)
        work.session.flush()
        _make_room(work, program, transaction, earned, taken)


def _make_room(
    work: Work, program: ProgramTerms, transaction: Transaction, earned: Entry, taken: int
) -> None:
    """Let caps of the day count no more what was taken back; what was spent by then they count."""
    parts = (earned.explanation or {}).get("parts", ())
    room = programs.scaled([part["points_minor"] for part in parts], taken)
    given = {part["rule"]: minor for part, minor in zip(parts, room, strict=True)}
    at = programs.judged_at(transaction.occurred_at, transaction.recorded_at)
    usages.give_back(work, earned.member_id, programs.local_day(at, program.timezone), given)
