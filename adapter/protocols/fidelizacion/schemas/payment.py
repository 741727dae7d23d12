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

ACTIONS = ("pay", "cancel")


class Payment(Strict):
    """4.9 for `pay`; also what an unknown action is read as."""

    action = Choice(*ACTIONS, required=True)
    amount = Whole(POSITIVE, required=True)
    type = Text()


class VerifiedPayment(Payment):
    """4.9 for `pay` at a business that verifies payments (8.3)."""

    verification_code = Text(data_key="verificationCode")


class CancelledPayment(Strict):
    """4.9 for `cancel`."""

    action = Choice(*ACTIONS, required=True)
    amount = Whole(NEGATIVE)
    confirmation_code = Text(data_key="confirmationCode", required=True)
    type = Text()


class Pay(Strict):
    """5.5: who pays, how much, and for which sale if that is known."""

    member = Object(Identifier, required=True)
    payment = Object(Payment, required=True)
    transaction = Object(Sale)
    used_assets = Array(Asset(UsedAsset), data_key="usedAssets", load_default=list)


class PayVerified(Pay):
    """5.5 at a business that verifies payments."""

    payment = Object(VerifiedPayment, required=True)


class CancelPayment(Pay):
    """5.5: whose payment is cancelled, and which."""

    payment = Object(CancelledPayment, required=True)
