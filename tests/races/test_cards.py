"""Calls about cards that come at the same moment."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from sqlalchemy import func, select

from adapter.core import cards
from adapter.core.cards import Card, CardState
from adapter.core.errors import IdentityTaken, NumberTaken
from adapter.core.members import Member, Profile
from adapter.core.programs import ProgramTerms
from adapter.db import Database, Work
from tests.factories import PLACE, make_card, make_member, make_program
from tests.races.crowd import crowd
from tests.scale.isolation import run

PHONE = "79216668899"


def reserve(program: ProgramTerms, database: Database, number: int) -> str:
    """A number set aside."""
    life = timedelta(hours=1)
    return run(database, lambda work: cards.reserve(work, program, life=life, place=PLACE).number)


def issue(program: ProgramTerms, database: Database, number: int) -> str:
    """A card for one and the same person."""
    profile = Profile(phone=PHONE)
    return run(database, lambda work: cards.issue(work, program, profile, place=PLACE).number)


def issue_on(
    program: ProgramTerms, card: str, phones: list[str], database: Database, number: int
) -> str:
    """A card on one and the same number."""
    profile = Profile(phone=phones[number])
    return run(
        database,
        lambda work: cards.issue_on(work, program, profile, number=card, place=PLACE).number,
    )


def claim(program: ProgramTerms, texts: list[str], database: Database, number: int) -> list[str]:
    """The members who got, in units of work of their own, these texts in one form or the other."""
    got = []
    for text in texts:

        def unit(work: Work, text: str = text) -> str:
            member = make_member(work, program, phone=f"7900{number}{text}")
            if number % 2:
                make_card(work, program, member, number=text)
            else:
                cards.give_external_id(work, member, text, place=PLACE)
            return text

        try:
            got.append(run(database, unit))
        except (IdentityTaken, NumberTaken):
            continue
    return got


def test_no_text_is_one_members_external_id_and_anothers_card(database: Database, url: str) -> None:
    with database.unit_of_work() as work:
        program = make_program(work)
    texts = [f"880{number:03}" for number in range(40)]

    outcomes = crowd(url, partial(claim, program, texts), processes=2, threads=2)

    # Each text is somebody's, and nobody else's.
    assert sorted(text for got in outcomes for text in got) == texts


def test_twenty_reservations_at_once_are_twenty_numbers(database: Database, url: str) -> None:
    with database.unit_of_work() as work:
        program = make_program(work)

    numbers = crowd(url, partial(reserve, program), processes=4, threads=5)

    assert len(numbers) == len(set(numbers)) == 20


def test_a_number_two_people_want_at_once_is_one_members_card(database: Database, url: str) -> None:
    with database.unit_of_work() as work:
        program = make_program(work)
        number = make_card(work, program).number
    phones = [f"7900000000{caller}" for caller in range(4)]

    outcomes = crowd(url, partial(issue_on, program, number, phones), processes=2, threads=2)

    assert sorted(outcomes, key=str) == [number, *[NumberTaken] * 3]
    with database.reading() as work:
        holder = cards.held_by(work, program.id, number)
        assert work.session.scalars(select(Member.id)).all() == [holder.id]


def test_a_number_one_person_asks_for_twice_at_once_is_their_card(
    database: Database, url: str
) -> None:
    with database.unit_of_work() as work:
        program = make_program(work)
        number = make_card(work, program).number

    outcomes = crowd(url, partial(issue_on, program, number, [PHONE] * 4), processes=2, threads=2)

    assert outcomes == [number] * 4


def test_one_person_who_asks_at_once_is_one_member_with_one_card(
    database: Database, url: str
) -> None:
    with database.unit_of_work() as work:
        program = make_program(work)

    numbers = crowd(url, partial(issue, program), processes=4, threads=3)

    assert len(set(numbers)) == 1
    with database.reading() as work:
        assert work.session.scalar(select(func.count()).select_from(Member)) == 1
        assert work.session.scalars(select(Card.state)).all() == [CardState.ACTIVE]
