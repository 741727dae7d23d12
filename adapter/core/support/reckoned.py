"""Whether a program's money is in use: amounts of it are bare numbers, whatever they are of."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from adapter.core import ledger
from adapter.core.amounts import CREDIT, POINTS
from adapter.core.benefits import Benefit
from adapter.core.orders import Order
from adapter.core.transactions import Transaction
from adapter.db import Work


def money_is_in_use(work: Work, program_id: uuid.UUID) -> bool:
    """Whether anything of a program is kept that counts in its money: credit, what was sold or
    ordered, what is granted, and points, which are worth money.
    """
    if any(ledger.unit_has_moved(work, program_id, unit.code) for unit in (POINTS, CREDIT)):
        return True
    for kept in (Transaction, Order, Benefit):
        found = select(kept.id).where(kept.program_id == program_id).limit(1)
        if work.session.scalar(found) is not None:
            return True
    return False
