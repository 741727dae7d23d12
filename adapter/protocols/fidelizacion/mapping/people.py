"""People: how they are named, what is told of them, and how they are shown (4.1 to 4.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from adapter.core import members, phones
from adapter.core.members import ConsentKind, IdentityKind, Member, MemberStatus
from adapter.core.programs import ProgramTerms
from adapter.protocols.fidelizacion.mapping import known

Identifiers = Sequence[tuple[IdentityKind, str]]

# 4.1: how a member may be named, the strongest first, and what the vendor calls it.
IDENTIFIERS = {
    "membership_key": (IdentityKind.MEMBERSHIP_KEY, "membershipKey"),
    "phone": (IdentityKind.PHONE, "phoneNumber"),
    "email": (IdentityKind.EMAIL, "email"),
    "external_id": (IdentityKind.EXTERNAL_ID, "externalId"),
}
# Where a message can be sent.
ADDRESSES = {"phone": IdentityKind.PHONE, "email": IdentityKind.EMAIL}
# 8.1, in the order of 4.2.
CONSENTS = {
    "allowedSMS": ("sms", ConsentKind.SMS),
    "allowedEmail": ("email_allowed", ConsentKind.EMAIL),
    "termsOfUse": ("terms_of_use", ConsentKind.TERMS_OF_USE),
    "gdpr": ("gdpr", ConsentKind.GDPR),
}


def phone(text: str, program: ProgramTerms) -> str:
    """A phone in the core form: a till writes it as its country does (3.5)."""
    digits = text.removeprefix("+")
    # A plus says that the country code is there; where that makes no number, it says nothing.
    told = text if phones.is_international(digits) else digits
    return phones.in_country(told, program.country)


def identifiers(given: Mapping[str, str], program: ProgramTerms) -> Identifiers:
    """What names a member, in stored form, the strongest first (4.1)."""
    found = []
    for name, (kind, _) in IDENTIFIERS.items():
        if name in given:
            text = phone(given[name], program) if kind is IdentityKind.PHONE else given[name]
            found.append((kind, members.value_of(kind, text)))
    return found


def place_of_identifier(given: Mapping[str, str]) -> str:
    """Which field an unknown member is blamed on: the first that was looked for."""
    names = (sent for name, (_, sent) in IDENTIFIERS.items() if name in given)
    return f"body.member.{next(names, 'shortCode')}"


def profile(given: Mapping[str, Any], program: ProgramTerms) -> members.Profile:
    """The person of a MemberData (4.2), what was left out left out."""
    told = {
        name: given[name]
        for name in ("email", "first_name", "last_name", "birth_date")
        if name in given
    }
    if "phone" in given:
        shown = given["phone"].removeprefix("+")
        told |= {"phone": phone(given["phone"], program), "phone_shown": shown}
    return members.Profile(**told)


def consents(given: Mapping[str, Any]) -> dict[ConsentKind, bool]:
    """What was said of channels and conditions, in our words."""
    return {kind: given[name] for name, kind in CONSENTS.values() if name in given}


def new_consents(given: Mapping[str, Any]) -> dict[ConsentKind, bool]:
    """The same of a newcomer, who has not given what they were not asked (5.1)."""
    return {kind: False for _, kind in CONSENTS.values()} | consents(given)


def member_id(member: Member) -> str:
    """5.2: a name of the member that nobody can identify by."""
    return f"mem_{member.id.hex}"


def membership_key(member: Member) -> str | None:
    """4.1: the member's own key."""
    return _shown(member, IdentityKind.MEMBERSHIP_KEY)


def data_as_sent(member: Member) -> dict[str, Any]:
    """4.2 as 5.1 and 5.2 answer it: all we know of the person, with the key they got."""
    return known(
        phoneNumber=_shown(member, IdentityKind.PHONE),
        email=_shown(member, IdentityKind.EMAIL),
        firstName=member.first_name,
        lastName=member.last_name,
        **_consents_as_sent(member),
        birthday=member.birth_date and member.birth_date.isoformat(),
        externalId=_shown(member, IdentityKind.EXTERNAL_ID),
        membershipKey=membership_key(member),
    )


def profile_as_sent(
    member: Member, balances: Mapping[str, int], assets: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """4.3: the person, what they have, and how often they came."""
    flags = _consents_as_sent(member)
    counters = member.counters
    return known(
        status="active" if member.status == MemberStatus.ACTIVE else "inactive",
        firstName=member.first_name,
        lastName=member.last_name,
        phoneNumber=_shown(member, IdentityKind.PHONE),
        email=_shown(member, IdentityKind.EMAIL),
        allowedSMS=flags["allowedSMS"],
        allowedEmail=flags["allowedEmail"],
        gdpr=flags["gdpr"],
        termsOfUse=flags["termsOfUse"],
        birthday=member.birth_date and _midnight(member.birth_date),
        visit=counters.visits if counters else 0,
        totalSpent=counters.spent_minor if counters else 0,
        membershipKey=membership_key(member),
        points=balances["points"],
        credit=balances["credit"],
        externalId=_shown(member, IdentityKind.EXTERNAL_ID),
        assets=list(assets),
    )


def instant(moment: datetime) -> str:
    """3.2: a date and a time in UTC, to the second unless there is more."""
    precise = "milliseconds" if moment.microsecond else "seconds"
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec=precise) + "Z"


def _midnight(day: date) -> str:
    return f"{day.isoformat()}T00:00:00.000Z"


def _consents_as_sent(member: Member) -> dict[str, bool]:
    granted = {consent.kind for consent in member.consents if consent.is_granted}
    return {sent: kind in granted for sent, (_, kind) in CONSENTS.items()}


def _shown(member: Member, kind: IdentityKind) -> str | None:
    identity = member.identity(kind)
    return identity.shown if identity else None
