"""Points given, taken, set aside and let go. With `reverse` and time, that is all there is."""

from __future__ import annotations

from adapter.core.amounts import Amount
from adapter.core.errors import InvalidAmount
from adapter.core.ledger import lots as lot_plans
from adapter.core.ledger.due import activate_due, expire_due
from adapter.core.ledger.holdings import Holdings
from adapter.core.ledger.models import (
    MEMBER_ROLES,
    NO_TERMS,
    PROGRAM_ROLES,
    Account,
    Details,
    Entry,
    Lot,
    Purse,
    Role,
    Terms,
)
from adapter.core.ledger.posting import Move, entry_of, lock, with_content, write
from adapter.core.ledger.rows import Accounts
from adapter.db import Work


def transfer(
    work: Work,
    purse: Purse,
    amount: Amount,
    details: Details,
    *,
    source: Role,
    target: Role,
    terms: Terms = NO_TERMS,
    held_by: Entry | None = None,
) -> Entry:
    """The entry that moved an amount within a purse, or between it and the program.

    Points given open a lot with `terms`; points taken come from the lots that expire first; what
    `held_by` set aside is captured or released from the lots it was held in. The same origin with
    the same content returns its first entry.

    Raises:
        InvalidAmount: Nothing, less than nothing, or another unit.
        InsufficientPoints: The purse has less available.
        ReferenceReused: The origin came before with other contents.
    """
    _refuse_nothing(purse, amount)
    mine = [role for role in (source, target) if role in MEMBER_ROLES]
    accounts = lock(work, purse, *mine)
    details = _with_transfer(details, purse, amount, source, target, held_by)
    if details.origin and (known := entry_of(work, purse.program_id, details.origin)):
        return known
    activate_due(work, purse, accounts)
    if source in PROGRAM_ROLES and target in (Role.SPENDABLE, Role.PENDING):
        moves = _given(work, purse, accounts[target], amount.minor, details.reason, terms)
    elif source is Role.SPENDABLE and target in (Role.RESERVED, *PROGRAM_ROLES):
        lots = lot_plans.open_lots(work, [accounts[source]])
        moves = _taken(work, purse, accounts, lots, amount.minor, target)
    elif held_by and source is Role.RESERVED and target in (Role.SPENDABLE, *PROGRAM_ROLES):
        moves = _let_go(work, held_by, amount.minor, back_to=accounts.get(target))
    else:
        raise ValueError(f"points do not go from {source} to {target}")
    return _written(work, purse, accounts, amount.minor, details, moves, (source, target))


def give(
    work: Work,
    holdings: Holdings,
    purse: Purse,
    amount: Amount,
    details: Details,
    *,
    terms: Terms = NO_TERMS,
) -> Entry:
    """The entry that gave points to locked holdings, told of for the first time.

    As `transfer` from what the program issues, without asking whether the origin came before:
    whoever calls knows that it did not, and the index of origins stands behind them.

    Raises:
        InvalidAmount: Nothing, less than nothing, or another unit.
    """
    _refuse_nothing(purse, amount)
    accounts = holdings.need(work, purse, Role.SPENDABLE)
    details = _with_transfer(details, purse, amount, Role.ISSUED, Role.SPENDABLE)
    activate_due(work, purse, accounts)
    account = accounts[Role.SPENDABLE]
    moves = _given(work, purse, account, amount.minor, details.reason, terms)
    between = (Role.ISSUED, Role.SPENDABLE)
    return _written(work, purse, accounts, amount.minor, details, moves, between)


def take(
    work: Work,
    holdings: Holdings,
    purse: Purse,
    amount: Amount,
    details: Details,
    *,
    target: Role = Role.REDEEMED,
) -> Entry:
    """The entry that took points from locked holdings, told of for the first time; see `give`.

    Raises:
        InvalidAmount: Nothing, less than nothing, or another unit.
        InsufficientPoints: Less is available.
    """
    _refuse_nothing(purse, amount)
    accounts = holdings.need(work, purse, Role.SPENDABLE)
    details = _with_transfer(details, purse, amount, Role.SPENDABLE, target)
    activated = activate_due(work, purse, accounts)
    account = accounts[Role.SPENDABLE]
    lots = lot_plans.open_lots(work, [account]) if activated else holdings.open_lots(work, account)
    moves = _taken(work, purse, accounts, lots, amount.minor, target)
    return _written(work, purse, accounts, amount.minor, details, moves, (Role.SPENDABLE, target))


def take_nothing(work: Work, holdings: Holdings, purse: Purse, details: Details) -> Entry:
    """The entry of what should have been taken and was not there: it moves no points, but the
    account on, so that whoever looked at it a moment ago without a lock looks again.
    """
    accounts = holdings.need(work, purse, Role.SPENDABLE)
    details = with_content(details, purse, 0, Role.SPENDABLE, Role.RETURNED)
    legs: list[tuple[Account | Role, int]] = [(accounts[Role.SPENDABLE], 0), (Role.RETURNED, 0)]
    return write(work, purse, details, legs=legs, moves=[])


def _refuse_nothing(purse: Purse, amount: Amount) -> None:
    if amount.minor <= 0 or amount.unit != purse.unit:
        raise InvalidAmount("an amount above zero is wanted")


def _with_transfer(
    details: Details,
    purse: Purse,
    amount: Amount,
    source: Role,
    target: Role,
    held_by: Entry | None = None,
) -> Details:
    # Whether points given wait depends on when the call comes, and it may come twice.
    given_to = Role.SPENDABLE if target is Role.PENDING else target
    held = [held_by.id] if held_by else []
    return with_content(details, purse, amount.minor, source, given_to, *held)


def _written(
    work: Work,
    purse: Purse,
    accounts: Accounts,
    amount: int,
    details: Details,
    moves: list[Move],
    between: tuple[Role, Role],
) -> Entry:
    source, target = between
    legs: list[tuple[Account | Role, int]] = [
        (accounts.get(source) or source, -amount),
        (accounts.get(target) or target, amount),
    ]
    return write(work, purse, details, legs=legs, moves=moves)


def _given(
    work: Work, purse: Purse, account: Account, amount: int, reason: str, terms: Terms
) -> list[Move]:
    if account.role == Role.SPENDABLE and terms.active_from and terms.active_from > work.now:
        raise ValueError("points that are not active yet are pending, not spendable")
    owed = lot_plans.owed(account)
    return lot_plans.fresh(purse, account, amount, reason=reason, terms=terms, owed=owed)


def _taken(
    work: Work, purse: Purse, accounts: Accounts, lots: list[Lot], amount: int, target: Role
) -> list[Move]:
    account, held = accounts[Role.SPENDABLE], target is Role.RESERVED
    # What is set aside must be there: a debt cannot be held in any lot.
    may_owe = purse.may_go_negative and not held
    picks, short = lot_plans.spend(work, purse, account, lots, amount, may_owe=may_owe)
    if short:
        # What has expired pays no debt, so it goes before there is one.
        expire_due(work, purse, accounts)
    if held:
        return [Move(lot, reserved=part) for lot, part in picks]
    return [Move(lot, remaining=-part) for lot, part in picks]


def _let_go(work: Work, held_by: Entry, amount: int, *, back_to: Account | None) -> list[Move]:
    held = [(lot, held.reserved_minor) for lot, held in lot_plans.movements_of(work, held_by)]
    if sum(part for _, part in held) != amount:
        raise InvalidAmount("a reservation is captured or released whole")
    if back_to is None:
        return [Move(lot, remaining=-part, reserved=-part) for lot, part in held]
    shares = lot_plans.pay(held, lot_plans.owed(back_to))
    return [Move(lot, remaining=-paid, reserved=-part) for lot, part, paid in shares]
