"""What must hold of orders, and is named where it does not."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from adapter.core import orders
from adapter.db import Work
from tests.core.orders.bills import bind, close, hold, make_bills, refund, start

WRONG = {
    "points without a reservation": ("reservation_id = NULL", "open"),
    "fewer points than are set aside": ("reserved_minor = 1", "open"),
    "closed, and its points still held": ("state = 'closed', paid_minor = 1", "open"),
    "no sale": ("transaction_id = NULL", "closed"),
    "nothing was paid": ("paid_minor = 0", "closed"),
    "nobody's": ("member_id = NULL", "closed"),
    "earned another number": ("earned_minor = 1", "closed"),
    "open, and its points spent": ("state = 'open', paid_minor = NULL", "closed"),
    "more went back than was paid": ("refunded_minor = 30001", "closed"),
    "points given back that are not": ("given_back_minor = 5001", "closed"),
    "points taken back that were not to be": ("taken_back_minor = 1499", "closed"),
    "all refunded, and points still spent": ("refunded_minor = 30000", "closed"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_does_not_agree_is_named(work: Work, wrong: str) -> None:
    program, member = make_bills(work)
    for reference in ("open", "closed"):
        order = start(work, program, reference=reference)
        bind(work, program, member, order)
        hold(work, program, order, 100)
    close(work, program, order, 30000)
    refund(work, program, order, 15000)
    assert list(orders.verify(work)) == []
    change, reference = WRONG[wrong]

    work.session.execute(text(f"UPDATE orders SET {change} WHERE reference = '{reference}'"))
    work.session.expire_all()

    assert list(orders.verify(work)) != []
