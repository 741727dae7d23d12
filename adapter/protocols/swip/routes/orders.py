"""Orders: created, bound to a customer, paid with points, closed and refunded (§8).

Not the vendor's paths but ours (D26): for merchants with whom nothing was agreed there are none.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from flask import Response, g, request
from werkzeug.exceptions import MethodNotAllowed, NotFound

from adapter.core import errors, ledger, orders, programs
from adapter.core.amounts import Amount
from adapter.core.orders import Order
from adapter.protocols.swip import mapping, schemas
from adapter.protocols.swip.auth import agreement, require_recordable_place, require_version
from adapter.protocols.swip.errors import UnknownOrder
from adapter.protocols.swip.routes import View, blueprint
from adapter.protocols.swip.settings import NAME
from adapter.protocols.swip.who import identified, member
from adapter.protocols.swip.wire import body, reply
from adapter.web.credentials import caller, place
from adapter.web.work import Work, reading, unit_of_work

VERSIONS = (2, 3)
OBJECT_NAME = "PosOrderRequest"
# A path takes them all, for whether it exists at all depends on who is asking.
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT")


def create() -> Response:
    """A new order; the same one again is the one that is there."""
    decimals = programs.money_decimals(caller().program.currency)
    given = schemas.orders.load(schemas.orders.NewOrder, body(), decimals=decimals)
    with unit_of_work() as work:
        order = orders.start(
            work,
            caller().program,
            mapping.orders.sale(given, merchant=caller().name),
            gross_minor=given["gross_minor"],
            parent_reference=given["parent"],
            life=agreement().life_of_orders,
            place=replace(place(), actor=given["cashier"]),
        )
        sent = _as_sent(work, order)
    return reply(sent)


def show(order_id: str) -> Response:
    """An order as it stands."""
    with reading() as work:
        return reply(_as_sent(work, _found(work, order_id)))


def bind(order_id: str) -> Response:
    """Whose order it is: what they may spend, and the discount worked out; no points move."""
    given = schemas.orders.load(schemas.orders.Customer, body())
    with unit_of_work() as work:
        order = _found(work, order_id)
        (bound,) = _bound(work, given["customer"], [order])
        sent = _as_sent(work, bound)
    return reply(sent)


def bind_bill() -> Response:
    """Whose the open checks of a bill are."""
    given = schemas.orders.load(schemas.orders.BillOfCustomer, body())
    with unit_of_work() as work:
        bill = _open_bill(work, given["parent"])
        sent = _bill_as_sent(work, given["parent"], _bound(work, given["customer"], bill))
    return reply(sent)


def set_points_aside(order_id: str) -> Response:
    """Points to be spent with the order, instead of those asked for before; 0 lets them go."""
    given = schemas.orders.load(schemas.orders.Points, body())
    with unit_of_work() as work:
        (order,) = _with_points_aside(work, given["points"], [_found(work, order_id)])
        sent = _as_sent(work, order)
    return reply(sent)


def set_points_aside_for_bill() -> Response:
    """Points to be spent with the open checks of a bill, spread in order of their creation."""
    given = schemas.orders.load(schemas.orders.PointsOfBill, body())
    with unit_of_work() as work:
        bill = _open_bill(work, given["parent"])
        held = _with_points_aside(work, given["points"], bill)
        sent = _bill_as_sent(work, given["parent"], held)
    return reply(sent)


def close(order_id: str) -> Response:
    """What was paid: points set aside are spent, and others earned; 0 cancels the order."""
    return _paid(order_id, schemas.orders.Payment, orders.close)


def refund(order_id: str) -> Response:
    """What of a closed order was paid back, and points with it."""
    return _paid(order_id, schemas.orders.Refund, orders.refund)


# §8.3. The vendor's own paths, once they are known, replace these.
ROUTES: tuple[tuple[str, str, View], ...] = (
    ("POST", "/pos-orders", create),
    ("GET", "/pos-orders/<order_id>", show),
    ("POST", "/pos-orders/<order_id>/bind", bind),
    ("POST", "/pos-orders/bind", bind_bill),
    ("POST", "/pos-orders/<order_id>/loyalty", set_points_aside),
    ("POST", "/pos-orders/loyalty", set_points_aside_for_bill),
    ("POST", "/pos-orders/<order_id>/close", close),
    ("POST", "/pos-orders/<order_id>/refund", refund),
)


def _paid(
    order_id: str, shape: type[schemas.orders.Body], operation: Callable[..., Order]
) -> Response:
    program = caller().program
    decimals = programs.money_decimals(program.currency)
    given = schemas.orders.load(shape, body(), decimals=decimals)
    with unit_of_work() as work:
        order = _found(work, order_id)
        order = operation(work, program, order, given["amount_minor"], place=place())
        sent = _as_sent(work, order)
    return reply(sent)


def _found(work: Work, told: str) -> Order:
    try:
        order_id = uuid.UUID(told)
        order = orders.find(work, caller().program_id, order_id, source=NAME)
    except (ValueError, errors.UnknownOrder):
        raise UnknownOrder(told) from None
    if str(order_id) != told.lower() or not mapping.orders.is_of(order, caller().name):
        raise UnknownOrder(told)
    return order


def _open_bill(work: Work, parent_reference: str) -> list[Order]:
    """The open orders of a bill of this merchant's at this store; none where all are closed."""
    try:
        bill = orders.of_parent(
            work,
            caller().program_id,
            parent_reference,
            source=NAME,
            outlet_code=place().outlet_code,
        )
    except errors.OrderClosed:
        return []  # which is told only after all else that may be wrong (D7)
    except errors.UnknownOrder:
        raise UnknownOrder(parent_reference) from None
    mine = [order for order in bill if mapping.orders.is_of(order, caller().name)]
    if not mine:
        raise UnknownOrder(parent_reference)
    return mine


def _bound(work: Work, customer: dict[str, object], bill: Sequence[Order]) -> list[Order]:
    spender = identified(work, customer)
    _refuse_none(bill)
    return orders.bind(work, caller().program, member(work, spender), bill, place=place())


def _with_points_aside(work: Work, number: int, bill: Sequence[Order]) -> list[Order]:
    _refuse_none(bill)
    if number < 0:
        raise errors.PaymentTooSmall("fewer points than none")
    program = caller().program
    points = mapping.orders.whole_points(number, program)
    return orders.set_aside(work, program, bill, points, place=place())


def _refuse_none(bill: Sequence[Order]) -> None:
    if not bill:
        raise errors.OrderClosed("no order of this bill is open")


def _as_sent(work: Work, order: Order) -> dict[str, Any]:
    program = caller().program
    available = _available(work, order)
    return mapping.orders.order_as_sent(order, program, now=work.now, available=available)


def _bill_as_sent(work: Work, parent: str, bill: Sequence[Order]) -> dict[str, Any]:
    program = caller().program
    # One customer, as a rule, however many checks.
    has = {one.member_id: _available(work, one) for one in {o.member_id: o for o in bill}.values()}
    sent = [
        mapping.orders.order_as_sent(order, program, now=work.now, available=has[order.member_id])
        for order in bill
    ]
    return mapping.orders.bill_as_sent(parent, sent, has[bill[0].member_id])


def _available(work: Work, order: Order) -> Amount:
    """What the customer had when the order was closed or refunded; until then what they have."""
    unit = caller().program.points
    if order.member_id is None:
        return Amount.zero(unit)
    if order.points_left_minor is not None:
        return Amount(order.points_left_minor, unit)
    return ledger.holdings(work, order.member_id).available(unit)


def _serve(path: str) -> None:
    """Answer at a path of the table; the one place that says who finds it, and with what verb."""
    views = {verb: view for verb, where, view in ROUTES if where == path}
    if "GET" in views:
        views["HEAD"] = views["GET"]

    def answer(**path_values: str) -> Response:
        if not agreement().orders:
            raise NotFound
        allowed = [*views, "OPTIONS"]
        if request.method == "OPTIONS":
            return Response(headers={"Allow": ", ".join(allowed)}, mimetype="application/json")
        if request.method not in views:
            raise MethodNotAllowed(allowed)
        g.object_name = OBJECT_NAME
        require_version(VERSIONS)
        require_recordable_place()
        return views[request.method](**path_values)

    blueprint.add_url_rule(path, endpoint=path, view_func=answer, methods=METHODS)


for _path in dict.fromkeys(where for _, where, _ in ROUTES):
    _serve(_path)
