"""A server that dies around its commit: who asks again is answered as if nothing had been."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from adapter.core import programs
from adapter.core.benefits import Benefit
from adapter.core.ledger import Entry
from adapter.core.members import Member
from adapter.core.payments import Redemption
from adapter.core.programs import ProgramTerms
from adapter.core.transactions import Transaction
from adapter.db import Database, Work
from tests.factories import (
    balances,
    bought,
    counted,
    findings,
    make_benefit,
    make_member,
    make_rule,
    submit,
)
from tests.faults.till import PHONE, tell

ROOT = Path(__file__).parents[2]


@pytest.fixture
def program(database: Database) -> ProgramTerms:
    """The program MAIN, where a point is earned for each major unit."""
    with database.unit_of_work() as work:
        program = programs.put(work, code="MAIN").terms()
        make_rule(work, program)
    return program


@pytest.fixture
def member(database: Database, program: ProgramTerms) -> Member:
    """A member with a benefit."""
    with database.unit_of_work() as work:
        member = make_member(work, program, phone=PHONE)
        make_benefit(work, program, member, key="as_1")
    return member


def killed(database: Database, moment: str) -> None:
    """Have a server tell of a sale and a payment, and die."""
    url = database.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.faults.till", url, moment]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (-9, "", "")


def number_of(work: Work, *tables: type) -> list[int]:
    """How many rows there are."""
    counts = (select(func.count()).select_from(table) for table in tables)
    return [work.session.scalar(count) or 0 for count in counts]


@pytest.mark.parametrize("moment, there", [("before the commit", 0), ("after the commit", 1)])
def test_what_is_told_again_after_a_crash_happened_once(
    database: Database,
    make_database: Callable[..., Database],
    program: ProgramTerms,
    member: Member,
    moment: str,
    there: int,
) -> None:
    killed(database, moment)
    with database.reading() as work:
        assert number_of(work, Transaction, Redemption) == [there, there]
        codes = work.session.scalars(select(Transaction.confirmation_code)).all()

    # The next server, which knows nothing of the first.
    next_server = make_database(database.url.render_as_string(hide_password=False))
    with next_server.unit_of_work() as work:
        outcome, paid = tell(work)

    assert (outcome.points_minor, outcome.balances) == (1000, {"points": 1000, "credit": 0})
    assert outcome.transaction.confirmation_code in codes or not codes
    assert paid.balances == {"points": 700, "credit": 0}
    with database.reading() as work:
        assert number_of(work, Transaction, Redemption, Entry) == [1, 1, 2]
        assert work.session.scalars(select(Benefit.used)).all() == [1]
        assert counted(work, member) == (1, 1000)
        assert balances(work, program, member) == {"points": 700, "credit": 0}
        assert findings(work) == []


def test_hours_and_sales_later_the_lost_answer_is_still_the_first(
    database: Database, program: ProgramTerms, member: Member
) -> None:
    killed(database, "after the commit")
    with database.unit_of_work() as work:
        submit(work, program, member, bought(work))
        make_rule(work, program, points_per_unit="7")

    with database.unit_of_work() as work:
        outcome, paid = tell(work)

    assert (outcome.points_minor, outcome.balances) == (1000, {"points": 1000, "credit": 0})
    assert paid.balances == {"points": 1700, "credit": 0}
