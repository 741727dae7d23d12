"""Section 4.1: by what a member is found, and what is said when nobody is."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from adapter.checks import Answer, NotTested
from adapter.checks.people import reference
from adapter.protocols.fidelizacion.check import documents, expect
from adapter.protocols.fidelizacion.check.people import Member
from adapter.protocols.fidelizacion.check.play import Play


def expect_member(answer: Answer, member: Member) -> Answer:
    """The answer itself if it shows this member."""
    expect.success(answer)
    shown = documents.member(answer).get("phoneNumber")
    expect.same(answer, "phoneNumber", shown, member.person.phone)
    return answer


def by_phone(play: Play) -> None:
    expect_member(play.details(play.anna.by_phone), play.anna)


def by_email(play: Play) -> None:
    expect_member(play.details(play.anna.by_email), play.anna)


def by_key(play: Play) -> None:
    expect_member(play.details(play.anna.by_key), play.anna)


def by_external_id(play: Play) -> None:
    """One that was given at the registration, and one that came later."""
    id, later = reference(), reference()
    member = play.new_member(externalId=id)
    expect_member(play.details({"externalId": id}), member)
    other = play.new_member()
    expect.success(play.update(other.by_phone, {"externalId": later}))
    expect_member(play.details({"externalId": later}), other)


def external_id_is_unique(play: Play) -> None:
    id = reference()
    play.new_member(externalId=id)
    expect.denied(play.register(play.person().profile(externalId=id)))


def key_in_any_case(play: Play) -> None:
    key = play.anna.key
    for written in (key.upper(), key.lower()):
        expect_member(play.details({"membershipKey": written}), play.anna)


def several_identifiers(play: Play) -> None:
    anna = play.anna
    expect_member(play.details({**anna.by_phone, **anna.by_email}), anna)
    expect_member(play.details({**anna.by_key, **anna.by_phone, **anna.by_email}), anna)


def next_identifier(play: Play) -> None:
    """Where the first finds nobody the next is tried."""
    anna, stranger = play.anna, play.person()
    for member in (
        {"membershipKey": str(uuid4()), **anna.by_phone},
        {"phoneNumber": stranger.phone, **anna.by_email},
        {"externalId": reference(), **anna.by_email},
    ):
        expect_member(play.details(member), anna)


def different_members(play: Play) -> None:
    anna, boris = play.anna, play.boris
    for member in ({**anna.by_phone, **boris.by_email}, {**anna.by_key, **boris.by_phone}):
        expect.refused(play.details(member), "4001102")


def nobody(play: Play) -> None:
    """Every call says so, and blames the first identifier."""
    stranger = play.person()
    for member, blamed in (
        ({"phoneNumber": stranger.phone}, "phoneNumber"),
        ({"email": stranger.email}, "email"),
        ({"membershipKey": str(uuid4())}, "membershipKey"),
        ({"externalId": reference()}, "externalId"),
        ({"phoneNumber": stranger.phone, "email": stranger.email}, "phoneNumber"),
    ):
        expect.refused(play.details(member), "203", path=f"body.member.{blamed}")


def nobody_in_each_call(play: Play) -> None:
    member = {"phoneNumber": play.person().phone}
    path = "body.member.phoneNumber"
    for answer in (
        play.update(member, {"firstName": "Ana"}),
        play.short_code("get", member=member),
        play.pay(member, play.options.amount),
        play.event(member),
    ):
        expect.refused(answer, "203", path=path)


def key_is_a_uuid(play: Play) -> None:
    answer = play.details(play.anna.by_phone)
    key: Any = documents.member(answer).get("membershipKey")
    if not documents.is_uuid(key):
        expect.fail(answer, f"membershipKey is {key!r}, no UUID")


def other_business(play: Play) -> None:
    """Nobody and nothing of one business is known to the key of another."""
    key = play.options.other_api_key
    if not key:
        raise NotTested("needs a key of another business")
    headers: dict[str, str | None] = {"x-api-key": key}
    for member in (play.anna.by_phone, play.anna.by_key):
        expect.refused(play.details(member, headers), "203")
