"""The shape of what a plugin is answered (§4.6, §5.2, §6.2, §7.2, §8.4)."""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE, Schema, fields, validate

from adapter.protocols.swip.mapping.orders import CLOSED, LOYALTY_CALCULATION, OPEN

OBJECT_NAMES = (
    "CustomerLoyaltyStatsRequest",
    "CustomerProfileRequest",
    "CustomerSignupRequest",
    "PosOrderRequest",
)
_INSTANT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$"
_UUID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"


def _told(says: str, **options: Any) -> dict[str, Any]:
    return {"required": True, "metadata": {"description": says}} | options


def _not_negative() -> validate.Range:
    return validate.Range(min=0)


class Reply(Schema):
    """An object that holds what is told of it here, and nothing else."""

    class Meta:
        unknown = RAISE


class PointsShown(Reply):
    """§5.2: what a customer can spend now."""

    points = fields.Integer(
        **_told("Whole points that can be spent now, rounded down (D14).", validate=_not_negative())
    )


class ProfileShown(Reply):
    """§6.2: who a customer is."""

    name = fields.String(**_told("First and last name; empty where there is none (D20)."))
    balance = fields.Integer(**_told("The same as `points` elsewhere.", validate=_not_negative()))
    phone = fields.String(**_told("Digits; empty where there is none (D20)."))


class SignupShown(ProfileShown):
    """§7.2: a new customer."""

    discountCard = fields.String(**_told("Number of the card just issued (D24)."))


class Line(Reply):
    """§8.4: a line of an order."""

    id = fields.String(**_told("As it was sent.", allow_none=True))
    parentId = fields.String(**_told("As it was sent.", allow_none=True))
    productId = fields.String(**_told("As it was sent.", allow_none=True))
    name = fields.String(**_told("As it was sent."))
    quantity = fields.Float(**_told("As it was sent."))
    unit = fields.String(**_told("As it was sent.", allow_none=True))
    price = fields.Float(**_told("Roubles for one.", validate=_not_negative()))
    amount = fields.Float(**_told("Roubles for the line.", validate=_not_negative()))


class CustomerShown(Reply):
    """§8.4: whose order it is."""

    name = fields.String(**_told("First and last name; may be empty."))
    phone = fields.String(**_told("Digits; may be empty."))


class OrderShown(Reply):
    """§8.4: an order as it stands."""

    merchantOrderId = fields.String(**_told("Order id of the merchant's own."))
    merchantCashier = fields.String(**_told("Name of the cashier."))
    saleDate = fields.Integer(**_told("Milliseconds since 1970, UTC."))
    total = fields.Float(**_told("Roubles after the discount.", validate=_not_negative()))
    totalOriginal = fields.Float(**_told("Roubles before the discount.", validate=_not_negative()))
    purchases = fields.List(fields.Nested(Line), **_told("The lines."))
    merchantOrderNumber = fields.String(**_told("Number on the receipt.", allow_none=True))
    merchantCashierId = fields.String(**_told("Id of the cashier.", allow_none=True))
    sessionCode = fields.String(**_told("Text of the QR code."))
    parentRefId = fields.String(**_told("Link between the checks of a bill.", allow_none=True))
    id = fields.String(**_told("Our id of the order.", validate=validate.Regexp(_UUID)))
    status = fields.String(
        **_told(
            "`OPEN`, `LOYALTY_CALCULATION` once points are set aside, `CLOSED` (§8.2).",
            validate=validate.OneOf([OPEN, LOYALTY_CALCULATION, CLOSED]),
        )
    )
    customer = fields.Nested(CustomerShown, **_told("Whose it is.", allow_none=True))
    points = fields.Integer(**_told("Whole points available.", validate=_not_negative()))
    discount = fields.Float(**_told("Roubles, worked out by the program."))
    pointsApplied = fields.Integer(**_told("Points set aside or spent.", validate=_not_negative()))
    amount = fields.Float(**_told("Roubles paid at closing; 0: cancelled.", allow_none=True))
    refunded = fields.Float(**_told("Roubles given back.", validate=_not_negative()))


class BillShown(Reply):
    """§8.3: the open checks of a bill."""

    parentRefId = fields.String(**_told("Link between the checks."))
    points = fields.Integer(**_told("Whole points available.", validate=_not_negative()))
    orders = fields.List(fields.Nested(OrderShown), **_told("The checks that are open."))


class FieldError(Reply):
    """§4.6: what is wrong with one parameter or field."""

    field = fields.String(**_told("Its name."))
    message = fields.String(**_told("What is wrong."))
    objectName = fields.String(
        **_told("What it belongs to (D16).", validate=validate.OneOf(OBJECT_NAMES))
    )


def refusal(name: str, codes: list[Any]) -> type[Schema]:
    """The shape of an `ApiError` with one of these codes, all its keys always there (§4.6)."""
    kind = fields.String(**_told("Always `ApiError`.", validate=validate.OneOf(["ApiError"])))
    code = fields.Integer(**_told("Error number (§4.8).", validate=validate.OneOf(codes)))
    moment = fields.String(**_told("UTC, milliseconds.", validate=validate.Regexp(_INSTANT)))
    faults = fields.List(
        fields.Nested(FieldError),
        **_told("Where fields are to blame, each of them; never empty.", allow_none=True),
        validate=validate.Length(min=1),
    )
    said = fields.String(**_told("For people."))
    return Reply.from_dict(
        {
            "@type": kind,
            "code": code,
            "timestamp": moment,
            "description": said,
            "fieldErrors": faults,
        },
        name=name,
    )
