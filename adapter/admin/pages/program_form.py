"""The form of a program's settings: every field with what it means and in which unit it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from adapter.admin.forms import ReasonForm, choices
from adapter.admin.i18n import Lazy, _l
from adapter.core.cards import BarcodeType
from adapter.core.programs import NumberRange, Program, Settings

NUMBERS = (
    "points_decimals",
    "point_value_minor",
    "points_expire_after_days",
    "min_payment_minor",
    "max_payment_minor",
    "reservation_minutes",
    "short_code_length",
    "short_code_seconds",
)
POINTS = ("receipt_points", "welcome_points", "adjust_limit_points")
TEXTS = ("paying_balance", "message_webhook", "event_webhook")
FLAGS = ("allow_negative",)
LISTS = ("event_types",)
BASICS = ("name", "currency", "country", "timezone")
OF_NUMBERS = ("prefix", "length", "barcode_type")
# What may part thousands as well as the whole from its part is nobody's to guess.
_THOUSANDS = re.compile(r",[0-9]{3}(?![0-9])")
_SHORT, _LONG = Length(max=100), Length(max=1000)


class ProgramForm(ReasonForm):
    """What a program is, and how it rewards."""

    seen = HiddenField()
    name = StringField(_l("Name"), [Length(max=255)], description=_l("As members read it."))
    currency = StringField(
        _l("Currency"),
        [DataRequired(), _SHORT],
        description=_l(
            "Three letters, such as RUB. Cannot change once points or money are kept in it."
        ),
    )
    country = StringField(
        _l("Country"),
        [DataRequired(), _SHORT],
        description=_l("Two letters: how a phone without a country code is read."),
    )
    timezone = StringField(
        _l("Time zone"),
        [DataRequired(), _SHORT],
        description=_l("When a day begins and ends, such as Europe/Moscow."),
    )
    points_decimals = StringField(
        _l("Decimals of a point"),
        [_SHORT],
        description=_l("0 to 4. Cannot change once points have moved."),
    )
    point_value_minor = StringField(
        _l("Value of a point's smallest part"),
        [_SHORT],
        description=_l("In the smallest part of the currency: what it pays, and what is owed."),
    )
    paying_balance = SelectField(
        _l("Members pay with"),
        choices=choices([("points", _l("points")), ("credit", _l("credit, which is money"))]),
    )
    points_expire_after_days = StringField(
        _l("Points live for"), [_SHORT], description=_l("Days; empty: for ever.")
    )
    min_payment_minor = StringField(
        _l("Smallest payment"),
        [_SHORT],
        description=_l("In the smallest part of the currency; empty: any."),
    )
    max_payment_minor = StringField(
        _l("Largest payment"),
        [_SHORT],
        description=_l("In the smallest part of the currency; empty: any."),
    )
    reservation_minutes = StringField(
        _l("What is set aside waits for"), [_SHORT], description=_l("Minutes; then it is free.")
    )
    allow_negative = BooleanField(
        _l("A balance may go below zero"),
        description=_l("When goods come back whose points are spent already."),
    )
    welcome_points = StringField(
        _l("Points for joining"), [_SHORT], description=_l("Whole points; empty: none.")
    )
    receipt_points = StringField(
        _l("Points for a scanned receipt"), [_SHORT], description=_l("Whole points; empty: none.")
    )
    adjust_limit_points = StringField(
        _l("A second person approves adjustments above"),
        [_SHORT],
        description=_l("Whole points, of one person for a member in 24 hours; empty: no limit."),
    )
    short_code_length = StringField(
        _l("Digits of a one-time code"), [_SHORT], description=_l("4 to 8.")
    )
    short_code_seconds = StringField(
        _l("A one-time code lives for"), [_SHORT], description=_l("Seconds, 10 to 86400.")
    )
    message_webhook = StringField(
        _l("Where one-time codes are sent"),
        [_LONG],
        description=_l("The address of your gateway; empty: nowhere."),
    )
    event_webhook = StringField(
        _l("Where events are sent"),
        [_LONG],
        description=_l("The address of your CRM; empty: nowhere."),
    )
    event_types = TextAreaField(
        _l("Which events"), [Length(max=4000)], description=_l("One a line; empty: all of them.")
    )
    prefix = StringField(
        _l("Card numbers begin with"), [_SHORT], description=_l("Digits of new numbers.")
    )
    length = StringField(
        _l("Length of card numbers"), [_SHORT], description=_l("Digits in all, 50 at most.")
    )
    barcode_type = SelectField(
        _l("Barcode of new cards"), choices=choices((one, one) for one in BarcodeType)
    )


GROUPS: tuple[tuple[Lazy, tuple[str, ...]], ...] = (
    (_l("The program"), BASICS),
    (
        _l("Points"),
        (
            "points_decimals",
            "point_value_minor",
            "points_expire_after_days",
            "welcome_points",
            "receipt_points",
            "allow_negative",
        ),
    ),
    (
        _l("Payments"),
        ("paying_balance", "min_payment_minor", "max_payment_minor", "reservation_minutes"),
    ),
    (_l("Support"), ("adjust_limit_points",)),
    (_l("Cards"), OF_NUMBERS),
    (
        _l("Messages and events"),
        (
            "short_code_length",
            "short_code_seconds",
            "message_webhook",
            "event_webhook",
            "event_types",
        ),
    ),
)


def field_of(path: str) -> Any:
    """The field that is about a part of a program's document, if one is."""
    return getattr(ProgramForm, path.rpartition(".")[2], None)


def filled(program: Program) -> dict[str, Any]:
    """What the form says of a program as it is: what it does not say itself is as usual."""
    settings = asdict(Settings()) | program.settings
    found = {name: getattr(program, name) for name in BASICS}
    for name in (*NUMBERS, *POINTS, *TEXTS):
        value = settings.get(name)
        found[name] = "" if value is None else str(value)
    for name in FLAGS:
        found[name] = bool(settings.get(name))
    for name in LISTS:
        found[name] = "\n".join(settings.get(name) or [])
    return found | asdict(NumberRange()) | program.card_numbers


def document(form: ProgramForm, program: Program) -> dict[str, Any]:
    """What was typed, as the program file would say it; what no field is about stays as it is."""
    numbers: dict[str, Any] = {name: form[name].data or None for name in OF_NUMBERS}
    numbers["length"] = _number(form.length.data)
    return {
        **{name: form[name].data or "" for name in BASICS},
        "settings": _settings(form, program.settings),
        "card_numbers": _unusual(numbers, program.card_numbers, asdict(NumberRange())),
    }


def _settings(form: ProgramForm, before: Mapping[str, Any]) -> dict[str, Any]:
    typed: dict[str, Any] = {name: _number(form[name].data) for name in NUMBERS}
    typed |= {name: _points(form[name].data) for name in POINTS}
    typed |= {name: form[name].data or None for name in TEXTS}
    typed |= {name: form[name].data for name in FLAGS}
    typed |= {name: _lines(form[name].data) for name in LISTS}
    others = {name: value for name, value in before.items() if name not in typed}
    return others | _unusual(typed, before, asdict(Settings()))


def _unusual(
    typed: Mapping[str, Any], before: Mapping[str, Any], usual: Mapping[str, Any]
) -> dict[str, Any]:
    """What is to be kept: what was kept before, and what is not as usual; empty is not said."""
    return {
        name: value
        for name, value in typed.items()
        if (value is not None and (name in before or value != usual.get(name)))
        or (value is None and name in before and before[name] is None)
    }


def _number(text: str | None) -> Any:
    """A whole number where it is one, the text where it is not; the schema says what is wrong."""
    if not text:
        return None
    return int(text) if re.fullmatch(r"-?[0-9]{1,18}", text) else text


def _points(text: str | None) -> str | None:
    """Points as the file has them: with a point where a comma was typed."""
    if not text or _THOUSANDS.search(text):
        return text or None
    return text.replace(",", ".")


def _lines(text: str | None) -> list[str] | None:
    return [line.strip() for line in (text or "").splitlines() if line.strip()] or None
