"""The shape of what Koshelek sends, read tolerantly: names in any case, numbers as texts."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

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
from adapter.core.phones import LONGEST as LONGEST_PHONE
from adapter.protocols.koshelek.errors import SPELLINGS
from adapter.protocols.koshelek.mapping import CHANNELS, GENDERS, SHORTEST_PHONE
from adapter.web.described import (
    EMAIL,
    NOT_NULL,
    PHONE,
    Fragment,
    line,
    one_at_least,
    says,
    with_nulls,
)
from adapter.web.shapes import LONGEST_TEXT, is_email, is_line

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# A blank text is as good as none (G9).
SAYS_SOMETHING = NOT_NULL | {"pattern": r"\S"}


class Text(fields.Field[str]):
    """A text without blanks around it; a number stands for its digits."""

    def __init__(self, longest: int = LONGEST_TEXT, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.longest = longest

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        if isinstance(value, int | Decimal) and not isinstance(value, bool) and value == int(value):
            value = str(int(value))
        if not isinstance(value, str):
            raise ValidationError("must be a string")
        value = value.strip()
        if not is_line(value, longest=self.longest):
            raise ValidationError("too long, or with control characters")
        return value

    def described(self) -> Fragment:
        """Its shape; what its pattern limits is the text without the blanks around it."""
        return {"type": ["string", "integer"], "pattern": line(self.longest)}


class Phone(Text):
    """A text with the digits of a phone, whatever stands between them (G18)."""

    def described(self) -> Fragment:
        """Its shape: so many digits; blanks are as good as nothing, where nothing will do."""
        digits = rf"[^0-9]*([0-9][^0-9]*){{{SHORTEST_PHONE},{LONGEST_PHONE}}}"
        pattern = rf"^{digits}$" if self.required else rf"^(\s*|{digits})$"
        least, most = 10 ** (SHORTEST_PHONE - 1), 10**LONGEST_PHONE - 1
        shape = super().described() | {"minimum": least, "maximum": most}
        return shape | {"allOf": [{"pattern": pattern}]}


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

    def described(self) -> Fragment:
        """Its shape."""
        day = {"type": "string", "format": "date", "pattern": f"^{_DATE.pattern}$"}
        return day if self.required else {"anyOf": [day, {"type": "string", "pattern": r"^\s*$"}]}


class BirthDay(Day):
    """A day on which somebody alive may have been born; which exactly, is looked at later."""

    def described(self) -> Fragment:
        """Its shape; blanks are as good as nothing."""
        day = r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
        return {"type": "string", "pattern": rf"^\s*({day})?\s*$"}


class Email(Text):
    """Something that looks like an address."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        if not is_email(text):
            raise ValidationError("must be an e-mail address")
        return text

    def described(self) -> Fragment:
        """Its shape; blanks are as good as nothing."""
        part = r"[^@\s\x00-\x1f\x7f-\x9f]+"
        pattern = rf"^\s*({part}@{part}\.{part})?\s*$"
        return super().described() | {"type": "string", "allOf": [{"pattern": pattern}]}


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

    def described(self) -> Fragment:
        """Its shape: any text."""
        return {"type": "string"}


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

    def described(self, document: Fragment) -> Fragment:
        """Its shape: names as the vendor spells them, and nulls."""
        spelled = {
            SPELLINGS.get(name, name): shape for name, shape in document["properties"].items()
        }
        required = [SPELLINGS.get(name, name) for name in document.get("required", ())]
        return with_nulls(document | {"properties": spelled, "required": required})


class Profile(Tolerant):
    """4.3: what a user told of themselves. Nothing is mandatory for an update."""

    phone = Phone(metadata=says("Country code first; whatever is no digit is dropped (G18)."))
    email = Email(metadata=says("Compared without regard to case (G19)."))
    last_name = Text(data_key="surname", metadata=says("Usually Cyrillic."))
    first_name = Text(data_key="firstname", metadata=says("Usually Cyrillic."))
    patronymic = Text(metadata=says("Often absent."))
    gender = Text(
        data_key="sex",
        metadata=says("`m` or `f`, `м` or `ж`, `male` or `female`; other words are ignored (G9)."),
    )
    birth_date = BirthDay(
        data_key="birthdate",
        metadata=says("`YYYY-MM-DD`, from 1900-01-01 to today."),
    )
    country = Text(
        data_key="countrycode",
        metadata=says("ISO 3166 alpha-2; other texts are kept as they are (G9)."),
    )
    locality = Text(metadata=says("Town."))

    @post_load
    def known_gender(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The gender as we keep it; a word nobody agreed on says nothing (G9)."""
        if "gender" in data:
            data["gender"] = GENDERS.get(data["gender"].lower())
        return data


class NewHolder(Profile):
    """4.3 for an issue, where the phone is the one thing that must be there (G9)."""

    phone = Phone(
        required=True,
        metadata=says("Country code first; whatever is no digit is dropped (G18)."),
    )


class Search(Tolerant):
    """5.1: what a card may be searched by; what cannot be read is ignored (G18)."""

    phone = IfReadable(
        Text(),
        data_key="msisdn",
        metadata=says(
            "Phone without a leading `+`, its country code first; up to 15 digits.", example=PHONE
        ),
    )
    email = IfReadable(Text(), metadata=says("E-mail address of the profile.", example=EMAIL))
    birth_date = IfReadable(
        Day(),
        data_key="birthdate",
        metadata=says(
            "`YYYY-MM-DD`. Finds nobody alone, and tells several people apart (G21).",
            example="1988-11-02",
        ),
    )


class Communication(Schema):
    """5.4: channels allowed and denied; those we do not know are dropped (G26)."""

    class Meta:
        unknown = EXCLUDE

    allow = fields.List(
        fields.String(),
        load_default=list,
        metadata=says("Allowed: `sms`, `email`, `call`, `push`; other names are ignored."),
    )
    deny = fields.List(
        fields.String(),
        load_default=list,
        metadata=says("Denied, likewise; a channel in both lists is denied."),
    )

    def described(self, document: Fragment) -> Fragment:
        """Its shape: a list may be null."""
        return with_nulls(document)

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

    since = Day(
        data_key="startdate",
        required=True,
        metadata=says("First day, `YYYY-MM-DD`.", example="2025-01-01"),
    )
    until = Day(
        data_key="enddate",
        metadata=says("Last day, `YYYY-MM-DD`; today if left out (G7).", example="2034-12-31"),
    )


class Promo(Tolerant):
    """5.9: who, in the order in which we look (G4)."""

    number = Text(data_key="cardnumber", metadata=says("Number of the user's card."))
    phone = Text(metadata=says("Phone of the user."))
    msisdn = Text(metadata=says("Another name of `phone`."))
    email = Text(metadata=says("E-mail address of the user."))
    # Fields that hold what it is about, of which one must be there.
    texts: ClassVar[tuple[str, ...]] = ()

    def described(self, document: Fragment) -> Fragment:
        """Its shape: somebody is named, and something is told."""
        found = super().described(document)
        who = ("cardNumber", "phone", "msisdn", "email")
        texts = [SPELLINGS.get(name, name) for name in self.texts]
        return one_at_least(
            one_at_least(found, who, being=SAYS_SOMETHING), texts, being=SAYS_SOMETHING
        )

    @validates_schema
    def somebody(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a promotion that is nobody's."""
        if not {"number", "phone", "msisdn", "email"} & data.keys():
            raise ValidationError("nobody is named", "cardNumber")


class Receipt(Promo):
    """5.9: the text of a receipt's QR code, under the first of these names (G4)."""

    texts = ("qrcode", "qr", "code")

    qrcode = Text(
        longest=1024,
        metadata=says("Text of the receipt's QR code, `t=…&s=…&fn=…&i=…&fp=…&n=…`."),
    )
    qr = Text(longest=1024, metadata=says("Another name of `qrCode`."))
    code = Text(longest=1024, metadata=says("Another name of `qrCode`."))

    @post_load
    def first_text(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The text, wherever it stood."""
        return _first(data, self.texts, "qrCode")


class Code(Promo):
    """5.9: a promo code, under the first of these names (G5)."""

    texts = ("code", "promocode")

    code = Text(metadata=says("Promo code as the user typed it."))
    promocode = Text(metadata=says("Another name of `code`."))

    @post_load
    def first_text(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The text, wherever it stood."""
        return _first(data, self.texts, "code")


def _first(data: dict[str, Any], names: tuple[str, ...], shown: str) -> dict[str, Any]:
    text = next((data[name] for name in names if name in data), None)
    if text is None:
        raise ValidationError("is missing", shown)
    return data | {"text": text}
