"""What the ledger says of a person, without what two ledgers can never have in common: their ids.

Two ways of spending leave two kinds of entries: a till takes points at once, an order sets them
aside and captures them. `story` is the form in which both are one: what each entry did to what the
person holds. Points that only change their place between the person's own accounts are no line of
it, nor is a payment for no sale that is given back in the same moment; capturing is spending;
undoing all of an entry in one part is undoing it; and what time takes is told by lot, whenever it
was written down.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from adapter.core import ledger, members
from adapter.core.amounts import Amount
from adapter.core.ledger import Account, Entry, EntryKind, Lot, LotMovement, Posting, Role
from adapter.core.ledger.digests import posting_digest
from adapter.core.ledger.lots import spending_order
from adapter.core.ledger.models import MEMBER_ROLES
from adapter.core.members import IdentityKind, Member
from adapter.core.payments import Reservation, ReservationState
from adapter.core.transactions import Transaction
from adapter.db import Work
from tests.factories import purse_of
from tests.protocols.together.shop import Shop

# Why points are back, or had to be taken late, each protocol words by what undid them.
WORDED_BY_THE_UNDOING = (EntryKind.REVERSAL, EntryKind.RETURN)
NO_SALE = "Payment"  # what the reason of a payment begins with, and all of it if it is for no sale
SAME = {EntryKind.CAPTURE: EntryKind.REDEMPTION}


@dataclass(frozen=True)
class Line:
    """What an entry did to what a person holds."""

    kind: EntryKind
    reason: str
    amount: int
    other_side: Role
    occurred_at: datetime
    recorded_at: datetime
    undoes: int | None  # the place of the line in the story
    opens: tuple[Any, ...] | None  # the lot: its reason, its size and its terms
    lots: tuple[tuple[int, int], ...]  # what it did to each, by the order of their opening
    explanation: Any = field(hash=False)


@dataclass
class Books:
    """All that is written of one person, as rows in the order in which they came."""

    work: Work
    member: Member
    entries: Sequence[Entry]
    legs: dict[uuid.UUID, list[tuple[Posting, Account]]]
    lots: list[Lot]
    moves: dict[uuid.UUID, list[LotMovement]]

    def story(self) -> list[Line]:
        """What happened, but for what time took."""
        lines: list[Line] = []
        places: dict[uuid.UUID, int] = {}
        passing = self._passing()
        for entry in self.entries:
            line = self._line(entry, places)
            if line is None or line.kind == EntryKind.EXPIRY or entry.id in passing:
                continue
            places[entry.id] = len(lines)
            lines.append(line)
        return lines

    def expired(self) -> Counter[tuple[int, datetime]]:
        """What time took of each lot, and when."""
        found: Counter[tuple[int, datetime]] = Counter()
        for entry in self.entries:
            if entry.kind == EntryKind.EXPIRY:
                for number, change in self._changes(entry):
                    found[number, entry.occurred_at] += change
        return found

    def digest(self) -> bytes:
        """The story in the ledger's own digest, every id replaced by the place of what it names."""
        chain, balance = b"", 0
        for number, line in enumerate(self.story()):
            balance += line.amount
            entry = Entry(
                id=_id(number),
                program_id=_id(0),
                member_id=_id(0),
                kind=line.kind,
                unit="points",
                occurred_at=line.occurred_at,
                recorded_at=line.recorded_at,
                reverses_id=None if line.undoes is None else _id(line.undoes),
            )
            posting = Posting(
                account_id=_id(0),
                member_id=_id(0),
                amount_minor=line.amount,
                version=number,
                balance_after_minor=balance,
            )
            lot = _lot(number, *line.opens[1:]) if line.opens else None
            chain = posting_digest(chain, entry, posting, lot)
        return chain

    def chains(self) -> dict[str, bytes]:
        """The digest of each account as it stands there, every id replaced by the place of what it
        names: equal only where the very same entries were written.
        """
        places = {entry.id: _id(place) for place, entry in enumerate(self.entries)}
        found: dict[str, bytes] = {}
        for entry in self.entries:
            opened = next((lot for lot in self.lots if lot.entry_id == entry.id), None)
            copy = Entry(
                id=places[entry.id],
                program_id=_id(0),
                member_id=_id(0),
                kind=entry.kind,
                unit=entry.unit,
                occurred_at=entry.occurred_at,
                recorded_at=entry.recorded_at,
                reverses_id=places.get(entry.reverses_id),
                reverses_part_of_id=places.get(entry.reverses_part_of_id),
            )
            lot = None
            if opened is not None:
                terms = (opened.amount_minor, opened.active_from, opened.expires_at)
                lot = _lot(self.lots.index(opened), *terms)
            for posting, account in self.legs[entry.id]:
                leg = Posting(
                    account_id=uuid.uuid5(_id(0), account.role),
                    member_id=_id(0),
                    amount_minor=posting.amount_minor,
                    version=posting.version,
                    balance_after_minor=posting.balance_after_minor,
                )
                before = found.get(account.role, b"")
                found[account.role] = posting_digest(before, copy, leg, lot)
        return found

    def _passing(self) -> set[uuid.UUID]:
        """The payments for no sale that were given back in the same moment, into the same lots; and
        what gave them back.
        """
        known = {entry.id: entry for entry in self.entries}
        found = set()
        for back in self.entries:
            paid = known.get(back.reverses_id)
            if paid is None or (paid.reason, paid.recorded_at) != (NO_SALE, back.recorded_at):
                continue
            assert dict(self._changes(back)) == {lot: -part for lot, part in self._changes(paid)}
            found |= {paid.id, back.id}
        return found

    def _line(self, entry: Entry, places: dict[uuid.UUID, int]) -> Line | None:
        legs = self.legs[entry.id]
        mine = sum(posting.amount_minor for posting, one in legs if one.role in MEMBER_ROLES)
        if not mine:
            return None
        (other_side,) = [Role(one.role) for _, one in legs if one.role not in MEMBER_ROLES]
        opened = next((lot for lot in self.lots if lot.entry_id == entry.id), None)
        kind = EntryKind(entry.kind)
        return Line(
            kind=SAME.get(kind, kind),
            reason="" if kind in WORDED_BY_THE_UNDOING else entry.reason,
            amount=mine,
            other_side=other_side,
            occurred_at=entry.occurred_at,
            recorded_at=entry.recorded_at,
            undoes=places.get(entry.reverses_id or entry.reverses_part_of_id),
            opens=opened
            and (opened.reason, opened.amount_minor, opened.active_from, opened.expires_at),
            lots=tuple(self._changes(entry)),
            explanation=entry.explanation,
        )

    def _changes(self, entry: Entry) -> list[tuple[int, int]]:
        order = [lot.id for lot in self.lots]
        return sorted(
            (order.index(move.lot_id), move.remaining_minor) for move in self.moves[entry.id]
        )


def books_of(work: Work, member: Member) -> Books:
    """What the ledger holds of a person."""
    entries = work.session.scalars(
        select(Entry).where(Entry.member_id == member.id).order_by(Entry.id)
    ).all()
    lots = work.session.scalars(select(Lot).where(Lot.member_id == member.id)).all()
    order = [entry.id for entry in entries]
    legs: dict[uuid.UUID, list[tuple[Posting, Account]]] = {one: [] for one in order}
    moves: dict[uuid.UUID, list[LotMovement]] = {one: [] for one in order}
    for posting, account in work.session.execute(
        select(Posting, Account)
        .join(Account, Account.id == Posting.account_id)
        .where(Posting.member_id == member.id)
        .order_by(Posting.entry_id, Posting.line)
    ):
        legs[posting.entry_id].append((posting, account))
    for move in work.session.scalars(select(LotMovement).where(LotMovement.member_id == member.id)):
        moves[move.entry_id].append(move)
    opened = sorted(lots, key=lambda lot: (order.index(lot.entry_id), lot.id))
    return Books(work, member, entries, legs, opened, moves)


@dataclass(frozen=True)
class Standing:
    """What a person has at an instant, whether or not the job has come by."""

    available: Amount
    pending: Amount
    reserved: Amount
    # Reason, size, what remains, what is set aside, last moment: in the order of spending.
    lots: tuple[tuple[Any, ...], ...]
    reservations: tuple[tuple[Any, ...], ...]  # how much, and until when
    to_be_taken_back: int


def standing(work: Work, shop: Shop, member: Member) -> Standing:
    """What the shop's ledger says that a person has now."""
    held = ledger.balance(work, purse_of(shop.program, member))
    lots = work.session.scalars(
        select(Lot).where(Lot.member_id == member.id, Lot.remaining_minor > 0)
    )
    counting = [lot for lot in lots if lot.reserved_minor or not lot.is_expired(work.now)]
    reservations = work.session.execute(
        select(Reservation.amount_minor, Reservation.deadline)
        .where(Reservation.member_id == member.id, Reservation.state == ReservationState.HELD)
        .order_by(Reservation.created_at, Reservation.id)
    )
    missing = work.session.scalars(
        select(Transaction.shortfall_minor).where(Transaction.member_id == member.id)
    )
    return Standing(
        held.available,
        held.pending,
        held.reserved,
        tuple(
            (
                lot.reason,
                lot.amount_minor,
                lot.remaining_minor,
                lot.reserved_minor,
                lot.expires_at,
            )
            for lot in sorted(counting, key=spending_order)
        ),
        tuple((amount, deadline) for amount, deadline in reservations),
        sum(missing),
    )


def entered(work: Work, shop: Shop) -> dict[str, int]:
    """What is entered on the accounts of everybody together, and on each of the program's own."""
    found = {str(role): total for _, role, total in ledger.program_figures(work, shop.program.id)}
    for account in work.session.scalars(
        select(Account).where(Account.program_id == shop.program.id, Account.balance_minor != 0)
    ):
        found[account.role] = found.get(account.role, 0) + (account.balance_minor or 0)
    return {role: total for role, total in found.items() if total}


def member_of(work: Work, shop: Shop, phone: str) -> Member:
    """The person with this phone."""
    (member,) = members.by_identity(work, shop.program.id, IdentityKind.PHONE, phone)
    return member


def _id(place: int) -> uuid.UUID:
    return uuid.UUID(int=place)


def _lot(
    place: int, amount_minor: int, active_from: datetime | None, expires_at: datetime | None
) -> Lot:
    return Lot(
        id=_id(place),
        member_id=_id(0),
        unit="points",
        amount_minor=amount_minor,
        active_from=active_from,
        expires_at=expires_at,
    )
