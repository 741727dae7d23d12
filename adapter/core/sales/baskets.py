"""A reported sale as the rules look at it: a basket, and the occasion."""

from __future__ import annotations

from datetime import datetime

from adapter.core import programs
from adapter.core.members import Enrolled
from adapter.core.origins import Place
from adapter.core.programs import Basket, Line, Occasion, ProgramTerms
from adapter.core.transactions import Item, Sale


def basket_of(sale: Sale, *, loyalty_minor: int) -> Basket:
    """What was bought and brought back; without items, all of it less the general discount."""
    return Basket(
        lines=tuple(_line(item) for item in sale.items),
        total_minor=sale.worth_minor - sale.discount_minor,
        loyalty_minor=loyalty_minor,
        tags=frozenset(sale.tags),
    )


def _line(item: Item) -> Line:
    return Line(
        reference=item.reference,
        code=item.code,
        quantity=item.quantity,
        net_minor=item.net_minor,
        department=item.department,
        name=item.name,
        tags=frozenset(item.tags),
    )


def occasion_of(program: ProgramTerms, member: Enrolled, at: datetime, place: Place) -> Occasion:
    """Who, where, and when by the clock on the program's wall."""
    return Occasion(
        at=programs.local_time(at, program.timezone),
        outlet_code=place.outlet_code,
        tier=member.tier,
        segments=frozenset(member.segments),
    )
