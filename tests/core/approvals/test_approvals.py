"""A correction above the limit: a second person, one outcome."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import func, select

from adapter.core import approvals, ledger, support
from adapter.core.amounts import CREDIT, Amount
from adapter.core.approvals import Approval, ApprovalState
from adapter.core.errors import (
    AlreadyDecided,
    InsufficientPoints,
    OthersRequest,
    OwnRequest,
    ReferenceReused,
    UnknownApproval,
)
from adapter.core.members import Member
from adapter.core.origins import Place
from adapter.core.programs import ProgramTerms
from adapter.core.support import Adjustment
from adapter.db import Database, Work
from tests.factories import (
    findings,
    give_points,
    later,
    make_member,
    make_program,
    points,
    purse_of,
)
from tests.races.crowd import crowd
from tests.scale.isolation import run

ANNA, BORIS = "user:anna", "user:boris"


@pytest.fixture
def program(work: Work) -> ProgramTerms:
    """A program in which a person alone may correct a hundred points."""
    return make_program(work, adjust_limit_points="100")


@pytest.fixture
def member(work: Work, program: ProgramTerms) -> Member:
    """Somebody."""
    return make_member(work, program)


def ask(
    work: Work,
    program: ProgramTerms,
    member: Member,
    amount: int = 500,
    reference: str = "form-1",
    expires_at: datetime | None = None,
) -> Approval:
    """Anna wants so many points corrected."""
    wanted = Adjustment(points(amount), "Goodwill", expires_at=expires_at)
    return approvals.request(work, program, member, wanted, actor=ANNA, reference=reference)


def approve(work: Work, program: ProgramTerms, approval: Approval, actor: str = BORIS) -> Approval:
    """Somebody agrees."""
    return approvals.approve(work, program, approval.id, actor=actor, channel="console")


def needed(
    work: Work, program: ProgramTerms, member: Member, amount: Amount, actor: str = ANNA
) -> bool:
    """Whether a second person has to agree."""
    return support.needs_approval(work, program, member, amount, actor=actor)


def correct(work: Work, program: ProgramTerms, member: Member, amount: int, key: str) -> None:
    """Anna gives or takes so many points by herself."""
    place = Place("console", actor=ANNA)
    support.adjust(
        work, program, member.id, Adjustment(points(amount), "Goodwill", key), place=place
    )


@pytest.mark.parametrize("amount", [100, -100])
def test_the_limit_is_what_one_person_may_do(
    work: Work, program: ProgramTerms, member: Member, amount: int
) -> None:
    assert not needed(work, program, member, points(amount))
    assert needed(work, program, member, points(amount + amount // 100))


def test_without_a_limit_nothing_waits_and_other_units_always_do(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    assert not needed(work, make_program(work), member, points(10**6))
    assert needed(work, program, member, Amount(1, CREDIT))


def test_what_somebody_corrected_for_a_member_within_a_day_counts_towards_the_limit(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    give_points(work, purse_of(program, member), 500)
    correct(work, program, member, 50, "form-1")
    correct(work, program, member, -30, "form-2")
    approve(work, program, ask(work, program, member))

    assert not needed(work, program, member, points(20))
    assert needed(work, program, member, points(21))
    assert not needed(work, program, member, points(100), actor=BORIS)
    assert not needed(work, program, make_member(work, program), points(100))
    assert not needed(later(work, timedelta(hours=24)), program, member, points(100))


def _correct_alone(program: ProgramTerms, member_id: UUID, database: Database, number: int) -> bool:
    def unit(work: Work) -> bool:
        locked = select(Member).where(Member.id == member_id).with_for_update(key_share=True)
        member = work.session.scalars(locked).one()
        if needed(work, program, member, points(60)):
            return False
        correct(work, program, member, 60, f"form-{number}")
        return True

    return run(database, unit)


def test_corrections_at_once_stay_below_the_limit_together(
    database: Database, database_url: str
) -> None:
    with database.unit_of_work() as work:
        program = make_program(work, adjust_limit_points="100")
        member = make_member(work, program)

    outcomes = crowd(database_url, partial(_correct_alone, program, member.id))

    assert sorted(outcomes) == [False, False, False, True]


def test_nothing_moves_until_somebody_agrees(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    approval = ask(work, program, member)
    assert ledger.balance(work, purse_of(program, member)).total == points(0)
    assert approvals.waiting(work, program.id) == 1

    done = approve(work, program, approval)

    assert ledger.balance(work, purse_of(program, member)).total == points(500)
    entry = work.session.get_one(ledger.Entry, done.entry_id)
    assert (entry.reason, entry.actor, entry.channel) == ("Goodwill", ANNA, "console")
    assert (done.state, done.decided_by, done.decided_at) == ("approved", BORIS, work.now)
    assert approvals.waiting(work, program.id) == 0
    assert findings(work) == []


def test_nobody_agrees_with_themselves(work: Work, program: ProgramTerms, member: Member) -> None:
    approval = ask(work, program, member)

    with pytest.raises(OwnRequest):
        approve(work, program, approval, actor=ANNA)

    assert approval.state == ApprovalState.WAITING


def test_only_who_asked_takes_it_back_and_decides_nothing_else(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    approval = ask(work, program, member)

    with pytest.raises(OthersRequest):
        approvals.withdraw(work, program, approval.id, actor=BORIS, reason="No")
    with pytest.raises(OwnRequest):
        approvals.decline(work, program, approval.id, actor=ANNA, reason="No")
    done = approvals.withdraw(work, program, approval.id, actor=ANNA, reason="A mistake")

    assert (done.state, done.decided_by, done.decision_reason) == ("withdrawn", ANNA, "A mistake")
    assert approvals.waiting(work, program.id) == 0


@pytest.mark.parametrize("first", ["approve", "decline", "withdraw"])
@pytest.mark.parametrize("second", ["approve", "decline", "withdraw"])
def test_it_is_decided_once(
    work: Work, program: ProgramTerms, member: Member, first: str, second: str
) -> None:
    approval = ask(work, program, member)
    deeds = {
        "approve": lambda: approve(work, program, approval),
        "decline": lambda: approvals.decline(work, program, approval.id, actor=BORIS, reason="No"),
        "withdraw": lambda: approvals.withdraw(work, program, approval.id, actor=ANNA, reason="No"),
    }
    deeds[first]()

    with pytest.raises(AlreadyDecided):
        deeds[second]()

    total = ledger.balance(work, purse_of(program, member)).total
    assert total == points(500 if first == "approve" else 0)


@pytest.mark.parametrize(
    ("points_live", "waits"),
    (
        (None, approvals.LIFE),
        (approvals.LIFE + timedelta(days=1), approvals.LIFE),
        # Whoever agreed afterwards would give nothing.
        (timedelta(days=2), timedelta(days=2)),
    ),
)
def test_it_waits_a_week_and_no_longer_than_the_points_live(
    work: Work,
    program: ProgramTerms,
    member: Member,
    points_live: timedelta | None,
    waits: timedelta,
) -> None:
    approval = ask(work, program, member, expires_at=points_live and work.now + points_live)
    after = later(work, waits)

    with pytest.raises(AlreadyDecided):
        approve(after, program, approval)

    assert approval.standing(after.now) is ApprovalState.EXPIRED
    assert approval.standing(after.now - timedelta(seconds=1)) is ApprovalState.WAITING
    assert approvals.waiting(after, program.id) == 0
    for state in ApprovalState:
        found = approvals.requests(after, program.id, state=state)
        assert [one.id for one in found] == ([approval.id] if state == "expired" else [])


def test_a_repeat_of_the_form_is_one_request(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    assert ask(work, program, member).id == ask(work, program, member).id

    with pytest.raises(ReferenceReused):
        ask(work, program, member, 501)
    assert ask(work, program, member, reference="form-2").id
    assert len(approvals.requests(work, program.id)) == 2


def test_what_is_not_there_cannot_be_taken_and_it_goes_on_waiting(
    database: Database,
) -> None:
    with database.unit_of_work() as work:
        program = make_program(work, adjust_limit_points="100")
        member = make_member(work, program)
        give_points(work, purse_of(program, member), 10)
        approval = ask(work, program, member, -500)

    with pytest.raises(InsufficientPoints), database.unit_of_work() as work:
        approve(work, program, approval)

    with database.reading() as work:
        assert approvals.by_id(work, program.id, approval.id).state == ApprovalState.WAITING


def test_another_programs_request_is_not_known(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    approval = ask(work, program, member)
    other = make_program(work)

    with pytest.raises(UnknownApproval):
        approve(work, other, approval)
    with pytest.raises(UnknownApproval):
        approvals.by_id(work, other.id, approval.id)


def test_it_is_carried_out_for_who_the_member_turned_out_to_be(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    approval = ask(work, program, member)
    survivor = make_member(work, program)
    support.merge(work, program, survivor.id, member.id, reason="The same", place=Place("console"))

    approve(work, program, approval)

    assert ledger.balance(work, purse_of(program, survivor)).total == points(500)


def _decide(program: ProgramTerms, approval_id: UUID, database: Database, number: int) -> str:
    def unit(work: Work) -> str:
        if number == 1:
            return approvals.decline(work, program, approval_id, actor=BORIS, reason="No").state
        if number == 2:
            return approvals.withdraw(work, program, approval_id, actor=ANNA, reason="No").state
        return approvals.approve(
            work, program, approval_id, actor=f"user:{number}", channel="console"
        ).state

    return run(database, unit)


def test_of_many_who_decide_at_once_one_does(database: Database, database_url: str) -> None:
    with database.unit_of_work() as work:
        program = make_program(work, adjust_limit_points="100")
        member = make_member(work, program)
        approval = ask(work, program, member)
        approval.expires_at += timedelta(days=9999)  # the crowd goes by the clock on the wall

    outcomes = crowd(database_url, partial(_decide, program, approval.id))

    decided = [one for one in outcomes if one is not AlreadyDecided]
    assert len(decided) == 1
    with database.reading() as work:
        total = ledger.balance(work, purse_of(program, member)).total
        assert total == points(500 if decided == ["approved"] else 0)
        entries = select(func.count()).select_from(ledger.Entry)
        assert work.session.scalar(entries) == (1 if decided == ["approved"] else 0)
        assert findings(work) == []
