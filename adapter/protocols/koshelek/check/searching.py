"""Section 5.1: the search by profile data, and decisions G17 to G22."""

from __future__ import annotations

from adapter.checks import Answer, NotTested
from adapter.protocols.koshelek.check import documents, expect
from adapter.protocols.koshelek.check.people import Person
from adapter.protocols.koshelek.check.play import Play


def by_phone(play: Play) -> None:
    anna = play.anna
    expect.card(play.search(msisdn=anna.phone), anna.number)
    answer = play.search(msisdn=anna.phone, email=anna.email, birthDate=anna.person.birth_date)
    expect.card(answer, anna.number)


def by_email(play: Play) -> None:
    expect.card(play.search(email=play.anna.email), play.anna.number)


def nothing_found(play: Play) -> None:
    stranger = Person()
    expect.empty(play.search(msisdn=stranger.phone))
    expect.empty(play.search(msisdn=stranger.phone, email=stranger.email))
    expect.empty(play.search(email=stranger.email, birthDate=stranger.birth_date))


def list_fault(answer: Answer) -> str | None:
    """More than one card, or a card in a list."""
    if answer.purpose != "search" or not answer.body:
        return None
    if isinstance(answer.document, list):
        return "a search must not be answered with a list"
    inner = answer.document.get("card") if isinstance(answer.document, dict) else None
    return "'card' must not be a list" if isinstance(inner, list) else None


def names_in_any_case(play: Play) -> None:
    anna = play.anna
    expect.card(play.search(MSISDN=anna.phone, birthdate=anna.person.birth_date), anna.number)
    expect.card(play.search(Email=anna.email), anna.number)


def either_is_enough(play: Play) -> None:
    anna, stranger = play.anna, Person()
    expect.card(play.search(msisdn=anna.phone, email=stranger.email), anna.number)
    expect.card(play.search(msisdn=stranger.phone, email=anna.email), anna.number)
    answer = play.search(msisdn=anna.phone, birthDate=stranger.birth_date)
    expect.card(answer, anna.number)


def unknown_is_ignored(play: Play) -> None:
    anna = play.anna
    unknown = {"loyaltyLevel": "5", "x[]": "1", "имя": "Анна", "page": "-1"}
    expect.card(play.search(msisdn=anna.phone, **unknown), anna.number)


def two_people_match(play: Play) -> str:
    """The partner decides: either one of the two cards, or an error."""
    anna, boris = play.anna, play.boris
    answer = expect.status(play.search(msisdn=anna.phone, email=boris.email), 200, 422)
    if answer.status == 422:
        return "answered with an error"
    number = documents.card_number(answer)
    if number not in (anna.number, boris.number):
        expect.fail(answer, "neither of the two cards")
    return "answered with one of the two cards"


def phone_is_stronger(play: Play) -> None:
    anna, boris = play.anna, play.boris
    expect.card(play.search(msisdn=anna.phone, email=boris.email), anna.number)
    expect.card(play.search(msisdn=boris.phone, email=anna.email), boris.number)


def blocked_card(play: Play) -> str:
    """Forbidden, hidden or shown as inactive, as the partner's policy is."""
    if not play.options.blocked_phone:
        raise NotTested("needs the phone of a customer whose card is blocked")
    answer = expect.status(play.search(msisdn=play.options.blocked_phone), 200, 422)
    if answer.status == 422:
        return "forbidden"
    if not answer.body:
        return "hidden"
    if (documents.card(answer) or {}).get("cardState") != "inactive":
        expect.fail(answer, "a blocked card must not be active")
    return "shown as inactive"


def phone_forms(play: Play) -> None:
    """Punctuation does not matter, and a Russian 8 stands for 7 (G18)."""
    anna = play.anna
    seven = anna.phone
    spoken = f"+7 ({seven[1:4]}) {seven[4:7]}-{seven[7:9]}-{seven[9:]}"
    for phone in (f"+{seven}", spoken, f"8{seven[1:]}"):
        expect.card(play.search(msisdn=phone), anna.number)


def overlong_phone(play: Play) -> None:
    anna = play.anna
    expect.card(play.search(msisdn="7" * 16, email=anna.email), anna.number)


def email_forms(play: Play) -> None:
    anna = play.anna
    for email in (anna.email.upper(), f"  {anna.email} "):
        expect.card(play.search(email=email), anna.number)


def birth_date_alone(play: Play) -> None:
    """OR read literally would show a stranger's card to whoever shares the birthday (G21)."""
    expect.nobody(play.search(birthDate=play.anna.person.birth_date))


def nothing_to_search(play: Play) -> None:
    queries: tuple[dict[str, str], ...] = ({}, {"msisdn": "", "email": ""}, {"colour": "red"})
    for query in queries:
        expect.refusal(play.search(**query))
