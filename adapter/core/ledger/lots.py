"""Which lots an amount comes from or goes to: planned on rows already locked, written elsewhere."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from itertools import zip_longest
from typing import NamedTuple

from sqlalchemy import Uuid, bindparam, select

from adapter.core.amounts import Amount
from adapter.core.errors import InsufficientPoints
from adapter.core.ledger.models import (
    MEMBER_ROLES,
    REFERENCE,
    Account,
    Entry,
    Lot,
    LotMovement,
    Purse,
    Role,
    Terms,
)
from adapter.core.ledger.posting import Move
from adapter.core.ledger.rows import LOT, LOTS, kept_holdings
from adapter.db import Lookup, Work
from adapter.db.base import new_id, object_of
from adapter.db.statements import constant

NEVER = datetime.max.replace(tzinfo=UTC)


def open_lots(work: Work, accounts: Collection[Account]) -> list[Lot]:
    """The lots of these accounts that still hold something, those that expire first in front."""
    ids = [account.id for account in accounts]
    known = kept_holdings(work, next(iter(accounts)).owner_id) if accounts else None
    # Those that are pending are known to whoever knows any.
    if known and (known.has_all_lots or all(one.role == Role.PENDING for one in accounts)):
        found = [one for one in known.lots if one.account_id in ids and one.remaining_minor]
    else:
        found = []
        for first in range(0, len(ids), _AT_ONCE):
            asked = zip_longest(range(_AT_ONCE), ids[first : first + _AT_ONCE])
            given = {f"account_{place}": one for place, one in asked}
            found += [work.one(Lot, row) for row in work.rows(_OPEN, given)]
    return sorted(found, key=spending_order)


# A purse has no more accounts; whoever holds several units has so many of each.
_AT_ONCE = len(MEMBER_ROLES)
_asked = [bindparam(f"account_{place}", type_=Uuid) for place in range(_AT_ONCE)]
_OPEN = Lookup(
    select(*LOT).where(
        LOTS.c.account_id.in_(_asked),
        LOTS.c.remaining_minor > constant(0),
    )
)


def spending_order(lot: Lot) -> tuple[datetime, uuid.UUID]:
    """Those that expire first are spent first; among equals the older."""
    return lot.expires_at or NEVER, lot.id


def usable(lots: Iterable[Lot], account: Account, now: datetime) -> list[Lot]:
    """The lots of an account that may be spent at this instant."""
    return [
        lot
        for lot in lots
        if lot.account_id == account.id
        and lot.free_minor > 0
        and lot.is_active(now)
        and not lot.is_expired(now)
    ]


def take(lots: Sequence[Lot], amount: int) -> tuple[list[tuple[Lot, int]], int]:
    """How much to take of which lot, in their order, and what they cannot cover."""
    picks = []
    for lot in lots:
        part = min(lot.free_minor, amount)
        if part:
            picks.append((lot, part))
            amount -= part
    return picks, amount


def spend(
    work: Work, purse: Purse, account: Account, lots: Iterable[Lot], amount: int, *, may_owe: bool
) -> tuple[list[tuple[Lot, int]], int]:
    """What to take of which of these lots for `amount`, and the rest, which will be owed.

    Raises:
        InsufficientPoints: The usable lots hold less, and nothing may be owed.
    """
    picks, short = take(usable(lots, account, work.now), amount)
    if short and not may_owe:
        raise InsufficientPoints(
            wanted=Amount(amount, purse.unit), available=Amount(amount - short, purse.unit)
        )
    return picks, short


def fresh(
    purse: Purse, account: Account, amount: int, *, reason: str, terms: Terms, owed: int
) -> list[Move]:
    """A new lot on an account; what the member owes is paid from it at once."""
    lot = object_of(
        Lot,
        id=new_id(),
        program_id=purse.program_id,
        member_id=purse.member_id,
        account_id=account.id,
        entry_id=None,
        unit=purse.unit.code,
        reason=reason[:REFERENCE],
        amount_minor=amount,
        remaining_minor=0,
        reserved_minor=0,
        active_from=terms.active_from,
        expires_at=terms.expires_at,
    )
    return [Move(lot, remaining=amount - min(owed, amount))]


def owed(account: Account) -> int:
    """What the account spent beyond its lots; whatever comes in pays it first.

    So a debt and free lots never stand side by side, and the balance alone tells the debt.
    """
    return max(0, -(account.balance_minor or 0))


def pay(parts: Iterable[tuple[Lot, int]], debt: int) -> list[tuple[Lot, int, int]]:
    """Parts on their way back to their lots, each with how much of it pays the debt instead."""
    shares = []
    for lot, part in parts:
        paid = min(part, debt)
        debt -= paid
        shares.append((lot, part, paid))
    return shares


class Moved(NamedTuple):
    """What an entry did to a lot."""

    remaining_minor: int
    reserved_minor: int


def movements_of(work: Work, entry: Entry) -> list[tuple[Lot, Moved]]:
    """The lots an entry touched, each with what was done to it."""
    found = [
        (work.one(Lot, of_lot), Moved(remaining, reserved))
        for *of_lot, remaining, reserved in work.rows(_TOUCHED, {"entry_id": entry.id})
    ]
    return sorted(found, key=lambda pair: spending_order(pair[0]))


_TOUCHED = Lookup(
    select(*LOT, LotMovement.remaining_minor, LotMovement.reserved_minor)
    .join(LotMovement, LotMovement.lot_id == LOTS.c.id)
    .where(LotMovement.entry_id == bindparam("entry_id"))
)
