"""The shape of what Koshelek sends, read tolerantly: names in any case, numbers as texts."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from marshmallow import (
    EXCLUDE,
    Schema,
    ValidationError,
    fields,
    post_load,
    pre_load,
    validates_schema,
)

from adapter.core.members import ConsentKind
from adapter.protocols.koshelek.mapping import CHANNELS, GENDERS
from adapter.web.shapes import LONGEST_TEXT, is_email, is_line

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Text(fields.Field[str]):
    """A text without blanks around it; a number stands for its digits."""

    def __init__(self, longest: int = LONGEST_TEXT, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.longest = longest

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            raise ValidationError("must be a string")
        value = value.strip()
        if not is_line(value, longest=self.longest):
            raise ValidationError("too long, or with control characters")
        return value


class Day(fields.Field[date]):
    """A calendar day `YYYY-MM-DD`."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> date:
        # The pattern first: fromisoformat reads other notations as well.
        if not isinstance(value, str) or not _DATE.fullmatch(value.strip()):
            raise ValidationError("must be YYYY-MM-DD")
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            raise ValidationError("must be a day of the calendar") from None


class Email(Text):
    """Something that looks like an address."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        if not is_email(text):
            raise ValidationError("must be an e-mail address")
        return text


class IfReadable(fields.Field[Any]):
    """What another field reads; nothing where that one would refuse."""

    def __init__(self, field: fields.Field[Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.field = field

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        try:
            return self.field.deserialize(value, attr, data, **kwargs)
        except ValidationError:
            return None


class Tolerant(Schema):
    """Names in any case, unknown names dropped, `null` and `""` as if absent (2.6, G9)."""

    class Meta:
        unknown = EXCLUDE

    @pre_load
    def fold(self, data: Any, **_: Any) -> dict[str, Any]:
        """The first value given under each name, whatever its case."""
        folded: dict[str, Any] = {}
        for name, value in data.items():
            if value is None or (isinstance(value, str) and not value.strip()):
                continue
            folded.setdefault(name.lower(), value)
        return folded


class Profile(Tolerant):
    """4.3: what a user told of themselves. Nothing is mandatory for an update."""

    phone = Text()
    email = Email()
    last_name = Text(data_key="surname")
    first_name = Text(data_key="firstname")
    patronymic = Text()
    gender = Text(data_key="sex")
    birth_date = Day(data_key="birthdate")
    country = Text(data_key="countrycode")
    locality = Text()

    @post_load
    def known_gender(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The gender as we keep it; a word nobody agreed on says nothing (G9)."""
        if "gender" in data:
            data["gender"] = GENDERS.get(data["gender"].lower())
        return data


class NewHolder(Profile):
    """4.3 for an issue, where the phone is the one thing that must be there (G9)."""

    phone = Text(required=True)


class Search(Tolerant):
    """5.1: what a card may be searched by; what cannot be read is ignored (G18)."""

    phone = IfReadable(Text(), data_key="msisdn")
    email = IfReadable(Text())
    birth_date = IfReadable(Day(), data_key="birthdate")


class Communication(Schema):
    """5.4: channels allowed and denied; those we do not know are dropped (G26)."""

    class Meta:
        unknown = EXCLUDE

    allow = fields.List(fields.String(), load_default=list)
    deny = fields.List(fields.String(), load_default=list)

    @pre_load
    def drop_nulls(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """A list that is `null` is absent."""
        return {name: value for name, value in data.items() if value is not None}

    @post_load
    def consents(self, data: dict[str, list[str]], **_: Any) -> dict[ConsentKind, bool]:
        """Our words for the channels; one that is in both lists is denied."""
        said = {CHANNELS[name]: True for name in data["allow"] if name in CHANNELS}
        return said | {CHANNELS[name]: False for name in data["deny"] if name in CHANNELS}


class Period(Tolerant):
    """5.5: two days, both inclusive; the second may be left out."""

    since = Day(data_key="startdate", required=True)
    until = Day(data_key="enddate")


class Promo(Tolerant):
    """5.9: who, in the order in which we look (G4)."""

    number = Text(data_key="cardnumber")
    phone = Text()
    msisdn = Text()
    email = Text()

    @validates_schema
    def somebody(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a promotion that is nobody's."""
        if not {"number", "phone", "msisdn", "email"} & data.keys():
            raise ValidationError("nobody is named", "cardNumber")


class Receipt(Promo):
    """5.9: the text of a receipt's QR code, under the first of these names (G4)."""

    qrcode = Text(longest=1024)
    qr = Text(longest=1024)
    code = Text(longest=1024)

    @post_load
    def first_text(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The text, wherever it stood."""
        return _first(data, ("qrcode", "qr", "code"), "qrCode")


class Code(Promo):
    """5.9: a promo code, under the first of these names (G5)."""

    code = Text()
    promocode = Text()

    @post_load
    def first_text(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The text, wherever it stood."""
        return _first(data, ("code", "promocode"), "code")


def _first(data: dict[str, Any], names: tuple[str, ...], shown: str) -> dict[str, Any]:
    text = next((data[name] for name in names if name in data), None)
    if text is None:
        raise ValidationError("is missing", shown)
    return data | {"text": text}
