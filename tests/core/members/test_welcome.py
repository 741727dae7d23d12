"""What a program gives whoever joins it: once, with a life of its own, and traceable."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from adapter.core import cards, ledger, members, programs
from adapter.core.amounts import Amount
from adapter.core.errors import InvalidAmount
from adapter.core.ledger import Entry, EntryKind, Lot
from adapter.core.members import Member, Profile
from adapter.core.origins import Place
from adapter.core.programs import ProgramTerms
from adapter.db import Work
from tests.factories import (
    PLACE,
    findings,
    later,
    make_member,
    make_program,
    points,
    purse_of,
    spend_points,
)

PHONE = "79216668899"


def available(work: Work, program: ProgramTerms, member: Member) -> Amount:
    """What a member may spend."""
    return ledger.balance(work, purse_of(program, member)).available


def welcomed(work: Work, **settings: Any) -> tuple[ProgramTerms, Member]:
    """A new member of a program with these settings, and with whatever it gives."""
    program = make_program(work, **settings)
    member = make_member(work, program)
    members.welcome(work, program, member, place=PLACE)
    return program, member


def entries(work: Work) -> list[Entry]:
    """All that moved."""
    return list(work.session.scalars(select(Entry).order_by(Entry.id)))


@pytest.mark.parametrize("said", [None, "0", "0.00"])
def test_most_programs_give_nothing_and_write_nothing(work: Work, said: str | None) -> None:
    program, member = welcomed(work, welcome_points=said)

    assert entries(work) == []
    assert available(work, program, member) == points(0)


def test_a_welcome_is_a_bonus_that_says_where_from(work: Work) -> None:
    program, member = welcomed(work, welcome_points="50.75")

    (entry,) = entries(work)
    assert available(work, program, member) == points("50.75")
    assert (entry.kind, entry.reason, entry.member_id) == (EntryKind.BONUS, "Welcome", member.id)
    assert Place(entry.channel, entry.outlet_code, entry.terminal) == PLACE
    assert entry.occurred_at == entry.recorded_at == work.now
    assert findings(work) == []


def test_it_is_given_in_the_programs_own_points(work: Work) -> None:
    program, member = welcomed(work, welcome_points="50", points_decimals=0)

    assert available(work, program, member) == Amount(50, program.points)
    with pytest.raises(InvalidAmount):
        welcomed(work, welcome_points="0.5", points_decimals=0)


def test_it_is_given_once(work: Work) -> None:
    program, member = welcomed(work, welcome_points="50")
    spend_points(work, purse_of(program, member), 20)

    members.welcome(later(work, days=1), program, member, place=Place("elsewhere"))

    assert available(work, program, member) == points(30)
    assert findings(work) == []


def test_each_member_is_welcomed(work: Work) -> None:
    program, first = welcomed(work, welcome_points="50")
    second = make_member(work, program)

    members.welcome(work, program, second, place=PLACE)

    assert [available(work, program, one) for one in (first, second)] == [points(50)] * 2


def test_it_expires_as_other_points_do(work: Work) -> None:
    program, member = welcomed(work, welcome_points="50", points_expire_after_days=30)

    (lot,) = work.session.scalars(select(Lot))
    assert lot.expires_at == program.expiry_of_points(work.now)
    assert available(later(work, days=29), program, member) == points(50)
    assert available(later(work, days=32), program, member) == points(0)


def issue(work: Work, program: ProgramTerms, **profile: str) -> Member:
    """Whoever a card is issued to."""
    card = cards.issue(work, program, Profile(**profile), place=PLACE)
    return work.session.get_one(Member, card.member_id)


def test_whoever_joins_with_a_card_is_welcomed_once(work: Work) -> None:
    program = make_program(work, welcome_points="50")

    newcomer = issue(work, program, phone=PHONE)
    again = issue(later(work, hours=1), program, phone=PHONE, email="a@example.com")

    assert again.id == newcomer.id
    assert available(work, program, newcomer) == points(50)
    assert len(entries(work)) == 1


def test_whoever_joins_with_a_reserved_number_is_welcomed_once(work: Work) -> None:
    program = make_program(work, welcome_points="50")
    number = cards.reserve(work, program, life=timedelta(hours=1), place=PLACE).number

    for _ in range(2):
        told = {"number": number, "place": PLACE}
        card = cards.issue_on(work, program, Profile(phone=PHONE), **told)  # type: ignore[arg-type]

    newcomer = work.session.get_one(Member, card.member_id)
    assert available(work, program, newcomer) == points(50)
    assert len(entries(work)) == 1


def test_who_was_a_member_before_is_no_newcomer(work: Work) -> None:
    """Their first card, or a program that begins to welcome, gives them nothing."""
    program = make_program(work)
    member = make_member(work, program, phone=PHONE)
    programs.put(work, code=program.code, settings={"welcome_points": "50"})
    generous = programs.by_code(work, program.code).terms()

    found = issue(later(work, seconds=1), generous, phone=PHONE)

    assert found.id == member.id
    assert entries(work) == []
