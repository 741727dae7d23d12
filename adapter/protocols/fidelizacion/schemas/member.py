"""Members: how one is named, and what is told of them (4.1, 4.2, 5.1 to 5.4)."""

from __future__ import annotations

from typing import Any, ClassVar

from marshmallow import ValidationError, validates_schema

from adapter.protocols.fidelizacion.schemas.fields import (
    Choice,
    Day,
    Email,
    Flag,
    Object,
    Phone,
    Text,
)
from adapter.protocols.fidelizacion.schemas.strict import Strict
from adapter.web.described import Fragment, one_at_least, says

LONGEST_NAME = 100
LONGEST_EXTERNAL_ID = 64
ACTIONS = ("send", "get", "verify")


class Identifier(Strict):
    """4.1: who is meant; several parts sharpen the match."""

    phone = Phone(data_key="phoneNumber", metadata=says("6 to 15 digits (3.5)."))
    email = Email(metadata=says("Compared without regard to case (3.6)."))
    membership_key = Text(data_key="membershipKey", metadata=says("Key we gave the member."))
    external_id = Text(
        LONGEST_EXTERNAL_ID,
        data_key="externalId",
        metadata=says("Barcode, card number or another outside reference."),
    )

    def described(self, document: Fragment) -> Fragment:
        """Its shape: somebody is named."""
        return one_at_least(super().described(document), document["properties"])

    @validates_schema
    def somebody(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a member who is not named at all."""
        if not data:
            raise ValidationError(
                "must contain at least one of [phoneNumber, email, membershipKey, externalId]"
            )


class IdentifierOrCode(Identifier):
    """4.1 for details, where a one-time code names its member too (8.2)."""

    short_code = Text(
        data_key="shortCode", metadata=says("One-time code, used up by looking (8.2).")
    )


class Reachable(Identifier):
    """5.4: somebody whom a message can reach, named in exactly one way."""

    def described(self, document: Fragment) -> Fragment:
        """Its shape: one of two, and nothing else."""
        nothing = {"type": "null"}
        told = document["properties"]
        choices = [
            {
                "required": [name],
                "properties": {one: {} if one == name else nothing for one in told}
                | {name: {"type": "string"}},
            }
            for name in ("phoneNumber", "email")
        ]
        return super(Identifier, self).described(document) | {"anyOf": choices}

    @validates_schema
    def somebody(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse nobody, two identifiers, and one that is no address."""
        if len(data) > 1:
            raise ValidationError("must contain only one of [phoneNumber, email]")
        if not data.keys() & {"phone", "email"}:
            raise ValidationError("must contain at least one of [phoneNumber, email]")


class MemberData(Strict):
    """4.2: what a terminal knows of a person."""

    phone = Phone(data_key="phoneNumber", metadata=says("6 to 15 digits (3.5)."))
    email = Email(metadata=says("An e-mail address (3.6)."))
    first_name = Text(LONGEST_NAME, data_key="firstName", metadata=says("First name."))
    last_name = Text(LONGEST_NAME, data_key="lastName", metadata=says("Last name."))
    sms = Flag(data_key="allowedSMS", metadata=says("Whether SMS may be sent (8.1)."))
    email_allowed = Flag(data_key="allowedEmail", metadata=says("Whether e-mail may be sent."))
    terms_of_use = Flag(data_key="termsOfUse", metadata=says("Whether they accepted the terms."))
    gdpr = Flag(metadata=says("Whether their data may be processed."))
    birth_date = Day(data_key="birthday", metadata=says("`1988-04-09`; of a date-time, its date."))
    external_id = Text(
        LONGEST_EXTERNAL_ID, data_key="externalId", metadata=says("An outside reference.")
    )


class NewMember(MemberData):
    """4.2 for a registration: a phone or an e-mail must be there."""

    phone = Phone(data_key="phoneNumber", unless="email", metadata=says("6 to 15 digits (3.5)."))


class StrictNewMember(MemberData):
    """4.2 for a business that wants all nine fields of the vendor's page (5.1)."""

    phone = Phone(data_key="phoneNumber", required=True)
    email = Email(required=True)
    first_name = Text(LONGEST_NAME, data_key="firstName", required=True)
    last_name = Text(LONGEST_NAME, data_key="lastName", required=True)
    sms = Flag(data_key="allowedSMS", required=True)
    email_allowed = Flag(data_key="allowedEmail", required=True)
    terms_of_use = Flag(data_key="termsOfUse", required=True)
    gdpr = Flag(required=True)
    birth_date = Day(data_key="birthday", required=True)


class Wrapped(Strict):
    """5.1: a newcomer in the one of the two places that counts if it is there."""

    newcomer = Object(NewMember, data_key="newMemberData", required=True)


class Flat(NewMember):
    """5.1: a newcomer flat in the body."""

    def described(self, document: Fragment) -> Fragment:
        """Its shape: there is no other newcomer."""
        found = super().described(document)
        other = {"not": {"type": "object"}, "description": "No object, or this one counts."}
        return found | {"properties": found["properties"] | {"newMemberData": other}}


class Changes(MemberData):
    """4.2 for an update: one known field at least."""

    def described(self, document: Fragment) -> Fragment:
        """Its shape: something is told."""
        return one_at_least(super().described(document), document["properties"])

    @validates_schema
    def something(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse an update that says nothing."""
        if not data:
            raise ValidationError("must have at least 1 key")


class Update(Strict):
    """5.2: whom, and what changes."""

    member = Object(Identifier, required=True)
    changes = Object(Changes, data_key="newMemberData", required=True)


class SendCode(Strict):
    """5.4: the actions that need somebody; also what an unknown action is read as."""

    action = Choice(
        *ACTIONS,
        here=("send", "get"),
        required=True,
        metadata=says("`send` a code to the member, or `get` it to show it."),
    )
    member = Object(Reachable, required=True)


class VerifyCode(Strict):
    """5.4: the action that needs a code."""

    aliases: ClassVar = {"shortCode": ("code", "verificationCode")}

    action = Choice(
        *ACTIONS, here=("verify",), required=True, metadata=says("`verify` a code and use it up.")
    )
    member = Object(Reachable, metadata=says("Whose the code has to be, if that is known."))
    short_code = Text(data_key="shortCode", required=True, metadata=says("The code."))
