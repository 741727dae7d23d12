"""Opening balances of many purses at once: the rows `transfer` would write, by the batch."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from adapter.core.amounts import Amount
from adapter.core.errors import InsufficientPoints, ReferenceReused
from adapter.core.ledger.lots import fresh, spending_order, take
from adapter.core.ledger.models import (
    MEMBER_ROLES,
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
from adapter.core.ledger.posting import Move, entry_for, posting_for, tell, with_content
from adapter.core.origins import Origin, Place
from adapter.db import Base, Work
from adapter.db.base import new_id, values_of
from adapter.db.statements import insert_many

OPENING_REASON = "opening balance"


@dataclass(frozen=True, slots=True)
class OpeningLot:
    """A portion of an opening balance, with the reason its holder is shown."""

    minor: int
    reason: str = OPENING_REASON
    terms: Terms = NO_TERMS


@dataclass(frozen=True, slots=True)
class Opening:
    """What a purse holds when it comes to us: lots, what of them is set aside, what is owed."""

    purse: Purse
    lots: Sequence[OpeningLot] = ()
    held_minor: int = 0
    owed_minor: int = 0


def have_moved(work: Work, member_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these members for whom anything was ever entered."""
    found = select(Entry.member_id).where(Entry.member_id.in_(list(member_ids))).distinct()
    return set(work.session.scalars(found))


def unit_has_moved(work: Work, program_id: uuid.UUID, unit: str) -> bool:
    """Whether anything of this unit was ever entered in a program."""
    own = select(Account.id).where(Account.owner_id == program_id, Account.unit == unit)
    found = select(Posting.entry_id).where(Posting.account_id.in_(own)).limit(1)
    return work.session.scalar(found) is not None


def accounts_and_lots(
    work: Work, member_ids: Iterable[uuid.UUID]
) -> tuple[list[Account], list[tuple[Lot, Account]]]:
    """The accounts of these members, and their lots that hold something, the oldest first."""
    ids = list(member_ids)
    accounts = list(
        work.session.scalars(
            select(Account)
            .where(Account.member_id.in_(ids), Account.role.in_(MEMBER_ROLES))
            .order_by(Account.unit, Account.id)
        )
    )
    by_id = {account.id: account for account in accounts}
    lots = work.session.scalars(
        select(Lot).where(Lot.member_id.in_(ids), Lot.remaining_minor > 0).order_by(Lot.id)
    )
    return accounts, [(lot, by_id[lot.account_id]) for lot in lots]


def open_many(work: Work, openings: Sequence[Opening], *, place: Place) -> list[Entry | None]:
    """For each opening the entry that set points aside, if any; all of it is posted.

    Every entry has the place's channel as its origin's source, and so is posted once. Whoever
    calls has seen to it that nothing was ever entered for these members.

    Raises:
        InsufficientPoints: More is set aside than the lots hold.
        ReferenceReused: Something was entered for one of these members meanwhile.
    """
    books = _Books(work, place)
    books.find_accounts(opening.purse for opening in openings)
    held = [_open(books, opening) for opening in openings]
    try:
        books.write()
    except IntegrityError as error:
        raise ReferenceReused("points of one of these members move in another call") from error
    return held


def _open(books: _Books, opening: Opening) -> Entry | None:
    purse, lots = opening.purse, []
    for number, given in enumerate(opening.lots):
        pending = given.terms.active_from and given.terms.active_from > books.work.now
        account = books.account(purse, Role.PENDING if pending else Role.SPENDABLE)
        moves = fresh(purse, account, given.minor, reason=given.reason, terms=given.terms, owed=0)
        details = books.details(purse, EntryKind.OPENING, f"lot {number}")
        books.post(purse, details, given.minor, source=Role.ISSUED, target=account, moves=moves)
        if not pending:
            lots.append(moves[0].lot)
    entry = _hold(books, purse, lots, opening.held_minor) if opening.held_minor else None
    if opening.owed_minor:
        details = books.details(purse, EntryKind.OPENING, "debt")
        account = books.account(purse, Role.SPENDABLE)
        books.post(
            purse, details, opening.owed_minor, source=account, target=Role.ADJUSTED, moves=[]
        )
    return entry


def _hold(books: _Books, purse: Purse, lots: list[Lot], amount: int) -> Entry:
    # Those that have expired hold what was set aside before they did; they come last.
    now = books.work.now
    lots.sort(key=lambda lot: (lot.is_expired(now), *spending_order(lot)))
    picks, short = take(lots, amount)
    if short:
        raise InsufficientPoints(
            wanted=Amount(amount, purse.unit), available=Amount(amount - short, purse.unit)
        )
    return books.post(
        purse,
        books.details(purse, EntryKind.RESERVATION, "reserved"),
        amount,
        source=books.account(purse, Role.SPENDABLE),
        target=books.account(purse, Role.RESERVED),
        moves=[Move(lot, reserved=part) for lot, part in picks],
    )


class _Books:
    """Rows in the making: accounts in their last state, and what is only ever added."""

    def __init__(self, work: Work, place: Place) -> None:
        self.work = work
        self._place = place
        self._accounts: dict[tuple[uuid.UUID, str, str], Account] = {}
        self._rows: dict[type[Base], list[Base]] = {
            model: [] for model in (Account, Entry, Lot, Posting, LotMovement)
        }

    def find_accounts(self, purses: Iterable[Purse]) -> None:
        """Lock the accounts there are; a purse may have been opened and never used."""
        owners = sorted({purse.owner_id for purse in purses})
        rows = self.work.session.scalars(
            select(Account)
            .where(Account.owner_id.in_(owners), Account.role.in_(MEMBER_ROLES))
            .order_by(Account.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        for account in rows:
            self._accounts[account.owner_id, account.unit, account.role] = account

    def account(self, purse: Purse, role: Role) -> Account:
        """The account, opened if it is not there."""
        key = (purse.owner_id, purse.unit.code, str(role))
        account = self._accounts.get(key)
        if account is None:
            account = self._accounts[key] = Account(
                id=new_id(),
                program_id=purse.program_id,
                member_id=purse.member_id,
                owner_id=purse.owner_id,
                unit=purse.unit.code,
                role=role,
                may_go_negative=False,
                balance_minor=0,
                version=0,
                digest=b"",
            )
            self._rows[Account].append(account)
        if role is Role.SPENDABLE and purse.may_go_negative:
            account.may_go_negative = True
        return account

    def details(self, purse: Purse, kind: EntryKind, what: str) -> Details:
        """What an entry of the opening remembers."""
        reference = f"{purse.owner_id}/{purse.unit.code}/{what}"
        origin = Origin(self._place.channel, "opening", reference)
        return Details(kind=kind, reason=OPENING_REASON, origin=origin, place=self._place)

    def post(
        self,
        purse: Purse,
        details: Details,
        amount: int,
        *,
        source: Account | Role,
        target: Account | Role,
        moves: Sequence[Move],
    ) -> Entry:
        """The entry, with its legs and what it does to the lots."""
        roles = [
            Role(side.role if isinstance(side, Account) else side) for side in (source, target)
        ]
        details = with_content(details, purse, amount, *roles)
        entry = entry_for(self.work, purse, details)
        self._rows[Entry].append(entry)
        opened = next((move.lot for move in moves if move.lot.entry_id is None), None)
        for line, (side, signed) in enumerate(((source, -amount), (target, amount))):
            self._rows[Posting].append(posting_for(purse, entry, opened, line, side, signed))
        if opened is not None:
            opened.entry_id = entry.id
            self._rows[Lot].append(opened)
        for move in moves:
            self._move(purse, entry, move)
        return entry

    def _move(self, purse: Purse, entry: Entry, move: Move) -> None:
        move.lot.remaining_minor += move.remaining
        move.lot.reserved_minor += move.reserved
        self._rows[LotMovement].append(
            LotMovement(
                entry_id=entry.id,
                lot_id=move.lot.id,
                member_id=purse.member_id,
                remaining_minor=move.remaining,
                reserved_minor=move.reserved,
            )
        )

    def write(self) -> None:
        """Send every row to the database, those that others refer to first."""
        self.work.session.flush()
        for model, rows in self._rows.items():
            insert_many(self.work.session, model, [values_of(row) for row in rows])
        for entry in self._rows[Entry]:
            tell(self.work, cast(Entry, entry))
