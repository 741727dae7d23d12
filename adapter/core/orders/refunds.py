"""`refund`: money paid for an order goes back, and with it points, in proportion."""

from __future__ import annotations

from dataclasses import replace

from adapter.core import ledger, payments, sales, transactions
from adapter.core.amounts import Amount
from adapter.core.errors import InvalidAmount, RefundTooLarge
from adapter.core.ledger import Details, EntryKind
from adapter.core.orders.closing import money_of
from adapter.core.orders.holding import worth
from adapter.core.orders.locking import locked, place_of, told_at
from adapter.core.orders.models import Order
from adapter.core.orders.operations import points_left
from adapter.core.origins import Origin, Place
from adapter.core.programs import ProgramTerms
from adapter.core.sales import Withdrawn
from adapter.core.transactions import Answer, Sale, Transaction
from adapter.db import Work

REFUNDING = "order refunded"


def refund(
    work: Work, program: ProgramTerms, order: Order, amount_minor: int, *, place: Place
) -> Order:
    """The order, of which so much of the money paid went back. The same part of the points spent
    goes back too, and of those earned it is taken back, rounded down over all refunds; the last
    settles what is left of both. What is no longer there to be taken is remembered as missing.

    Each call is a refund of its own: whoever got no answer asks how much is refunded by now.

    Raises:
        InvalidAmount: Nothing, or less.
        RefundTooLarge: More than was paid and has not gone back.
    """
    if amount_minor <= 0:
        raise InvalidAmount("an amount above zero is wanted")
    (order,) = locked(work, [order])
    paid_minor = order.paid_minor or 0
    if amount_minor > paid_minor - order.refunded_minor:
        raise RefundTooLarge("more than was paid, or than is left of it")
    if order.reservation_id is not None:
        payments.lock(work, [order.reservation_id])
    if order.member_id is not None:
        ledger.lock_holdings(work, program.purse_of(order.member_id))
    order.refunds += 1
    refunded_minor = order.refunded_minor + amount_minor

    def share(whole: int, gone: int) -> int:
        # Of all that is refunded by now, so that many small refunds come to what one would.
        return whole * refunded_minor // paid_minor - gone

    for_it = money_of(program, order, paid_minor)
    money = share(for_it, for_it * order.refunded_minor // paid_minor)
    given = share(order.reserved_minor, order.given_back_minor)
    taken = share(max(order.earned_minor, 0), order.taken_back_minor)
    # First what comes back, so that it is there to be taken from.
    _give_back(work, program, order, given, place)
    withdrawn = _take_back(work, program, order, taken, place)
    order.refunded_minor = refunded_minor
    order.given_back_minor += given
    order.taken_back_minor += taken
    order.points_left_minor = points_left(work, program, order)
    _record(work, program, order, money + worth(program, given), withdrawn, place)
    work.session.flush()
    return order


def _give_back(work: Work, program: ProgramTerms, order: Order, minor: int, place: Place) -> None:
    if not minor or order.reservation_id is None:
        return
    details = Details(
        kind=EntryKind.REVERSAL,
        reason=f"Payment {order.reference} refunded",
        origin=Origin(order.source, REFUNDING, f"{order.id}/{order.refunds}"),
        place=told_at(order, place),
    )
    # What has expired since it was spent is good for the rest of the day.
    until = program.end_of_today(work.now)
    points = Amount(minor, program.points)
    payments.refund(work, order.reservation_id, points, details, renewed_until=until)


def _take_back(
    work: Work, program: ProgramTerms, order: Order, minor: int, place: Place
) -> Withdrawn:
    if not minor or order.transaction_id is None:
        return Withdrawn(0, 0)
    return sales.withdraw(
        work,
        program,
        work.session.get_one(Transaction, order.transaction_id),
        minor,
        withdrawn_minor=order.taken_back_minor,
        reference=str(order.refunds),
        place=told_at(order, place),
    )


def _record(
    work: Work,
    program: ProgramTerms,
    order: Order,
    worth_minor: int,
    withdrawn: Withdrawn,
    place: Place,
) -> None:
    """Let the history show the return; what is missing stands there, to be taken when points that
    were spent meanwhile come back.

    It has no code by which a till could cancel it, and no till can have used its reference: that is
    one of a source that none is.
    """
    if not (worth_minor or withdrawn.taken_minor or withdrawn.missing_minor):
        return  # what was paid beyond the order goes back, and nothing with it
    returned = Sale(
        reference=f"{order.id}/{order.refunds}",
        occurred_at=work.now,
        total_minor=-worth_minor,
        related_reference=order.reference,
    )
    points = balances = None
    if order.member_id is not None:
        points = -withdrawn.taken_minor
        balances = payments.balances(ledger.holdings(work, order.member_id), program)
    recorded = transactions.record(
        work,
        program.id,
        returned,
        place=replace(place_of(order, place), channel=f"{order.source}/refund"),
        member_id=order.member_id,
        answer=Answer(None, points, balances),
        shortfall_minor=withdrawn.missing_minor,
    )
    assert recorded is not None, "a refund is told once"  # noqa: S101  # nosec B101
