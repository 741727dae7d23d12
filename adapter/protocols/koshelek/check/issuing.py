"""Sections 5.6 to 5.8: reserving a number and issuing a card, also by several at once."""

from __future__ import annotations

from functools import partial

from adapter.checks import AT_ONCE, Answer, Failed, NotTested, at_once
from adapter.checks.wire import first, judge
from adapter.protocols.koshelek.check import documents, expect
from adapter.protocols.koshelek.check.people import Person, unissued_number
from adapter.protocols.koshelek.check.play import Play


def _number(answer: Answer) -> str:
    """The reserved number. Raises: Failed if the answer holds none."""
    number = documents.reserved_number(expect.status(answer, 200))
    if number is None:
        expect.fail(answer, "no number in the answer")
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
        expect.fail(answer, f"the form is {form}, not {wanted}")
    return f"form {form}"


def numbers_differ(play: Play) -> str:
    return _expect_different([_number(play.reserve()) for _ in range(5)])


def not_cached(play: Play) -> None:
    answer = play.reserve()
    directives = answer.headers.get("Cache-Control", "").lower()
    if "no-store" not in directives:
        expect.fail(answer, "no Cache-Control: no-store")


def head_does_not_reserve(play: Play) -> None:
    answer = play.reserve(method="HEAD")
    if answer.status < 400:
        expect.fail(answer, "a HEAD must not run the reservation")


def head_is_405(play: Play) -> None:
    expect.status(play.reserve(method="HEAD"), 405)


def put_reserves(play: Play) -> None:
    _number(play.reserve(method="PUT"))


def issue_on_reserved(play: Play) -> None:
    person, number = Person(), _number(play.reserve())
    expect.status(play.issue_on(number, person.profile()), 200)
    expect.card(play.search(msisdn=person.phone), number)
    _expect_active(expect.card(play.card(number), number))


def issue_on_repeated(play: Play) -> None:
    person, number = Person(), _number(play.reserve())
    for _ in range(2):
        expect.status(play.issue_on(number, person.profile()), 200)
    expect.card(play.search(msisdn=person.phone), number)


def issue_on_unknown(play: Play) -> None:
    person = Person()
    expect.refusal(play.issue_on(unissued_number(), person.profile()))
    expect.nobody(play.search(msisdn=person.phone))


def issue_on_taken(play: Play) -> None:
    owner, late, number = Person(), Person(), _number(play.reserve())
    expect.status(play.issue_on(number, owner.profile()), 200)
    expect.refusal(play.issue_on(number, late.profile()))
    expect.card(play.search(msisdn=owner.phone), number)
    expect.nobody(play.search(msisdn=late.phone))


def second_card(play: Play) -> None:
    """A person and a card are one to one, so another number is refused (G24)."""
    person, number, another = Person(), _number(play.reserve()), _number(play.reserve())
    if number == another:
        raise NotTested("the host does not reserve two different numbers")
    expect.status(play.issue_on(number, person.profile()), 200)
    expect.refusal(play.issue_on(another, person.profile()))
    expect.card(play.search(msisdn=person.phone), number)


def issue_directly(play: Play) -> None:
    person = Person()
    expect.status(play.issue(person.profile()), 200)
    answer = expect.status(play.search(msisdn=person.phone), 200)
    if documents.card_number(answer) is None:
        expect.fail(answer, "the issued card is not found")
    _expect_active(answer)


def issued_card_returned(play: Play) -> None:
    answer = expect.status(play.issue(Person().profile()), 200)
    judge([answer], first(documents.card_faults))


def issue_directly_repeated(play: Play) -> None:
    profile = Person().profile()
    number = documents.card_number(expect.status(play.issue(profile), 200))
    if number is not None:
        expect.card(play.issue(profile), number)
    else:
        expect.status(play.issue(profile), 200)


def never_two_cards(play: Play) -> None:
    """Whatever the second issue is answered, the person keeps the first card."""
    anna = play.anna
    play.need("direct")
    again = expect.status(play.issue(anna.person.profile()), 200, 422)
    if documents.card_number(again) not in (None, anna.number):
        expect.fail(again, "a second card for one person")
    expect.card(play.search(msisdn=anna.phone), anna.number)


def reserve_at_once(play: Play) -> str:
    play.need("reservation")
    return _expect_different(list(map(_number, at_once([play.reserve] * 2 * AT_ONCE))))


def issue_at_once(play: Play) -> None:
    """Several people at once on one number: one of them gets it."""
    number, people = _number(play.reserve()), [Person() for _ in range(AT_ONCE)]
    answers = at_once(partial(play.issue_on, number, who.profile()) for who in people)
    winners = [answer for answer in answers if expect.status(answer, 200, 422).status == 200]
    if len(winners) != 1:
        shown = (winners or answers)[-1]
        expect.fail(shown, f"{len(winners)} people got one number")
    _expect_one_owner(play, number, people)


def _expect_one_owner(play: Play, number: str, people: list[Person]) -> None:
    owners = [
        who for who in people if documents.card_number(play.search(msisdn=who.phone)) == number
    ]
    if len(owners) != 1:
        raise Failed(f"{len(owners)} people are found with the number {number}")


def _expect_active(answer: Answer) -> None:
    if (documents.card(answer) or {}).get("cardState") != "active":
        expect.fail(answer, "an issued card must be active")
