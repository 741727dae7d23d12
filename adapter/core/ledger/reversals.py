"""`reverse` and `reverse_part`: entries that undo another, into and out of the very same lots."""

from __future__ import annotations

from datetime import datetime

from adapter.core.amounts import Amount
from adapter.core.errors import AlreadyReversed, InvalidAmount
from adapter.core.ledger.due import activate_due, expire_due
from adapter.core.ledger.models import Account, Details, Entry, Purse, Role
from adapter.core.ledger.posting import Move, entry_of, lock, with_content, write
from adapter.core.ledger.rows import Accounts
from adapter.core.ledger.undoing import Effect, effect_of, put_back, take_back
from adapter.db import Work

Legs = list[tuple[Account | Role, int]]


def reverse(
    work: Work,
    purse: Purse,
    entry: Entry,
    details: Details,
    *,
    down_to_zero: bool = False,
    renewed_until: datetime | None = None,
) -> Entry:
    """The entry that undoes another, or what is left of it after parts of it were undone: what it
    took goes back into the same lots, what it gave is taken, from its own lot first; what has
    expired of it is gone already.

    With `down_to_zero` what is no longer there stays away instead of being refused; only a debt
    that it had paid is owed again. With `renewed_until` what goes back into a lot that has expired
    meanwhile lives until then.

    Raises:
        AlreadyReversed: It was undone before, by another origin or in parts.
        InsufficientPoints: What it gave has been spent since.
    """
    accounts = lock(work, purse, Role.SPENDABLE)
    details = with_content(details, purse, entry.id)
    if details.origin and (known := entry_of(work, purse.program_id, details.origin)):
        return known
    effect = effect_of(work, purse, entry)
    if effect.parts and not effect.left_minor:
        raise AlreadyReversed("this entry was reversed before, in parts")
    moves, legs = _undone(
        work, purse, accounts, entry, effect, effect.left_minor, down_to_zero, renewed_until
    )
    return write(work, purse, details, legs=legs, moves=moves, reverses=entry)


def reverse_part(
    work: Work,
    purse: Purse,
    entry: Entry,
    amount: Amount,
    details: Details,
    *,
    down_to_zero: bool = False,
    renewed_until: datetime | None = None,
) -> Entry:
    """The entry that undoes so much of another, as `reverse` would the whole of it.

    What it took goes back first into the lots it was taken from last. What could not be taken with
    `down_to_zero` is still left of the entry.

    Raises:
        InvalidAmount: Nothing, less than nothing, another unit, or more than is left of the entry.
        AlreadyReversed: It was undone whole.
        InsufficientPoints: What it gave has been spent since.
    """
    if amount.minor <= 0 or amount.unit != purse.unit:
        raise InvalidAmount("an amount above zero is wanted")
    accounts = lock(work, purse, Role.SPENDABLE)
    details = with_content(details, purse, entry.id, amount.minor)
    if details.origin and (known := entry_of(work, purse.program_id, details.origin)):
        return known
    effect = effect_of(work, purse, entry)
    if amount.minor > effect.left_minor:
        raise InvalidAmount("more than is left of the entry")
    moves, legs = _undone(
        work, purse, accounts, entry, effect, amount.minor, down_to_zero, renewed_until
    )
    return write(work, purse, details, legs=legs, moves=moves, reverses_part_of=entry)


def _undone(
    work: Work,
    purse: Purse,
    accounts: Accounts,
    entry: Entry,
    effect: Effect,
    amount: int,
    down_to_zero: bool,
    renewed_until: datetime | None,
) -> tuple[list[Move], Legs]:
    activate_due(work, purse, accounts)
    expire_due(work, purse, accounts)
    spendable = accounts[Role.SPENDABLE]
    legs: Legs
    if effect.minor > 0:
        moves, taken = take_back(
            work, purse, accounts, entry, effect, amount, down_to_zero=down_to_zero
        )
        # Also where nothing is left to take: the same origin must find nothing later either.
        legs = [(account, -part) for account, part in taken if part] or [(spendable, 0)]
    else:
        moves = put_back(work, purse, spendable, entry, effect, amount, renewed_until=renewed_until)
        legs = [(spendable, amount)]
    legs.append((effect.counterpart, -sum(part for _, part in legs)))
    return moves, legs
