"""`reverse`: an entry that undoes another, into and out of the very same lots."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from adapter.core.amounts import Amount
from adapter.core.errors import AlreadyReversed, InsufficientPoints
from adapter.core.ledger import lots as lot_plans
from adapter.core.ledger.due import activate_due, expire_due
from adapter.core.ledger.models import (
    NO_TERMS,
    Account,
    Details,
    Entry,
    EntryKind,
    Lot,
    LotMovement,
    Posting,
    Purse,
    Role,
    Terms,
)
from adapter.core.ledger.posting import Accounts, Move, entry_of, lock, with_content, write
from adapter.db import Work


def reverse(
    work: Work,
    purse: Purse,
    entry: Entry,
    details: Details,
    *,
    down_to_zero: bool = False,
    renewed_until: datetime | None = None,
) -> Entry:
    """The entry that undoes another: what it took goes back into the same lots, what it gave is
    taken, from its own lot first; what has expired of it is gone already.

    With `down_to_zero` what is no longer there stays away instead of being refused; only a debt
    that it had paid is owed again. With `renewed_until` what goes back into a lot that has expired
    meanwhile lives until then.

    Raises:
        AlreadyReversed: It was undone before, by another origin.
        InsufficientPoints: What it gave has been spent since.
    """
    accounts = lock(work, purse, Role.SPENDABLE)
    details = with_content(details, purse, entry.id)
    if details.origin and (known := entry_of(work, purse.program_id, details.origin)):
        return known
    if work.session.scalar(select(Entry.id).where(Entry.reverses_id == entry.id)):
        raise AlreadyReversed("this entry was reversed before")
    amount, counterpart = _effect(work, purse, entry)
    activate_due(work, purse, accounts)
    expire_due(work, purse, accounts)
    spendable = accounts[Role.SPENDABLE]
    legs: list[tuple[Account | Role, int]]
    if amount > 0:
        moves, taken = _take_back(work, purse, accounts, entry, amount, down_to_zero)
        # Also where nothing is left to take: the same origin must find nothing later either.
        legs = [(account, -part) for account, part in taken if part] or [(spendable, 0)]
    else:
        moves = _put_back(work, purse, spendable, entry, -amount, renewed_until)
        legs = [(spendable, -amount)]
    legs.append((counterpart, -sum(part for _, part in legs)))
    return write(work, purse, details, legs=legs, moves=moves, reverses=entry)


def _effect(work: Work, purse: Purse, entry: Entry) -> tuple[int, Role]:
    """What an entry changed of a purse as a whole, and the program's role on its other side."""
    rows = work.session.execute(
        select(Account, Posting.amount_minor)
        .join(Posting, Posting.account_id == Account.id)
        .where(Posting.entry_id == entry.id)
    )
    mine, others = [], []
    for account, amount in rows:
        if account.owner_id == purse.owner_id and account.unit == purse.unit.code:
            mine.append(amount)
        else:
            others.append(Role(account.role))
    if not mine:
        raise ValueError("the entry is of another purse")
    if not others:
        raise ValueError("points that only moved within a purse are released, not reversed")
    return sum(mine), others[0]


def _take_back(
    work: Work, purse: Purse, accounts: Accounts, entry: Entry, amount: int, down_to_zero: bool
) -> tuple[list[Move], list[tuple[Account, int]]]:
    """The lots to take a gift back from, its own first even if not active yet; and how much that
    is of each account.
    """
    spendable, pending = accounts[Role.SPENDABLE], accounts.get(Role.PENDING)
    debt_paid = _debt_paid_by(work, entry, amount) if spendable.may_go_negative else 0
    amount = max(0, amount - expired_of(work, entry))
    lots = lot_plans.open_lots(work, accounts.values())
    own = [lot for lot in lots if lot.entry_id == entry.id and lot.free_minor]
    rest = [lot for lot in lot_plans.usable(lots, spendable, work.now) if lot not in own]
    picks, short = lot_plans.take([*own, *rest], amount)
    if short and not purse.may_go_negative and not down_to_zero:
        raise InsufficientPoints(
            wanted=Amount(amount, purse.unit), available=Amount(amount - short, purse.unit)
        )
    owed = min(short, debt_paid) if down_to_zero else short
    unborn = sum(part for lot, part in picks if pending and lot.account_id == pending.id)
    taken = [(spendable, amount - short - unborn + owed)]
    if pending is not None:
        taken.append((pending, unborn))
    moves = [Move(lot, remaining=-part) for lot, part in picks]
    return moves, taken


def _debt_paid_by(work: Work, entry: Entry, amount: int) -> int:
    """What of a gift went into no lot, because the member owed it."""
    opened = (movement.remaining_minor for _, movement in lot_plans.movements_of(work, entry))
    return amount - sum(opened)


def expired_of(work: Work, entry: Entry) -> int:
    """What has expired of the lot that an entry opened."""
    expired = (
        select(func.coalesce(func.sum(-LotMovement.remaining_minor), 0))
        .join(Lot, Lot.id == LotMovement.lot_id)
        .join(Entry, Entry.id == LotMovement.entry_id)
        .where(Lot.entry_id == entry.id, Entry.kind == EntryKind.EXPIRY)
    )
    return int(work.session.scalar(expired) or 0)


def _put_back(
    work: Work,
    purse: Purse,
    account: Account,
    entry: Entry,
    amount: int,
    renewed_until: datetime | None,
) -> list[Move]:
    """What was taken, into the lots it was taken from.

    What had been spent beyond the lots lessens the debt; if that is paid by now, it is a lot anew.
    """
    taken = [
        (lot, -movement.remaining_minor)
        for lot, movement in lot_plans.movements_of(work, entry)
        if movement.remaining_minor < 0
    ]
    beyond = amount - sum(part for _, part in taken)
    debt = lot_plans.owed(account)
    shares = lot_plans.pay(taken, max(0, debt - beyond))
    moves, renewed = [], 0
    for lot, part, paid in shares:
        if renewed_until is not None and lot.is_expired(work.now):
            renewed += part - paid
        else:
            moves.append(Move(lot, remaining=part - paid))
    anew = max(0, beyond - debt)
    if anew or renewed:
        terms = NO_TERMS if anew else Terms(expires_at=renewed_until)
        moves += lot_plans.fresh(
            purse, account, anew + renewed, reason=entry.reason, terms=terms, owed=0
        )
    return moves
