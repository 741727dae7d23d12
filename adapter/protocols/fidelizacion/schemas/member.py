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

LONGEST_NAME = 100
LONGEST_EXTERNAL_ID = 64
ACTIONS = ("send", "get", "verify")


class Identifier(Strict):
    """4.1: who is meant; several parts sharpen the match."""

    phone = Phone(data_key="phoneNumber")
    email = Email()
    membership_key = Text(data_key="membershipKey")
    external_id = Text(LONGEST_EXTERNAL_ID, data_key="externalId")

    @validates_schema
    def somebody(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a member who is not named at all."""
        if not data:
            raise ValidationError(
                "must contain at least one of [phoneNumber, email, membershipKey, externalId]"
            )


class IdentifierOrCode(Identifier):
    """4.1 for details, where a one-time code names its member too (8.2)."""

    short_code = Text(data_key="shortCode")


class Reachable(Identifier):
    """5.4: somebody whom a message can reach, named in exactly one way."""

    @validates_schema
    def somebody(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse nobody, two identifiers, and one that is no address."""
        if len(data) > 1:
            raise ValidationError("must contain only one of [phoneNumber, email]")
        if not data.keys() & {"phone", "email"}:
            raise ValidationError("must contain at least one of [phoneNumber, email]")


class MemberData(Strict):
    """4.2: what a terminal knows of a person."""

    phone = Phone(data_key="phoneNumber")
    email = Email()
    first_name = Text(LONGEST_NAME, data_key="firstName")
    last_name = Text(LONGEST_NAME, data_key="lastName")
    sms = Flag(data_key="allowedSMS")
    email_allowed = Flag(data_key="allowedEmail")
    terms_of_use = Flag(data_key="termsOfUse")
    gdpr = Flag()
    birth_date = Day(data_key="birthday")
    external_id = Text(LONGEST_EXTERNAL_ID, data_key="externalId")


class NewMember(MemberData):
    """4.2 for a registration: a phone or an e-mail must be there."""

    phone = Phone(data_key="phoneNumber", unless="email")


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


class Changes(MemberData):
    """4.2 for an update: one known field at least."""

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

    action = Choice(*ACTIONS, required=True)
    member = Object(Reachable, required=True)


class VerifyCode(Strict):
    """5.4: the action that needs a code."""

    aliases: ClassVar = {"shortCode": ("code", "verificationCode")}

    action = Choice(*ACTIONS, required=True)
    member = Object(Reachable)
    short_code = Text(data_key="shortCode", required=True)
