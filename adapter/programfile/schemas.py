"""The shape of a program without its members: settings, shops, credentials, codes."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from marshmallow import ValidationError, post_load, validates_schema

from adapter.core import outbox, phones
from adapter.core.cards import BarcodeType, CardState, numbers
from adapter.core.errors import Invalid
from adapter.core.programs import NumberRange, is_money
from adapter.programfile import fields as read
from adapter.programfile.crm_schemas import crm
from adapter.programfile.fields import Value
from adapter.programfile.given import GivenCard, GivenCode
from adapter.programfile.rule_schemas import CODE, Deal, Tier, earn_rule
from adapter.programfile.shapes import (
    Barcode,
    Shape,
    card,
    card_number,
    many,
    one,
    optional,
    required,
)

_WEBHOOK = re.compile(r"https?://[^\s/?#@]+([/?][^\s#]*)?", re.ASCII)
TO_THE_CONSOLE = "console:"


def _currency(value: Any) -> str:
    code = read.text(3)(value)
    if not (len(code) == 3 and code.isascii() and code.isupper()):
        raise ValidationError("must be three capital letters, such as RUB")
    # A program that has such a one keeps it.
    if code != read.setting().terms.currency and not is_money(code):
        raise ValidationError("is no currency that is paid with, such as RUB")
    return code


def _country(value: Any) -> str:
    code = read.text()(value)
    if not (len(code) == 2 and code.isascii() and code.isupper() and phones.calling_code(code)):
        raise ValidationError("is not a country of ISO 3166, such as RU")
    return code


def _timezone(value: Any) -> str:
    zone = read.text(64)(value)
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, KeyError):
        raise ValidationError("is not a time zone such as Europe/Moscow") from None
    return zone


def _points_text(value: Any) -> str:
    if read.points(value) < 0:
        raise ValidationError("may not be below zero")
    return str(value)


def _paying_balance(value: Any) -> str:
    if value not in ("points", "credit"):
        raise ValidationError("must be points or credit")
    return str(value)


def _webhook(value: Any) -> str:
    address = read.text(1000)(value)
    if address != TO_THE_CONSOLE and not _is_address(address):
        raise ValidationError("must be an address such as https://sms.example.com/send")
    return address


def _event_types(value: Any) -> list[str]:
    known = [*outbox.FAMILIES, *outbox.EventType]
    if not isinstance(value, list) or not value:
        raise ValidationError("must be a list of types such as points.changed, or null for all")
    for given in value:
        if given not in known:
            raise ValidationError(f"has no event named {given!r}: known are {', '.join(known)}")
    return [str(given) for given in value]


def _is_address(text: str) -> bool:
    if not _WEBHOOK.fullmatch(text):
        return False
    try:
        parts = urlsplit(text)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, a bracket that nobody closes
        return False


def _barcode_type(value: Any) -> str:
    return str(read.one_of(BarcodeType)(value))


class Settings(Shape):
    """How a program rewards; exactly what is given is stored."""

    points_decimals = Value(read.integer(0, 4))
    point_value_minor = Value(read.integer(1))
    paying_balance = Value(_paying_balance)
    points_expire_after_days = Value(read.integer(1, 36_500), allow_none=True)
    min_payment_minor = Value(read.integer(0), allow_none=True)
    max_payment_minor = Value(read.integer(1), allow_none=True)
    reservation_minutes = Value(read.integer(1, 525_600))
    allow_negative = Value(read.boolean)
    receipt_points = Value(_points_text, allow_none=True)
    welcome_points = Value(_points_text, allow_none=True)
    short_code_length = Value(read.integer(4, 8))
    short_code_seconds = Value(read.integer(10, 86_400))
    message_webhook = Value(_webhook, allow_none=True)
    crm = Value(crm, allow_none=True)
    event_webhook = Value(_webhook, allow_none=True)
    event_types = Value(_event_types, allow_none=True)
    adjust_limit_points = Value(_points_text, allow_none=True)

    @validates_schema
    def some_payment_is_possible(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse limits between which no payment lies."""
        least, most = data.get("min_payment_minor"), data.get("max_payment_minor")
        if least is not None and most is not None and most < least:
            raise ValidationError({"max_payment_minor": ["is less than min_payment_minor"]})


class CardNumbers(Shape):
    """What the numbers of new cards look like."""

    prefix = Value(read.text(50))
    length = Value(read.integer(1, 50))
    barcode_type = Value(_barcode_type)

    @validates_schema
    def has_numbers(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a range without a single number to give."""
        given = NumberRange(**data)
        for key, check in (("prefix", numbers.check_prefix), ("length", numbers.check_length)):
            try:
                check(given)
            except Invalid as error:
                raise ValidationError({key: [str(error)]}) from None


class Outlet(Shape):
    """A shop and its tills."""

    code = required(read.name())
    name = Value(read.text())
    terminals = many(Value(read.name()))


class Offer(Shape):
    """What the partner wants holders to know; an extension of ours."""

    code = required(read.name(CODE))
    title = required(read.text())
    text = Value(read.text(4000), load_default="")
    image = Value(read.text(1000), load_default="")
    starts_on = optional(read.first_day)
    ends_on = optional(read.last_day)


def _params(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise ValidationError("must be an object")
    wrong = {key: ["must be a text"] for key, param in value.items() if not isinstance(param, str)}
    if wrong:
        raise ValidationError(wrong)
    return {read.text()(key): read.text(4000)(param) for key, param in value.items()}


class SpecialUser(Shape):
    """A phone with special conditions."""

    phone = required(read.phone)
    params = Value(_params, load_default=dict)


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValidationError("must be an object")
    return value


class Basics(Shape):
    """What the rest of a program is read by."""

    currency = Value(_currency)
    country = Value(_country)
    timezone = Value(_timezone)
    settings = one(Settings)
    card_numbers = one(CardNumbers)


class Program(Basics):
    """A program without its long lists."""

    code = required(read.name(CODE))
    name = Value(read.text())
    outlets = many(Outlet)
    # Their shape is their protocol's affair: see credentials.py.
    credentials = many(Value(_object))
    tiers = many(Tier)
    earn_rules = many(Value(earn_rule))
    deals = many(Deal)
    offers = many(Offer)
    special_users = many(SpecialUser)


class PoolNumber(Shape):
    """A number that may become somebody's card."""

    number = required(card_number)
    barcode = one(Barcode)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> GivenCard:
        """The number as a card that waits."""
        return card(data | {"state": CardState.RESERVED})


class PromoCode(Shape):
    """A code typed by a member; all keys but the first three are extensions of ours."""

    code = required(read.name(CODE))
    points = Value(read.points, load_default=0)
    expires_on = optional(read.last_day)
    uses = Value(read.integer(0, 2**31 - 1), load_default=1, allow_none=True)
    used = Value(read.integer(0, 2**31 - 1), load_default=0)
    phone = optional(read.phone)
    membership_key = optional(read.name())

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> GivenCode:
        """The promo code in our words."""
        if data["points"] < 0:
            raise ValidationError({"points": ["may not be below zero"]})
        if data["phone"] and data["membership_key"]:
            raise ValidationError({"phone": ["names a second member beside membership_key"]})
        return GivenCode(
            code=data["code"],
            points_minor=data["points"],
            uses=data["uses"],
            used=data["used"],
            expires_at=data["expires_on"],
            phone=data["phone"],
            membership_key=data["membership_key"],
        )
