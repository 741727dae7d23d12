"""`set_aside`: points held for one order, or spread over those of a bill."""

from __future__ import annotations

from collections.abc import Sequence

from adapter.core import ledger, members, payments
from adapter.core.amounts import Amount
from adapter.core.errors import (
    DifferentMembers,
    InsufficientPoints,
    InvalidAmount,
    MemberBlocked,
    OrderClosed,
    OrderNotBound,
    PaymentTooLarge,
    PaymentTooSmall,
    ReservationClosed,
)
from adapter.core.ledger import Details, EntryKind
from adapter.core.members import Member, MemberStatus
from adapter.core.orders.locking import locked_open, told_at
from adapter.core.orders.models import Order
from adapter.core.origins import Origin, Place
from adapter.core.programs import ProgramTerms
from adapter.db import Work

HOLDING = "order points"
RELEASING = "order points released"


def set_aside(
    work: Work, program: ProgramTerms, orders: Sequence[Order], points: Amount, *, place: Place
) -> list[Order]:
    """Those of these orders that are open, for which so many of the member's points are set aside,
    and no others: the first that was started gets as many as it may, the next what is left. Those
    that hold their part already keep it. With no points at all nothing is set aside any more.

    Raises:
        InvalidAmount: Less than nothing, not whole points, or another unit.
        OrderClosed: None of the orders is open.
        OrderNotBound: One of them is bound to nobody.
        DifferentMembers: They are bound to several members.
        MemberInactive, MemberBlocked: The member takes no part.
        PaymentTooLarge: The orders may be paid with fewer.
        PaymentTooSmall: It is under what the program allows.
        InsufficientPoints: Fewer are available.
    """
    if points.unit != program.points or points.minor < 0 or points.minor % _whole(program):
        raise InvalidAmount("a number of whole points is wanted")
    bill = locked_open(work, orders)
    shares = _shares(program, bill, points) if points else [0] * len(bill)
    changed = [
        (order, share)
        for order, share in zip(bill, shares, strict=True)
        if order.reserved_minor != share
    ]
    _lock(work, program, [order for order, _ in changed])
    for order, _ in changed:
        let_go(work, order, place)
    _refuse_missing(work, program, points, changed)
    for order, share in changed:
        if share:
            _hold(work, program, order, Amount(share, points.unit), place)
    work.session.flush()
    return bill


def let_go(work: Work, order: Order, place: Place) -> None:
    """Release what is set aside for an order, if anything is."""
    if order.reservation_id is None:
        return
    details = Details(
        kind=EntryKind.RELEASE,
        reason=f"Payment {order.reference} released",
        origin=Origin(order.source, RELEASING, f"{order.id}/{order.holds}"),
        place=told_at(order, place),
    )
    try:
        payments.release(work, order.reservation_id, details)
    except ReservationClosed as error:  # by a clock that is ahead of ours
        raise OrderClosed("the order's time is over") from error
    order.reservation_id, order.reserved_minor = None, 0


def _hold(work: Work, program: ProgramTerms, order: Order, points: Amount, place: Place) -> None:
    assert order.member_id is not None  # noqa: S101  # nosec B101
    order.holds += 1
    details = Details(
        kind=EntryKind.RESERVATION,
        reason=f"Payment {order.reference}",
        origin=Origin(order.source, HOLDING, f"{order.id}/{order.holds}"),
        place=told_at(order, place),
    )
    purse = program.purse_of(order.member_id)
    reservation = payments.reserve(work, purse, points, details, deadline=order.deadline)
    order.reservation_id, order.reserved_minor = reservation.id, points.minor


def _lock(work: Work, program: ProgramTerms, orders: Sequence[Order]) -> None:
    payments.lock(work, [one.reservation_id for one in orders if one.reservation_id])
    for member_id in sorted({one.member_id for one in orders if one.member_id}):
        ledger.lock_holdings(work, program.purse_of(member_id))


def _refuse_missing(
    work: Work, program: ProgramTerms, points: Amount, changed: Sequence[tuple[Order, int]]
) -> None:
    missing = sum(share for _, share in changed)
    member_id = changed[0][0].member_id if changed else None
    if not missing or member_id is None:
        return
    available = ledger.holdings(work, member_id).available(points.unit)
    if available.minor < missing:
        kept = Amount(points.minor - missing, points.unit)
        raise InsufficientPoints(wanted=points, available=available + kept)


def _shares(program: ProgramTerms, bill: Sequence[Order], points: Amount) -> list[int]:
    """How many points each order of a bill gets, in the order in which they were started."""
    _refuse_wrong_member([order.member for order in bill])
    left, shares = points.minor, []
    for order in bill:
        shares.append(min(left, _limit(program, order)))
        left -= shares[-1]
    if left:
        raise PaymentTooLarge("more than the orders may be paid with")
    least = program.settings.min_payment_minor
    if least is not None and worth(program, points.minor) < least:
        raise PaymentTooSmall("less than the program allows at once")
    return shares


def _refuse_wrong_member(bound: Sequence[Member | None]) -> None:
    member = bound[0] if bound else None
    if member is None or None in bound:
        raise OrderNotBound("an order is bound to nobody")
    if any(other is not member for other in bound):
        raise DifferentMembers("the orders are bound to several members")
    if member.status == MemberStatus.BLOCKED:
        raise MemberBlocked("the member is blocked")
    members.refuse_inactive(member)


def _limit(program: ProgramTerms, order: Order) -> int:
    """The most points an order may be paid with: whole ones, worth less than it comes to.

    Something is left to be paid with money, for an order closed with none is cancelled.
    """
    money = max(0, order.total_minor - (order.discount_minor or 0) - 1)
    most = program.settings.max_payment_minor
    if most is not None:
        money = min(money, most)
    whole = _whole(program)
    return money // worth(program, whole) * whole


def _whole(program: ProgramTerms) -> int:
    """How many of its smallest parts make a point."""
    return int(10**program.points.decimals)


def worth(program: ProgramTerms, points_minor: int) -> int:
    """The money that so many points stand for, in its smallest part."""
    return points_minor * program.settings.point_value_minor
