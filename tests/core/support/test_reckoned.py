"""Whether a program's money is in use."""

from __future__ import annotations

from adapter.core import support
from adapter.db import Work
from tests.core.orders.bills import start
from tests.factories import make_member, make_program


def test_an_open_order_of_nobody_counts_in_the_programs_money(work: Work) -> None:
    program, other = make_program(work), make_program(work)
    make_member(work, program)
    before = support.money_is_in_use(work, program.id)

    start(work, program)

    assert (before, support.money_is_in_use(work, program.id)) == (False, True)
    assert not support.money_is_in_use(work, other.id)
