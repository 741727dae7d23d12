"""Promo codes: taken once by each, as often as was said, while they last."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapter.core import benefits, ledger
from adapter.core.benefits import BenefitState, ClaimKind, Grant
from adapter.core.errors import (
    IdentityTaken,
    LoyaltyError,
    MemberInactive,
    PromoCodeExpired,
    PromoCodeNotYours,
    PromoCodeUsed,
    UnknownPromoCode,
)
from adapter.core.ledger import EntryKind
from adapter.core.members import Member, MemberStatus
from adapter.core.programs import ProgramTerms
from adapter.db import Database, Work
from tests.factories import (
    PLACE,
    findings,
    later,
    make_code,
    make_member,
    make_program,
    points,
    purse_of,
)


@pytest.fixture
def program(work: Work) -> ProgramTerms:
    """A program."""
    return make_program(work)


def redeem(work: Work, program: ProgramTerms, member: Member, code: str = "SPRING25") -> object:
    """A code typed by a member."""
    return benefits.redeem_code(work, program, member, code=code, place=PLACE)


def balance(work: Work, program: ProgramTerms, member: Member) -> object:
    """What a member may spend."""
    return ledger.balance(work, purse_of(program, member)).available


def test_a_code_gives_its_points(work: Work, program: ProgramTerms) -> None:
    make_code(work, program, amount="50.50")
    member = make_member(work, program)

    claim = redeem(work, program, member)

    (line,) = ledger.statement(work, member.id)
    assert balance(work, program, member) == points("50.50")
    assert (claim.kind, claim.entry_id) == (ClaimKind.PROMO_CODE, line.entry.id)
    assert (line.entry.kind, line.entry.reason) == (EntryKind.BONUS, "SPRING25")
    assert findings(work) == []


@pytest.mark.parametrize("typed", ["spring25", " Spring25 ", "SPRING25"])
def test_a_code_is_typed_with_and_without_capitals(
    work: Work, program: ProgramTerms, typed: str
) -> None:
    make_code(work, program)

    redeem(work, program, make_member(work, program), typed)


def test_one_member_takes_a_code_once(work: Work, program: ProgramTerms) -> None:
    make_code(work, program)
    member = make_member(work, program)
    redeem(work, program, member)

    with pytest.raises(PromoCodeUsed):
        redeem(work, program, member)

    assert balance(work, program, member) == points(50)


def test_a_code_for_everybody_is_taken_by_each(work: Work, program: ProgramTerms) -> None:
    promo = make_code(work, program)
    everybody = [make_member(work, program) for _ in range(5)]

    for member in everybody:
        redeem(work, program, member)

    assert [balance(work, program, member) for member in everybody] == [points(50)] * 5
    assert promo.used == 0  # no row that everybody updates


@pytest.mark.parametrize("uses", [1, 3])
def test_a_code_is_taken_as_often_as_was_said(database: Database, uses: int) -> None:
    with database.unit_of_work() as work:
        program = make_program(work)
        make_code(work, program, uses=uses)
        everybody = [make_member(work, program) for _ in range(uses + 1)]
    for member in everybody[:-1]:
        with database.unit_of_work() as work:
            redeem(work, program, member)

    with pytest.raises(PromoCodeUsed), database.unit_of_work() as work:
        redeem(work, program, everybody[-1])

    with database.reading() as work:
        assert [balance(work, program, m) for m in everybody] == [points(50)] * uses + [points(0)]
        assert benefits.claims_of(work, everybody[-1].id) == []


def test_a_code_lives_up_to_its_last_moment(work: Work, program: ProgramTerms) -> None:
    make_code(work, program, expires_at=work.now + timedelta(days=1))
    early, late = make_member(work, program), make_member(work, program)

    redeem(later(work, days=1, microseconds=-1), program, early)

    with pytest.raises(PromoCodeExpired):
        redeem(later(work, days=1), program, late)


def test_a_code_for_one_is_not_anothers(work: Work, program: ProgramTerms) -> None:
    member = make_member(work, program)
    make_code(work, program, member_id=member.id)

    with pytest.raises(PromoCodeNotYours):
        redeem(work, program, make_member(work, program))

    redeem(work, program, member)


@pytest.mark.parametrize("code", ["", "OTHER", "SPRING", "%"])
def test_a_code_nobody_made_is_unknown(work: Work, program: ProgramTerms, code: str) -> None:
    make_code(work, program)

    with pytest.raises(UnknownPromoCode):
        redeem(work, program, make_member(work, program), code)


def test_a_code_of_another_program_is_unknown(work: Work, program: ProgramTerms) -> None:
    make_code(work, make_program(work))

    with pytest.raises(UnknownPromoCode):
        redeem(work, program, make_member(work, program))


@pytest.mark.parametrize("status", [MemberStatus.BLOCKED, MemberStatus.INACTIVE])
def test_who_takes_no_part_takes_no_code(
    work: Work, program: ProgramTerms, status: MemberStatus
) -> None:
    make_code(work, program)
    member = make_member(work, program, status=status)

    with pytest.raises(MemberInactive):
        redeem(work, program, member)


def test_a_code_without_points_is_claimed_all_the_same(work: Work, program: ProgramTerms) -> None:
    make_code(work, program, amount=0)
    member = make_member(work, program)

    claim = redeem(work, program, member)

    assert claim.entry_id is None
    assert benefits.claims_of(work, member.id) == [claim]


def test_points_of_a_code_expire_as_the_program_says(work: Work) -> None:
    program = make_program(work, points_expire_after_days=30)
    make_code(work, program)
    member = make_member(work, program)

    redeem(work, program, member)

    (portion,) = ledger.balance(work, purse_of(program, member)).portions
    assert timedelta(30) < portion.expires_at - work.now <= timedelta(31)


def test_a_code_put_again_keeps_what_was_used(work: Work, program: ProgramTerms) -> None:
    make_code(work, program, uses=1)
    redeem(work, program, make_member(work, program))
    work.session.expire_all()

    promo = make_code(work, program, code="Spring25", uses=2, amount=70)

    assert (promo.used, promo.uses, promo.points_minor) == (1, 2, 7000)
    assert benefits.promo_codes(work, program.id) == [promo]
    redeem(work, program, make_member(work, program))
    with pytest.raises(LoyaltyError):
        redeem(work, program, make_member(work, program))


def test_a_benefit_is_granted_once_under_its_key(work: Work, program: ProgramTerms) -> None:
    member = make_member(work, program)
    for state in (BenefitState.ACTIVE, BenefitState.REDEEMED):
        benefits.grant(work, program.id, Grant(member.id, "as_1", "Free tea", "gift", state))

    (benefit,) = benefits.of_members(work, [member.id])

    assert benefit.state == BenefitState.REDEEMED
    with pytest.raises(IdentityTaken):
        benefits.grant(work, program.id, Grant(make_member(work, program).id, "as_1"))
