"""Payments with points or credit, and their cancellation (4.9, 5.5)."""

from __future__ import annotations

from adapter.protocols.fidelizacion.schemas.fields import (
    NEGATIVE,
    POSITIVE,
    Array,
    Choice,
    Object,
    Text,
    Whole,
)
from adapter.protocols.fidelizacion.schemas.member import Identifier
from adapter.protocols.fidelizacion.schemas.sale import Asset, Sale, UsedAsset
from adapter.protocols.fidelizacion.schemas.strict import Strict
from adapter.web.described import Fragment, says

ACTIONS = ("pay", "cancel")


class Payment(Strict):
    """4.9 for `pay`; also what an unknown action is read as."""

    action = Choice(*ACTIONS, here=("pay",), required=True, metadata=says("Pay."))
    amount = Whole(POSITIVE, required=True, metadata=says("Cents to pay (3.1)."))
    type = Text(metadata=says("Kept; it does not choose the balance."))

    def described(self, document: Fragment) -> Fragment:
        """Its shape, with what most businesses ignore."""
        found = super().described(document)
        ignored = {"description": "Code that was sent, where payments are verified (8.3)."}
        told = {"verificationCode": ignored} | found["properties"]
        return found | {"properties": told}


class VerifiedPayment(Payment):
    """4.9 for `pay` at a business that verifies payments (8.3)."""

    verification_code = Text(
        data_key="verificationCode",
        metadata=says("Code that was sent, where payments are verified (8.3)."),
    )


class CancelledPayment(Strict):
    """4.9 for `cancel`."""

    action = Choice(*ACTIONS, here=("cancel",), required=True, metadata=says("Cancel."))
    amount = Whole(NEGATIVE, metadata=says("Cents of the payment, below zero."))
    confirmation_code = Text(
        data_key="confirmationCode", required=True, metadata=says("Code the payment was answered.")
    )
    type = Text(metadata=says("Kept."))


class Pay(Strict):
    """5.5: who pays, how much, and for which sale if that is known."""

    member = Object(Identifier, required=True)
    payment = Object(Payment, required=True)
    transaction = Object(Sale, metadata=says("The sale that is paid, if that is known."))
    used_assets = Array(
        Asset(UsedAsset),
        data_key="usedAssets",
        load_default=list,
        metadata=says("Looked at for their shape; it is the sale that uses them."),
    )


class PayVerified(Pay):
    """5.5 at a business that verifies payments."""

    payment = Object(VerifiedPayment, required=True)


class CancelPayment(Pay):
    """5.5: whose payment is cancelled, and which."""

    payment = Object(CancelledPayment, required=True)
