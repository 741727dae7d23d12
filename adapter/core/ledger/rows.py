"""Accounts, lots and entries out of plain rows: in a unit of work, one object for each
of them, which moves on as entries are posted.

They are in no session: what is done to them is written by `posting.write` alone.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import ColumnElement, Table

from adapter.core.ledger.models import MEMBER_ROLES, Account, Entry, Lot, Purse, Role
from adapter.db import Work
from adapter.db.statements import constant

Accounts = dict[Role, Account]

ACCOUNTS = cast(Table, Account.__table__)
ENTRIES = cast(Table, Entry.__table__)
LOTS = cast(Table, Lot.__table__)
ACCOUNT = tuple(ACCOUNTS.c)
ENTRY = tuple(ENTRIES.c)
LOT = tuple(LOTS.c)


def of_members(role: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether an account of this role is a member's own."""
    return role.in_([constant(one) for one in MEMBER_ROLES])


@dataclass(slots=True)
class Known:
    """The accounts of one owner, by unit and role, and lots of theirs; whether they are all.

    What `Holdings` are for those who stand below them.
    """

    owner_id: uuid.UUID
    accounts: dict[tuple[str, Role], Account] = field(default_factory=dict)
    lots: list[Lot] = field(default_factory=list)
    has_all_lots: bool = False

    def of_purse(self, purse: Purse) -> Accounts:
        """The accounts of a purse of this owner."""
        code = purse.unit.code
        return {role: found for (unit, role), found in self.accounts.items() if unit == code}


def kept_holdings(work: Work, owner_id: uuid.UUID) -> Known | None:
    """What an attempt has read of an owner, which it need not read again: it is written only if
    nothing has changed. Whoever takes locks reads under them.
    """
    known: Known | None = None if work.takes_locks else work.kept.get(("holdings", owner_id))
    return known
