"""Sections 5.6 to 5.8: reserving a number and issuing a card, also by several at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from adapter.checks import Answer, Failed, NotTested
from adapter.checks.wire import judge
from adapter.protocols.koshelek.check import documents
from adapter.protocols.koshelek.check.people import Person, unissued_number
from adapter.protocols.koshelek.check.play import (
    Play,
    expect_card,
    expect_nobody,
    expect_refusal,
    expect_status,
)

_AT_ONCE = 6


def _number(answer: Answer) -> str:
    """The reserved number. Raises: Failed if the answer holds none."""
    number = documents.reserved_number(expect_status(answer, 200))
    if number is None:
        raise Failed(f"{answer.line}: no number in the answer", answer.transcript)
    return number


def _expect_different(numbers: list[str]) -> str:
    if len(set(numbers)) != len(numbers):
        twice = next(number for number in numbers if numbers.count(number) > 1)
        raise Failed(f"number {twice} was handed out twice")
    return f"{len(numbers)} numbers"


def reserve(play: Play) -> None:
    _number(play.reserve())


def reserve_form(play: Play) -> str:
    answer = play.reserve()
    _number(answer)
    form, wanted = documents.reservation_form(answer), play.options.reservation_form
    if wanted not in ("any", form):
        raise Failed(f"{answer.line}: the form is {form}, not {wanted}", answer.transcript)
    return f"form {form}"


def numbers_differ(play: Play) -> str:
    return _expect_different([_number(play.reserve()) for _ in range(5)])


def not_cached(play: Play) -> None:
    answer = play.reserve()
    directives = answer.headers.get("Cache-Control", "").lower()
    if "no-store" not in directives:
        raise Failed(f"{answer.line}: no Cache-Control: no-store", answer.transcript)


def head_does_not_reserve(play: Play) -> None:
    answer = play.reserve(method="HEAD")
    if answer.status < 400:
        raise Failed(f"{answer.line}: a HEAD must not run the reservation", answer.transcript)


def head_is_405(play: Play) -> None:
    expect_status(play.reserve(method="HEAD"), 405)


def put_reserves(play: Play) -> None:
    _number(play.reserve(method="PUT"))


def issue_on_reserved(play: Play) -> None:
    person, number = Person(), _number(play.reserve())
    expect_status(play.issue_on(number, person.profile()), 200)
    expect_card(play.search(msisdn=person.phone), number)
    _expect_active(expect_card(play.card(number), number))


def issue_on_repeated(play: Play) -> None:
    person, number = Person(), _number(play.reserve())
    for _ in range(2):
        expect_status(play.issue_on(number, person.profile()), 200)
    expect_card(play.search(msisdn=person.phone), number)


def issue_on_unknown(play: Play) -> None:
    person = Person()
    expect_refusal(play.issue_on(unissued_number(), person.profile()))
    expect_nobody(play.search(msisdn=person.phone))


def issue_on_taken(play: Play) -> None:
    owner, late, number = Person(), Person(), _number(play.reserve())
    expect_status(play.issue_on(number, owner.profile()), 200)
    expect_refusal(play.issue_on(number, late.profile()))
    expect_card(play.search(msisdn=owner.phone), number)
    expect_nobody(play.search(msisdn=late.phone))


def second_card(play: Play) -> None:
    """A person and a card are one to one, so another number is refused (G24)."""
    person, number, another = Person(), _number(play.reserve()), _number(play.reserve())
    if number == another:
        raise NotTested("the host does not reserve two different numbers")
    expect_status(play.issue_on(number, person.profile()), 200)
    expect_refusal(play.issue_on(another, person.profile()))
    expect_card(play.search(msisdn=person.phone), number)


def issue_directly(play: Play) -> None:
    person = Person()
    expect_status(play.issue(person.profile()), 200)
    answer = expect_status(play.search(msisdn=person.phone), 200)
    if documents.card_number(answer) is None:
        raise Failed(f"{answer.line}: the issued card is not found", answer.transcript)
    _expect_active(answer)


def issued_card_returned(play: Play) -> None:
    answer = expect_status(play.issue(Person().profile()), 200)
    judge([answer], documents.first(documents.card_faults))


def issue_directly_repeated(play: Play) -> None:
    profile = Person().profile()
    number = documents.card_number(expect_status(play.issue(profile), 200))
    if number is not None:
        expect_card(play.issue(profile), number)
    else:
        expect_status(play.issue(profile), 200)


def never_two_cards(play: Play) -> None:
    """Whatever the second issue is answered, the person keeps the first card."""
    anna = play.anna
    play.need("direct")
    again = expect_status(play.issue(anna.person.profile()), 200, 422)
    if documents.card_number(again) not in (None, anna.number):
        raise Failed(f"{again.line}: a second card for one person", again.transcript)
    expect_card(play.search(msisdn=anna.phone), anna.number)


def reserve_at_once(play: Play) -> str:
    play.need("reservation")
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        calls = [threads.submit(play.reserve) for _ in range(2 * _AT_ONCE)]
        return _expect_different([_number(call.result()) for call in calls])


def issue_at_once(play: Play) -> None:
    """Several people at once on one number: one of them gets it."""
    number, people = _number(play.reserve()), [Person() for _ in range(_AT_ONCE)]
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        calls = [threads.submit(play.issue_on, number, who.profile()) for who in people]
        answers = [expect_status(call.result(), 200, 422) for call in calls]
    winners = [answer for answer in answers if answer.status == 200]
    if len(winners) != 1:
        shown = (winners or answers)[-1]
        raise Failed(f"{shown.line}: {len(winners)} people got one number", shown.transcript)
    _expect_one_owner(play, number, people)


def _expect_one_owner(play: Play, number: str, people: list[Person]) -> None:
    owners = [
        who for who in people if documents.card_number(play.search(msisdn=who.phone)) == number
    ]
    if len(owners) != 1:
        raise Failed(f"{len(owners)} people are found with the number {number}")


def _expect_active(answer: Answer) -> None:
    if (documents.card(answer) or {}).get("cardState") != "active":
        raise Failed(f"{answer.line}: an issued card must be active", answer.transcript)
