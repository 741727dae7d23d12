"""The shape of a sale or a return of the past."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, post_load

from adapter.core.amounts import LARGEST_MINOR
from adapter.core.origins import Place
from adapter.core.transactions import Item, Sale, Tender, TransactionState
from adapter.programfile import fields as read
from adapter.programfile.fields import Value
from adapter.programfile.given import CHANNEL, GivenTransaction
from adapter.programfile.shapes import Shape, many, optional, required

_money = read.integer(-LARGEST_MINOR)


class TransactionItem(Shape):
    """One line of a receipt; what is below zero came back."""

    name = Value(read.text(1000), load_default="")
    quantity = Value(read.decimal, load_default=Decimal(1))
    net_minor = required(_money)
    points_earned = optional(read.points)
    code = Value(read.text(), load_default="")
    reference = Value(read.text(), load_default="")
    department = Value(read.text(), load_default="")
    department_name = Value(read.text(), load_default="")
    gross_minor = optional(_money)
    tags = many(Value(read.text()))

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Item:
        """The line in our words."""
        data["points_minor"] = data.pop("points_earned")
        return Item(**data | {"tags": tuple(data["tags"])})


class TenderOf(Shape):
    """A part of what was paid, and how."""

    kind = required(read.text(shortest=1))
    amount_minor = required(_money)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Tender:
        """The part in our words."""
        return Tender(**data)


class Transaction(Shape):
    """A sale or a return as it was reported, and what was answered."""

    reference = required(read.known_as())
    occurred_at = required(read.instant)
    opened_at = optional(read.instant)
    outlet = Value(read.text(), load_default="")
    terminal = Value(read.text(), load_default="")
    source = Value(read.name(32), load_default=CHANNEL)
    state = Value(read.one_of(TransactionState), load_default=TransactionState.RECORDED)
    related_reference = optional(read.known_as())
    confirmation_code = optional(read.known_as(64))
    points = optional(read.points)
    total_minor = optional(_money)
    tax_minor = Value(_money, load_default=0)
    discount_minor = Value(_money, load_default=0)
    tags = many(Value(read.text()))
    tenders = many(TenderOf)
    items = many(TransactionItem)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> GivenTransaction:
        """The sale in our words."""
        of_sale = set(Sale.__slots__)
        sale = Sale(**{key: value for key, value in data.items() if key in of_sale})
        if abs(sale.worth_minor) > LARGEST_MINOR:
            raise ValidationError({"items": ["sum up to more than can be kept"]})
        return GivenTransaction(
            sale=sale,
            place=Place(data["source"], data["outlet"], data["terminal"]),
            state=data["state"],
            confirmation_code=data["confirmation_code"],
            points_minor=data["points"],
        )
