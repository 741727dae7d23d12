"""The benefits a sale names: all of them used with it, or nothing is stored at all."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from adapter.core import benefits, members
from adapter.core.benefits import BenefitState, BenefitUse, Grant, Standing
from adapter.core.errors import BenefitNotUsable, LoyaltyError, UnknownBenefit
from adapter.core.members import Member, MemberStatus
from adapter.core.programs import ProgramTerms
from adapter.db import Database
from tests.factories import (
    bought,
    cancel_sale,
    counted,
    findings,
    make_benefit,
    make_member,
    make_program,
    make_rule,
    submit,
)
from tests.protocols.state import rows

HOUR = timedelta(hours=1)


@pytest.fixture
def program(database: Database) -> ProgramTerms:
    """A point for each major unit."""
    with database.unit_of_work() as work:
        program = make_program(work)
        make_rule(work, program)
    return program


@pytest.fixture
def member(database: Database, program: ProgramTerms) -> Member:
    """Somebody who can use two benefits, and cannot use others."""
    with database.unit_of_work() as work:
        member = make_member(work, program)
        make_benefit(work, program, member, key="once", code=" Spring25 ")
        make_benefit(work, program, member, key="thrice", uses=3)
        make_benefit(work, program, member, key="used up", used=1)
        make_benefit(work, program, member, key="off", state=BenefitState.DEACTIVATED)
        make_benefit(work, program, member, key="past", valid_until=work.now)
        make_benefit(work, program, member, key="to come", valid_from=work.now + HOUR)
        make_benefit(work, program, make_member(work, program), key="another's", code="WINTER")
    return member


def standing(database: Database, member: Member) -> dict[str, tuple[int, Standing]]:
    """How often each benefit was used, and what it is now."""
    with database.reading() as work:
        held = benefits.of_member(work, member.id)
        return {one.key: (one.used, one.standing(work.now)) for one in held}


def test_a_sale_uses_what_it_names(
    database: Database, program: ProgramTerms, member: Member
) -> None:
    with database.unit_of_work() as work:
        submit(work, program, member, bought(work), used=["once", "thrice"])
        submit(work, program, member, bought(work), used=["thrice"])

    found = standing(database, member)
    assert found["once"] == (1, Standing.REDEEMED)
    assert found["thrice"] == (2, Standing.ACTIVE)
    with database.reading() as work:
        assert findings(work) == []


@pytest.mark.parametrize("name", ["SPRING25", "spring25", " sPring25 "])
def test_a_code_names_a_benefit_in_any_case(
    database: Database, program: ProgramTerms, member: Member, name: str
) -> None:
    with database.unit_of_work() as work:
        submit(work, program, member, bought(work), used=[name])

    assert standing(database, member)["once"] == (1, Standing.REDEEMED)


def test_a_benefit_named_by_key_and_by_code_is_used_once(
    database: Database, program: ProgramTerms, member: Member
) -> None:
    with database.unit_of_work() as work:
        submit(work, program, member, bought(work), used=["once", "spring25", "once"])

    assert standing(database, member)["once"] == (1, Standing.REDEEMED)


@pytest.mark.parametrize(
    "name, refusal",
    {
        "nothing": UnknownBenefit,
        "another's": UnknownBenefit,
        "winter": UnknownBenefit,
        "": UnknownBenefit,
        "ONCE": UnknownBenefit,  # a key is no code
        "used up": BenefitNotUsable,
        "off": BenefitNotUsable,
        "past": BenefitNotUsable,
        "to come": BenefitNotUsable,
    }.items(),
)
@pytest.mark.parametrize("first", [True, False])
def test_one_that_cannot_be_used_has_nothing_stored(
    database: Database,
    program: ProgramTerms,
    member: Member,
    name: str,
    refusal: type[LoyaltyError],
    first: bool,
) -> None:
    before = rows(database)

    with pytest.raises(refusal), database.unit_of_work() as work:
        submit(
            work, program, member, bought(work), used=[name, "once"] if first else ["once", name]
        )

    assert rows(database) == before


def test_what_the_member_does_not_have_goes_before_what_cannot_be_used(
    database: Database, program: ProgramTerms, member: Member
) -> None:
    with pytest.raises(UnknownBenefit), database.unit_of_work() as work:
        submit(work, program, member, bought(work), used=["off", "nothing"])


def test_a_used_benefit_is_not_used_by_another_sale(
    database: Database, program: ProgramTerms, member: Member
) -> None:
    with database.unit_of_work() as work:
        submit(work, program, member, bought(work), used=["once"])

    with pytest.raises(BenefitNotUsable), database.unit_of_work() as work:
        submit(work, program, member, bought(work), used=["once"])

    with database.reading() as work:
        assert counted(work, member) == (1, 1000)


def test_what_counts_is_the_time_of_the_sale(
    database: Database, program: ProgramTerms, member: Member
) -> None:
    """It was valid when the goods went over the counter, whenever we hear of it."""
    with database.unit_of_work() as work:
        submit(work, program, member, bought(work, at=work.now - HOUR), used=["past"])

    assert standing(database, member)["past"][0] == 1


@pytest.mark.parametrize("name, days", [("past", -8), ("to come", 1)])
def test_no_clock_of_a_till_reaches_what_is_long_past_or_to_come(
    database: Database, program: ProgramTerms, member: Member, name: str, days: int
) -> None:
    with database.unit_of_work() as work:
        benefits.grant(
            work,
            program.id,
            Grant(member.id, "long past", valid_until=work.now - timedelta(days=7.5)),
        )

    wanted = "long past" if name == "past" else name
    with pytest.raises(BenefitNotUsable), database.unit_of_work() as work:
        at = work.now + timedelta(days=days)
        submit(work, program, member, bought(work, at=at), used=[wanted])


def test_who_takes_no_part_uses_nothing(
    database: Database, program: ProgramTerms, member: Member
) -> None:
    with database.unit_of_work() as work:
        members.set_status(work, work.session.get_one(Member, member.id), MemberStatus.INACTIVE)

    with pytest.raises(BenefitNotUsable), database.unit_of_work() as work:
        found = work.session.get_one(Member, member.id)
        submit(work, program, found, bought(work), used=["once"])

    assert standing(database, member)["once"][0] == 0


def test_a_cancelled_sale_gives_back_what_it_used(
    database: Database, program: ProgramTerms, member: Member
) -> None:
    before = standing(database, member)
    with database.unit_of_work() as work:
        submit(work, program, member, bought(work), used=["thrice"])
        outcome = submit(work, program, member, bought(work), used=["once", "thrice"])

    with database.unit_of_work() as work:
        cancel_sale(work, program, outcome)
        cancel_sale(work, program, outcome)

    assert standing(database, member) == before | {"thrice": (1, Standing.ACTIVE)}
    with database.reading() as work:
        assert findings(work) == []


def test_what_was_given_back_may_be_used_again(
    database: Database, program: ProgramTerms, member: Member
) -> None:
    with database.unit_of_work() as work:
        cancel_sale(work, program, submit(work, program, member, bought(work), used=["once"]))

    with database.unit_of_work() as work:
        submit(work, program, member, bought(work), used=["once"])

    assert standing(database, member)["once"] == (1, Standing.REDEEMED)


def test_what_was_switched_off_since_stays_off_when_it_is_given_back(
    database: Database, program: ProgramTerms, member: Member
) -> None:
    with database.unit_of_work() as work:
        outcome = submit(work, program, member, bought(work), used=["once"])
    with database.unit_of_work() as work:
        make_benefit(work, program, member, key="once", state=BenefitState.DEACTIVATED)

    with database.unit_of_work() as work:
        cancel_sale(work, program, outcome)

    assert standing(database, member)["once"] == (0, Standing.DEACTIVATED)


def test_the_use_is_known_with_the_sale_that_made_it(
    database: Database, program: ProgramTerms, member: Member
) -> None:
    with database.unit_of_work() as work:
        outcome = submit(work, program, member, bought(work), used=["once"])
        uses = work.session.scalars(select(BenefitUse)).all()

    assert [(one.member_id, one.transaction_id, one.given_back_at) for one in uses] == [
        (member.id, outcome.transaction.id, None)
    ]
