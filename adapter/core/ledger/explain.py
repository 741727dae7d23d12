"""What one entry did, whole: its legs, its lots, and what has undone it since."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select

from adapter.core.amounts import Unit
from adapter.core.errors import UnknownEntry
from adapter.core.ledger.lots import Moved, movements_of
from adapter.core.ledger.models import (
    MEMBER_ROLES,
    Account,
    Entry,
    Lot,
    Posting,
    Purse,
)
from adapter.db import Work


@dataclass(frozen=True, slots=True)
class Explanation:
    """An entry with all that it moved."""

    entry: Entry
    legs: tuple[tuple[Account, Posting], ...]
    lots: tuple[tuple[Lot, Moved], ...]
    reversed_by: Entry | None
    reversed_in_part_by: tuple[tuple[Entry, int], ...]  # each with what it moved, the oldest first

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
    """An entry with all that it moved, in five queries.

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
        reversed_in_part_by=tuple(_parts(work, entry)),
    )


def _parts(work: Work, entry: Entry) -> Iterator[tuple[Entry, int]]:
    rows = work.session.execute(
        select(Entry, func.sum(Posting.amount_minor))
        .join(Posting, Posting.entry_id == Entry.id)
        .join(Account, Account.id == Posting.account_id)
        .where(Entry.reverses_part_of_id == entry.id, Account.role.in_(MEMBER_ROLES))
        .group_by(Entry.id)
        .order_by(Entry.id)
    )
    for part, moved in rows:
        yield part, abs(int(moved))
