"""Our refusals in the vendor's form: section 9 as one table, with its column of HTTP statuses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, g
from werkzeug.exceptions import (
    ClientDisconnected,
    HTTPException,
    MethodNotAllowed,
    NotFound,
    RequestEntityTooLarge,
    UnsupportedMediaType,
)

from adapter.core import errors
from adapter.protocols.fidelizacion import wire
from adapter.web.errors import reply_for
from adapter.web.json import BadJson, EncodedBody, NotAnObject


class HeaderFault(errors.Refused):
    """Something is wrong with a header."""

    def __init__(self, header: str) -> None:
        super().__init__(f"{header} is wrong")
        self.header = header


class MissingHeader(HeaderFault):
    """A header every call must carry is absent or blank."""


class InvalidHeader(HeaderFault):
    """A header says what it cannot say, or is too long."""


class UnknownBranch(errors.Refused):
    """The business keeps a list of branches, and this one is not on it."""


class InvalidField(errors.Invalid):
    """A field is not as it must be: which one, and in what respect."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(message)
        self.path = path
        self.message = message


class WrongCode(errors.Refused):
    """A verification code that is wrong, used, or past its time."""


class CodeSent(errors.Refused):
    """The payment needs a code, which is on its way to the member."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One row of section 9. `path` says which field is to blame, if one is.

    Braces stand for what the error knows (`{header}`) or the route has noted (`{member}`); a path
    of which a part is not known is left out.
    """

    code: str
    message: str
    status: int = 200
    path: str = ""


FAULTS: dict[type[Exception], Fault] = {
    # Access (1.3: nobody unknown gets beyond the first of these)
    errors.Unauthenticated: Fault(
        "4010000", "Missing or invalid API key", 401, "headers.x-api-key"
    ),
    MissingHeader: Fault("4000001", "{header} header is required", 400, "headers.{header}"),
    InvalidHeader: Fault(
        "4000003", "{header} header has an invalid value", 400, "headers.{header}"
    ),
    UnknownBranch: Fault(
        "4030001", "Branch is not registered for this API key", 403, "headers.x-branch-id"
    ),
    # HTTP; an address that cannot be read is none of ours
    NotFound: Fault("4040000", "Not Found", 404),
    HTTPException: Fault("4040000", "Not Found", 404),
    MethodNotAllowed: Fault("4050000", "Method not allowed", 405),
    RequestEntityTooLarge: Fault("4130000", "Request body is too large", 413),
    UnsupportedMediaType: Fault(
        "4150000", "Content-Type must be application/json", 415, "headers.content-type"
    ),
    EncodedBody: Fault(
        "4150000", "Content-Encoding is not accepted", 415, "headers.content-encoding"
    ),
    errors.Throttled: Fault("4290000", "Too many requests", 429),
    # The request itself
    BadJson: Fault("4000002", "Request body is not valid JSON", 400, "body"),
    ClientDisconnected: Fault("4000002", "Request body is not valid JSON", 400, "body"),
    NotAnObject: Fault("1001", "body must be of type object", 400, "body"),
    InvalidField: Fault("1001", "{message}", 400, "{path}"),
    errors.Invalid: Fault("1001", "The request has an invalid value", 400),
    # Members
    errors.UnknownMember: Fault(
        "203", "Cannot find any member with the given identifier!", path="{identifier}"
    ),
    errors.UnknownCard: Fault(
        "203", "Cannot find any member with the given identifier!", path="{identifier}"
    ),
    errors.PhoneTaken: Fault(
        "204", "Member already exists with the same phone number!", path="{profile}.phoneNumber"
    ),
    errors.EmailTaken: Fault(
        "204", "Member already exists with the same email!", path="{profile}.email"
    ),
    errors.IdentityTaken: Fault(
        "204", "Member already exists with the same externalId!", path="{profile}.externalId"
    ),
    errors.MemberInactive: Fault("4001101", "Member is not active", path="body.member"),
    errors.DifferentMembers: Fault(
        "4001102", "The given identifiers belong to different members", path="body.member"
    ),
    # Payments
    errors.InsufficientPoints: Fault(
        "407", "{unit}Balance balance for members is insufficient to process the payment!"
    ),
    errors.PaymentTooLarge: Fault(
        "4007009", "Payment amount is over the allowed limit", path="body.payment.amount"
    ),
    errors.PaymentTooSmall: Fault(
        "4007010", "Payment amount is below the allowed limit", path="body.payment.amount"
    ),
    errors.UnknownPayment: Fault(
        "4007101",
        "No payment matches the given confirmation code",
        path="body.payment.confirmationCode",
    ),
    errors.PaymentMismatch: Fault(
        "4007102", "Cancellation amount does not match the payment", path="body.payment.amount"
    ),
    WrongCode: Fault("4007004", "Invalid verification code", path="{code}"),
    CodeSent: Fault(
        "4007005", "A verification code was sent, repeat the request with it", path="{code}"
    ),
    # Sales
    errors.UnknownTransaction: Fault(
        "4006101",
        "No transaction matches the given confirmation code",
        path="{sale}.confirmationCode",
    ),
    errors.ReferenceReused: Fault(
        "4006102",
        "Transaction id was already used with different content",
        path="body.transaction.transactionId",
    ),
    errors.TransactionCancelled: Fault(
        "4006103", "Transaction was already cancelled", path="body.transaction.transactionId"
    ),
    errors.UnknownBenefit: Fault("4008101", "Asset not found for this member", path="{asset}"),
    errors.BenefitNotUsable: Fault("4008102", "Asset is not redeemable", path="{asset}"),
    # What the vendor has no words for, in ours
    errors.NotFound: Fault("4000101", "Not found in this business"),
    errors.Conflict: Fault("4000102", "Already in use"),
    errors.Refused: Fault("4000103", "Refused by the rules of the business"),
    errors.LoyaltyError: Fault("4000103", "Refused by the rules of the business"),
    # Section 10: whoever gets a 5xx tries again
    errors.Unavailable: Fault("500", "Server error", 500),
    Exception: Fault("500", "Server error", 500),
}


def blame(**fields: str) -> None:
    """Note where in this request the fields stand that a refusal may have to name."""
    g.setdefault("blamed", {}).update(fields)


def refuse(error: Exception) -> Response:
    """Any error at all as a code, a message and the field to blame (2.2)."""
    fault = reply_for(error, FAULTS)
    known = _known_of(error) | g.get("blamed", {})
    response = wire.refusal(
        code=fault.code,
        message=fault.message.format_map(known),
        path=_path(fault, known),
        status=fault.status,
    )
    if isinstance(error, errors.Throttled):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _path(fault: Fault, known: dict[str, Any]) -> str | None:
    try:
        return fault.path.format_map(known) or None
    except KeyError:
        return None


def _known_of(error: Exception) -> dict[str, Any]:
    if isinstance(error, errors.InsufficientPoints):
        return {"unit": error.wanted.unit.code}
    if isinstance(error, HeaderFault | InvalidField):
        return vars(error)
    return {}
