"""Orders locked, and what all that follows needs of them.

Whoever changes orders locks them first, in the order of their ids, then the reservations they
hold, then the accounts of their member: so no two units of work wait in a circle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select

from adapter.core.errors import OrderClosed
from adapter.core.orders.models import Order, OrderState
from adapter.core.origins import Place
from adapter.db import Work


def locked(work: Work, orders: Sequence[Order]) -> list[Order]:
    """These orders as they are now, in the order in which they were started, and nobody else's
    until the unit of work ends.
    """
    found = work.session.scalars(
        select(Order)
        .where(Order.id.in_({order.id for order in orders}))
        .order_by(Order.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return sorted(found, key=lambda order: (order.opened_at, order.id))


def locked_open(work: Work, orders: Sequence[Order]) -> list[Order]:
    """Those of these orders, locked, that are open still: a check of a bill may have been closed
    a moment ago.

    Raises:
        OrderClosed: None is; all are closed, or their time is over.
    """
    found = [
        order
        for order in locked(work, orders)
        if order.state == OrderState.OPEN and not order.has_lapsed(work.now)
    ]
    if not found:
        raise OrderClosed("the order is closed, or its time is over")
    return found


def place_of(order: Order, place: Place) -> Place:
    """Where an order is, and whose: of the outlet and the cashier that started it, wherever else it
    is spoken of.
    """
    return replace(told_at(order, place), channel=order.source, outlet_code=order.outlet_code)


def told_at(order: Order, place: Place) -> Place:
    """Where a call about an order comes from, and through whom: its cashier if it names nobody."""
    return replace(place, actor=place.actor or order.actor)
