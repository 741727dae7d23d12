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
    lock,
    refund,
    release,
    release_due,
    reserve,
    settle_by_hand,
    verify,
)
from adapter.core.payments.redemptions import (
    PAID_FOR,
    Paid,
    balances,
    cancel,
    pay,
    redemptions,
    sale_of,
    uncancelled_payment,
    verify_redemptions,
)
from adapter.core.payments.shortfalls import give_back_late

__all__ = [
    "PAID_FOR",
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
    "lock",
    "open_many",
    "pay",
    "redemptions",
    "refund",
    "release",
    "release_due",
    "reserve",
    "sale_of",
    "settle_by_hand",
    "uncancelled_payment",
    "verify",
    "verify_redemptions",
]
