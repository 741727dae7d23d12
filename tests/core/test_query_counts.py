"""How many statements an operation sends, however many rows there are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from adapter.core import cards, ledger, members, partners, transactions
from adapter.core.ledger import Purse
from adapter.core.members import Profile
from adapter.core.programs import ProgramTerms
from adapter.db import Database, Work
from tests.factories import (
    PEPPER,
    PLACE,
    capture,
    give_points,
    make_card,
    make_credential,
    make_member,
    make_program,
    make_transaction,
    phone,
    purse_of,
    reserve_points,
    spend_points,
)
from tests.statements import recorded

PHONE, EMAIL, NUMBER = "79216668899", "anna@example.com", "7700009001"
SINCE = timedelta(days=99)


def search(work: Work, program: ProgramTerms, _: Purse) -> None:
    found = members.matching(work, program.id, Profile(phone=PHONE, email=EMAIL))
    cards.of_members(work, [member.id for member in found])


def show(work: Work, program: ProgramTerms, purse: Purse) -> None:
    cards.with_holder(work, program.id, NUMBER)
    ledger.balance(work, purse)


def purchases(work: Work, _: ProgramTerms, purse: Purse) -> None:
    since, before = work.now - SINCE, work.now + SINCE
    transactions.purchases(work, purse.member_id, since=since, before=before, limit=1000)


def call(work: Work, *_: Any) -> None:
    digest = partners.digest(PEPPER, "test", "open:sesame")
    partners.authenticate(work, protocol="test", digest=digest)


def issue_anew(work: Work, program: ProgramTerms, _: Purse) -> None:
    profile = Profile(phone=phone(), email=f"{phone()}@example.com", first_name="Анна")
    cards.issue(work, program, profile, place=PLACE)


def issue_again(work: Work, program: ProgramTerms, _: Purse) -> None:
    cards.issue(work, program, Profile(phone=PHONE, email=EMAIL), place=PLACE)


def issue_on(work: Work, program: ProgramTerms, _: Purse) -> None:
    number = cards.pool_numbers(work, program.id)[0].number
    cards.issue_on(work, program, Profile(phone=phone()), number=number, place=PLACE)


def give(work: Work, _: ProgramTerms, purse: Purse) -> None:
    give_points(work, purse, 5)


def spend(work: Work, _: ProgramTerms, purse: Purse) -> None:
    spend_points(work, purse, 1)


def reserve_and_capture(work: Work, _: ProgramTerms, purse: Purse) -> None:
    capture(work, reserve_points(work, purse, 1))


# What it may cost; an operation of the core leaves room for the rest of a request.
COSTS: dict[Callable[..., None], int] = {
    search: 2,
    show: 3,
    purchases: 1,
    call: 1,
    issue_anew: 10,
    issue_again: 4,
    issue_on: 10,
    give: 8,
    spend: 8,
    reserve_and_capture: 20,
}


def fill(work: Work, program: ProgramTerms, purse: Purse, rows: int) -> None:
    """So many rows of everything that may be many."""
    for _ in range(rows):
        make_card(work, program)
        make_card(work, program, make_member(work, program))
        make_transaction(work, program, work.session.get_one(members.Member, purse.member_id))
        give_points(work, purse, 10)


def test_the_cost_is_known_and_does_not_grow(database: Database, subtests: pytest.Subtests) -> None:
    with database.unit_of_work() as work:
        program = make_program(work)
        make_credential(work, program)
        member = make_member(work, program, phone=PHONE, email=EMAIL)
        make_card(work, program, member, number=NUMBER)
        purse = purse_of(program, member)
        fill(work, program, purse, 2)
        reserve_points(work, purse, 1)  # so that all accounts are there
    few = {act: cost(database, act, program, purse) for act in COSTS}

    with database.unit_of_work() as work:
        fill(work, program, purse, 30)

    for act, most in COSTS.items():
        with subtests.test(act.__name__):
            assert few[act] <= most
            assert cost(database, act, program, purse) == few[act]


def cost(database: Database, act: Callable[..., None], program: ProgramTerms, purse: Purse) -> int:
    """How many statements it is; what they did is forgotten."""
    with database.unit_of_work() as work:
        with recorded(database) as sent:
            act(work, program, purse)
            work.session.flush()
        work.session.rollback()
    return len(sent)
