"""Payments: points set aside, then captured, released or expired; exactly one of the three."""

from adapter.core.payments.bulk import open_many
from adapter.core.payments.models import Reservation, ReservationState
from adapter.core.payments.operations import (
    capture,
    due,
    held,
    release,
    release_due,
    reserve,
    verify,
)

__all__ = [
    "Reservation",
    "ReservationState",
    "capture",
    "due",
    "held",
    "open_many",
    "release",
    "release_due",
    "reserve",
    "verify",
]
