"""What the calls of SWiP's plugin take and answer, for whoever connects to us."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from adapter.core import errors
from adapter.protocols.swip import auth, replies, routes, schemas
from adapter.protocols.swip.errors import (
    FAULTS,
    BadRequestFields,
    CustomerBlocked,
    CustomerExists,
    Fault,
    Forbidden,
    UnknownCustomer,
    UnknownOrder,
    UnsupportedVersion,
)
from adapter.web import described
from adapter.web.described import (
    MERCHANT,
    OUTLET,
    PHONE,
    TERMINAL,
    Description,
    Example,
    Operation,
    Refusal,
    says,
)
from adapter.web.protocol import NoSettings
from adapter.web.shapes import LONGEST_TEXT

SAYS = """\
SWiP's plugin runs inside a till's program and makes these calls for one merchant.

Points are whole numbers, rounded down; money is in roubles with two decimals; the date of a sale is
in milliseconds since 1970. Every call carries the merchant's token and three headers that say where
it comes from; `Api-Version` may be left out. An unknown customer is answered with status 400 and
code 9, never with 404. Whatever goes wrong is an `ApiError` with all its five keys.

Marks such as §5 and D3 are sections and decisions of our own specification of this protocol, which
`docs/protocols/swip.md` sums up. The vendor's own paths of orders are not known: those here are
ours (D26).
"""
CUSTOMERS, ORDERS = "Customers", "Orders"
MOMENT = "2025-03-14T09:26:53.589Z"
ORDER_ID = "5f0e3a58-6b1c-4d8e-9a44-0a2c6c1f7b51"
ANNA = {"phone": PHONE}
LOOKUP = (BadRequestFields, UnknownCustomer, CustomerBlocked)
BODY = (HTTPException, ValidationError)
ORDER = (UnknownOrder, errors.OrderClosed)

printed = partial(described.printed, __package__)


def _header(text: str, example: str) -> fields.String:
    return fields.String(
        required=True,
        validate=[validate.Length(max=LONGEST_TEXT), validate.Regexp(r"\S")],
        metadata=says(text, example=example),
    )


Headers = Schema.from_dict(
    {
        auth.MERCHANT: _header("Code of the merchant the token belongs to (D5).", MERCHANT),
        auth.STORE: _header(
            "Store, free text; from the merchant's list where there is one (D6).", OUTLET
        ),
        auth.CASH: _header("Cash desk, free text (D6).", TERMINAL),
    },
    name="Headers",
)


class PathVariables(Schema):
    """What stands in a path."""

    order_id = fields.UUID(
        required=True, metadata=says("Our id of the order, as it was answered.", example=ORDER_ID)
    )


def _version(versions: tuple[int, ...]) -> type[Schema]:
    told = fields.String(
        validate=validate.OneOf(["", *map(str, versions)]),
        metadata=says(
            "Version of the API; the call's own if left out (D8).", example=str(versions[-1])
        ),
    )
    return Schema.from_dict({auth.VERSION: told}, name="Version")


def describe(_settings: NoSettings) -> Description:
    """All of it."""
    return Description(
        version="3",
        says=SAYS,
        tags={
            CUSTOMERS: "What customers may spend, who they are, and how they join (§5 to §7).",
            ORDERS: "Orders that set points aside, for merchants with whom they were agreed on; "
            "for all others these paths do not exist (§8).",
        },
        security={
            "token": {
                "type": "http",
                "scheme": "bearer",
                "description": "The merchant's token (§2).",
            }
        },
        operations=OPERATIONS
        | {
            # One function serves them all, and has nothing to say of any.
            f"{verb} {path}": replace(ORDER_CALLS[view], text=view.__doc__ or "")
            for verb, path, view in routes.orders.ROUTES
        },
        refusals={kind: _refusal(fault) for kind, fault in FAULTS.items()},
        refusal_shape=replies.refusal,
        common=(
            errors.Unauthenticated,
            Forbidden,
            NotFound,
            MethodNotAllowed,
            HTTPException,
            UnsupportedVersion,
            errors.Throttled,
            Exception,
        ),
        path=PathVariables,
        headers=Headers,
    )


def _refusal(fault: Fault) -> Refusal:
    words = fault.description.replace("{value}", "…").replace("{description}", "Malformed 'phone'")
    document = {
        "@type": "ApiError",
        "code": fault.code,
        "timestamp": MOMENT,
        "description": words,
        "fieldErrors": None,
    }
    return Refusal(fault.code, words, fault.status, document)


def _examples(*names: str) -> tuple[Example, ...]:
    found = []
    for name in names:
        sample = printed(name)
        found.append(Example(name, sample.get("request"), sample["answer"], sample["status"]))
    return tuple(found)


def _lookup(endpoint: str, **told: Any) -> dict[str, Operation]:
    """A call that has its parameters in the query, or else in the body of a POST (D3, D9)."""
    told |= {
        "tag": CUSTOMERS,
        "query": schemas.Lookup,
        "headers": _version(routes.VERSIONS[endpoint]),
        "refusals": LOOKUP,
        "examples": (Example("anna", request=ANNA), *told["examples"]),
    }
    either = "One of the two parameters has to say something; both have to name one customer (D10)."
    ignored = (
        "Where the query says nothing, the parameters are taken from a JSON object in the body; "
        "otherwise the body is ignored, whatever it holds (D3)."
    )
    anything = fields.Raw(metadata=says("Ignored."))
    return {
        f"GET {endpoint}": Operation(more=either, **told),
        f"POST {endpoint}": Operation(
            more=f"{either} {ignored}",
            body=(schemas.Lookup, anything),
            is_body_required=False,
            **told,
        ),
    }


OPERATIONS = {
    **_lookup(
        "show_points",
        title="Points a customer can spend",
        answer=(replies.PointsShown,),
        says="The points.",
        examples=_examples(
            "stats_by_phone",
            "stats_by_pass",
            "stats_without_movements",
            "not_found",
            "not_found_by_13_digits",
            "neither",
        ),
    ),
    **_lookup(
        "show_profile",
        title="Who a customer is",
        answer=(replies.ProfileShown,),
        says="The name, the points and the phone.",
        examples=_examples("profile"),
    ),
    "sign_up": Operation(
        title="A new customer with a card",
        tag=CUSTOMERS,
        headers=_version(routes.VERSIONS["sign_up"]),
        body=(schemas.Signup(today=date.max),),
        answer=(replies.SignupShown,),
        says="The customer, and the number of the card just issued.",
        refusals=(*BODY, CustomerExists, errors.NumbersExhausted),
        examples=_examples("signup"),
    ),
}

_ROUBLES = {"decimals": 2}
# The vendor's printed order on its way, as it is answered when these examples are played.
_ORDER = printed("order")
_OPEN = _ORDER | {
    "purchases": [{"parentId": None, "productId": None} | line for line in _ORDER["purchases"]],
    "merchantOrderNumber": None,
    "merchantCashierId": None,
    "sessionCode": ORDER_ID,
    "id": ORDER_ID,
    "status": "OPEN",
    "customer": None,
    "points": 0,
    "discount": 0.0,
    "pointsApplied": 0,
    "amount": None,
    "refunded": 0.0,
}
_BOUND = _OPEN | {"customer": {"name": "Анна Соколова", **ANNA}, "points": 370}
_ASIDE = _BOUND | {"status": "LOYALTY_CALCULATION", "points": 270, "pointsApplied": 100}
_CLOSED = _ASIDE | {"status": "CLOSED", "points": 293, "amount": 310.0}
_REFUNDED = _CLOSED | {"points": 322, "refunded": 120.0}
_BILL = {"parentRefId": _ORDER["parentRefId"]}


def _bill(order: dict[str, Any]) -> dict[str, Any]:
    return _BILL | {"points": order["points"], "orders": [order]}


def _order(title: str, *refusals: type[Exception], **told: Any) -> Operation:
    answer = told.pop("answer", replies.OrderShown)
    return Operation(
        title=title,
        tag=ORDERS,
        headers=_version(routes.orders.VERSIONS),
        answer=(answer,),
        refusals=refusals,
        **told,
    )


_orders = schemas.orders
ORDER_CALLS = {
    routes.orders.create: _order(
        "Create an order",
        *BODY,
        errors.ReferenceReused,
        body=(_orders.NewOrder(**_ROUBLES),),
        says="The order; the same one again is the one that is there.",
        examples=(Example("latte", _ORDER, _OPEN),),
    ),
    routes.orders.show: _order(
        "An order",
        UnknownOrder,
        says="The order as it stands.",
        examples=(Example("latte", answer=_OPEN),),
    ),
    routes.orders.bind: _order(
        "Whose an order is",
        *BODY,
        *LOOKUP,
        *ORDER,
        errors.PointsSetAside,
        body=(_orders.Customer,),
        says="The order, with the points and the discount of its customer.",
        examples=(Example("anna", ANNA, _BOUND),),
    ),
    routes.orders.bind_bill: _order(
        "Whose a bill is",
        *BODY,
        *LOOKUP,
        *ORDER,
        errors.PointsSetAside,
        body=(_orders.BillOfCustomer,),
        answer=replies.BillShown,
        says="Its open checks.",
        examples=(Example("table", _BILL | ANNA, _bill(_BOUND)),),
    ),
    routes.orders.set_points_aside: _order(
        "Set points aside",
        *BODY,
        *ORDER,
        errors.OrderNotBound,
        errors.InsufficientPoints,
        errors.PaymentTooLarge,
        errors.PaymentTooSmall,
        body=(_orders.Points,),
        says="The order, with so many points set aside instead of those before.",
        examples=(Example("points", {"points": 100}, _ASIDE),),
    ),
    routes.orders.set_points_aside_for_bill: _order(
        "Set points aside for a bill",
        *BODY,
        *ORDER,
        errors.OrderNotBound,
        errors.DifferentMembers,
        errors.InsufficientPoints,
        errors.PaymentTooLarge,
        errors.PaymentTooSmall,
        body=(_orders.PointsOfBill,),
        answer=replies.BillShown,
        says="Its open checks.",
        examples=(Example("table", _BILL | {"points": 100}, _bill(_ASIDE)),),
    ),
    routes.orders.close: _order(
        "Close or cancel an order",
        *BODY,
        *ORDER,
        body=(_orders.Payment(**_ROUBLES),),
        says="The order, closed.",
        examples=(Example("paid", {"amount": 310.0}, _CLOSED),),
    ),
    routes.orders.refund: _order(
        "Give money back",
        *BODY,
        *ORDER,
        errors.RefundTooLarge,
        body=(_orders.Refund(**_ROUBLES),),
        says="The order, with what was given back of it.",
        examples=(Example("part", {"amount": 120.0}, _REFUNDED),),
    ),
}
