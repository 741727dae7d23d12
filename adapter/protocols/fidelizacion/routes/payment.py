"""Payments with points or credit (5.5)."""

from __future__ import annotations

from typing import Any

import structlog
from flask import Response

from adapter.core import members, payments
from adapter.core.errors import Refused
from adapter.core.members import Enrolled, Member
from adapter.core.payments import Paid
from adapter.protocols.fidelizacion import schemas
from adapter.protocols.fidelizacion.auth import agreement
from adapter.protocols.fidelizacion.errors import CodeSent, WrongCode, blame
from adapter.protocols.fidelizacion.mapping import balances_as_sent
from adapter.protocols.fidelizacion.routes import call
from adapter.protocols.fidelizacion.who import code_holder, identified, recognised, send_code
from adapter.protocols.fidelizacion.wire import body, reply
from adapter.web.credentials import caller, place
from adapter.web.work import Work, light_work, unit_of_work

log = structlog.get_logger()

# 5.5: which balance was used, in the words of a tender.
TYPES = {"points": "POINTS", "credit": "CREDIT"}


@call("/v1/payment")
def pay_or_cancel() -> Response:
    """5.5: pay with points or credit, or have such a payment undone."""
    given = schemas.of_payment(body(), verified=agreement().verify_payments)
    return _cancel(given) if given["payment"]["action"] == "cancel" else _pay(given)


def _pay(given: dict[str, Any]) -> Response:
    if agreement().verify_payments:
        paid = _proven(given)
    else:
        with light_work() as work:
            paid = _paid(work, recognised(work, given["member"], every_lot=True), given)
    log.info("payment", action="pay", confirmation_code=paid.redemption.confirmation_code)
    return reply(_paid_as_sent(paid, paid.redemption.amount_minor))


def _proven(given: dict[str, Any]) -> Paid:
    with unit_of_work() as work:
        member = identified(work, given["member"])
        refusal = _unproven(work, member, given)
        if refusal is None:
            return _paid(work, member, given)
    # Not within: a code that was sent stays sent, and a wrong try stays counted.
    raise refusal


def _paid(work: Work, member: Enrolled, given: dict[str, Any]) -> Paid:
    told, sale = given["payment"], given.get("transaction", {})
    return payments.pay(
        work,
        caller().program,
        member,
        amount_minor=told["amount"],
        reference=sale.get("reference"),
        total_minor=sale.get("total"),
        vendor_data={"type": told["type"]} if "type" in told else {},
        place=place(),
    )


def _cancel(given: dict[str, Any]) -> Response:
    told = given["payment"]
    with light_work() as work:
        member = recognised(work, given["member"], every_lot=True)
        paid = payments.cancel(
            work,
            caller().program,
            member,
            told["confirmation_code"],
            amount_minor=-told["amount"] if "amount" in told else None,
            place=place(),
        )
    log.info("payment", action="cancel", confirmation_code=paid.redemption.confirmation_code)
    return reply(_paid_as_sent(paid, -paid.redemption.amount_minor))


def _unproven(work: Work, member: Member, given: dict[str, Any]) -> Refused | None:
    """What a payment without its code is told (8.3); the repeat of one that stands needs none."""
    blame(code="body.payment.verificationCode")
    told, sale = given["payment"], given.get("transaction")
    members.refuse_inactive(member)
    if sale is not None and payments.uncancelled_payment(
        work, member, amount_minor=told["amount"], reference=sale["reference"], place=place()
    ):
        return None
    if "verification_code" not in told:
        send_code(work, member, given["member"])
        return CodeSent("a code was sent")
    if code_holder(work, told["verification_code"], member) is None:
        return WrongCode("not the code that was sent")
    return None


def _paid_as_sent(paid: Paid, amount: int) -> dict[str, Any]:
    """5.5: the code, what is left, and what was done to which balance."""
    return {
        "confirmationCode": paid.redemption.confirmation_code,
        "newBalance": balances_as_sent(paid.balances),
        "type": TYPES.get(paid.redemption.unit, paid.redemption.unit.upper()),
        "amount": amount,
    }
