"""How orders are found, and what must hold of them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import aliased

from adapter.core import sales
from adapter.core.errors import OrderClosed, UnknownOrder
from adapter.core.ledger import Account, Entry, Finding, Posting
from adapter.core.orders.models import Order, OrderState
from adapter.core.payments import Reservation, ReservationState
from adapter.core.transactions import Transaction
from adapter.db import Work
from adapter.db.statements import constant

PAGE = 1000
# A lapsed order stays as it was left; its reservation runs out at the same instant.
_WHILE_OPEN = (ReservationState.HELD, ReservationState.EXPIRED)
_ONCE_CLOSED = (ReservationState.CAPTURED,)


def find(work: Work, program_id: uuid.UUID, order_id: uuid.UUID, *, source: str) -> Order:
    """The order with this id.

    Raises:
        UnknownOrder: There is none in this program, or it is another source's.
    """
    order = work.session.get(Order, order_id)
    if order is None or (order.program_id, order.source) != (program_id, source):
        raise UnknownOrder("no order has this id")
    return order


def of_parent(
    work: Work,
    program_id: uuid.UUID,
    parent_reference: str,
    *,
    source: str,
    outlet_code: str,
) -> list[Order]:
    """The open orders of one bill, in the order in which they were started.

    Raises:
        UnknownOrder: There never was one.
        OrderClosed: All of them are closed, or their time is over.
    """
    of_bill = select(Order).where(
        Order.program_id == program_id,
        Order.source == source,
        Order.parent_reference == parent_reference,
        Order.outlet_code == outlet_code,
    )
    is_open = (Order.state == constant(OrderState.OPEN)) & (Order.deadline > work.now)
    in_turn = of_bill.where(is_open).order_by(Order.opened_at, Order.id)
    found = list(work.session.scalars(in_turn))
    if not found:
        if work.session.scalar(of_bill.limit(1)) is None:
            raise UnknownOrder("no order has this parent")
        raise OrderClosed("no order of this parent is open")
    return found


def open_of(work: Work, member_id: uuid.UUID) -> Sequence[Order]:
    """A member's orders that nobody closed, those whose time is over too, the oldest first."""
    found = select(Order).where(Order.member_id == member_id, Order.state == OrderState.OPEN)
    return work.session.scalars(found.order_by(Order.opened_at, Order.id)).all()


def verify(work: Work) -> Iterator[Finding]:
    """Orders that do not agree with their reservation, with their sale, or with what the ledger
    says went back.
    """
    spent, earned, by_hand = aliased(Entry), aliased(Entry), aliased(Entry)
    rows = work.session.execute(
        select(Order, Reservation, Transaction, by_hand.id, _parts_of(spent), _parts_of(earned))
        .outerjoin(Reservation, Reservation.id == Order.reservation_id)
        .outerjoin(Transaction, Transaction.id == Order.transaction_id)
        .outerjoin(spent, spent.id == Reservation.closing_entry_id)
        .outerjoin(by_hand, by_hand.reverses_id == spent.id)
        .outerjoin(
            earned,
            (earned.program_id == Transaction.program_id)
            & (earned.origin_source == Transaction.source)
            & (earned.origin_operation == sales.EARNING)
            & (earned.origin_reference == Transaction.confirmation_code),
        )
        .order_by(Order.id)
        .execution_options(yield_per=PAGE)
    )
    for order, reservation, transaction, undone_by_hand, given_back, taken_back in rows:
        yield from _held(order, reservation)
        yield from _sold(order, transaction)
        yield from _refunded(order)
        wanted = order.given_back_minor
        # Once the rest was undone by hand, a refund gives nothing back any more.
        if given_back > wanted or (given_back < wanted and not undone_by_hand):
            yield Finding("points given back of order", order.id, str(wanted), str(given_back))
        if not 0 <= -taken_back <= order.taken_back_minor:
            wanted = order.taken_back_minor
            yield Finding(
                "points taken back of order", order.id, f"{wanted} at most", str(-taken_back)
            )


def _parts_of(entry: type[Entry]) -> ScalarSelect[int]:
    part = aliased(Entry)
    return (
        select(func.coalesce(func.sum(Posting.amount_minor), 0))
        .join(part, part.id == Posting.entry_id)
        .join(Account, Account.id == Posting.account_id)
        .where(part.reverses_part_of_id == entry.id, Account.owner_id != Account.program_id)
        .scalar_subquery()
    )


def _held(order: Order, reservation: Reservation | None) -> Iterator[Finding]:
    if reservation is None:
        if order.reserved_minor:
            yield Finding("order", order.id, "a reservation", "none")
        return
    told = (reservation.member_id, reservation.amount_minor)
    if told != (order.member_id, order.reserved_minor):
        yield Finding("reservation of order", order.id, str(order.reserved_minor), str(told[1]))
    is_closed = order.state == OrderState.CLOSED
    wanted = _ONCE_CLOSED if is_closed else _WHILE_OPEN
    if reservation.state not in wanted:
        yield Finding("reservation of order", order.id, " or ".join(wanted), reservation.state)


def _sold(order: Order, transaction: Transaction | None) -> Iterator[Finding]:
    is_sold = order.state == OrderState.CLOSED and bool(order.paid_minor)
    if is_sold != (transaction is not None):
        yield Finding("order", order.id, "a sale" if is_sold else "no sale", "it is not so")
    elif transaction is not None:
        told = (order.member_id, order.earned_minor)
        if told != (transaction.member_id, transaction.points_minor or 0):
            yield Finding("sale of order", order.id, f"{order.earned_minor} earned", "another")


def _refunded(order: Order) -> Iterator[Finding]:
    paid, earned = order.paid_minor or 0, max(order.earned_minor, 0)
    went = (order.refunded_minor, order.given_back_minor, order.taken_back_minor)
    most = (paid, order.reserved_minor if paid else 0, earned)
    is_all = paid > 0 and order.refunded_minor == paid
    if any(one > limit for one, limit in zip(went, most, strict=True)) or (is_all and went != most):
        yield Finding("refunds of order", order.id, f"{most} at most", str(went))
