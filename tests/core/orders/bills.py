"""A till with open bills: orders made with defaults that are valid."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from adapter.core import ledger, orders
from adapter.core.amounts import Amount
from adapter.core.ledger import Entry
from adapter.core.members import Member
from adapter.core.orders import Order
from adapter.core.origins import Place
from adapter.core.programs import ProgramTerms
from adapter.core.transactions import Item
from adapter.db import Work
from tests.factories import (
    bought,
    give_points,
    line,
    make_member,
    make_program,
    make_rule,
    purse_of,
)

TILL = Place(channel="test", outlet_code="BR001", terminal="POS001", actor="Olga")
LIFE = timedelta(hours=10)
_numbers = itertools.count(1)


def make_bills(work: Work, **settings: Any) -> tuple[ProgramTerms, Member]:
    """A program where a point is worth 1.00 and money earns a tenth, and a member with 1000."""
    program = make_program(work, **{"point_value_minor": 1, "points_decimals": 2} | settings)
    make_rule(work, program, points_per_unit="0.1")
    member = make_member(work, program)
    give_points(work, purse_of(program, member), 1000)
    return program, member


def start(
    work: Work,
    program: ProgramTerms,
    *items: Item,
    total_minor: int = 40000,
    parent: str | None = None,
    reference: str | None = None,
    life: timedelta = LIFE,
    gross_minor: int | None = None,
    place: Place = TILL,
    **more: Any,
) -> Order:
    """A bill over 400.00, unless told otherwise."""
    reference = reference or f"O-{next(_numbers)}"
    goods = items or (line(net_minor=total_minor, reference="1"),)
    sale = bought(work, *goods, reference=reference, total_minor=total_minor, **more)
    return orders.start(
        work,
        program,
        sale,
        gross_minor=total_minor if gross_minor is None else gross_minor,
        parent_reference=parent,
        life=life,
        place=place,
    )


def bind(work: Work, program: ProgramTerms, member: Member, *bill: Order) -> list[Order]:
    """These orders, of this member."""
    return orders.bind(work, program, member, bill, place=TILL)


def hold(work: Work, program: ProgramTerms, bill: Order | Sequence[Order], whole: int) -> list[int]:
    """The whole points that each of these orders has set aside, of so many wanted for all."""
    bill = [bill] if isinstance(bill, Order) else bill
    wanted = Amount.parse(whole, program.points)
    held = orders.set_aside(work, program, bill, wanted, place=TILL)
    return [order.reserved_minor // 100 for order in held]


def close(work: Work, program: ProgramTerms, order: Order, paid_minor: int) -> Order:
    """The order, closed with so much money."""
    return orders.close(work, program, order, paid_minor, place=TILL)


def refund(work: Work, program: ProgramTerms, order: Order, minor: int) -> Order:
    """The order, of which so much money went back."""
    return orders.refund(work, program, order, minor, place=TILL)


def left(work: Work, program: ProgramTerms, member: Member) -> int:
    """What a member has available, in the smallest part of a point."""
    return ledger.holdings(work, member.id).available(program.points).minor


def entries(work: Work) -> list[Entry]:
    """All there ever was entered, the oldest first."""
    return list(work.session.query(Entry).order_by(Entry.id))
