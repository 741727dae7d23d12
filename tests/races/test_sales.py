"""Sales, benefits and events that come at the same moment.

Nothing here is tried again: a till that had to wait is answered, and none waits in a circle.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from random import Random
from typing import Any

import pytest
from sqlalchemy import func, select

from adapter.core import benefits, events, ledger, payments, sales, transactions
from adapter.core.errors import (
    BenefitNotUsable,
    LoyaltyError,
    ReferenceReused,
    TransactionCancelled,
)
from adapter.core.events import Event
from adapter.core.ledger import Entry
from adapter.core.members import Member
from adapter.core.programs import ProgramTerms
from adapter.core.transactions import Sale, Transaction
from adapter.db import Database, Work
from tests.factories import (
    PLACE,
    balances,
    bought,
    counted,
    findings,
    give_points,
    line,
    make_benefit,
    make_member,
    make_program,
    make_rule,
    purse_of,
    submit,
)
from tests.races.crowd import crowd
from tests.scale.isolation import once

AT = datetime(2026, 5, 4, 9, tzinfo=UTC)
CROWD = {"processes": 4, "threads": 5}


@pytest.fixture
def program(database: Database) -> ProgramTerms:
    """A point for each major unit, up to ten a day; three visits a day bring one each."""
    with database.unit_of_work() as work:
        program = make_program(work)
        make_rule(work, program, max_points_per_day="10")
        visits: dict[str, Any] = {"event": "visit", "points": "1", "limit": 3, "period": "day"}
        make_rule(work, program, code="visit", kind="event", **visits)
    return program


@pytest.fixture
def member(database: Database, program: ProgramTerms) -> Member:
    """Somebody who never had anything: there is not even an account yet."""
    with database.unit_of_work() as work:
        return make_member(work, program)


def sale_of(reference: str, net_minor: int = 400) -> Sale:
    """The same for everybody who tells of it."""
    return Sale(reference, AT, (line(net_minor=net_minor, reference="1"),))


def sell(
    program: ProgramTerms,
    sold: Sequence[tuple[Member | None, Sale]],
    used: Sequence[str],
    database: Database,
    number: int,
) -> Any:
    """One of these sales, in turn."""
    member, sale = sold[number % len(sold)]
    outcome = once(database, lambda work: submit(work, program, member, sale, used=used))
    return outcome.transaction.confirmation_code, outcome.points_minor, outcome.balances


def cancel(program: ProgramTerms, code: str, database: Database, number: int) -> Any:
    """One and the same sale cancelled."""
    outcome = once(database, lambda work: sales.cancel(work, program, code, place=PLACE))
    return outcome.transaction.confirmation_code, outcome.points_minor, outcome.balances


def sell_or_cancel(
    program: ProgramTerms, member: Member, sale: Sale, code: str, database: Database, number: int
) -> Any:
    """One half repeats the sale, the other cancels it."""
    if number % 2:
        return cancel(program, code, database, number)
    return sell(program, [(member, sale)], [], database, number)


def visit(program: ProgramTerms, member: Member, database: Database, number: int) -> None:
    """An event."""
    told = {"kind": "visit", "occurred_at": AT, "place": PLACE}
    once(database, lambda work: events.record(work, program, member, **told))  # type: ignore[arg-type]


def sell_or_visit(program: ProgramTerms, member: Member, database: Database, number: int) -> None:
    """One half buys, the other visits."""
    if number % 2:
        visit(program, member, database, number)
    else:
        sell(program, [(member, sale_of(f"R-{number}"))], [], database, number)


def number_of(work: Work, table: Any) -> int:
    """How many rows there are."""
    return work.session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.parametrize("whose", ["a member's", "nobody's"])
def test_twenty_equal_sales_are_one_and_answered_alike(
    database: Database, url: str, program: ProgramTerms, member: Member, whose: str
) -> None:
    owner = member if whose == "a member's" else None

    answers = crowd(url, partial(sell, program, [(owner, sale_of("R-1"))], []), **CROWD)

    assert len(answers) == 20
    assert all(answer == answers[0] for answer in answers)
    with database.reading() as work:
        assert number_of(work, Transaction) == 1
        assert number_of(work, Entry) == (1 if owner else 0)
        assert counted(work, member) == ((1, 400) if owner else (0, 0))
        assert findings(work) == []


def test_twenty_equal_sales_use_their_benefit_once(
    database: Database, url: str, program: ProgramTerms, member: Member
) -> None:
    with database.unit_of_work() as work:
        make_benefit(work, program, member, key="as_1")

    answers = crowd(url, partial(sell, program, [(member, sale_of("R-1"))], ["as_1"]), **CROWD)

    assert all(answer == answers[0] for answer in answers)
    with database.reading() as work:
        (benefit,) = benefits.of_member(work, member.id)
        assert (benefit.used, benefit.state) == (1, "redeemed")
        assert findings(work) == []


def test_one_reference_for_two_members_is_the_sale_of_one(
    database: Database, url: str, program: ProgramTerms, member: Member
) -> None:
    with database.unit_of_work() as work:
        other = make_member(work, program)
    sold = [(member, sale_of("R-1")), (other, sale_of("R-1"))]

    answers = crowd(url, partial(sell, program, sold, []), **CROWD)

    assert answers.count(ReferenceReused) == 10
    assert len({answer[0] for answer in answers if isinstance(answer, tuple)}) == 1
    with database.reading() as work:
        assert number_of(work, Transaction) == number_of(work, Entry) == 1
        assert findings(work) == []


def test_twenty_equal_cancellations_take_the_points_back_once(
    database: Database, url: str, program: ProgramTerms, member: Member
) -> None:
    with database.unit_of_work() as work:
        give_points(work, purse_of(program, member), 3)
        make_benefit(work, program, member, key="as_1")
        outcome = submit(work, program, member, sale_of("R-1"), used=["as_1"])
    code = outcome.transaction.confirmation_code or ""

    answers = crowd(url, partial(cancel, program, code), **CROWD)

    assert answers == [(code, -400, {"points": 300, "credit": 0})] * 20
    with database.reading() as work:
        assert number_of(work, Entry) == 3
        assert counted(work, member) == (0, 0)
        assert [one.used for one in benefits.of_member(work, member.id)] == [0]
        assert findings(work) == []


def test_nobodys_sale_is_cancelled_by_twenty_at_once(
    database: Database, url: str, program: ProgramTerms
) -> None:
    with database.unit_of_work() as work:
        outcome = submit(work, program, None, sale_of("R-1"))
    code = outcome.transaction.confirmation_code or ""

    answers = crowd(url, partial(cancel, program, code), **CROWD)

    assert answers == [(code, None, None)] * 20


def test_a_repeat_that_meets_the_cancellation_is_answered_or_refused(
    database: Database, url: str, program: ProgramTerms, member: Member
) -> None:
    sale = sale_of("R-1")
    with database.unit_of_work() as work:
        outcome = submit(work, program, member, sale)
    code = outcome.transaction.confirmation_code or ""

    answers = crowd(url, partial(sell_or_cancel, program, member, sale, code), **CROWD)

    first = (code, 400, {"points": 400, "credit": 0})
    gone = (code, -400, {"points": 0, "credit": 0})
    assert answers.count(gone) == 10
    assert answers.count(first) + answers.count(TransactionCancelled) == 10
    with database.reading() as work:
        assert balances(work, program, member) == {"points": 0, "credit": 0}
        assert findings(work) == []


@pytest.mark.parametrize("uses", [1, 3])
def test_a_benefit_is_used_by_as_many_sales_as_it_may_be(
    database: Database, url: str, program: ProgramTerms, member: Member, uses: int
) -> None:
    with database.unit_of_work() as work:
        make_benefit(work, program, member, key="as_1", code="TEA", uses=uses)
    sold = [(member, sale_of(f"R-{number}")) for number in range(20)]

    answers = crowd(url, partial(sell, program, sold, ["tea"]), **CROWD)

    assert answers.count(BenefitNotUsable) == 20 - uses
    with database.reading() as work:
        assert number_of(work, Transaction) == uses
        assert counted(work, member) == (uses, uses * 400)
        assert [one.used for one in benefits.of_member(work, member.id)] == [uses]
        assert findings(work) == []


def test_the_first_sales_of_a_member_keep_to_the_cap_of_the_day(
    database: Database, url: str, program: ProgramTerms, member: Member
) -> None:
    sold = [(member, sale_of(f"R-{number}")) for number in range(20)]

    answers = crowd(url, partial(sell, program, sold, []), **CROWD)

    assert sorted(points for _, points, _ in answers) == [0] * 17 + [200, 400, 400]
    # Each was told what was there after it, and they came one after the other.
    assert sorted(after["points"] for _, points, after in answers if points) == [400, 800, 1000]
    with database.reading() as work:
        assert balances(work, program, member) == {"points": 1000, "credit": 0}
        assert counted(work, member) == (20, 8000)
        assert findings(work) == []


def test_the_first_events_of_a_member_keep_to_their_limit(
    database: Database, url: str, program: ProgramTerms, member: Member
) -> None:
    crowd(url, partial(visit, program, member), **CROWD)

    with database.reading() as work:
        assert number_of(work, Event) == 20
        assert balances(work, program, member) == {"points": 300, "credit": 0}
        assert findings(work) == []


def test_sales_and_events_of_a_newcomer_get_on_with_each_other(
    database: Database, url: str, program: ProgramTerms, member: Member
) -> None:
    crowd(url, partial(sell_or_visit, program, member), **CROWD)

    with database.reading() as work:
        assert balances(work, program, member) == {"points": 1300, "credit": 0}
        assert counted(work, member) == (10, 4000)
        assert findings(work) == []


def stroll(
    program: ProgramTerms, members: list[Member], steps: int, database: Database, number: int
) -> int:
    """So many steps of a till at random, with all the members; how many were not refused."""
    random, done = Random(number), 0
    sold: list[tuple[Member, Sale]] = []
    codes: list[str] = []
    paid: list[tuple[Member, str]] = []

    def sell(work: Work, member: Member) -> None:
        sale = bought(work, line(net_minor=random.randint(-300, 900)), reference=str(uuid.uuid4()))
        used = random.choice(([], [], [str(member.id)]))
        told = submit(work, program, member, sale, used=used)
        sold.append((member, sale))
        codes.append(told.transaction.confirmation_code or "")

    def sell_again(work: Work, _: Member) -> None:
        if sold:
            submit(work, program, *random.choice(sold))

    def cancel(work: Work, _: Member) -> None:
        if codes:
            sales.cancel(work, program, random.choice(codes), place=PLACE)

    def pay(work: Work, member: Member) -> None:
        reference = random.choice((None, "R-1", "R-2"))
        told = {"amount_minor": random.randint(1, 300), "reference": reference, "place": PLACE}
        made = payments.pay(work, program, member, **told)  # type: ignore[arg-type]
        paid.append((member, made.redemption.confirmation_code))

    def cancel_payment(work: Work, _: Member) -> None:
        if paid:
            payments.cancel(work, program, *random.choice(paid), place=PLACE)

    def come_by(work: Work, member: Member) -> None:
        events.record(work, program, member, kind="visit", occurred_at=work.now, place=PLACE)

    def see_to_what_is_due(work: Work, member: Member) -> None:
        ledger.settle_due(work, purse_of(program, member))

    deeds = (sell, sell, sell_again, cancel, pay, pay, cancel_payment, come_by, see_to_what_is_due)
    for _ in range(steps):
        deed, member = random.choice(deeds), random.choice(members)
        try:
            once(database, lambda work, deed=deed, member=member: deed(work, member))
            done += 1
        except LoyaltyError:
            continue
    return done


def test_eight_tills_at_random_leave_sound_books(
    database: Database, url: str, program: ProgramTerms
) -> None:
    with database.unit_of_work() as work:
        members = [make_member(work, program) for _ in range(3)]
        for member in members:
            make_benefit(work, program, member, key=str(member.id), uses=5)

    done = crowd(url, partial(stroll, program, members, 60), processes=8)

    assert sum(done) > 240
    with database.reading() as work:
        assert findings(work) == []
        for member in members:
            moved = sum(one.amount_minor for one in ledger.statement(work, member.id, limit=9999))
            assert balances(work, program, member) == {"points": moved, "credit": 0}
            standing = [
                sale
                for sale in transactions.of_members(work, [member.id])
                if sale.state == "recorded"
            ]
            assert counted(work, member) == (
                sum(sale.total_minor >= 0 for sale in standing),
                sum(sale.total_minor for sale in standing),
            )
