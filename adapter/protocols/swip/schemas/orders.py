"""The shapes of what tills send of orders (§8.3, §8.4); nulls and unknown fields are dropped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from marshmallow import (
    EXCLUDE,
    Schema,
    ValidationError,
    post_load,
    validates_schema,
)
from marshmallow.exceptions import SCHEMA

from adapter.core.amounts import LARGEST_MINOR
from adapter.protocols.swip.mapping import customers
from adapter.protocols.swip.schemas.fields import (
    REQUIRED,
    Field,
    Instant,
    Money,
    Phone,
    Quantity,
    Text,
    Whole,
)
from adapter.web.described import NOT_BLANK, NOT_NULL, Fragment, one_at_least, says
from adapter.web.shapes import each

LONGEST_NAME = 1000
LONGEST_UNIT = 64
# A list may be as long as the body: after so many wrong lines no more are looked at.
MOST_WRONG_LINES = 50
PARENTS = ("parentRefId", "parentOrderRef")  # synonyms (D28)
SAYS_SOMETHING = NOT_NULL | {"pattern": NOT_BLANK}

Given = dict[str, Any]


class Body(Schema):
    """An object whose nulls and unknown fields are as if absent; money has so many `decimals`."""

    class Meta:
        unknown = EXCLUDE

    def __init__(self, *, decimals: int = 0) -> None:
        self.decimals = decimals
        super().__init__()
        self.error_messages["type"] = "must be an object"

    def described(self, document: Fragment) -> Fragment:
        """Its shape, to which others add."""
        return document


class Bill(Body):
    """What may be one of several checks of a bill, which has two names for one field (D28)."""

    is_bill_required = False
    parent = Text(data_key=PARENTS[0], metadata=says("Links the checks of one bill (§8.4)."))
    parent_order = Text(
        data_key=PARENTS[1],
        metadata=says("Another name of `parentRefId`; the two must not differ (D28)."),
    )

    def described(self, document: Fragment) -> Fragment:
        """Its shape."""
        found = super().described(document)
        if not self.is_bill_required:
            return found
        return one_at_least(found, PARENTS, being=SAYS_SOMETHING)

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _one_bill(self, data: Given, original: Given, **_kwargs: Any) -> None:
        told = [data[name] for name in ("parent", "parent_order") if data.get(name)]
        if len(set(told)) > 1:
            raise ValidationError({name: ["contradicts the other name"] for name in PARENTS})
        silent = not any(_says_something(original.get(name)) for name in PARENTS)
        if self.is_bill_required and silent:
            raise ValidationError({PARENTS[0]: [REQUIRED]})

    @post_load
    def _one_name(self, data: Given, **_kwargs: Any) -> Given:
        other = data.pop("parent_order")
        return data | {"parent": data["parent"] or other}


class Customer(Body):
    """§4.1: the phone or a pass of the customer."""

    phone = Phone(metadata=says("Digits of the customer's phone (§4.2)."))
    # Of whatever length, it is known or not.
    wallet_pass = Text(None, data_key="pass", metadata=says("Id of a wallet pass (§4.3)."))

    def described(self, document: Fragment) -> Fragment:
        """Its shape."""
        found = super().described(document)
        return one_at_least(found, customers.KINDS, being=SAYS_SOMETHING)

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _somebody(self, _data: Given, original: Given, **_kwargs: Any) -> None:
        if not any(_says_something(original.get(name)) for name in customers.KINDS):
            raise ValidationError({name: [said] for name, said in customers.NEITHER.items()})

    @post_load
    def _as_parameters(self, data: Given, **_kwargs: Any) -> Given:
        told = {"phone": data.pop("phone"), "pass": data.pop("wallet_pass")}
        return data | {"customer": {name: text for name, text in told.items() if text}}


def _says_something(value: Any) -> bool:
    return bool(value.strip()) if isinstance(value, str) else value is not None


class BillOfCustomer(Bill, Customer):
    """Whose the open checks of a bill are."""

    is_bill_required = True


class Points(Body):
    """How many points to use for an order."""

    points = Whole(
        required=True, metadata=says("Whole points; 0 gives back what was set aside (§8.5).")
    )


class PointsOfBill(Bill, Points):
    """How many points to use for the open checks of a bill."""

    is_bill_required = True


class Payment(Body):
    """What was paid; nothing where the order is cancelled."""

    amount_minor = Money(data_key="amount", metadata=says("Roubles that were paid; 0 cancels."))


class Refund(Body):
    """What goes back."""

    amount_minor = Money(
        data_key="amount", lowest=1, metadata=says("Roubles that go back to the customer.")
    )


class Purchase(Body):
    """A line; that its amount is price times quantity is the till's affair, for weights round and
    a line may have a discount.
    """

    id = Text(metadata=says("Id of the line."))
    parent_id = Text(data_key="parentId", metadata=says("Id of the line this one belongs to."))
    product_id = Text(data_key="productId", metadata=says("Id of the goods."))
    name = Text(LONGEST_NAME, required=True, metadata=says("What the goods are called."))
    quantity = Quantity(required=True, metadata=says("How much; at most 15 decimals."))
    unit = Text(LONGEST_UNIT, metadata=says("Of the quantity."))
    price_minor = Money(data_key="price", metadata=says("Roubles for one."))
    amount_minor = Money(data_key="amount", metadata=says("Roubles for the line."))


class Lines(Field):
    """At least one purchase; their sum can be kept."""

    def _bind_to_schema(self, field_name: str, parent: Any) -> None:
        super()._bind_to_schema(field_name, parent)
        self.line = Purchase(decimals=parent.decimals)

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> list[Given]:
        if not isinstance(value, list):
            raise ValidationError("must be an array")
        if not value:
            raise ValidationError("must hold at least one line")
        found: list[Given] = each(self.line.load, value, most_faults=MOST_WRONG_LINES)
        if sum(line["amount_minor"] for line in found) > LARGEST_MINOR:
            raise ValidationError("must be worth a sum that can be kept")
        return found

    def described(self) -> Fragment:
        """Its shape; that of a line is the schema's in `element`."""
        return {"type": "array", "minItems": 1}

    @property
    def element(self) -> Purchase:
        """The shape of a line."""
        return self.line


class NewOrder(Bill):
    """§8.4: what the till tells of an order."""

    reference = Text(
        data_key="merchantOrderId", required=True, metadata=says("Order id of the merchant's own.")
    )
    cashier = Text(data_key="merchantCashier", required=True, metadata=says("Name of the cashier."))
    occurred_at = Instant(
        data_key="saleDate", required=True, metadata=says("Milliseconds since 1970, UTC.")
    )
    total_minor = Money(data_key="total", metadata=says("Roubles after the discount."))
    gross_minor = Money(data_key="totalOriginal", metadata=says("Roubles before the discount."))
    purchases = Lines(required=True, metadata=says("Lines; together a sum that can be kept."))
    number = Text(data_key="merchantOrderNumber", metadata=says("Number on the receipt."))
    cashier_id = Text(data_key="merchantCashierId", metadata=says("Id of the cashier."))
    session_code = Text(
        LONGEST_NAME, data_key="sessionCode", metadata=says("Text of the QR code; else the id.")
    )


@lru_cache
def _schema(kind: type[Body], decimals: int) -> Body:
    # Made once for each currency there is: they know nothing of any request.
    return kind(decimals=decimals)


def load(kind: type[Body], document: Mapping[str, Any], *, decimals: int = 0) -> Given:
    """The document in this shape.

    Raises:
        ValidationError: Of all that is wrong, where it stands: `purchases[0].price`.
    """
    try:
        loaded: Given = _schema(kind, decimals).load(document)
    except ValidationError as error:
        raise ValidationError(dict(_flat(error.normalized_messages()))) from None
    return loaded


def _flat(messages: Mapping[Any, Any], above: str = "") -> Iterator[tuple[str, list[str]]]:
    for key, found in messages.items():
        if isinstance(key, int):
            path = f"{above}[{key}]"
        elif key == SCHEMA:
            path = above
        else:
            path = f"{above}.{key}" if above else key
        if isinstance(found, Mapping):
            yield from _flat(found, path)
        else:
            yield path, found
