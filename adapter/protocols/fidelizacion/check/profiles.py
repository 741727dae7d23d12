"""Sections 4.2, 4.3, 5.1 and 5.2: registering a member, changing one, and what is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from adapter.checks import AT_ONCE, Answer, Failed, NotTested, at_once
from adapter.protocols.fidelizacion.check import documents, expect
from adapter.protocols.fidelizacion.check.people import Member, Person
from adapter.protocols.fidelizacion.check.play import Play

CONSENTS = ("allowedSMS", "allowedEmail", "termsOfUse", "gdpr")
_MIDNIGHT = re.compile(r"\d{4}-\d{2}-\d{2}T00:00:00\.000Z")
_TEXTS = ("firstName", "lastName", "phoneNumber", "email", "externalId", "birthday")


def wrapped(play: Play) -> None:
    person = play.person()
    _expect_registered(play.register(person.profile()), person)


def flat(play: Play) -> None:
    person = play.person()
    _expect_registered(play.call("member/register", person.profile()), person)


def _expect_registered(answer: Answer, person: Person) -> None:
    expect.success(answer)
    expect.fields(answer, documents.member(answer), person.profile())


def wrapped_wins(play: Play) -> None:
    person, other = play.person(), play.person()
    body = {"newMemberData": person.profile(), **other.profile()}
    _expect_registered(play.call("member/register", body), person)
    expect.refused(play.details({"phoneNumber": other.phone}), "203")


def names_of_the_new(play: Play) -> str:
    """A membership key, a UUID, and a stable member id."""
    answer = play.register(play.person().profile())
    id = expect.success(answer).get("memberId")
    if not isinstance(id, str) or not id:
        expect.fail(answer, f"memberId is {id!r}")
    if not documents.is_uuid(documents.member(answer).get("membershipKey")):
        expect.fail(answer, "membershipKey is no UUID")
    return f"memberId as in {id}" if id.startswith("mem_") else "a memberId in another form"


def usable_at_once(play: Play) -> None:
    """Active, with zero balances."""
    person = play.person()
    expect.success(play.register(person.profile()))
    answer = play.details({"phoneNumber": person.phone})
    expect.success(answer)
    wanted = {"status": "active", "email": person.email, "visit": 0, "totalSpent": 0}
    expect.fields(answer, documents.member(answer), wanted)
    expect.balances(answer)


def phone_is_enough(play: Play) -> None:
    play.need_open_registration()
    person = play.person()
    answer = play.register({"phoneNumber": person.phone})
    expect.success(answer)
    expect.fields(answer, documents.member(answer), {"phoneNumber": person.phone})


def email_is_enough(play: Play) -> None:
    play.need_open_registration()
    person = play.person()
    answer = play.register({"email": person.email})
    expect.success(answer)
    expect.fields(answer, documents.member(answer), {"email": person.email})


def consents_not_given(play: Play) -> None:
    play.need_open_registration()
    answer = play.register({"phoneNumber": play.person().phone})
    expect.success(answer)
    expect.fields(answer, documents.member(answer), dict.fromkeys(CONSENTS, False))


def all_nine_needed(play: Play) -> str:
    if play.options.registration == "open":
        raise NotTested("a phone is enough for this business")
    for name in play.person().profile():
        answer = play.register(play.person().profile(**{name: None}))
        expect.blamed(answer, f"body.newMemberData.{name}")
    return "9 fields"


def phone_is_taken(play: Play) -> None:
    """Whether or not the e-mail is taken too; nobody is registered."""
    person = play.person()
    for email in (person.email, play.anna.person.email):
        answer = play.register(person.profile(phoneNumber=play.anna.person.phone, email=email))
        expect.refused(answer, "204")
        _expect_message(answer, "phone number")
    expect.refused(play.details({"email": person.email}), "203")


def email_is_taken(play: Play) -> None:
    person = play.person()
    answer = play.register(person.profile(email=play.anna.person.email))
    expect.refused(answer, "204")
    _expect_message(answer, "email")
    expect.refused(play.details({"phoneNumber": person.phone}), "203")


def _expect_message(answer: Answer, what: str) -> None:
    if what not in documents.message(answer):
        expect.fail(answer, f"it is the {what} that is taken, not {expect.said(answer)}")


def registered_once(play: Play) -> None:
    """Several registrations of one person at once: one of them succeeds."""
    profile = play.person().profile()
    answers = at_once([lambda: play.register(profile)] * AT_ONCE)
    winners = [answer for answer in answers if documents.is_success(answer)]
    if len(winners) != 1:
        raise Failed(f"{len(winners)} registrations succeeded", answers[-1].transcript)
    for answer in answers:
        if answer is not winners[0]:
            expect.refused(answer, "204")


def longest_names(play: Play) -> None:
    person = play.person()
    long = {
        "firstName": "É" * 100,
        "lastName": "x" * 100,
        "externalId": person.email.ljust(64, "."),
    }
    answer = play.register(person.profile(**long))
    expect.success(answer)
    expect.fields(answer, documents.member(answer), long)


def birthday_with_time(play: Play) -> None:
    for sent in ("1988-04-09T00:00:00.000Z", "1988-04-09T22:30:00Z"):
        answer = play.register(play.person().profile(birthday=sent))
        expect.success(answer)
        expect.fields(answer, documents.member(answer), {"birthday": "1988-04-09"})


# Changes.


def only_what_is_sent(play: Play) -> None:
    member = play.new_member()
    expect.success(play.update(member.by_phone, {"firstName": "Aina", "lastName": None}))
    answer = play.details(member.by_phone)
    expect.success(answer)
    profile = member.person.profile(firstName="Aina", birthday=None)
    expect.fields(answer, documents.member(answer), profile)


def every_field_changes(play: Play) -> None:
    member, later = play.new_member(), play.person()
    profile = later.profile(firstName="Aina", lastName="Puig", allowedSMS=False, allowedEmail=True)
    expect.success(play.update(member.by_phone, profile))
    answer = play.details({"phoneNumber": later.phone})
    expect.success(answer)
    wanted = {**profile, "birthday": f"{later.birthday}T00:00:00.000Z", **_key(member)}
    expect.fields(answer, documents.member(answer), wanted)
    expect.refused(play.details(member.by_phone), "203")


def _key(member: Member) -> dict[str, str]:
    return {"membershipKey": member.key} if member.key else {}


def answer_of_an_update(play: Play) -> None:
    """The sentence, the member's id of the registration, and the whole member."""
    member = play.new_member()
    answer = play.update(member.by_phone, {"allowedEmail": True})
    expect.success(answer)
    expect.same(answer, "message", _message(answer), "Member updated successfully")
    expect.same(answer, "memberId", documents.payload(answer).get("memberId"), member.id)


def whole_member_after(play: Play) -> None:
    member = play.new_member()
    answer = play.update(member.by_phone, {"allowedEmail": True})
    expect.success(answer)
    expect.fields(answer, documents.member(answer), member.person.profile(allowedEmail=True))


def _message(answer: Answer) -> Any:
    return documents.body(answer).get("message")


def contact_of_another(play: Play) -> None:
    """Refused whole: a good new name beside it is not written."""
    member = play.new_member()
    for taken in (play.boris.by_phone, play.boris.by_email):
        answer = play.update(member.by_phone, {"firstName": "Aina", **taken})
        expect.refused(answer, "204")
    answer = play.details(member.by_phone)
    expect.success(answer)
    expect.fields(answer, documents.member(answer), member.person.profile(birthday=None))


def own_contact(play: Play) -> None:
    member = play.new_member()
    for _ in range(2):
        expect.success(play.update(member.by_phone, {**member.by_phone, **member.by_email}))


def consents_change(play: Play) -> None:
    member = play.new_member()
    for value in (True, False):
        wanted = dict.fromkeys(CONSENTS, value)
        expect.success(play.update(member.by_phone, wanted))
        answer = play.details(member.by_phone)
        expect.success(answer)
        expect.fields(answer, documents.member(answer), wanted)


def no_consent_no_block(play: Play) -> None:
    member = play.new_member(gdpr=False, termsOfUse=False)
    expect.success(play.details(member.by_phone))
    expect.success(play.event(member.by_phone))
    expect.success(play.update(member.by_phone, {"firstName": "Aina"}))


# What details show.


def profile_fault(answer: Answer) -> str | None:
    return next(_profile_faults(documents.member(answer)), None)


def _profile_faults(member: dict[str, Any]) -> Iterator[str]:
    if member.get("status") not in ("active", "inactive"):
        yield f"status is {member.get('status')!r}"
    for name in _TEXTS:
        if not isinstance(member.get(name, ""), str):
            yield f"{name} is no text"
    for name in CONSENTS:
        if not isinstance(member.get(name), bool):
            yield f"{name} is {member.get(name)!r}"
    for name in ("visit", "totalSpent", "points", "credit"):
        if not documents.is_whole(member.get(name)):
            yield f"{name} is {member.get(name)!r}, no whole number"
    if not isinstance(member.get("assets"), list):
        yield "assets is no list"
    if not documents.text(member.get("membershipKey")):
        yield "there is no membershipKey"


def birthday_fault(answer: Answer) -> str | None:
    shown = documents.member(answer).get("birthday")
    if shown is None or _MIDNIGHT.fullmatch(str(shown)):
        return None
    return f"birthday is {shown!r}, not as in 1990-01-01T00:00:00.000Z"


def as_registered(play: Play) -> None:
    member = play.new_member()
    answer = play.details(member.by_phone)
    expect.success(answer)
    wanted = member.person.profile(birthday=None)
    expect.fields(answer, documents.member(answer), {**wanted, **_key(member)})


def unknown_is_left_out(play: Play) -> None:
    play.need_open_registration()
    person = play.person()
    expect.success(play.register({"phoneNumber": person.phone}))
    answer = play.details({"phoneNumber": person.phone})
    expect.success(answer)
    shown = [name for name in _TEXTS[:2] + _TEXTS[3:] if name in documents.member(answer)]
    if shown:
        expect.fail(answer, f"{', '.join(shown)} is shown, though nobody said it")
