"""Benefits used once or n times, given back, and what they are at an instant."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from adapter.core import benefits
from adapter.core.benefits import Benefit, BenefitState, Grant, Standing
from adapter.core.errors import BenefitNotUsable, UnknownBenefit
from adapter.core.members import Member
from adapter.core.programs import ProgramTerms
from adapter.core.transactions import Transaction
from adapter.db import Work
from tests.factories import (
    findings,
    later,
    make_benefit,
    make_member,
    make_program,
    make_transaction,
)

HOUR = timedelta(hours=1)


@pytest.fixture
def program(work: Work) -> ProgramTerms:
    """Any program."""
    return make_program(work)


@pytest.fixture
def member(work: Work, program: ProgramTerms) -> Member:
    """Somebody without a benefit."""
    return make_member(work, program)


@pytest.fixture
def sale(work: Work, program: ProgramTerms, member: Member) -> Transaction:
    """A sale to use benefits in."""
    return make_transaction(work, program, member)


def use(work: Work, member: Member, sale: Transaction, *names: str) -> list[str]:
    """The keys of what the sale used."""
    at = sale.occurred_at
    used = benefits.use(work, member, names, transaction_id=sale.id, at=at)
    return [benefit.key for benefit in used]


@pytest.mark.parametrize("uses", [1, 2, 5])
def test_a_benefit_is_used_as_often_as_it_may_be(
    work: Work, program: ProgramTerms, member: Member, sale: Transaction, uses: int
) -> None:
    benefit = make_benefit(work, program, member, key="as_1", uses=uses)

    for number in range(1, uses + 1):
        assert benefit.standing(work.now) is Standing.ACTIVE
        assert use(work, member, sale, "as_1") == ["as_1"]
        assert benefit.used == number

    assert benefit.standing(work.now) is Standing.REDEEMED
    with pytest.raises(BenefitNotUsable):
        use(work, member, sale, "as_1")
    assert benefit.used == uses
    assert findings(work) == []


def test_a_benefit_without_a_number_is_used_for_ever(
    work: Work, program: ProgramTerms, member: Member, sale: Transaction
) -> None:
    benefit = make_benefit(work, program, member, key="as_1", uses=None)

    for _ in range(7):
        use(work, member, sale, "as_1")

    assert (benefit.used, benefit.standing(work.now)) == (7, Standing.ACTIVE)


def test_one_use_of_several_is_given_back(
    work: Work, program: ProgramTerms, member: Member, sale: Transaction
) -> None:
    benefit = make_benefit(work, program, member, key="as_1", uses=2)
    other = make_transaction(work, program, member)
    use(work, member, sale, "as_1")
    use(work, member, other, "as_1")

    assert [one.key for one in benefits.give_back(work, sale.id)] == ["as_1"]

    assert (benefit.used, benefit.standing(work.now)) == (1, Standing.ACTIVE)
    assert list(benefits.give_back(work, sale.id)) == []
    assert benefit.used == 1
    assert findings(work) == []


def test_a_sale_that_used_nothing_gives_nothing_back(
    work: Work, program: ProgramTerms, member: Member, sale: Transaction
) -> None:
    make_benefit(work, program, member, key="as_1")

    assert list(benefits.give_back(work, sale.id)) == []


def test_what_was_given_back_after_its_time_is_over_is_expired(
    work: Work, program: ProgramTerms, member: Member, sale: Transaction
) -> None:
    benefit = make_benefit(work, program, member, key="as_1", valid_until=work.now + HOUR)
    use(work, member, sale, "as_1")

    benefits.give_back(later(work, hours=2), sale.id)

    assert benefit.standing(work.now + 2 * HOUR) is Standing.EXPIRED


def test_of_several_with_one_code_each_may_be_used(
    work: Work, program: ProgramTerms, member: Member, sale: Transaction
) -> None:
    for key in ("as_1", "as_2", "as_3"):
        make_benefit(work, program, member, key=key, code="TEA")
    make_benefit(work, program, member, key="as_4", code="TEA", valid_until=work.now - HOUR)

    used = [use(work, member, sale, "tea") for _ in range(3)]

    assert sorted(used) == [["as_1"], ["as_2"], ["as_3"]]
    with pytest.raises(BenefitNotUsable):
        use(work, member, sale, "tea")


def test_a_key_goes_before_a_code_that_reads_the_same(
    work: Work, program: ProgramTerms, member: Member, sale: Transaction
) -> None:
    make_benefit(work, program, member, key="as_1", code="TEA")
    make_benefit(work, program, member, key="TEA")
    make_benefit(work, program, member, key="as_2", code="TEA")

    assert use(work, member, sale, "TEA") == ["TEA"]


@pytest.mark.parametrize("count", [300, 700])
def test_many_are_used_at_once(
    work: Work, program: ProgramTerms, member: Member, sale: Transaction, count: int
) -> None:
    keys = [f"as_{number:03}" for number in range(count)]
    benefits.grant_many(work, program.id, [Grant(member.id, key, name="Tea") for key in keys])

    assert sorted(use(work, member, sale, *keys)) == keys


def test_more_names_than_a_statement_can_carry_are_refused_like_one(
    work: Work, program: ProgramTerms, member: Member, sale: Transaction
) -> None:
    make_benefit(work, program, member, key="as_1")

    with pytest.raises(UnknownBenefit):
        use(work, member, sale, "as_1", *map(str, range(100_000)))


@pytest.mark.parametrize("program_of", ["the same program", "another program"])
def test_a_benefit_is_of_one_member(
    work: Work, program: ProgramTerms, member: Member, sale: Transaction, program_of: str
) -> None:
    where = program if program_of == "the same program" else make_program(work)
    make_benefit(work, where, make_member(work, where), key="as_1", code="TEA")

    for name in ("as_1", "TEA"):
        with pytest.raises(UnknownBenefit):
            use(work, member, sale, name)


@pytest.mark.parametrize(
    "starts, ends, standing",
    [
        (None, None, Standing.ACTIVE),
        (0, 1, Standing.ACTIVE),
        (1, None, Standing.FUTURE),
        (None, 0, Standing.EXPIRED),
        (None, -1, Standing.EXPIRED),
    ],
)
def test_a_benefit_begins_with_its_first_instant_and_ends_before_its_last(
    work: Work,
    program: ProgramTerms,
    member: Member,
    starts: int | None,
    ends: int | None,
    standing: Standing,
) -> None:
    valid_from, valid_until = (
        None if hours is None else work.now + hours * HOUR for hours in (starts, ends)
    )
    benefit = make_benefit(work, program, member, valid_from=valid_from, valid_until=valid_until)

    assert benefit.standing(work.now) is standing


@pytest.mark.parametrize("state", [BenefitState.DEACTIVATED, BenefitState.REDEEMED])
def test_a_state_goes_before_the_time(
    work: Work, program: ProgramTerms, member: Member, state: BenefitState
) -> None:
    benefit = make_benefit(work, program, member, state=state, valid_until=work.now - HOUR)

    assert benefit.standing(work.now) == Standing(state)


def test_a_use_that_was_lost_is_found(
    work: Work, program: ProgramTerms, member: Member, sale: Transaction
) -> None:
    make_benefit(work, program, member, key="as_1", uses=2)
    use(work, member, sale, "as_1")
    assert findings(work) == []

    work.session.execute(update(Benefit).values(used=0))

    (found,) = findings(work)
    assert "uses of benefit" in found and "1 expected, 0 found" in found
