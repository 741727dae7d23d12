"""Our refusals as SWiP's `ApiError` (§4.6): the error numbers of §4.8 in one table.

Of the vendor's own numbers only 9 is known; ours begin at 1000 (D17).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, g
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from adapter.core import errors
from adapter.protocols.swip import wire
from adapter.web.errors import reply_for


class Named(errors.LoyaltyError):
    """A refusal that names what it is about."""

    def __init__(self, value: str) -> None:
        super().__init__(type(self).__doc__)
        self.value = value


class UnknownCustomer(Named, errors.UnknownMember):
    """Nobody of this merchant's is known by this."""

    def __init__(self, value: str, *, sought: Iterable[tuple[str, str]] = ()) -> None:
        super().__init__(value)
        self.sought = tuple(sought)


class CustomerBlocked(Named):
    """The customer takes no part."""


class CustomerExists(Named):
    """The phone is a customer's already."""


class UnsupportedVersion(Named):
    """The endpoint has no such version."""


class UnknownOrder(Named):
    """The merchant has no such order."""


class Forbidden(errors.Refused):
    """The token is another merchant's, or the store may not call."""


class BadRequestFields(errors.Invalid):
    """Something is wrong with parameters or fields: `faults` says what, by their names."""

    def __init__(self, description: str, faults: Mapping[str, str]) -> None:
        super().__init__(description)
        self.description, self.faults = description, faults


class InvalidHeader(BadRequestFields):
    """A header is too long, or has control characters in it."""

    def __init__(self, header: str) -> None:
        super().__init__(f"{header} has an invalid value", {header: "is too long or unprintable"})


@dataclass(frozen=True, slots=True)
class Fault:
    """One row of §4.8; braces stand for what the error names."""

    code: int
    description: str
    status: int


FAULTS: dict[type[Exception], Fault] = {
    # Routing and access, in the order of D7
    NotFound: Fault(1004, "Not found", 404),
    MethodNotAllowed: Fault(1005, "Method not allowed", 405),
    errors.Unauthenticated: Fault(1001, "Unauthorized", 401),
    Forbidden: Fault(1003, "Forbidden", 403),
    errors.Throttled: Fault(1006, "Too many requests", 429),
    UnsupportedVersion: Fault(1010, "Unsupported Api-Version[{value}]", 400),
    # The request itself; whatever HTTP has against it is a bad request here
    HTTPException: Fault(1011, "Bad request", 400),
    ValidationError: Fault(1011, "Some fields are wrong", 400),
    BadRequestFields: Fault(1011, "{description}", 400),
    errors.Invalid: Fault(1011, "Some value is wrong", 400),
    # Customers: never a 404 (§11, 5)
    UnknownCustomer: Fault(9, "Customer[{value}] not found", 400),
    errors.UnknownMember: Fault(9, "Customer not found", 400),
    CustomerBlocked: Fault(1012, "Customer[{value}] is blocked", 400),
    errors.MemberInactive: Fault(1012, "Customer is blocked", 400),
    CustomerExists: Fault(1020, "Customer[{value}] already exists", 422),
    # Orders (§8.5)
    UnknownOrder: Fault(1004, "Order[{value}] not found", 404),
    errors.OrderClosed: Fault(1030, "The order is closed", 422),
    errors.OrderNotBound: Fault(1030, "No customer is bound to the order", 422),
    errors.PointsSetAside: Fault(1030, "Points of another customer are set aside", 422),
    errors.DifferentMembers: Fault(1030, "The orders are of different customers", 422),
    errors.RefundTooLarge: Fault(1030, "More than is left to be refunded", 422),
    errors.InsufficientPoints: Fault(1031, "Not enough points", 422),
    errors.PaymentTooLarge: Fault(1031, "More points than may be used for this order", 422),
    errors.PaymentTooSmall: Fault(1031, "Fewer points than may be used at once", 422),
    errors.ReferenceReused: Fault(1030, "The order exists with other contents", 422),
    # What the vendor has no words for
    errors.NotFound: Fault(1004, "Not found", 404),
    errors.Conflict: Fault(1030, "Already in use", 422),
    errors.Refused: Fault(1030, "Refused by the rules of the program", 422),
    errors.LoyaltyError: Fault(1030, "Refused by the rules of the program", 422),
    errors.Unavailable: Fault(1000, "Internal server error", 500),
    Exception: Fault(1000, "Internal server error", 500),
}


def refuse(error: Exception) -> Response:
    """Any error at all as an `ApiError` with all its five keys."""
    fault = reply_for(error, FAULTS)
    response = wire.refusal(
        status=fault.status,
        code=fault.code,
        description=fault.description.format_map(vars(error)),
        field_errors=_field_errors(error),
    )
    if isinstance(error, errors.Throttled):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _field_errors(error: Exception) -> list[dict[str, str]] | None:
    """Objects, never an empty list (D16)."""
    if isinstance(error, BadRequestFields):
        faults: Mapping[str, Any] = error.faults
    elif isinstance(error, ValidationError):
        faults = error.normalized_messages()
    else:
        return None
    return [
        {"field": str(field), "message": _text(said), "objectName": g.get("object_name", "")}
        for field, said in faults.items()
    ] or None


def _text(said: Any) -> str:
    """What marshmallow says of a field, as one sentence."""
    if isinstance(said, dict):
        return "; ".join(f"{name}: {_text(inner)}" for name, inner in said.items())
    return " ".join(map(str, said)) if isinstance(said, list) else str(said)
