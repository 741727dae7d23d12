"""The shape of a member: profile, tier, cards, and opening balances."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from marshmallow import ValidationError, fields, post_load

from adapter.core import members
from adapter.core.amounts import LARGEST_MINOR
from adapter.core.cards import CardState
from adapter.core.errors import Invalid
from adapter.core.ledger import OPENING_REASON, Terms
from adapter.core.members import ConsentKind, IdentityKind, MemberStatus, Profile
from adapter.programfile import fields as read
from adapter.programfile.benefit_schemas import Benefit
from adapter.programfile.condition_schemas import known_tier
from adapter.programfile.fields import MESSAGES, Value, setting
from adapter.programfile.given import GivenCard, GivenLot, GivenMember, GivenPurse
from adapter.programfile.sale_schemas import Transaction
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

_LARGEST_SUM = 2**63 - 1  # of all that a member ever spent, as a column counts it
# Laxer than the protocols are: what other systems have kept for years must be let in.
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


def _email(value: Any) -> str:
    address = read.name()(value)
    if not _EMAIL.fullmatch(address):
        raise ValidationError("must be an e-mail address")
    return address


def _gender(value: Any) -> str:
    if value not in ("f", "m"):
        raise ValidationError("must be f or m")
    return str(value)


def _identity(kind: IdentityKind) -> Callable[[Any], str]:
    return lambda value: members.value_of(kind, read.known_as()(value))


def _state(value: Any) -> CardState:
    state = read.one_of(CardState)(value)
    if state is CardState.LAPSED:
        raise ValidationError("must be one of active, inactive, blocked, reserved")
    return state


def _per_unit(value: Any, *, least: int) -> dict[str, int]:
    """Amounts by unit; every wrong one is told."""
    if not isinstance(value, dict):
        raise ValidationError("must be an object")
    found: dict[str, int] = {}
    wrong: dict[str, Any] = {}
    for code, given in value.items():
        try:
            found[code] = read.minor(given, read.unit(code))
            if found[code] < least:
                wrong[code] = ["may not be below zero"]
        except ValidationError as error:
            wrong[code] = error.messages
        except Invalid as error:
            wrong[code] = [str(error)]
    if wrong:
        raise ValidationError(wrong)
    return found


def _balances(value: Any) -> dict[str, int]:
    found = _per_unit(value, least=-LARGEST_MINOR)
    debts = [code for code, minor in found.items() if minor < 0]
    if debts and not setting().terms.settings.allow_negative:
        refusal = "below zero needs the setting allow_negative"
        raise ValidationError({code: [refusal] for code in debts})
    return found


def _reserved(value: Any) -> dict[str, int]:
    return _per_unit(value, least=0)


def _tier(value: Any) -> str:
    return known_tier(read.text()(value))


def _once(segments: list[str] | None) -> tuple[str, ...] | None:
    return None if segments is None else tuple(dict.fromkeys(segments))


def _consents(value: Any) -> dict[ConsentKind, bool]:
    if not isinstance(value, dict):
        raise ValidationError("must be an object")
    found, wrong = {}, {}
    for word, granted in value.items():
        if word not in list(ConsentKind):
            wrong[word] = ["is not a known key"]
        elif not isinstance(granted, bool):
            wrong[word] = ["must be true or false"]
        else:
            found[ConsentKind(word)] = read.boolean(granted)
    if wrong:
        raise ValidationError(wrong)
    return found


class Card(Shape):
    """A card a member holds."""

    number = required(card_number)
    state = Value(_state)
    barcode = one(Barcode)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> GivenCard:
        """The card in our words."""
        return card(data)


class Lot(Shape):
    """A portion of points; `active_from` is an extension of ours."""

    unit = Value(lambda code: read.unit(code).code, load_default="points")
    amount = required(lambda value: value)
    reason = Value(read.text(), load_default="")
    active_from = optional(read.instant)
    expires_on = optional(read.last_day)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> tuple[str, GivenLot]:
        """The unit, and the lot in our words."""
        try:
            minor = read.minor(data["amount"], read.unit(data["unit"]))
        except ValidationError as error:
            raise ValidationError({"amount": error.messages}) from None
        except Invalid as error:
            raise ValidationError({"amount": [str(error)]}) from None
        if minor <= 0:
            raise ValidationError({"amount": ["must be above zero"]})
        starts, ends = data["active_from"], data["expires_on"]
        if starts and ends and ends <= starts:
            raise ValidationError({"active_from": ["is after expires_on"]})
        return data["unit"], GivenLot(minor, data["reason"], Terms(starts, ends))


class Member(Shape):
    """A person and all that is theirs."""

    phone = optional(read.phone)
    phone_shown = optional(read.name())
    email = optional(_email)
    first_name = optional(read.text())
    last_name = optional(read.text())
    patronymic = optional(read.text())
    birth_date = optional(read.day)
    gender = optional(_gender)
    country = optional(read.text())
    locality = optional(read.text())
    status = optional(read.one_of(MemberStatus))
    tier = optional(_tier)
    segments = fields.List(Value(read.name()), error_messages=MESSAGES)
    membership_key = optional(_identity(IdentityKind.MEMBERSHIP_KEY))
    external_id = optional(_identity(IdentityKind.EXTERNAL_ID))
    passes = many(Value(_identity(IdentityKind.PASS)))
    consents = Value(_consents, load_default=dict)
    cards = many(Card)
    balances = Value(_balances, load_default=dict)
    lots = many(Lot)
    reserved = Value(_reserved, load_default=dict)
    benefits = many(Benefit)
    transactions = many(Transaction)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> GivenMember:
        """The member in our words."""
        if data["phone_shown"] and not data["phone"]:
            raise ValidationError({"phone_shown": ["is how a phone is written that is not given"]})
        if abs(sum(one.sale.worth_minor for one in data["transactions"])) > _LARGEST_SUM:
            raise ValidationError({"transactions": ["sum up to more than can be kept"]})
        return GivenMember(
            profile=Profile(**{key: data[key] for key in Profile.__slots__}),
            status=data["status"],
            tier=data["tier"],
            segments=_once(data.get("segments")),
            membership_key=data["membership_key"],
            external_id=data["external_id"],
            passes=tuple(data["passes"]),
            consents=data["consents"],
            cards=tuple(data["cards"]),
            purses=tuple(_purses(data["balances"], data["lots"], data["reserved"])),
            benefits=tuple(data["benefits"]),
            transactions=tuple(data["transactions"]),
        )


def _purses(
    balances: dict[str, int], lots: Iterable[tuple[str, GivenLot]], reserved: dict[str, int]
) -> Iterable[GivenPurse]:
    by_unit: dict[str, list[GivenLot]] = {}
    for code, minor in balances.items():
        if minor > 0:
            by_unit.setdefault(code, []).append(GivenLot(minor, OPENING_REASON, Terms()))
    for code, lot in lots:
        by_unit.setdefault(code, []).append(lot)
    codes = dict.fromkeys([*by_unit, *(c for c, m in balances.items() if m < 0), *reserved])
    for code in codes:
        held, owed = reserved.get(code, 0), max(-balances.get(code, 0), 0)
        purse = GivenPurse(code, tuple(by_unit.get(code, ())), held, owed)
        _check(purse)
        if purse.lots or purse.owed_minor:
            yield purse


def _check(purse: GivenPurse) -> None:
    """Nothing, if these amounts can stand side by side."""
    now = setting().now
    if sum(lot.minor for lot in purse.lots) > LARGEST_MINOR:
        raise ValidationError({"lots": [f"{purse.unit} sum up to more than can be kept"]})
    starts = ((lot, lot.terms.active_from) for lot in purse.lots)
    active = sum(lot.minor for lot, start in starts if start is None or start <= now)
    if purse.held_minor > active:
        raise ValidationError({"reserved": {purse.unit: ["is more than the lots hold"]}})
    if purse.owed_minor and active > purse.held_minor:
        refusal = "is below zero beside lots that would pay it"
        raise ValidationError({"balances": {purse.unit: [refusal]}})
