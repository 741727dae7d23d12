"""§4.1 to §4.5 and §5 to §7: who is found, what is shown of them, and how they are signed up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from adapter.checks import AT_ONCE, Answer, NotTested, at_once
from adapter.protocols.swip.check import expect
from adapter.protocols.swip.check.play import PROFILE, SIGNUPS, STATS, Person, Play

_UNKNOWN = ("7916779532232", "9167795322")  # the vendor's own sample, and no country code


def both(play: Play, code: int, *fields: str, about: str | None = None, **query: Any) -> None:
    """Nothing if both lookups refuse it so."""
    for ask in (play.stats, play.profile):
        expect.refused(play, ask(**query), code, *fields, about=about)


def one_is_needed(play: Play) -> None:
    both(play, 1011, "phone", "pass")
    both(play, 1011, "phone", "pass", phone=" ", wallet="")


def unknown_parameters(play: Play) -> None:
    expect.shown(play.stats(phone=play.anna, colour="red", card="1"))


def first_that_is_not_blank(play: Play) -> None:
    query = f"phone=&phone={play.anna}&phone=79990001122"
    expect.shown(play.client.send("GET", f"{STATS}?{query}"))


def eight_is_seven(play: Play) -> None:
    """When looked up, and when signed up."""
    person = Person()
    expect.shown(play.sign_up(person.form(phone="8" + person.phone[1:])))
    expect.shown(play.stats(phone=person.phone))
    expect.shown(play.profile(phone="8" + person.phone[1:]))


def phone_forms(play: Play) -> None:
    seven = play.new_customer().phone  # nobody real, whom the report would not know how to mask
    spoken = f"8 ({seven[1:4]}) {seven[4:7]}-{seven[7:9]}.{seven[9:]}"
    for phone in (f"+{seven}", f" {seven}", spoken, f"+7\u00a0{seven[1:4]}\t{seven[4:]}"):
        expect.shown(play.stats(phone=phone))


def malformed_phones(play: Play) -> None:
    for phone in ("79abc", "+", "٧٩١٦٧٧٩٥٣٢٢", "7" * 33):
        both(play, 1011, "phone", phone=phone)


def any_length(play: Play) -> None:
    for phone in _UNKNOWN:
        both(play, 9, about=phone, phone=phone)


def nobody(play: Play) -> None:
    """Also by a pass; and asking has made nobody a customer."""
    stranger = Person().phone
    for _ in range(2):
        both(play, 9, about=stranger, phone=stranger)
    both(play, 9, about="check-no-such-pass", wallet="check-no-such-pass")


def by_pass(play: Play) -> None:
    """Blanks around it do not count, letters do."""
    known, phone = play.known_pass(), play.options.phone
    have = expect.points(play.stats(phone=phone))
    for query in (known, {"wallet": f" {known['wallet']} "}, {"phone": "", **known}):
        answer = play.stats(**query)
        expect.same(answer, "points", expect.points(answer), have)
    shown = play.profile(**known)
    expect.same(shown, "phone", expect.shown(shown).get("phone"), phone)
    other = known["wallet"].swapcase()
    if other != known["wallet"]:
        both(play, 9, about=other, wallet=other)


def both_agree(play: Play) -> None:
    """Either of one customer; of two, or with an unknown one, never a balance."""
    known, stranger = play.known_pass(), Person().phone
    expect.shown(play.stats(phone=play.options.phone, **known))
    both(play, 1011, "phone", "pass", phone=play.new_customer().phone, **known)
    both(play, 9, about=stranger, phone=stranger, **known)
    unknown = "check-no-such-pass"
    both(play, 9, about=unknown, phone=play.options.phone, wallet=unknown)


def other_program(play: Play) -> None:
    headers = play.other_merchant()
    expect.refused(play, play.ask(STATS, phone=play.anna, headers=headers), 9, about=play.anna)


def blocked(play: Play) -> None:
    phone = play.options.blocked_phone
    if not phone:
        raise NotTested("needs the phone of a customer who is blocked")
    both(play, 1012, about=phone, phone=phone)
    for answer in (play.stats(phone=phone), play.profile(phone=phone)):
        if {"points", "balance"} & expect.document(answer).keys():
            expect.fail(answer, "a balance of somebody who is blocked")


def points(play: Play, *, method: str = "GET") -> str:
    answer = play.ask(STATS, method=method, phone=play.options.phone or play.anna)
    found = expect.points(answer)
    expect.same(answer, "the keys", sorted(expect.document(answer)), ["points"])
    return f"{found} points"


def asked_by_body(play: Play) -> None:
    """A body counts only where the query names nobody, and whatever it holds does no harm."""
    told, other = (f'{{"phone": "{phone}"}}'.encode() for phone in (play.anna, Person().phone))
    for path in (STATS, PROFILE):
        ask = partial(play.ask, path, method="POST")
        expect.shown(ask(body=told))
        for body in (other, b"{", b"\xff"):
            expect.shown(ask(body=body, phone=play.anna))
        for body in (b"[]", b"{"):
            expect.refused(play, ask(body=body), 1011, "phone", "pass")


def profile(play: Play, *, method: str = "GET") -> None:
    """Three keys, the same figure as the points, and the phone in its normal form."""
    person = play.new_customer()
    answer = play.ask(PROFILE, method=method, phone="8" + person.phone[1:])
    expect.shown(answer, name=person.name, phone=person.phone)
    expect.points(answer, "balance")
    expect.same(answer, "the keys", sorted(expect.document(answer)), ["balance", "name", "phone"])


def one_figure(play: Play) -> None:
    phone = play.options.phone or play.anna
    answer = play.profile(phone=phone)
    found = expect.points(play.stats(phone=phone))
    expect.same(answer, "balance", expect.points(answer, "balance"), found)


def signed_up(play: Play) -> None:
    """And a customer at once."""
    person = Person()
    expect.status(play.sign_up(person.form()), 200)
    expect.points(play.stats(phone=person.phone))


def signup_answer(play: Play) -> None:
    """The profile, and the card."""
    person = Person()
    answer = play.sign_up(person.form())
    card = expect.shown(answer, name=person.name, phone=person.phone).get("discountCard")
    if not isinstance(card, str) or not card:
        expect.fail(answer, f"discountCard is {card!r}")
    have = expect.points(play.stats(phone=person.phone))
    expect.same(answer, "balance", expect.points(answer, "balance"), have)


def phone_is_enough(play: Play) -> None:
    """Without names there is an empty name; null is as if absent, and other fields are ignored."""
    for more in ({}, {"firstName": None, "lastName": None, "birthday": None, "vk": [1]}):
        answer = play.sign_up({"phone": Person().phone, **more})
        expect.shown(answer, name="")


def birthday_forms(play: Play) -> None:
    for birthday in ("1990-05-17", "17.05.1990", "2000-02-29"):
        expect.shown(play.sign_up(Person().form(birthday=birthday)))


def bad_fields(play: Play) -> None:
    """Every one of them is named at once, and nobody is signed up."""
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    bad: list[dict[str, Any]] = [
        *({"birthday": day} for day in ("1990-02-30", "May 17", tomorrow, 19900517)),
        {"firstName": "x" * 101},
        {"lastName": 5},
        {"firstName": [], "lastName": "x" * 101, "birthday": "never"},
    ]
    for wrong in bad:
        person = Person()
        expect.refused(play, play.sign_up(person.form(**wrong)), 1011, *wrong)
        expect.refused(play, play.stats(phone=person.phone), 9, about=person.phone)


def bad_phones(play: Play) -> None:
    for phone in (None, "", "123456789", "7" * 16, 79161234567, "79abc"):
        expect.refused(play, play.sign_up({"phone": phone, "firstName": "Пётр"}), 1011, "phone")
    expect.refused(play, play.sign_up({}), 1011, "phone")


def bad_bodies(play: Play) -> None:
    for body in (b"", b"{", b"[]", b'"79161234567"', b"null", b"\xff{}"):
        headers = {"Content-Type": "application/json"}
        answer = play.client.send("POST", SIGNUPS, body=body, headers=headers)
        expect.status(answer, 400)


def again(play: Play) -> None:
    """Refused, in whatever form the phone is told, and nothing has changed."""
    person = play.new_customer()
    for phone in (person.phone, "+7 " + person.phone[1:]):
        answer = play.sign_up(person.form(phone=phone, firstName="Иван"))
        expect.refused(play, answer, 1020, about=person.phone)
    expect.shown(play.profile(phone=person.phone), name=person.name)


def blocked_again(play: Play) -> None:
    phone = play.options.blocked_phone
    if not phone:
        raise NotTested("needs the phone of a customer who is blocked")
    expect.refused(play, play.sign_up({"phone": phone}), 1020, about=phone)


def signed_up_at_once(play: Play) -> str:
    """One of several is signed up, the others are told so."""
    person = Person()
    answers: list[Answer] = at_once([partial(play.sign_up, person.form())] * AT_ONCE)
    good = [answer for answer in answers if answer.status == 200]
    if len(good) != 1:
        expect.fail((good or answers)[-1], f"{len(good)} of {len(answers)} were signed up")
    for answer in answers:
        if answer is not good[0]:
            expect.refused(play, answer, 1020, about=person.phone)
    return f"1 of {len(answers)}"
