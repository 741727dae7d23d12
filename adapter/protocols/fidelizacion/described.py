"""What the calls of fidelizacion's terminals take and answer, for whoever connects to us."""

from __future__ import annotations

from functools import partial
from typing import Any

from marshmallow import Schema, fields, validate
from werkzeug.exceptions import (
    ClientDisconnected,
    HTTPException,
    MethodNotAllowed,
    NotFound,
    RequestEntityTooLarge,
    UnsupportedMediaType,
)

from adapter.core import errors
from adapter.protocols.fidelizacion import auth, replies
from adapter.protocols.fidelizacion.errors import (
    FAULTS,
    CodeSent,
    Fault,
    InvalidField,
    InvalidHeader,
    MissingHeader,
    UnknownBranch,
    WrongCode,
)
from adapter.protocols.fidelizacion.mapping import assets
from adapter.protocols.fidelizacion.schemas import event, member, payment, sale
from adapter.web import described
from adapter.web.described import (
    OUTLET,
    PHONE,
    TERMINAL,
    Description,
    Example,
    Operation,
    Refusal,
    says,
)
from adapter.web.json import BadJson, EncodedBody, NotAnObject
from adapter.web.protocol import NoSettings

SAYS = """\
Tills, kiosks and web shops enrol and identify members, ask what a basket would get, pay with points
or credit, and report sales, returns and events.

Every call is a `POST` with a JSON object. Success or failure is read from `status`: what the
business refuses has HTTP status 200 and `"status": "error"`; other statuses mean that the request
could not be taken (9, 10). The payload of a success stands under `data` and again at the top (2.1).

All amounts are whole numbers of the smallest part of the money, points of the smallest part of a
point: 1500 is 15.00 (3.1). Times are ISO 8601, in UTC where no zone is told (3.2). Nothing is
turned into anything else: `"300"` is no number (3.4). A `null` is as good as nothing, unknown
fields are ignored (3.3), and no answer holds a `null`. A sale is known by its branch and its
`transactionId`: the same one again is answered as before (7).

Numbers such as 5.3 are sections of our own specification of this protocol, which
`docs/protocols/fidelizacion.md` sums up.
"""
MEMBERS, PAYMENTS, SALES, EVENTS = "Members", "Payments", "Sales", "Events"
WHO = (errors.UnknownMember, errors.DifferentMembers)
TAKEN = (errors.PhoneTaken, errors.EmailTaken, errors.IdentityTaken)
# What stands for the parts of a message that only a request can fill.
FILLED = {
    "header": "x-branch-id",
    "message": "quantity must be a positive number",
    "path": "body.transaction.items.0.quantity",
    "identifier": "body.member.phoneNumber",
    "profile": "body.newMemberData",
    "unit": "points",
    "code": "body.payment.verificationCode",
    "sale": "body",
    "asset": "body.usedAssets.0",
}

ANNA = {"phoneNumber": PHONE}
printed = partial(described.printed, __package__)


def _header(name: str, longest: int) -> fields.String:
    required = name in auth.REQUIRED
    rules: list[Any] = [validate.Length(max=longest)]
    rules += [validate.Regexp(r"\S")] if required else []  # else blank is as good as absent
    return fields.String(required=required, validate=rules, metadata=SAID[name])


SAID = {
    "x-branch-id": says("Branch of the business.", example=OUTLET),
    "x-pos-id": says("Terminal.", example=TERMINAL),
    "x-source-type": says("`POS`, `Web`, `Kiosk` or another word.", example="POS"),
    "x-source-name": says("Name of the system that calls.", example="Kassa"),
    "x-source-version": says("Its version, if it is told.", example="3.2"),
}
Headers = Schema.from_dict(
    {header: _header(header, longest) for header, longest in auth.LONGEST.items()},
    name="Headers",
)


def _choice(choices: tuple[str, ...], text: str, example: str) -> fields.String:
    # Blank is as good as absent.
    rule = validate.OneOf([*choices, ""])
    return fields.String(validate=rule, metadata=says(text, example=example))


DetailsHeaders = Schema.from_dict(
    {
        "x-return-assets": _choice(
            tuple(assets.SELECTIONS),
            "Which assets are shown; `active` if left out (4.4).",
            "active",
        ),
        "x-return-benefits": _choice(
            ("false", "true"),
            "Whether a basket is looked at; `false` if left out (5.3).",
            "true",
        ),
    },
    name="DetailsHeaders",
)


def describe(_settings: NoSettings) -> Description:
    """All of it."""
    return Description(
        version="1",
        says=SAYS,
        tags={
            MEMBERS: "Who it is (5.1 to 5.4).",
            PAYMENTS: "With points or credit (5.5).",
            SALES: "And returns (5.6).",
            EVENTS: "Besides sales (5.7).",
        },
        security={
            "key": {
                "type": "apiKey",
                "in": "header",
                "name": "x-api-key",
                "description": "The key of one business (1.2).",
            }
        },
        operations=OPERATIONS,
        refusals={kind: _refusal(fault) for kind, fault in FAULTS.items()},
        refusal_shape=replies.refusal,
        common=(
            errors.Unauthenticated,
            MissingHeader,
            InvalidHeader,
            UnknownBranch,
            NotFound,
            HTTPException,
            MethodNotAllowed,
            RequestEntityTooLarge,
            UnsupportedMediaType,
            EncodedBody,
            BadJson,
            ClientDisconnected,
            NotAnObject,
            InvalidField,
            errors.Throttled,
            errors.Unavailable,
            Exception,
        ),
        headers=Headers,
    )


def _refusal(fault: Fault) -> Refusal:
    words = fault.message.format_map(FILLED)
    error = {"code": fault.code, "message": words}
    if fault.path:
        error["path"] = fault.path.format_map(FILLED)
    return Refusal(fault.code, words, fault.status, {"status": "error", "error": error})


def _examples(*names: str) -> tuple[Example, ...]:
    """The vendor's examples; of their answers it prints `data` alone (2.1).

    If they begin with somebody, then in front of them the same of somebody whom the demo knows.
    """
    found = []
    for name in names:
        sample = printed(name)
        answer = sample["answer"] | sample["answer"].get("data", {})
        found.append(Example(name, sample["request"], _as_ours(answer)))
    asked = found[0].request
    known = [Example("anna", request=asked | {"member": ANNA})] if "member" in asked else []
    return (*known, *found)


def _as_ours(answer: dict[str, Any]) -> dict[str, Any]:
    """The vendor numbers its members, we do not."""
    if "memberId" not in answer:
        return answer
    ours = {"memberId": f"mem_{answer['member']['membershipKey'].replace('-', '')}"}
    return answer | ours | {"data": answer["data"] | ours}


EXPIRY = "2025-09-02T10:25:00.000Z"
HOLDER = {"membershipKey": printed("update")["request"]["member"]["membershipKey"]}


def _code(action: str, asked: dict[str, Any], data: dict[str, Any]) -> Example:
    answer = {"status": "success", "data": data} | data
    return Example(action, {"action": action} | asked, answer)


OPERATIONS = {
    "register": Operation(
        title="Enrol a member",
        tag=MEMBERS,
        body=(member.Wrapped, member.Flat),
        answer=replies.envelope(replies.MemberWritten),
        says="The member, with the key they got.",
        refusals=TAKEN,
        more="The person stands in `newMemberData`, or else flat in the body. A business may want "
        "all of the vendor's nine fields (`strict_registration`).",
        examples=_examples("register"),
    ),
    "update": Operation(
        title="Change a member",
        tag=MEMBERS,
        body=(member.Update,),
        answer=replies.envelope(replies.MemberWritten, message="Member updated successfully"),
        says="The member as it is now.",
        refusals=(*WHO, *TAKEN),
        examples=_examples("update"),
    ),
    "details": Operation(
        title="Who it is, what they have, and what a basket would get",
        tag=MEMBERS,
        headers=DetailsHeaders,
        body=(sale.Details,),
        answer=replies.envelope(replies.DetailsShown),
        says="The member.",
        refusals=(*WHO, WrongCode),
        more="An asset that is of no use is no error here, but told as such.",
        examples=_examples("details", "unknown_member"),
    ),
    "short_code": Operation(
        title="Send, show or verify a one-time code",
        tag=MEMBERS,
        body=(member.SendCode, member.VerifyCode),
        answer=replies.envelope(replies.Nothing, replies.CodeShown, replies.CodeVerified),
        says="Nothing for `send`; the code for `get`; whose it was for `verify`.",
        refusals=(errors.UnknownMember, WrongCode),
        examples=(
            _code("get", {"member": ANNA}, {"shortCode": "4821", "expiresAt": EXPIRY}),
            _code("send", {"member": ANNA}, {}),
            _code("verify", {"shortCode": "4821"}, {"verified": True, "member": HOLDER}),
        ),
    ),
    "pay_or_cancel": Operation(
        title="Pay with points or credit, or cancel such a payment",
        tag=PAYMENTS,
        body=(payment.Pay, payment.CancelPayment),
        answer=replies.envelope(replies.PaymentDone),
        says="What was paid or given back, and what is left.",
        refusals=(
            *WHO,
            errors.MemberInactive,
            errors.InsufficientPoints,
            errors.PaymentTooLarge,
            errors.PaymentTooSmall,
            errors.UnknownPayment,
            errors.PaymentMismatch,
            WrongCode,
            CodeSent,
        ),
        more="Where the business verifies payments (`verify_payments`, 8.3), the first call sends "
        "a code and the second one carries it; elsewhere `verificationCode` is ignored, whatever "
        "it holds.",
        examples=_examples("pay", "cancel_payment", "cancel_payment_with_amount"),
    ),
    "submit_or_cancel": Operation(
        title="Report a sale, or cancel one",
        tag=SALES,
        body=(sale.Submit, sale.Cancel, sale.NestedCancel),
        answer=replies.envelope(replies.SaleDone),
        says="Its code; with a member, what it brought and what is left.",
        refusals=(
            *WHO,
            errors.UnknownTransaction,
            errors.ReferenceReused,
            errors.TransactionCancelled,
            errors.UnknownBenefit,
            errors.BenefitNotUsable,
        ),
        more="Assets are always somebody's: with `usedAssets` a `member` is required. A total "
        "below zero needs a line that is a `return`. A cancellation stands at the top of the body "
        "or in `transaction`; loyalty payments are not touched by it.",
        examples=_examples("transaction", "cancel_top", "cancel_nested"),
    ),
    "report_event": Operation(
        title="Report an event",
        tag=EVENTS,
        body=(event.Report,),
        answer=replies.envelope(replies.Nothing),
        says="Kept.",
        refusals=WHO,
        examples=_examples("event"),
    ),
}
