"""Paying with points or credit at once, and cancelling it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, select
from sqlalchemy.orm import aliased

from adapter.core import ledger, members, transactions
from adapter.core.amounts import CREDIT, Amount, Unit
from adapter.core.errors import (
    AlreadyReversed,
    PaymentMismatch,
    PaymentTooLarge,
    PaymentTooSmall,
    UnknownPayment,
)
from adapter.core.ledger import Details, EntryKind, Finding, Holdings, Purse
from adapter.core.members import Enrolled
from adapter.core.origins import Origin, Place
from adapter.core.payments.models import Redemption, RedemptionState
from adapter.core.payments.shortfalls import settle_shortfalls
from adapter.core.programs import ProgramTerms
from adapter.db import Lookup, Work
from adapter.db.base import new_id
from adapter.db.statements import constant

PAYING = "payment"
CANCELLING = "payment cancelled"
BRINGING_OVER = "payment brought over"


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment, and what the member has available after it: `points` and `credit`, in their
    smallest parts.
    """

    redemption: Redemption
    balances: Mapping[str, int]


def pay(
    work: Work,
    program: ProgramTerms,
    member: Enrolled,
    *,
    amount_minor: int,
    place: Place,
    reference: str | None = None,
    total_minor: int | None = None,
    vendor_data: Mapping[str, Any] | None = None,
) -> Paid:
    """A payment of so much money from the balance the program pays with; at once, and whole.

    With the `reference` of a sale the same amount again is the same payment, as long as it stands.
    `total_minor` is what that sale is worth.

    Raises:
        MemberInactive: The member takes no part.
        PaymentTooLarge: It is over the sale, or over what the program allows.
        PaymentTooSmall: It is under what the program allows.
        InsufficientPoints: Less is available.
    """
    unit = program.unit(program.settings.paying_balance)
    debit = Amount(debit_of(amount_minor, unit, program), unit)
    purse = Purse(program.id, member.id, unit)
    held = ledger.lock_holdings(work, purse, every_lot=True)
    values = _row(work, member, unit, place) | {
        "reference": reference,
        "amount_minor": amount_minor,
        "debit_minor": debit.minor,
        "vendor_data": dict(vendor_data or {}),
    }
    if not work.insert_unless_there(Redemption, values):
        made = uncancelled_payment(
            work, member, amount_minor=amount_minor, reference=reference or "", place=place
        )
        assert made is not None  # noqa: S101  # nosec B101
        return Paid(made, balances(held, program))
    redemption = work.new(Redemption, values)
    _refuse_wrong(program, member, amount_minor, total_minor)
    details = Details(
        kind=EntryKind.REDEMPTION,
        reason=f"Payment {reference}" if reference else "Payment",
        origin=Origin(place.channel, PAYING, redemption.confirmation_code),
        place=place,
    )
    ledger.take(work, held, purse, debit, details)
    return Paid(redemption, balances(held, program))


def debit_of(amount_minor: int, unit: Unit, program: ProgramTerms) -> int:
    """What a payment takes from a balance: credit is money; points are rounded up to cover it."""
    if unit == CREDIT:
        return amount_minor
    return -(-amount_minor // program.settings.point_value_minor)


def balances(held: Holdings, program: ProgramTerms) -> dict[str, int]:
    """What is available of points and of credit, in their smallest parts."""
    return {unit.code: held.available(unit).minor for unit in (program.points, CREDIT)}


def _row(work: Work, member: Enrolled, unit: Unit, place: Place) -> dict[str, Any]:
    return {
        "id": new_id(),
        "program_id": member.program_id,
        "member_id": member.id,
        "source": place.channel,
        "outlet_code": place.outlet_code,
        "unit": unit.code,
        "state": RedemptionState.PAID,
        "confirmation_code": str(uuid.uuid4()),
        "created_at": work.now,
        "cancelled_at": None,
    }


def uncancelled_payment(
    work: Work, member: Enrolled, *, amount_minor: int, reference: str, place: Place
) -> Redemption | None:
    """The payment of this amount for this sale that was not cancelled, if there is one."""
    return work.session.scalar(
        select(Redemption)
        .where(*_OF_SALE, Redemption.amount_minor == amount_minor)
        .execution_options(populate_existing=True),
        sale_of(member, reference, place),
    )


def sale_of(member: Enrolled, reference: str, place: Place) -> dict[str, Any]:
    """The values by which `PAID_FOR` knows a sale."""
    return {
        "program_id": member.program_id,
        "source": place.channel,
        "outlet_code": place.outlet_code,
        "reference": reference,
        "member_id": member.id,
    }


_OF_SALE = (
    Redemption.program_id == bindparam("program_id"),
    Redemption.source == bindparam("source"),
    Redemption.outlet_code == bindparam("outlet_code"),
    Redemption.reference == bindparam("reference"),
    Redemption.member_id == bindparam("member_id"),
    Redemption.state == constant(RedemptionState.PAID),
)
# The money that payments with points or credit, not cancelled, brought to a sale: see `sale_of`.
PAID_FOR = (
    select(func.coalesce(func.sum(Redemption.amount_minor), 0)).where(*_OF_SALE).scalar_subquery()
)


def _refuse_wrong(
    program: ProgramTerms, member: Enrolled, amount_minor: int, total_minor: int | None
) -> None:
    settings = program.settings
    members.refuse_inactive(member)
    if total_minor is not None and amount_minor > total_minor:
        raise PaymentTooLarge("more than the sale is worth")
    if settings.max_payment_minor is not None and amount_minor > settings.max_payment_minor:
        raise PaymentTooLarge("more than the program allows at once")
    if settings.min_payment_minor is not None and amount_minor < settings.min_payment_minor:
        raise PaymentTooSmall("less than the program allows at once")


def cancel(
    work: Work,
    program: ProgramTerms,
    member: Enrolled,
    confirmation_code: str,
    *,
    place: Place,
    amount_minor: int | None = None,
) -> Paid:
    """The payment with this code, whose debit is back; one cancelled before stays as it is.

    Raises:
        UnknownPayment: The member made no such payment.
        PaymentMismatch: `amount_minor` is not what was paid.
    """
    # The accounts first, as when paying: two units of work never wait in a circle.
    ledger.lock_holdings(work, program.purse_of(member.id))
    given = {"program_id": program.id, "code": confirmation_code, "member_id": member.id}
    found = work.rows(_BY_CODE, given)
    if not found:
        found = _of_merged(work, given)
    if not found:
        raise UnknownPayment("the member made no payment with this code")
    redemption = work.one(Redemption, found[0])
    if amount_minor is not None and amount_minor != redemption.amount_minor:
        raise PaymentMismatch("not the amount that was paid")
    if redemption.state == RedemptionState.PAID:
        _undo(work, program, redemption, place)
        if redemption.member_id != member.id:
            _bring_over(work, program, redemption, member, place)
    else:
        work.need_locks()  # what is left must be what is left after it was undone
    return Paid(redemption, balances(ledger.holdings(work, member.id), program))


_redemptions = cast(Table, Redemption.__table__)
_BY_CODE = Lookup(
    select(*_redemptions.c).where(
        _redemptions.c.program_id == bindparam("program_id"),
        _redemptions.c.confirmation_code == bindparam("code"),
        _redemptions.c.member_id == bindparam("member_id"),
    )
)


def _of_merged(work: Work, given: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
    """The payment with this code of somebody who turned out to be the member."""
    merged = [one.id for one in members.merged_into(work, given["member_id"])]
    return [row for one in merged for row in work.rows(_BY_CODE, {**given, "member_id": one})]


def _bring_over(
    work: Work, program: ProgramTerms, redemption: Redemption, member: Enrolled, place: Place
) -> None:
    """Have what is back where it came from be the member's, who is the same person by now."""
    unit = program.unit(redemption.unit)
    giver = Purse(program.id, redemption.member_id, unit)
    origin = Origin(redemption.source, BRINGING_OVER, redemption.confirmation_code)
    details = Details(EntryKind.ADJUSTMENT, "Payment cancelled", origin, place)
    ledger.hand_over(work, giver, Purse(program.id, member.id, unit), details, again=True)


def _undo(work: Work, program: ProgramTerms, redemption: Redemption, place: Place) -> None:
    paid = Origin(redemption.source, PAYING, redemption.confirmation_code)
    entry = ledger.by_origin(work, program.id, paid)
    assert entry is not None  # noqa: S101  # nosec B101
    details = Details(
        kind=EntryKind.REVERSAL,
        reason=f"{entry.reason} cancelled",
        origin=Origin(redemption.source, CANCELLING, redemption.confirmation_code),
        place=place,
    )
    purse = Purse(program.id, redemption.member_id, program.unit(redemption.unit))
    owing = transactions.with_shortfall(work, redemption.member_id)
    # What has expired since the payment is good for the rest of the day.
    until = program.end_of_today(work.now)
    try:
        ledger.reverse(work, purse, entry, details, renewed_until=until)
        if purse.unit == program.points:
            settle_shortfalls(
                work,
                purse,
                owing,
                back=redemption.debit_minor,
                since=redemption.created_at,
                reference=redemption.confirmation_code,
                place=place,
            )
    except AlreadyReversed:
        work.need_locks()  # under which it was by hand: all of it is back already
    redemption.state, redemption.cancelled_at = RedemptionState.CANCELLED, work.now
    state = {"id": redemption.id, "state": redemption.state, "cancelled_at": work.now}
    work.batch.update(Redemption, state)
    work.flush()


def verify_redemptions(work: Work) -> Iterator[Finding]:
    """Payments without the entry that made them, or whose state is not what became of it."""
    entry, reversal = aliased(ledger.Entry), aliased(ledger.Entry)
    rows = work.session.execute(
        select(Redemption.id, Redemption.state, entry.id, reversal.id)
        .outerjoin(
            entry,
            (entry.program_id == Redemption.program_id)
            & (entry.origin_source == Redemption.source)
            & (entry.origin_operation == PAYING)
            & (entry.origin_reference == Redemption.confirmation_code),
        )
        .outerjoin(reversal, reversal.reverses_id == entry.id)
    )
    for payment_id, state, entry_id, reversal_id in rows:
        told = "no entry"
        if entry_id is not None:
            told = RedemptionState.PAID if reversal_id is None else RedemptionState.CANCELLED
        if told != state:
            yield Finding("payment", payment_id, told, state)


def redemptions(work: Work, member_id: uuid.UUID) -> Sequence[Redemption]:
    """All payments of a member, the oldest first."""
    found = select(Redemption).where(Redemption.member_id == member_id)
    return work.session.scalars(found.order_by(Redemption.created_at, Redemption.id)).all()
