"""What may be chosen: three things per credential, as agreed with one merchant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from marshmallow import fields as shapes
from marshmallow import validate

from adapter.web import agreements
from adapter.web.agreements import AnyCredential
from adapter.web.shapes import OutletCodes, StrictBoolean

NAME = "swip"
LONGEST_ORDER_MINUTES = 7 * 24 * 60


@dataclass(frozen=True, slots=True)
class Agreement(agreements.Agreement):
    """What was agreed with one merchant: the `settings` of a credential."""

    stores: Sequence[str] | None = None  # D6: the only ones that may call; any, without a list
    orders: bool = False  # D26: `/pos-orders`, whose paths and bodies are ours
    order_minutes: int = 600  # D27: an order not closed by then counts as cancelled

    def admits(self, store: str) -> bool:
        """Whether calls of this store are taken."""
        return self.stores is None or store in self.stores

    @property
    def life_of_orders(self) -> timedelta:
        """How long an order may stay open."""
        return timedelta(minutes=self.order_minutes)


class CredentialSettings(AnyCredential):
    """The shape of a credential's `settings` in the program file."""

    stores = OutletCodes()
    orders = StrictBoolean()
    order_minutes = shapes.Integer(strict=True, validate=validate.Range(1, LONGEST_ORDER_MINUTES))
