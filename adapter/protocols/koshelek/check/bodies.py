"""Sections 2.6 and 4.3, decisions G9 and G12: what is read from a body, and what is refused."""

from __future__ import annotations

import json
from typing import Any

from adapter.checks import HOSTILE, Answer, Failed, NoAnswer, NotTested
from adapter.protocols.koshelek.check import documents, expect
from adapter.protocols.koshelek.check.cards import BOTH
from adapter.protocols.koshelek.check.people import Holder, Person
from adapter.protocols.koshelek.check.play import Play, path


def _enrol(play: Play, profile: dict[str, Any]) -> Answer:
    """The answer to an issue with this profile, in the way that was agreed with the partner."""
    if play.offers("direct"):
        return play.issue(profile)
    return play.issue_on(play.reserved(), profile)


def _expect_enrolled(play: Play, person: Person, profile: dict[str, Any]) -> None:
    # That a success is a 200 and nothing else is for clauses 5.7 and 5.8 to say.
    expect.status(_enrol(play, profile), 200, 201, 202)
    found = expect.status(play.search(msisdn=person.phone), 200)
    if documents.card_number(found) is None:
        expect.fail(found, "the issued card is not found")


def whole_profile(play: Play) -> None:
    person = Person()
    _expect_enrolled(play, person, person.profile())
    number = documents.card_number(play.search(msisdn=person.phone)) or ""
    expect.status(play.update(number, person.profile()), 200)


def unknown_fields(play: Play) -> None:
    person = Person()
    odd = {"loyaltyLevel": 5, "children": [{"name": "Оля"}], "vk": None, "": ""}
    _expect_enrolled(play, person, person.profile(**odd))
    holder = play.new_holder()
    expect.status(play.update(holder.number, {"surname": "Щукина", **odd}), 200)
    expect.status(play.set_channels(holder.number, {**BOTH, **odd}), 200)


def names_in_any_case(play: Play) -> None:
    person = Person()
    profile = {
        "Phone": person.phone,
        "EMAIL": person.email,
        "firstName": "Пётр",
        "birthdate": person.birth_date,
    }
    _expect_enrolled(play, person, profile)
    found = play.search(email=person.email)
    if documents.card_number(found) is None:
        expect.fail(found, "the e-mail was not read")


def phone_is_enough(play: Play) -> None:
    person = Person()
    _expect_enrolled(play, person, {"phone": person.phone})


def phone_is_needed(play: Play) -> None:
    person = Person()
    for profile in (person.profile(phone=""), {"email": person.email}):
        expect.refusal(_enrol(play, profile))
        expect.nobody(play.search(email=person.email))


def phone_in_any_form(play: Play) -> None:
    """Punctuation is dropped, a leading 8 stands for 7, and a number may come as a number."""
    for form in ("+7 ({}) {}-{}", "8{}{}{}"):
        person = Person()
        parts = person.phone[1:4], person.phone[4:7], person.phone[7:]
        _expect_enrolled(play, person, person.profile(phone=form.format(*parts)))
    person = Person()
    _expect_enrolled(play, person, person.profile(phone=int(person.phone)))


def bad_values(play: Play) -> None:
    """Refused whole: a good new e-mail beside a bad field is not written."""
    bad = (
        {"birthDate": "1990-02-30"},
        {"birthDate": "02.11.1988"},
        {"phone": "7" * 16},
    )
    holder = play.new_holder()
    for fault in bad:
        later = Person()
        expect.refusal(play.update(holder.number, {"email": later.email, **fault}))
        expect.nobody(play.search(email=later.email))
    expect.refusal(play.update(holder.number, {"email": "no address"}))
    stranger = Person()
    expect.refusal(_enrol(play, stranger.profile(birthDate="never")))
    expect.nobody(play.search(msisdn=stranger.phone))


def sex_and_country(play: Play) -> None:
    holder = play.new_holder()
    for sex in ("f", "M", "м", "Ж", "female", "Male"):
        expect.status(play.update(holder.number, {"sex": sex}), 200)
    for country in ("ru", "Россия"):
        expect.status(play.update(holder.number, {"countryCode": country}), 200)


def malformed(play: Play) -> str:
    """Bodies that are no JSON, to every method that reads one; afterwards nothing has changed."""
    holder = play.new_holder()
    cut = json.dumps(holder.person.profile(email="cut-" + holder.email)).encode()[:-1]
    bodies = (b"{", b"", cut, b"phone=79995550142", b'{"allow": [}', b"{'phone': 1}")
    targets = _writing_targets(play, holder)
    for method, where in targets:
        for body in bodies:
            expect.refusal(_send(play, method, where, body))
    expect.card(play.search(msisdn=holder.phone, email=holder.email), holder.number)
    expect.nobody(play.search(email="cut-" + holder.email))
    return f"{len(bodies)} bodies to {len(targets)} methods"


def not_an_object(play: Play) -> None:
    for method, where in _writing_targets(play, play.new_holder()):
        for body in (b"[]", b'"79995550142"', b"7", b"null", b"true", b"NaN"):
            expect.refusal(_send(play, method, where, body))


def odd_content_type(play: Play) -> None:
    """A missing or odd Content-Type of the request does not matter if the body parses."""
    holder = play.new_holder()
    body = json.dumps({"locality": "Псков"}, ensure_ascii=False).encode()
    for kind in (None, "text/plain", "application/x-www-form-urlencoded"):
        answer = play.client.send(
            "POST", path(holder.number), body=body, headers={"Content-Type": kind}
        )
        expect.status(answer, 200)


def hostile_bodies(play: Play) -> None:
    """Bytes that are not UTF-8, a NUL, and very deep nesting."""
    person, deep = Person(), 10_000
    bodies = (
        b'{"phone": "' + person.phone.encode() + b'", "surname": "\xff\xfe"}',
        json.dumps(person.profile(surname="a\x00b")).encode(),
        b'{"phone": "' + person.phone.encode() + b'", "x": ' + b"[" * deep + b"]" * deep + b"}",
    )
    holder = play.new_holder()
    for body in bodies:
        expect.refusal(_send(play, "POST", path(holder.number), body, purpose=HOSTILE))
    if play.offers("direct"):
        answer = _send(play, "POST", "/v1/card/anonymous", bodies[0], purpose=HOSTILE)
        expect.refusal(answer)
    expect.nobody(play.search(msisdn=person.phone))


def large_body(play: Play) -> None:
    body = json.dumps({"surname": "x" * (1024 * 1024 + 1)}).encode()
    holder = play.new_holder()
    try:
        answer = _send(play, "POST", path(holder.number), body, purpose=HOSTILE, may_be_cut=True)
    except NoAnswer as fault:
        raise Failed(f"{fault.detail}; a refusal can be read only once the body is") from fault
    expect.refusal(answer)


def escapes_are_letters(play: Play) -> None:
    r"""A letter written as \u escapes is the same letter."""
    person = Person()
    body = json.dumps(person.profile(), ensure_ascii=True).encode()
    if not play.offers("direct"):
        raise NotTested("the methods 'direct' are not agreed with this partner")
    expect.status(_send(play, "POST", "/v1/card/anonymous", body), 200, 201, 202)


def _writing_targets(play: Play, holder: Holder) -> list[tuple[str, str]]:
    targets = [("POST", path(holder.number)), ("PUT", path(holder.number, "communication"))]
    if play.offers("reservation"):
        targets.append(("POST", f"/v1/card/anonymous/{play.reserved()}"))
    if play.offers("direct"):
        targets.append(("POST", "/v1/card/anonymous"))
    if play.offers("code"):
        targets.append(("POST", "/v1/promo/code"))
    return targets


def _send(play: Play, method: str, where: str, body: bytes, **send: Any) -> Answer:
    headers = {"Content-Type": "application/json"}
    return play.client.send(method, where, body=body, headers=headers, **send)
