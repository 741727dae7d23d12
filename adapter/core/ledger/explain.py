"""What one entry did, whole: its legs, its lots, and what has undone it since."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from adapter.core.amounts import Unit
from adapter.core.errors import UnknownEntry
from adapter.core.ledger.lots import movements_of
from adapter.core.ledger.models import (
    MEMBER_ROLES,
    Account,
    Entry,
    Lot,
    LotMovement,
    Posting,
    Purse,
)
from adapter.db import Work


@dataclass(frozen=True, slots=True)
class Explanation:
    """An entry with all that it moved."""

    entry: Entry
    legs: tuple[tuple[Account, Posting], ...]
    lots: tuple[tuple[Lot, LotMovement], ...]
    reversed_by: Entry | None

    @property
    def is_within_purse(self) -> bool:
        """Whether points only changed their place within what the member has."""
        return all(account.role in MEMBER_ROLES for account, _ in self.legs)

    def purse(self, unit: Unit, *, may_go_negative: bool = False) -> Purse:
        """Whose amounts it moved."""
        mine = [account for account, _ in self.legs if account.role in MEMBER_ROLES]
        owner_id = mine[0].owner_id
        return Purse(
            program_id=self.entry.program_id,
            member_id=self.entry.member_id,
            unit=unit,
            card_id=owner_id if owner_id != self.entry.member_id else None,
            may_go_negative=may_go_negative,
        )


def explain(work: Work, entry_id: uuid.UUID) -> Explanation:
    """An entry with all that it moved, in four queries.

    Raises:
        UnknownEntry: There is none with this id.
    """
    entry = work.session.get(Entry, entry_id)
    if entry is None:
        raise UnknownEntry("no entry has this id")
    legs = work.session.execute(
        select(Account, Posting)
        .join(Posting, Posting.account_id == Account.id)
        .where(Posting.entry_id == entry.id)
        .order_by(Posting.line)
    )
    return Explanation(
        entry=entry,
        legs=tuple((account, posting) for account, posting in legs),
        lots=tuple(movements_of(work, entry)),
        reversed_by=work.session.scalar(select(Entry).where(Entry.reverses_id == entry.id)),
    )


def recorded_since(work: Work, instant: datetime) -> Sequence[Entry]:
    """What was entered from an instant on, the oldest first; for those who watch a small ledger."""
    found = select(Entry).where(Entry.recorded_at >= instant)
    return work.session.scalars(found.order_by(Entry.recorded_at, Entry.id)).all()


def last_recorded(work: Work) -> datetime | None:
    """The instant of the newest entry; ids go with time, and have the index."""
    return work.session.scalar(select(Entry.recorded_at).order_by(Entry.id.desc()).limit(1))


def units_of(work: Work, member_id: uuid.UUID) -> Sequence[tuple[str, uuid.UUID | None]]:
    """The units a member has accounts in, each with the card that holds it where one does."""
    rows = work.session.execute(
        select(Account.unit, Account.owner_id)
        .where(Account.member_id == member_id)
        .distinct()
        .order_by(Account.unit, Account.owner_id)
    )
    return [(unit, None if owner_id == member_id else owner_id) for unit, owner_id in rows]
