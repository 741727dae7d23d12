"""The shape of a signup (§7.1); fields it does not know are dropped, as the vendor's page says."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, validates

from adapter.protocols.swip.schemas.fields import (
    Field,
    Phone,
    Text,
    digits_of_a_phone,
    phone_of,
    text_of,
)
from adapter.web.described import PASS, PHONE, Fragment, says

MISSING = "Missing data for required field."  # what tills have been told from the first
LONGEST_NAME = 100
SHORTEST_PHONE, LONGEST_PHONE = 10, 15  # D21
_DAY = re.compile(
    r"(?P<y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})"
    r"|(?P<d_ru>[0-9]{2})\.(?P<m_ru>[0-9]{2})\.(?P<y_ru>[0-9]{4})"
)


class NewPhone(Field):
    """A phone in its normal form, long enough to be kept."""

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> str:
        digits = phone_of(text_of(value).strip())
        if not SHORTEST_PHONE <= len(digits) <= LONGEST_PHONE:
            raise ValidationError(f"must have {SHORTEST_PHONE} to {LONGEST_PHONE} digits")
        return digits

    def described(self) -> Fragment:
        """Its shape."""
        digits = digits_of_a_phone(SHORTEST_PHONE, LONGEST_PHONE)
        return {"type": "string", "pattern": rf"^\s*{digits}\s*$"}


class Name(Text):
    """A name without blanks around it, or nothing."""

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> str | None:
        return super()._deserialize(text_of(value).strip())


class Birthday(Field):
    """A day of the calendar, as `1990-05-17` or `17.05.1990` (D23)."""

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> date | None:
        text = text_of(value).strip()
        found = _DAY.fullmatch(text)
        if not text:
            return None
        if not found:
            raise ValidationError("must be like 1990-05-17")
        try:
            return date(*(int(found[name] or found[f"{name}_ru"]) for name in ("y", "m", "d")))
        except ValueError:
            raise ValidationError("is no day of the calendar") from None

    def described(self) -> Fragment:
        """Its shape; blanks are as good as nothing."""
        day, month, year = "(0[1-9]|[12][0-9]|3[01])", "(0[1-9]|1[0-2])", "[1-9][0-9]{3}"
        forms = rf"{year}-{month}-{day}|{day}\.{month}\.{year}"
        return {"type": "string", "pattern": rf"^\s*({forms})?\s*$"}


class Lookup(Schema):
    """§4.1: how a customer is named; one of the two has to say something (D9)."""

    class Meta:
        unknown = EXCLUDE

    phone = Phone(
        metadata=says(
            "Digits of the phone, country code first; a leading 8 of eleven becomes 7 (§4.2).",
            example=PHONE,
        )
    )
    wallet_pass = Text(
        None, data_key="pass", metadata=says("Id of a wallet pass (§4.3).", example=PASS)
    )


class Signup(Schema):
    """§7.1: who is registered, born `today` at the latest; only the phone has to be told (D22)."""

    class Meta:
        unknown = EXCLUDE

    phone = NewPhone(
        required=True,
        missing=MISSING,
        metadata=says("10 to 15 digits (D21); a leading 8 of eleven becomes 7 (§4.2)."),
    )
    first_name = Name(LONGEST_NAME, data_key="firstName", metadata=says("First name (D22)."))
    last_name = Name(LONGEST_NAME, data_key="lastName", metadata=says("Last name (D22)."))
    birth_date = Birthday(
        data_key="birthday",
        metadata=says("`1990-05-17` or `17.05.1990`, not in the future (D23)."),
    )

    def __init__(self, *, today: date) -> None:
        super().__init__()
        self.today = today

    @validates("birth_date")
    def _refuse_unborn(self, born: date | None, data_key: str) -> None:
        if born is not None and born > self.today:
            raise ValidationError("lies in the future")
