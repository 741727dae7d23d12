"""What undoing an entry, or a part of it, does to the lots: planned on rows already locked."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, exists, func, or_, select

from adapter.core.amounts import Amount
from adapter.core.errors import AlreadyReversed, InsufficientPoints
from adapter.core.ledger import lots as lot_plans
from adapter.core.ledger.models import (
    MEMBER_ROLES,
    NO_TERMS,
    Account,
    Entry,
    EntryKind,
    Lot,
    LotMovement,
    Posting,
    Purse,
    Role,
    Terms,
)
from adapter.core.ledger.posting import Move
from adapter.core.ledger.rows import ACCOUNTS, Accounts, of_members
from adapter.db import Lookup, Work
from adapter.db.statements import constant


@dataclass(frozen=True, slots=True)
class Effect:
    """What an entry changed of a purse as a whole, the program's role on its other side, and what
    entries that undid a part of it have put back or taken: of the balance, and of the lots.
    """

    minor: int
    counterpart: Role
    parts: int = 0
    undone_minor: int = 0
    undone_in_lots_minor: int = 0

    @property
    def left_minor(self) -> int:
        """How much of it is still to be undone."""
        return abs(self.minor) - abs(self.undone_minor)


def effect_of(work: Work, purse: Purse, entry: Entry) -> Effect:
    """What there is to be undone of an entry of this purse.

    Raises:
        AlreadyReversed: It was undone whole.
    """
    mine, others, is_touched = [], [], False
    for owner_id, unit, role, amount, undone in work.rows(_LEGS, {"entry_id": entry.id}):
        is_touched |= bool(undone)
        if owner_id == purse.owner_id and unit == purse.unit.code:
            mine.append(amount)
        else:
            others.append(Role(role))
    if not mine:
        raise ValueError("the entry is of another purse")
    if not others:
        raise ValueError("points that only moved within a purse are released, not reversed")
    parts = _parts_undone(work, entry) if is_touched else []
    return Effect(sum(mine), others[0], *_undone_by(work, parts))


_is_undoing = or_(
    Entry.reverses_id == bindparam("entry_id"), Entry.reverses_part_of_id == bindparam("entry_id")
)
_UNDOING = Lookup(select(Entry.id, Entry.reverses_id).where(_is_undoing))
_LEGS = Lookup(
    select(
        Account.owner_id,
        Account.unit,
        Account.role,
        Posting.amount_minor,
        exists(select(Entry.id).where(_is_undoing)),
    )
    .join(Posting, Posting.account_id == Account.id)
    .where(Posting.entry_id == bindparam("entry_id"))
)


def _parts_undone(work: Work, entry: Entry) -> list[uuid.UUID]:
    undone = work.rows(_UNDOING, {"entry_id": entry.id})
    if any(whole for _, whole in undone):
        raise AlreadyReversed("this entry was reversed before")
    return [part for part, _ in undone]


def _undone_by(work: Work, ids: Sequence[uuid.UUID]) -> tuple[int, int, int]:
    if not ids:
        return 0, 0, 0
    moved = (
        select(func.sum(Posting.amount_minor))
        .join(Account, Account.id == Posting.account_id)
        .where(Posting.entry_id.in_(ids), Account.role.in_(MEMBER_ROLES))
    )
    in_lots = select(func.sum(LotMovement.remaining_minor)).where(LotMovement.entry_id.in_(ids))
    put_back = int(work.session.scalar(moved) or 0)
    return len(ids), put_back, int(work.session.scalar(in_lots) or 0)


def left_of(work: Work, entry: Entry) -> int:
    """What an entry added to the member's own accounts, or took from them, without what entries
    that undid a part of it moved since.
    """
    ((moved,),) = work.rows(_LEFT, {"entry_id": entry.id})
    return int(moved)


_LEFT = Lookup(
    select(func.coalesce(func.sum(Posting.amount_minor), 0))
    .join(Entry, Entry.id == Posting.entry_id)
    .join(Account, Account.id == Posting.account_id)
    .where(
        or_(Entry.id == bindparam("entry_id"), Entry.reverses_part_of_id == bindparam("entry_id")),
        of_members(ACCOUNTS.c.role),
    )
)


def undone_in_part(work: Work, entry: Entry) -> int:
    """How much of an entry was undone by entries that undid a part of it."""
    parts = select(Entry.id).where(Entry.reverses_part_of_id == entry.id)
    return abs(_undone_by(work, work.session.scalars(parts).all())[1])


def take_back(
    work: Work,
    purse: Purse,
    accounts: Accounts,
    entry: Entry,
    effect: Effect,
    amount: int,
    *,
    down_to_zero: bool,
) -> tuple[list[Move], list[tuple[Account, int]]]:
    """The lots to take so much of a gift back from, its own first even if not active yet; and how
    much that is of each account.

    Raises:
        InsufficientPoints: There is less, and nothing may be owed.
    """
    spendable, pending = accounts[Role.SPENDABLE], accounts.get(Role.PENDING)
    debt_paid = _debt_paid_by(work, entry, effect) if spendable.may_go_negative else 0
    amount = min(amount, max(0, effect.left_minor - expired_of(work, entry)))
    lots = lot_plans.open_lots(work, list(accounts.values()))
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


def _debt_paid_by(work: Work, entry: Entry, effect: Effect) -> int:
    """What of a gift went into no lot, because the member owed it, and is not owed again yet."""
    opened = sum(movement.remaining_minor for _, movement in lot_plans.movements_of(work, entry))
    owed_again = effect.undone_in_lots_minor - effect.undone_minor
    return max(0, effect.minor - opened - owed_again)


def expired_of(work: Work, entry: Entry) -> int:
    """What has expired of the lot that an entry opened."""
    ((expired,),) = work.rows(_EXPIRED, {"entry_id": entry.id})
    return int(expired)


_EXPIRED = Lookup(
    select(func.coalesce(func.sum(-LotMovement.remaining_minor), 0))
    .join(Lot, Lot.id == LotMovement.lot_id)
    .join(Entry, Entry.id == LotMovement.entry_id)
    .where(Lot.entry_id == bindparam("entry_id"), Entry.kind == constant(EntryKind.EXPIRY))
)


def put_back(
    work: Work,
    purse: Purse,
    account: Account,
    entry: Entry,
    effect: Effect,
    amount: int,
    *,
    renewed_until: datetime | None,
) -> list[Move]:
    """So much of what was taken, into the lots it was taken from: last of all into those it was
    taken from first.

    What had been spent beyond the lots lessens the debt; if that is paid by now, it is a lot anew.
    """
    taken, beyond = _still_out(work, entry, effect, amount)
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


def _still_out(
    work: Work, entry: Entry, effect: Effect, amount: int
) -> tuple[list[tuple[Lot, int]], int]:
    """What to put back into which lot, in the order of spending, and what was beyond them all."""
    taken = [
        (lot, -movement.remaining_minor)
        for lot, movement in lot_plans.movements_of(work, entry)
        if movement.remaining_minor < 0
    ]
    beyond = -effect.minor - sum(part for _, part in taken)
    pieces: list[tuple[Lot | None, int]] = [*taken, (None, beyond)]
    # What was taken last goes back first, so every part begins where the one before it ended.
    found = list(_stretch(reversed(pieces), abs(effect.undone_minor), amount))[::-1]
    lots = [(lot, part) for lot, part in found if lot is not None]
    return lots, sum(part for lot, part in found if lot is None)


def _stretch(
    pieces: Iterable[tuple[Lot | None, int]], skipped: int, amount: int
) -> Iterator[tuple[Lot | None, int]]:
    for lot, size in pieces:
        passed = min(size, skipped)
        part = min(size - passed, amount)
        skipped, amount = skipped - passed, amount - part
        if part:
            yield lot, part
