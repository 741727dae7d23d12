"""Payments: points spent at once, or set aside and then captured, released or expired."""

from adapter.core.payments.bulk import open_many
from adapter.core.payments.models import (
    Redemption,
    RedemptionState,
    Reservation,
    ReservationState,
)
from adapter.core.payments.operations import (
    capture,
    due,
    held,
    release,
    release_due,
    reserve,
    verify,
)
from adapter.core.payments.redemptions import (
    Paid,
    balances,
    cancel,
    paid_for,
    pay,
    redemptions,
    standing_payment,
    verify_redemptions,
)
from adapter.core.payments.shortfalls import give_back_late

__all__ = [
    "Paid",
    "Redemption",
    "RedemptionState",
    "Reservation",
    "ReservationState",
    "balances",
    "cancel",
    "capture",
    "due",
    "give_back_late",
    "held",
    "open_many",
    "paid_for",
    "pay",
    "redemptions",
    "release",
    "release_due",
    "reserve",
    "standing_payment",
    "verify",
    "verify_redemptions",
]
