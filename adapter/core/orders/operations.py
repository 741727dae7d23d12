"""An order started, bound to a member, and closed: nothing moves before it is closed, except that
points are set aside for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from adapter.core import ledger, payments, sales
from adapter.core.amounts import LARGEST_MINOR
from adapter.core.errors import (
    InvalidAmount,
    OrderClosed,
    PointsSetAside,
    ReferenceReused,
    ReservationClosed,
)
from adapter.core.ledger import Details, EntryKind
from adapter.core.members import Member
from adapter.core.orders.closing import sale_of_closed
from adapter.core.orders.holding import let_go
from adapter.core.orders.locking import locked, locked_open, place_of, told_at
from adapter.core.orders.models import Order, OrderState
from adapter.core.origins import Origin, Place, fingerprint
from adapter.core.programs import ProgramTerms
from adapter.core.transactions import Item, Sale
from adapter.db import Work
from adapter.db.base import new_id
from adapter.db.statements import insert_unless_there

CLOSING = "order closed"


def start(
    work: Work,
    program: ProgramTerms,
    sale: Sale,
    *,
    gross_minor: int,
    parent_reference: str | None,
    life: timedelta,
    place: Place,
) -> Order:
    """An open order of this sale, of which it keeps the items, the total and `vendor_data`; the
    one of this reference where the same was told before. It is bound to nobody yet.

    Raises:
        InvalidAmount: A sum is below zero, or larger than anything honest could be.
        ReferenceReused: Another order was told under this reference.
    """
    for minor in (gross_minor, sale.worth_minor, *(abs(item.net_minor) for item in sale.items)):
        if not 0 <= minor <= LARGEST_MINOR:
            raise InvalidAmount("an order cannot be worth that")
    told = [sale.content(), gross_minor, parent_reference, dict(sale.vendor_data), place.actor]
    said = fingerprint(told)
    values = _open_row(work, program, sale, place) | {
        "parent_reference": parent_reference,
        "fingerprint": said,
        "gross_minor": gross_minor,
        "deadline": work.now + life,
    }
    order = insert_unless_there(work.session, Order, values)
    if order is None:
        order = _started_before(work, program, sale.reference, place)
        if order.fingerprint != said:
            raise ReferenceReused("this reference was used for another order")
    return order


def _open_row(work: Work, program: ProgramTerms, sale: Sale, place: Place) -> dict[str, Any]:
    return {
        "id": new_id(),
        "program_id": program.id,
        "source": place.channel,
        "outlet_code": place.outlet_code,
        "terminal": place.terminal,
        "actor": place.actor,
        "reference": sale.reference,
        "state": OrderState.OPEN,
        "total_minor": sale.worth_minor,
        "occurred_at": sale.occurred_at,
        "items": [_told(item) for item in sale.items],
        "vendor_data": dict(sale.vendor_data),
        "opened_at": work.now,
        "reserved_minor": 0,
        "holds": 0,
        "refunds": 0,
        "earned_minor": 0,
        "refunded_minor": 0,
        "given_back_minor": 0,
        "taken_back_minor": 0,
    }


def _told(item: Item) -> dict[str, Any]:
    return asdict(item) | {"quantity": format(item.quantity, "f"), "tags": list(item.tags)}


def _started_before(work: Work, program: ProgramTerms, reference: str, place: Place) -> Order:
    return work.session.scalars(
        select(Order)
        .where(
            Order.program_id == program.id,
            Order.source == place.channel,
            Order.outlet_code == place.outlet_code,
            Order.reference == reference,
        )
        .execution_options(populate_existing=True)
    ).one()


def bind(
    work: Work, program: ProgramTerms, member: Member, orders: Sequence[Order], *, place: Place
) -> list[Order]:
    """Those of these orders that are open, bound to a member, each with what the program's deals
    take off for them. No points move; who is bound already stays so, with what was reckoned then.

    Raises:
        OrderClosed: None is: all are closed, or their time is over.
        PointsSetAside: Another member's points are set aside for one of them.
    """
    bound = locked_open(work, orders)
    for order in bound:
        if order.member_id == member.id:
            continue
        if order.reserved_minor:
            raise PointsSetAside("the points of another member are set aside")
        order.member = member
        deals = sales.preview(
            work, program, member, order.sale, held=(), place=place_of(order, place)
        )
        order.discount_minor = min(deals.total_minor, order.total_minor)
    work.session.flush()
    return bound


def close(
    work: Work, program: ProgramTerms, order: Order, paid_minor: int, *, place: Place
) -> Order:
    """The order, closed with the money paid for it: points set aside are spent, and those earned
    by that money are given. With nothing paid it is cancelled, and nothing moves for good. Closed
    again with the same, it is as it was; so is one whose time is over, and closed with nothing.

    Raises:
        InvalidAmount: Less than nothing, or more than anything honest could be.
        OrderClosed: It was closed with another amount, or its time is over.
    """
    if not 0 <= paid_minor <= LARGEST_MINOR:
        raise InvalidAmount("nobody pays that")
    (order,) = locked(work, [order])
    if order.state == OrderState.CLOSED or order.has_lapsed(work.now):
        if paid_minor != (order.paid_minor or 0):
            raise OrderClosed("the order was closed with another amount, or its time is over")
        return order
    # The accounts of a member before any entry: two units of work never wait in a circle.
    if order.reservation_id is not None:
        payments.lock(work, [order.reservation_id])
    if order.member_id is not None:
        ledger.lock_holdings(work, program.purse_of(order.member_id))
    if paid_minor:
        _sell(work, program, order, paid_minor, place)
    else:
        let_go(work, order, place)
    order.state, order.paid_minor, order.closed_at = OrderState.CLOSED, paid_minor, work.now
    order.points_left_minor = points_left(work, program, order)
    work.session.flush()
    return order


def _sell(work: Work, program: ProgramTerms, order: Order, paid_minor: int, place: Place) -> None:
    if order.reservation_id is not None:
        details = Details(
            kind=EntryKind.CAPTURE,
            reason=f"Payment {order.reference}",
            origin=Origin(order.source, CLOSING, str(order.id)),
            place=told_at(order, place),
        )
        try:
            payments.capture(work, order.reservation_id, details)
        except ReservationClosed as error:  # by a clock that is ahead of ours
            raise OrderClosed("the order's time is over") from error
    sale = sale_of_closed(program, order, paid_minor)
    outcome = sales.submit(
        work,
        program,
        order.member,
        sale,
        place=place_of(order, place),
        told_at=told_at(order, place),
    )
    order.transaction_id = outcome.transaction.id
    order.earned_minor = outcome.points_minor or 0


def points_left(work: Work, program: ProgramTerms, order: Order) -> int | None:
    """What the member of an order has available now."""
    if order.member_id is None:
        return None
    return ledger.holdings(work, order.member_id).available(program.points).minor
