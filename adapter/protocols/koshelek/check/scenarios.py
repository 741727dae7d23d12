"""Section 6: the life of a card, in the order in which Koshelek makes its calls."""

from __future__ import annotations

from adapter.checks import NotTested
from adapter.checks.wire import first, judge
from adapter.protocols.koshelek.check import documents, expect
from adapter.protocols.koshelek.check.cards import BOTH
from adapter.protocols.koshelek.check.history import LONG_AGO
from adapter.protocols.koshelek.check.people import Person
from adapter.protocols.koshelek.check.play import Play


def existing_card(play: Play) -> None:
    """A: found by the profile, channels, profile, first display."""
    holder = play.new_holder()
    person = holder.person
    answer = play.search(msisdn=person.phone, email=person.email, birthDate=person.birth_date)
    expect.card(answer, holder.number)
    expect.status(play.set_channels(holder.number, BOTH), 200)
    expect.status(play.update(holder.number, person.profile()), 200)
    _first_display(play, holder.number)


def reserved_first(play: Play) -> None:
    """B: nothing found, a number reserved, issued on, channels, first display."""
    play.need("reservation")
    person = Person()
    expect.nobody(play.search(msisdn=person.phone, email=person.email))
    number = documents.reserved_number(expect.status(play.reserve(), 200)) or ""
    expect.status(play.issue_on(number, person.profile()), 200)
    expect.status(play.set_channels(number, BOTH), 200)
    _first_display(play, number)


def assigned_by_partner(play: Play) -> None:
    """C: nothing found, issued by one call, channels, first display."""
    play.need("direct")
    person = Person()
    expect.nobody(play.search(msisdn=person.phone, email=person.email))
    answer = expect.status(play.issue(person.profile()), 200)
    number = documents.card_number(answer) or documents.card_number(
        expect.status(play.search(msisdn=person.phone), 200)
    )
    expect.status(play.set_channels(number or "", BOTH), 200)
    _first_display(play, number or "")


def from_a_pool(play: Play) -> None:
    """D: nothing found, issued on a number which the partner had handed over as a file."""
    play.need("reservation")
    number, person = play.options.pool_number, Person()
    if not number:
        raise NotTested("needs a number of the pool, which will be used up")
    expect.nobody(play.search(msisdn=person.phone, email=person.email))
    expect.status(play.issue_on(number, person.profile()), 200)
    expect.status(play.set_channels(number, BOTH), 200)
    _first_display(play, number)


def serving(play: Play) -> None:
    """E: the balance, the history."""
    anna = play.anna
    _first_display(play, anna.number)
    if play.offers("purchases"):
        answer = expect.status(play.purchases(anna.number, startDate=LONG_AGO), 200)
        judge([answer], first(documents.purchase_faults))


def profile_edited(play: Play) -> None:
    """F: the profile changes, and the card is still this person's."""
    holder = play.new_holder()
    profile = holder.person.profile(surname="Щукина", locality="Йошкар-Ола")
    expect.status(play.update(holder.number, profile), 200)
    expect.card(play.search(msisdn=holder.phone), holder.number)


def _first_display(play: Play, number: str) -> None:
    answer = expect.card(play.card(number), number)
    judge([answer], first(documents.card_faults))
