"""Points that turn out to be somebody else's: from purse to purse, lot by lot, each as it was."""

from __future__ import annotations

from dataclasses import dataclass, replace

from adapter.core.amounts import Amount
from adapter.core.errors import StillSetAside
from adapter.core.ledger import lots as lot_plans
from adapter.core.ledger.due import activate_due, expire_due
from adapter.core.ledger.models import Account, Details, Entry, Lot, Purse, Role, Terms
from adapter.core.ledger.posting import Move, lock, with_content, write
from adapter.core.ledger.rows import Accounts
from adapter.db import Work


@dataclass(frozen=True, slots=True)
class Handed:
    """What went over, by an entry on each side; less than nothing where it was a debt."""

    amount: Amount
    taken: Entry
    given: Entry


def hand_over(
    work: Work, giver: Purse, taker: Purse, details: Details, *, again: bool = False
) -> list[Handed]:
    """What one purse holds moved into another: each lot with its reason, its first and its last
    moment, those that are pending as such; or the debt.

    Each entry has the origin of `details`, whose reference goes before the lot's. The giver's
    account moves on even where nothing does, so that whoever looked at it without a lock looks
    again. Done `again`, it moves what has come since, if anything.

    Raises:
        StillSetAside: Something of it is reserved.
    """
    theirs = lock(work, giver, Role.SPENDABLE)
    reserved = theirs.get(Role.RESERVED)
    if reserved is not None and reserved.balance_minor:
        raise StillSetAside("points are set aside")
    activate_due(work, giver, theirs)
    expire_due(work, giver, theirs)
    mine = lock(work, taker, Role.SPENDABLE)
    activate_due(work, taker, mine)
    expire_due(work, taker, mine)
    done = [
        _hand_over(work, (giver, taker), (theirs, mine), lot, details)
        for lot in lot_plans.open_lots(work, list(theirs.values()))
        if lot.free_minor
    ]
    if owed := lot_plans.owed(theirs[Role.SPENDABLE]):
        done.append(_take_over_debt(work, (giver, taker), (theirs, mine), owed, details))
    if not done and not again:
        _move_on(work, giver, theirs[Role.SPENDABLE], details)
    return done


Purses = tuple[Purse, Purse]
Sides = tuple[Accounts, Accounts]


def _hand_over(work: Work, purses: Purses, sides: Sides, lot: Lot, details: Details) -> Handed:
    (giver, taker), (theirs, mine) = purses, sides
    amount = lot.free_minor
    source = next(one for one in theirs.values() if one.id == lot.account_id)
    role = Role(source.role)
    if role not in mine:
        mine |= lock(work, taker, role)
    target = mine[role]
    out, back = _details(details, purses, source, f"{lot.id}", amount)
    taken = write(
        work,
        giver,
        out,
        legs=[(source, -amount), (Role.ADJUSTED, amount)],
        moves=[Move(lot, remaining=-amount)],
    )
    terms = Terms(lot.active_from, lot.expires_at)
    owed = lot_plans.owed(target)
    given = write(
        work,
        taker,
        back,
        legs=[(Role.ADJUSTED, -amount), (target, amount)],
        # Its holder is shown what the lot was for, not that it changed hands.
        moves=lot_plans.fresh(taker, target, amount, reason=lot.reason, terms=terms, owed=owed),
    )
    return Handed(Amount(amount, taker.unit), taken, given)


def _take_over_debt(
    work: Work, purses: Purses, sides: Sides, owed: int, details: Details
) -> Handed:
    (giver, taker), (theirs, mine) = purses, sides
    source, target = theirs[Role.SPENDABLE], mine[Role.SPENDABLE]
    out, back = _details(details, purses, source, "debt", -owed)
    taken = write(work, giver, out, legs=[(Role.ADJUSTED, -owed), (source, owed)], moves=[])
    lots = lot_plans.open_lots(work, [target])
    picks, _ = lot_plans.take(lot_plans.usable(lots, target, work.now), owed)
    target.may_go_negative = True  # as the giver's was
    given = write(
        work,
        taker,
        back,
        legs=[(target, -owed), (Role.ADJUSTED, owed)],
        moves=[Move(lot, remaining=-part) for lot, part in picks],
    )
    return Handed(Amount(-owed, taker.unit), taken, given)


def _details(
    details: Details, purses: Purses, source: Account, what: str, amount: int
) -> tuple[Details, Details]:
    """How each side remembers it; a lot that was filled again is handed over again."""
    if details.origin is None:
        return details, details
    told = f"{details.origin.reference}/{what}/{source.version}"
    sides = []
    for purse, side in zip(purses, ("out", "in"), strict=True):
        origin = replace(details.origin, reference=f"{told}/{side}")
        sides.append(with_content(replace(details, origin=origin), purse, amount))
    return sides[0], sides[1]


def _move_on(work: Work, giver: Purse, account: Account, details: Details) -> None:
    nothing = replace(details, origin=None)
    write(work, giver, nothing, legs=[(account, 0), (Role.ADJUSTED, 0)], moves=[])
