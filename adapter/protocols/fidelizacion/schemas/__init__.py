"""The shapes of what terminals send, and which of them a body is read in (sections 3 to 5)."""

from __future__ import annotations

from typing import Any

from adapter.protocols.fidelizacion.errors import InvalidField
from adapter.protocols.fidelizacion.schemas import event, member, payment, sale
from adapter.protocols.fidelizacion.schemas.strict import load

__all__ = [
    "of_details",
    "of_event",
    "of_payment",
    "of_registration",
    "of_short_code",
    "of_transaction",
    "of_update",
    "place_of_code",
]

Given = dict[str, Any]

# Made once: they know nothing of any request.
_NEW, _STRICT_NEW, _UPDATE = member.NewMember(), member.StrictNewMember(), member.Update()
_SEND_CODE, _VERIFY_CODE = member.SendCode(), member.VerifyCode()
_DETAILS, _EVENT = sale.Details(), event.Report()
_PAY, _PAY_VERIFIED, _CANCEL_PAYMENT = payment.Pay(), payment.PayVerified(), payment.CancelPayment()
_SUBMIT, _CANCEL, _NESTED_CANCEL = sale.Submit(), sale.Cancel(), sale.NestedCancel()


def of_registration(document: Given, *, strict: bool) -> tuple[Given, str]:
    """5.1: what is told of a newcomer, and where it stands: wrapped, or flat in the body."""
    wrapped = document.get("newMemberData")
    given, path = document, "body"
    if isinstance(wrapped, dict):
        given, path = wrapped, "body.newMemberData"
    return load(_STRICT_NEW if strict else _NEW, given, path=path), path


def of_update(document: Given) -> Given:
    """5.2: whom, and what changes."""
    return load(_UPDATE, document)


def of_details(document: Given) -> Given:
    """5.3: who it is, and perhaps a basket."""
    return load(_DETAILS, document)


def of_short_code(document: Given) -> Given:
    """5.4: the action, and the member or the code it needs."""
    return load(_VERIFY_CODE if document.get("action") == "verify" else _SEND_CODE, document)


def place_of_code(document: Given) -> str:
    """5.4: where the code stands that is checked."""
    return f"body.{_VERIFY_CODE.name_sent('shortCode', document)}"


def of_payment(document: Given, *, verified: bool) -> Given:
    """5.5: a payment or the cancellation of one; the code only where payments are verified."""
    if _action_within(document, "payment") == "cancel":
        return load(_CANCEL_PAYMENT, document)
    return load(_PAY_VERIFIED if verified else _PAY, document)


def of_transaction(document: Given) -> tuple[Given, str | None]:
    """5.6: a sale; or the code of one that is cancelled, and where the two keys of that stand.

    Raises:
        InvalidField: A field is not as it must be, or two actions contradict each other.
    """
    where = _place_of_cancellation(document)
    if where is None:
        return load(_SUBMIT, document), None
    if where == "body":
        return load(_CANCEL, document), where
    given = load(_NESTED_CANCEL, document)
    return given | given["transaction"], where


def of_event(document: Given) -> Given:
    """5.7: what happened, and perhaps to whom."""
    return load(_EVENT, document)


def _place_of_cancellation(document: Given) -> str | None:
    action, within = document.get("action"), _action_within(document, "transaction")
    if action is None:
        return "body.transaction" if within == "cancel" else None
    # Before all else, for which of the two is meant decides what must be there besides.
    if action in sale.ACTIONS and within in sale.ACTIONS and action != within:
        raise InvalidField("body.transaction.action", f"action must be one of [{action}]")
    return "body" if action == "cancel" else None


def _action_within(document: Given, name: str) -> Any:
    inner = document.get(name)
    return inner.get("action") if isinstance(inner, dict) else None
