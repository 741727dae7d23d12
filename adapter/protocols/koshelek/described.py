"""What Koshelek's methods take and answer, for whoever connects to us."""

from __future__ import annotations

from functools import partial

from marshmallow import Schema, ValidationError, fields, validate
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from adapter.core import errors
from adapter.protocols.koshelek import replies, schemas
from adapter.protocols.koshelek.errors import (
    FAULTS,
    Fault,
    NotAgreed,
    NothingToSearchBy,
)
from adapter.protocols.koshelek.settings import ProcessSettings
from adapter.web import described
from adapter.web.described import CARD, POOLED, Description, Example, Operation, Refusal, says
from adapter.web.json import BadJson, BodyTooLarge, EncodedBody, NotAnObject

SAYS = """\
Koshelek's server calls these methods to issue a partner's card in the wallet app, to show its
balance and purchases, and to pass on what a user changed or typed there.

Every elementary value of an answer is a string, also numbers and dates; a key without a value is
left out (2.5). Points are points; `amount` of a purchase is in kopecks. Days are `YYYY-MM-DD` in
the program's own time zone. In requests a number is as good as a text, names are read in any case,
`null` and `""` stand for nothing, and fields that are not told of here are ignored (2.6, G9).

Whatever goes wrong is answered with a code and a description (2.4), with status 422 unless it is
about access (401) or about the address (404, 405). Numbers such as 5.1 and G3 are sections and
decisions of our own specification of this protocol, which `docs/protocols/koshelek.md` sums up.
"""
CARDS, ISSUE, PROMOTIONS, SPECIAL = "Cards", "Issue", "Promotions", "Special users"
BODY = (BadJson, NotAnObject, BodyTooLarge, EncodedBody, ValidationError)
WHO = (errors.UnknownCard, errors.UnknownMember)
PROFILE = (errors.InvalidPhone, errors.PhoneTaken, errors.EmailTaken)
PARTICIPANT = (*WHO, errors.SeveralMatches, errors.InvalidPhone)

CHALLENGE = {
    "description": "That Basic is wanted, in UTF-8 (RFC 7617, G36).",
    "schema": {"type": "string", "pattern": "^Basic realm="},
    "example": 'Basic realm="loyalty", charset="UTF-8"',
}

printed = partial(described.printed, __package__)


class PathVariables(Schema):
    """What stands in a path."""

    number = fields.String(
        required=True,
        validate=validate.Length(min=1),
        metadata=says(
            "Card number, at most 50 characters; leading zeros count (G35).", example=CARD
        ),
    )


class FreeNumber(PathVariables):
    """What stands in the path of an issue."""

    number = fields.String(
        required=True,
        validate=validate.Length(min=1),
        metadata=says("A number that was set aside, or one of the pool.", example=POOLED),
    )


def describe(settings: ProcessSettings) -> Description:
    """All of it, as this process answers."""
    return Description(
        version="1.3.0",
        says=SAYS,
        tags={
            CARDS: "Cards that are there, and their holders (5.1 to 5.5).",
            ISSUE: "New cards (5.6 to 5.8).",
            PROMOTIONS: "Receipts, promo codes and offers, where they were agreed on (5.9, G6).",
            SPECIAL: "Phones with special conditions, where they were agreed on (5.10).",
        },
        security={
            "basic": {
                "type": "http",
                "scheme": "basic",
                "description": "The login and the password of one program (2.1).",
            }
        },
        operations=OPERATIONS,
        refusals={
            kind: _refusal(kind, fault, settings.unauthorized_status)
            for kind, fault in FAULTS.items()
        },
        refusal_shape=replies.refusal,
        common=(
            errors.Unauthenticated,
            NotFound,
            MethodNotAllowed,
            HTTPException,
            errors.Throttled,
            errors.Unavailable,
            Exception,
        ),
        path=PathVariables,
        content_type=settings.content_type.rstrip(";"),
        answer_headers=(
            {401: {"WWW-Authenticate": CHALLENGE}} if settings.unauthorized_status == 401 else {}
        ),
    )


def _refusal(kind: type[Exception], fault: Fault, unauthorized: int) -> Refusal:
    status = unauthorized if kind is errors.Unauthenticated else fault.status
    document = {"code": fault.code, "description": fault.description}
    return Refusal(fault.code, fault.description, status, document)


_PROFILE = Example("profile", request=printed("profile"))
_MESSAGE = "3f0e8c52-9c1b-4a61-8c53-0f2a7a4f6f10"

OPERATIONS = {
    "find_card": Operation(
        title="Find the card of a person",
        tag=CARDS,
        query=schemas.Search,
        answer=(replies.CardDocument, replies.NoBytes()),
        says="The one card that matches; zero bytes where none does.",
        refusals=(NothingToSearchBy, errors.CardBlocked, errors.SeveralMatches),
        more="Parameters are combined with OR, and one that cannot be read is ignored; one of them "
        "has to say something. The phone decides, then the e-mail (G20); a birth date alone finds "
        "nobody (G21).",
        examples=(Example("found", answer=printed("search")),),
    ),
    "show_card": Operation(
        title="A card with its balance",
        tag=CARDS,
        answer=(replies.CardWithBonusDocument,),
        says="The card, and the points of its holder in lots.",
        refusals=(errors.UnknownCard,),
        examples=(Example("card", answer=printed("card")),),
    ),
    "update_profile": Operation(
        title="Take over a changed profile",
        tag=CARDS,
        body=(schemas.Profile,),
        says="Taken over; zero bytes (G2, G10).",
        refusals=(*BODY, *WHO, *PROFILE),
        more="Only fields that say something change the profile; nothing is cleared (G9).",
        examples=(Example("moved", request={"locality": "Тверь"}), _PROFILE),
    ),
    "set_communication": Operation(
        title="Take over allowed and denied channels",
        tag=CARDS,
        body=(schemas.Communication,),
        says="Taken over; zero bytes (G10).",
        refusals=(*BODY, *WHO),
        more="A channel that is named in neither list keeps its state (5.4).",
        examples=(Example("channels", request=printed("communication")),),
    ),
    "list_purchases": Operation(
        title="What the holder of a card bought",
        tag=CARDS,
        query=schemas.Period,
        answer=(fields.List(fields.Nested(replies.Purchase)),),
        says="One element for each purchased item, the newest first, 1000 at most (G7).",
        refusals=(ValidationError, errors.UnknownCard),
        more="Both days are whole and inclusive; the first must not lie after the last.",
        examples=(Example("february", answer=printed("purchases")),),
    ),
    "reserve_number": Operation(
        title="Set a number aside for a new card",
        tag=ISSUE,
        answer=(replies.BareNumber(), fields.String(), replies.CardDocument),
        says="The number: bare, as a string or as a card, as was agreed on (`reservation_form`, "
        "G1).",
        refusals=(errors.NumbersExhausted,),
        more="It is kept for an hour, unless the program says otherwise (G23). `PUT` is an alias.",
        examples=(Example("number", answer=7700000042),),
    ),
    "issue_on_number": Operation(
        title="Issue a card on a number",
        tag=ISSUE,
        path=FreeNumber,
        body=(schemas.NewHolder,),
        says="Issued; zero bytes (G2, G10).",
        refusals=(
            *BODY,
            *PROFILE,
            errors.CardNotReserved,
            errors.NumberTaken,
            errors.AlreadyHoldsCard,
            errors.CardBlocked,
            errors.MemberInactive,
        ),
        more="On a number that was set aside, or on one of the pool. `PUT` is an alias.",
        examples=(Example("vera", request={"phone": "79005559999", "firstname": "Вера"}),),
    ),
    "issue_card": Operation(
        title="Issue a card on a number of our choice",
        tag=ISSUE,
        body=(schemas.NewHolder,),
        answer=(replies.CardDocument,),
        says="The new card, or the one this person holds (G3).",
        refusals=(
            *BODY,
            *PROFILE,
            errors.AlreadyHoldsCard,
            errors.CardBlocked,
            errors.MemberInactive,
            errors.NumbersExhausted,
        ),
        more="Since 1.2.0; where an older version was agreed on, `POST` is answered with 405.",
        examples=(Example("issued", printed("profile"), printed("search")),),
    ),
    "register_receipt": Operation(
        title="Register the receipt a user scanned",
        tag=PROMOTIONS,
        body=(schemas.Receipt,),
        says="Registered, also where the same user did so before; zero bytes (G4).",
        refusals=(*BODY, *PARTICIPANT, NotAgreed, errors.InvalidReceipt, errors.ReceiptTaken),
        more="Since 1.1.0, and off unless agreed on. The user is found by card, else by phone, "
        "else by e-mail; the text is taken from the first of its names that is there.",
        examples=(
            Example(
                "receipt",
                request={
                    "cardNumber": CARD,
                    "qrCode": "t=20250214T1000&s=1299.00&fn=9289000100123456&i=12345"
                    "&fp=987654321&n=1",
                },
            ),
        ),
    ),
    "redeem_code": Operation(
        title="Redeem the promo code a user typed",
        tag=PROMOTIONS,
        body=(schemas.Code,),
        says="Redeemed; zero bytes (G5).",
        refusals=(
            *BODY,
            *PARTICIPANT,
            errors.UnknownPromoCode,
            errors.PromoCodeExpired,
            errors.PromoCodeUsed,
            errors.PromoCodeNotYours,
        ),
        more="Since 1.3.0. The user is found by card, else by phone, else by e-mail.",
        examples=(Example("code", request={"cardNumber": CARD, "code": "SPRING25"}),),
    ),
    "list_offers": Operation(
        title="The partner's offers",
        tag=PROMOTIONS,
        answer=(fields.List(fields.Nested(replies.OfferShown)),),
        says="The offers of today.",
        more="On a path that the partner and Koshelek agreed on (G6).",
        examples=(
            Example("offers", answer=[{"id": "bread", "title": "Второй каравай в подарок"}]),
        ),
    ),
    "take_push_callback": Operation(
        title="What became of a push message",
        tag=PROMOTIONS,
        body=(fields.Raw(metadata=says("Whatever Koshelek sends (G33).")),),
        is_body_required=False,
        answer=(replies.Nothing,),
        says="Kept as it came.",
        more="On a path that the partner and Koshelek agreed on (G33).",
        examples=(Example("delivered", {"messageId": _MESSAGE, "status": "delivered"}, {}),),
    ),
    "list_special_users": Operation(
        title="Phones with special conditions",
        tag=SPECIAL,
        answer=(fields.List(fields.String()),),
        says="Digits only, each once, sorted (G27).",
        refusals=(NotAgreed,),
        examples=(Example("phones", answer=printed("get_all_users")),),
    ),
    "list_special_users_extended": Operation(
        title="Phones with special conditions, and what is known of each",
        tag=SPECIAL,
        answer=(fields.List(fields.Nested(replies.SpecialUserShown)),),
        says="As above, each with its parameters.",
        refusals=(NotAgreed,),
        examples=(Example("users", answer=printed("get_all_users_extended")),),
    ),
}
