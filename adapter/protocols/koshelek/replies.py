"""The shape of what Koshelek is answered: every elementary value a string (2.5)."""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE, Schema, fields, validate

from adapter.core.cards import BarcodeType
from adapter.web.described import Fragment

_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
# Section 8: a plain decimal, without an exponent and without trailing zeros.
_NUMBER = r"^-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?$"
_WHOLE = r"^-?(0|[1-9][0-9]*)$"


def _text(says: str, pattern: str = "", *, among: Any = (), **kwargs: Any) -> fields.String:
    rules: list[Any] = [validate.Regexp(pattern)] if pattern else []
    rules += [validate.OneOf(list(among))] if among else []
    told: dict[str, Any] = {"required": True, "validate": rules, "metadata": {"description": says}}
    return fields.String(**told | kwargs)


class Reply(Schema):
    """An object that holds what is told of it here, and nothing else."""

    class Meta:
        unknown = RAISE


class NoBytes(fields.Field[Any]):
    """A body of zero bytes, which is what an empty text stands for in the document (G10)."""

    def described(self) -> Fragment:
        """Its shape."""
        says = "Nobody was found: a body of zero bytes."
        return {"type": "string", "maxLength": 0, "description": says}


class BareNumber(fields.Field[Any]):
    """Nothing but the digits of a number, of which the first is not 0 (G1)."""

    def described(self) -> Fragment:
        """Its shape."""
        return {"type": "integer", "minimum": 1, "description": "The number alone (`bare`, G1)."}


class Barcode(Reply):
    """4.1: what a till scans."""

    barcodeNumber = _text("What is scanned.")
    barcodeType = _text("Its symbology.", among=BarcodeType)


class CardShown(Reply):
    """4.1: a card."""

    cardNumber = _text("Number in the program, at most 50 characters; the key in all later paths.")
    cardState = _text(
        "`inactive` as soon as anything keeps it from being used (G17).",
        among=("active", "inactive"),
    )
    barcode = fields.Nested(Barcode, required=True)


class Bonus(Reply):
    """4.2: a part of the balance."""

    description = _text("Why it was given; for people.")
    amount = _text("Points of this part.", _NUMBER)
    validUntil = _text(
        "Last day of its validity; absent where it never ends.", _DAY, required=False
    )


class BonusAccount(Reply):
    """4.2: what is on the account, in points and not in money."""

    total = _text("All points on the account.", _NUMBER)
    available = _text("Points that can be spent now.", _NUMBER)
    bonuses = fields.List(
        fields.Nested(Bonus),
        required=True,
        metadata={"description": "What it is made of, what expires first in front (G8)."},
    )


class CardWithBonus(CardShown):
    """5.2: a card with its balance."""

    bonus = fields.Nested(BonusAccount, required=True)


class CardDocument(Reply):
    """4.1: a card, in one more object."""

    card = fields.Nested(CardShown, required=True)


class CardWithBonusDocument(Reply):
    """5.2: a card with its balance, in one more object."""

    card = fields.Nested(CardWithBonus, required=True)


class Purchase(Reply):
    """5.5: one purchased item."""

    date = _text("Day of the purchase, `YYYY-MM-DD`.", _DAY)
    item = _text("Name of the goods.")
    amount = _text("Price of one, in kopecks, after discounts (G7).", _WHOLE)
    quantity = _text("How many; negative where goods were brought back (G7).", _NUMBER)
    location = _text("Shop.")
    bonuses = _text("Points of this item; empty where there are none.", rf"({_NUMBER})|(^$)")


class Parameter(Reply):
    """5.10: something that is known of a special user."""

    name = _text("What it is called.")
    value = _text("What it says.")


class SpecialUserShown(Reply):
    """5.10: a phone with special conditions."""

    phone = _text("Digits, country code first.", "^[0-9]+$")
    params = fields.List(
        fields.Nested(Parameter),
        required=True,
        metadata={"description": "What is known of them; may be empty."},
    )


class OfferShown(Reply):
    """G6: an offer, in a form of ours, for the vendor's is not known."""

    id = _text("Code of the offer in the program.")
    title = _text("Headline.")
    text = _text("Text.", required=False)
    image = _text("Address of a picture.", required=False)
    since = _text("First day.", _DAY, required=False, data_key="from")
    until = _text("Last day.", _DAY, required=False, data_key="to")


class Nothing(Reply):
    """An object without anything in it."""


def refusal(name: str, codes: list[Any]) -> type[Schema]:
    """The shape of a refusal that has one of these codes (2.4)."""
    said = _text("For support staff, in Russian; it repeats nothing of the request.")
    code = _text("Of our catalogue (G13).", among=codes)
    return Reply.from_dict({"code": code, "description": said}, name=name)
