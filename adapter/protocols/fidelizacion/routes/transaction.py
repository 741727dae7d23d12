"""Sales and their cancellation (5.6)."""

from __future__ import annotations

from typing import Any

import structlog
from flask import Response

from adapter.core import sales
from adapter.core.errors import InvalidAmount
from adapter.core.members import Enrolled
from adapter.core.sales import Outcome
from adapter.protocols.fidelizacion import schemas
from adapter.protocols.fidelizacion.errors import InvalidField, blame
from adapter.protocols.fidelizacion.mapping import balances_as_sent, baskets
from adapter.protocols.fidelizacion.routes import call
from adapter.protocols.fidelizacion.who import identified, recognised
from adapter.protocols.fidelizacion.wire import body, reply
from adapter.web.credentials import caller, place
from adapter.web.work import Work, light_work, unit_of_work

log = structlog.get_logger()


@call("/v1/transaction")
def submit_or_cancel() -> Response:
    """5.6: a finished sale, which may earn points and use assets; or the end of one."""
    given, where = schemas.of_transaction(body())
    return _submit(given) if where is None else _cancel(given, where)


def _submit(given: dict[str, Any]) -> Response:
    used = baskets.used_assets(given)
    if used:
        # The core names no culprit: among several it is the list.
        first = next(iter(used.values()))
        blame(asset=first if len(used) == 1 else first.rpartition(".")[0])
    with light_work() as work:
        member = recognised(work, given["member"]) if "member" in given else None
        outcome = _submitted(work, member, given, list(used))
    _log("submit", outcome)
    return reply(_outcome_as_sent(outcome))


def _submitted(
    work: Work, member: Enrolled | None, given: dict[str, Any], used: list[str]
) -> Outcome:
    sale = baskets.sale(given)
    try:
        return sales.submit(work, caller().program, member, sale, used=used, place=place())
    except InvalidAmount:
        # What it earns, or what the member would then have, is beyond what can be kept.
        raise InvalidField(
            "body.transaction.totalAmount", "totalAmount must be a safe number"
        ) from None


def _cancel(given: dict[str, Any], where: str) -> Response:
    blame(sale=where)
    with unit_of_work() as work:
        member = identified(work, given["member"]) if "member" in given else None
        outcome = sales.cancel(
            work, caller().program, given["confirmation_code"], member=member, place=place()
        )
    _log("cancel", outcome)
    return reply(_outcome_as_sent(outcome))


def _log(action: str, outcome: Outcome) -> None:
    code = outcome.transaction.confirmation_code
    log.info("transaction", action=action, confirmation_code=code)


def _outcome_as_sent(outcome: Outcome) -> dict[str, Any]:
    """5.6: the code, and what the sale brought a member and left them with."""
    sent: dict[str, Any] = {
        "confirmationCode": outcome.transaction.confirmation_code,
        "transactionId": outcome.transaction.reference,
    }
    if outcome.balances is not None:
        sent["earnedPoints"] = outcome.points_minor or 0
        sent["newBalance"] = balances_as_sent(outcome.balances)
    return sent
