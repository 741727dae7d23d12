"""The shape of a benefit: a gift, a voucher, a coupon of one member."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from marshmallow import ValidationError, post_load, validates_schema

from adapter.core import benefits
from adapter.core.benefits import BenefitState
from adapter.core.programs import ProgramTerms
from adapter.programfile import fields as read
from adapter.programfile.condition_schemas import Discount, discount_terms
from adapter.programfile.faults import Faults
from adapter.programfile.fields import Setting, Value, reading_in
from adapter.programfile.given import GivenBenefit
from adapter.programfile.rule_schemas import MOST_USES
from adapter.programfile.shapes import optional, required


def _code(value: Any) -> str:
    key = benefits.code_key(read.name(64)(value))
    # Some letters are two without case.
    return read.text(64)(key)


def _since(value: Any) -> datetime:
    return read.first_day(value) if _is_day(value) else read.instant(value)


def _until(value: Any) -> datetime:
    return read.last_day(value) if _is_day(value) else read.instant(value)


def _is_day(value: Any) -> bool:
    return isinstance(value, str) and "T" not in value


class Benefit(Discount):
    """What a member may use once, so many times, or as often as they like."""

    key = required(read.name(64))
    name = Value(read.text(), load_default="")
    kind = Value(read.name(32), load_default="gift")
    state = optional(read.one_of(BenefitState))
    description = Value(read.text(4000), load_default="")
    image = Value(read.text(1000), load_default="")
    code = optional(_code)
    uses = Value(read.integer(1, MOST_USES), load_default=1, allow_none=True)
    used = Value(read.integer(0, MOST_USES), load_default=0)
    valid_from = optional(_since)
    valid_until = optional(_until)

    @validates_schema
    def may_be_used(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse more uses than there are, and a time that never comes."""
        uses, starts, ends = data["uses"], data["valid_from"], data["valid_until"]
        if uses is not None and data["used"] > uses:
            raise ValidationError({"used": ["is more than uses"]})
        if starts and ends and ends <= starts:
            raise ValidationError({"valid_until": ["is not after valid_from"]})

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> GivenBenefit:
        """The benefit in our words."""
        terms = discount_terms(data)
        return GivenBenefit(
            **{key: data[key] for key in GivenBenefit.__slots__ if key != "terms"}, terms=terms
        )


def benefit_of(given: dict[str, Any], terms: ProgramTerms, now: datetime) -> GivenBenefit:
    """A benefit written as in the file, but not in one.

    Raises:
        FileFaults: It cannot be one.
    """
    faults = Faults()
    with reading_in(Setting(terms, now)):
        try:
            found: GivenBenefit = Benefit().load(given)
        except ValidationError as error:
            faults.add_messages("$", error.messages)
    faults.raise_if_any()
    return found
