"""Two members that are one person: nothing is lost, nothing is there twice."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import pytest

from adapter.core import benefits, cards, ledger, members, payments, support
from adapter.core.amounts import CREDIT, Amount
from adapter.core.benefits import ClaimKind
from adapter.core.errors import (
    MemberInactive,
    PromoCodeUsed,
    StillSetAside,
    UnknownMember,
    UnknownPayment,
    UnknownTransaction,
)
from adapter.core.ledger import EntryKind
from adapter.core.members import ConsentKind, IdentityKind, Member, MemberStatus, Profile
from adapter.core.origins import Place
from adapter.core.programs import ProgramTerms
from adapter.core.support import Merged
from adapter.db import Database, Work
from adapter.db.errors import LocksNeeded
from tests.factories import (
    PLACE,
    bought,
    cancel_sale,
    findings,
    give_credit,
    give_points,
    later,
    make_benefit,
    make_card,
    make_code,
    make_member,
    make_program,
    make_rule,
    points,
    purse_of,
    release,
    reserve_points,
    spend_points,
    submit,
)
from tests.races.crowd import crowd
from tests.scale.isolation import run

DESK = Place(channel="console", actor="user:anna")
SURVIVOR, OTHER = "79210000001", "79210000002"


@pytest.fixture
def program(work: Work) -> ProgramTerms:
    """A program."""
    return make_program(work)


@pytest.fixture
def survivor(work: Work, program: ProgramTerms) -> Member:
    """Who stays."""
    return make_member(work, program, phone=SURVIVOR, email="a@example.com", first_name="Анна")


@pytest.fixture
def other(work: Work, program: ProgramTerms) -> Member:
    """Who turns out to be the same person."""
    return make_member(
        work,
        program,
        phone=OTHER,
        email="A@example.com",
        first_name="Аня",
        last_name="Ким",
        birth_date=date(1990, 1, 1),
        identities=[(IdentityKind.EXTERNAL_ID, "EXT-1"), (IdentityKind.PASS, "PASS-1")],
    )


def merge(work: Work, program: ProgramTerms, survivor: Member, other: Member) -> Merged:
    """Both are one from now on."""
    return support.merge(work, program, survivor.id, other.id, reason="The same person", place=DESK)


def lots(work: Work, program: ProgramTerms, member: Member) -> list[tuple[str, str, object]]:
    """What a member holds, lot by lot."""
    held = ledger.balance(work, purse_of(program, member))
    return [(one.reason, str(one.amount), one.expires_at) for one in held.portions]


def test_points_go_lot_by_lot_with_their_last_day(
    work: Work, program: ProgramTerms, survivor: Member, other: Member
) -> None:
    soon, late = work.now + timedelta(days=3), work.now + timedelta(days=90)
    purse = purse_of(program, other)
    give_points(work, purse, 100, reason="Purchase 1", expires_at=soon)
    give_points(work, purse, 50, reason="Purchase 2", expires_at=late)
    give_points(work, purse, 7, reason="Welcome")
    give_points(work, purse, 20, reason="Soon", active_from=work.now + timedelta(days=1))
    spend_points(work, purse, 30)
    give_points(work, purse_of(program, survivor), 5, reason="Mine")

    done = merge(work, program, survivor, other)

    held = ledger.balance(work, purse_of(program, survivor))
    assert (held.available, held.pending) == (points(132), points(20))
    assert lots(work, program, survivor)[:2] == [
        ("Purchase 1", "70", soon),
        ("Purchase 2", "50", late),
    ]
    assert ledger.balance(work, purse_of(program, other)).total == points(0)
    assert sorted(str(one.amount) for one in done.handed) == ["20", "50", "7", "70"]
    assert {one.given.reason for one in done.handed} == {"The same person"}
    assert {one.given.kind for one in done.handed} == {EntryKind.ADJUSTMENT}
    assert all(one.given.origin_reference and one.taken.origin_reference for one in done.handed)
    assert findings(work) == []


def test_what_was_pending_becomes_active_with_the_survivor(
    work: Work, program: ProgramTerms, survivor: Member, other: Member
) -> None:
    give_points(work, purse_of(program, other), 20, active_from=work.now + timedelta(days=1))

    merge(work, program, survivor, other)

    tomorrow = later(work, days=2)
    assert ledger.balance(tomorrow, purse_of(program, survivor)).available == points(20)
    assert ledger.settle_due(tomorrow, purse_of(program, survivor)) == 1
    assert findings(work) == []


def test_credit_and_the_purses_of_cards_go_too(
    work: Work, program: ProgramTerms, survivor: Member, other: Member
) -> None:
    give_credit(work, program, other, 700)
    card = make_card(work, program, other)
    give_points(work, replace(purse_of(program, other), card_id=card.id), 9)

    merge(work, program, survivor, other)

    credit = ledger.balance(work, purse_of(program, survivor, unit=CREDIT))
    assert credit.available == Amount(700, CREDIT)
    assert ledger.balance(work, purse_of(program, survivor)).available == points(9)
    assert findings(work) == []


def test_a_debt_goes_as_well(work: Work) -> None:
    program = make_program(work, allow_negative=True)
    survivor, other = make_member(work, program), make_member(work, program)
    give_points(work, purse_of(program, survivor), 100)
    spend_points(work, purse_of(program, other, may_go_negative=True), 30)

    merge(work, program, survivor, other)

    assert ledger.balance(work, purse_of(program, survivor)).available == points(70)
    assert ledger.balance(work, purse_of(program, other)).available == points(0)
    assert findings(work) == []


def test_who_owes_gets_points_that_pay_the_debt(work: Work) -> None:
    program = make_program(work, allow_negative=True)
    survivor, other = make_member(work, program), make_member(work, program)
    spend_points(work, purse_of(program, survivor, may_go_negative=True), 30)
    give_points(work, purse_of(program, other), 100)

    merge(work, program, survivor, other)

    assert ledger.balance(work, purse_of(program, survivor)).available == points(70)
    assert findings(work) == []


def test_what_has_expired_stays_expired(
    work: Work, program: ProgramTerms, survivor: Member, other: Member
) -> None:
    give_points(work, purse_of(program, other), 5, expires_at=work.now + timedelta(days=1))

    support.merge(
        later(work, days=2), program, survivor.id, other.id, reason="The same", place=DESK
    )

    assert ledger.balance(work, purse_of(program, survivor)).total == points(0)
    assert findings(work) == []


def test_the_survivor_is_found_by_all_that_the_other_was(
    work: Work, program: ProgramTerms, survivor: Member, other: Member
) -> None:
    key = other.identity(IdentityKind.MEMBERSHIP_KEY)
    mine = survivor.identity(IdentityKind.MEMBERSHIP_KEY)
    card = make_card(work, program, other)
    assert key and mine

    merge(later(work, minutes=1), program, survivor, other)

    for kind, value in (
        (IdentityKind.PHONE, SURVIVOR),
        (IdentityKind.PHONE, OTHER),
        (IdentityKind.EMAIL, "a@example.com"),
        (IdentityKind.EXTERNAL_ID, "EXT-1"),
        (IdentityKind.PASS, "PASS-1"),
        (IdentityKind.MEMBERSHIP_KEY, key.value),
    ):
        found = members.by_identity(work, program.id, kind, value)
        assert [member.id for member in found] == [survivor.id]
    assert cards.held_by(work, program.id, card.number).id == survivor.id
    work.session.expire_all()
    assert survivor.identity(IdentityKind.MEMBERSHIP_KEY) == mine
    assert survivor.identity(IdentityKind.PHONE).value == SURVIVOR
    assert len(list(survivor.identities_of(IdentityKind.EMAIL))) == 1


def test_the_profile_is_filled_and_the_other_says_nothing_any_more(
    work: Work, program: ProgramTerms, survivor: Member, other: Member
) -> None:
    merge(work, program, survivor, other)

    work.session.expire_all()
    assert (survivor.first_name, survivor.last_name) == ("Анна", "Ким")
    assert survivor.birth_date == date(1990, 1, 1)
    assert (other.first_name, other.last_name, other.birth_date) == (None, None, None)
    assert (other.status, other.merged_into_id) == (MemberStatus.INACTIVE, survivor.id)
    assert other.identities == []
    assert [hit.member.id for hit in support.search(work, program, "ким")] == [survivor.id]


def test_the_later_consent_holds_and_of_two_at_once_the_refusal(
    work: Work, program: ProgramTerms, survivor: Member, other: Member
) -> None:
    sms, email, push = ConsentKind.SMS, ConsentKind.EMAIL, ConsentKind.PUSH
    then = later(work, days=-9)
    members.give_consents(then, survivor, {sms: True, email: False}, place=PLACE)
    members.give_consents(work, survivor, {push: True}, place=PLACE)
    told = Place(channel="till", outlet_code="BR7", actor="cashier")
    members.give_consents(work, other, {sms: False, email: True, push: False}, place=told)

    merge(work, program, survivor, other)

    work.session.expire_all()
    said = {one.kind: one for one in survivor.consents}
    assert {kind: one.is_granted for kind, one in said.items()} == {
        sms: False,
        email: True,
        push: False,
    }
    assert (said[sms].changed_at, said[sms].channel, said[sms].outlet_code) == (
        work.now,
        "till",
        "BR7",
    )


def test_who_was_blocked_is_blocked(
    work: Work, program: ProgramTerms, survivor: Member, other: Member
) -> None:
    members.set_status(work, other, MemberStatus.BLOCKED)

    merge(work, program, survivor, other)

    assert survivor.status == MemberStatus.BLOCKED


def test_benefits_and_what_was_taken_go_along(
    work: Work, program: ProgramTerms, survivor: Member, other: Member
) -> None:
    benefit = make_benefit(work, program, other)
    make_code(work, program, uses=None)
    benefits.redeem_code(work, program, other, code="SPRING25", place=PLACE)
    receipt = "t=20260504T0900&s=10.00&fn=1&i=2&fp=3&n=1"
    claim = benefits.claim_receipt(work, program, other, text=receipt, place=PLACE)

    merge(work, program, survivor, other)

    work.session.expire_all()
    assert [one.id for one in benefits.of_member(work, survivor.id)] == [benefit.id]
    with pytest.raises(PromoCodeUsed):
        benefits.redeem_code(work, program, survivor, code="SPRING25", place=PLACE)
    again = benefits.claim_receipt(work, program, survivor, text=receipt, place=PLACE)
    assert again.id == claim.id
    kinds = {one.kind for one in benefits.claims_of(work, survivor.id)}
    assert kinds == set(ClaimKind)
    assert findings(work) == []


def test_the_caps_of_the_day_count_both(
    work: Work, program: ProgramTerms, survivor: Member, other: Member
) -> None:
    make_rule(work, program, max_points_per_day="15")
    submit(work, program, other, bought(work))

    merge(work, program, survivor, other)

    assert submit(work, program, survivor, bought(work)).points_minor == 500


@pytest.mark.parametrize("swapped", [False, True])
def test_what_is_set_aside_is_in_the_way(
    work: Work, program: ProgramTerms, survivor: Member, other: Member, swapped: bool
) -> None:
    held = survivor if swapped else other
    give_points(work, purse_of(program, held), 100)
    reservation = reserve_points(work, purse_of(program, held), 40)
    if swapped:  # the survivor's own payment goes on
        merge(work, program, survivor, other)
        release(work, reservation)
        assert findings(work) == []
        return

    with pytest.raises(StillSetAside):
        merge(work, program, survivor, other)

    assert other.merged_into_id is None
    release(work, reservation)
    merge(work, program, survivor, other)
    assert ledger.balance(work, purse_of(program, survivor)).available == points(100)


def test_a_repeat_changes_nothing(
    work: Work, program: ProgramTerms, survivor: Member, other: Member
) -> None:
    give_points(work, purse_of(program, other), 100)
    make_rule(work, program, max_points_per_day="15")
    merge(work, program, survivor, other)
    before = len(ledger.statement(work, survivor.id)), len(ledger.statement(work, other.id))

    done = merge(work, program, survivor, other)

    assert not done.is_new
    after = len(ledger.statement(work, survivor.id)), len(ledger.statement(work, other.id))
    assert after == before


def test_what_comes_to_the_other_later_is_brought_over(
    work: Work, program: ProgramTerms, survivor: Member, other: Member
) -> None:
    merge(work, program, survivor, other)
    assert support.stranded(work) == []
    give_points(work, purse_of(program, other), 12)
    assert [one.id for one in support.stranded(work)] == [other.id]

    moved = support.bring_over(work, program, other.id)

    assert moved == 1
    assert ledger.balance(work, purse_of(program, survivor)).available == points(12)
    assert support.stranded(work) == []
    assert findings(work) == []


def test_in_a_row_it_goes_to_the_last(
    work: Work, program: ProgramTerms, survivor: Member, other: Member
) -> None:
    third = make_member(work, program)
    merge(work, program, survivor, other)
    merge(work, program, third, survivor)
    give_points(work, purse_of(program, other), 12)

    support.bring_over(work, program, other.id)

    assert support.survivor_of(work, other).id == third.id
    assert ledger.balance(work, purse_of(program, third)).available == points(12)


@pytest.mark.parametrize("case", ["itself", "erased", "merged", "survivor merged", "elsewhere"])
def test_who_cannot_be_merged(
    work: Work, program: ProgramTerms, survivor: Member, other: Member, case: str
) -> None:
    third = make_member(work, make_program(work) if case == "elsewhere" else program)
    pair = survivor, other
    if case == "itself":
        pair = survivor, survivor
    elif case == "erased":
        support.erase(work, other)
    elif case == "merged":
        merge(work, program, third, other)
    elif case == "survivor merged":
        merge(work, program, other, survivor)
    else:
        pair = survivor, third

    with pytest.raises(UnknownMember if case in ("itself", "elsewhere") else MemberInactive):
        merge(work, program, *pair)


def test_who_is_erased_is_erased_as_both(
    work: Work, program: ProgramTerms, survivor: Member, other: Member
) -> None:
    merge(work, program, survivor, other)

    support.erase(work, survivor)

    assert other.erased_at == survivor.erased_at == work.now
    anew = members.register(work, program.id, Profile(phone=OTHER), place=PLACE)
    assert anew.id not in (survivor.id, other.id)


def test_whoever_looked_without_a_lock_looks_again(database: Database) -> None:
    with database.unit_of_work() as work:
        program = make_program(work)
        make_rule(work, program)
        survivor, other = make_member(work, program), make_member(work, program)
        submit(work, program, other, bought(work))

    seen = members.Participant(other.id, program.id, MemberStatus.ACTIVE, None, ())

    with pytest.raises(LocksNeeded), database.attempt() as attempt:
        submit(attempt, program, seen, bought(attempt))
        with database.unit_of_work() as work:
            merge(work, program, survivor, other)

    with database.reading() as work:
        assert ledger.balance(work, purse_of(program, other)).total == points(0)
        assert findings(work) == []


def test_a_payment_made_before_is_cancelled_by_who_both_are_now(
    work: Work, program: ProgramTerms, survivor: Member, other: Member
) -> None:
    give_points(work, purse_of(program, other), 100)
    paid = payments.pay(work, program, other, amount_minor=3000, place=PLACE)
    merge(work, program, survivor, other)

    code = paid.redemption.confirmation_code
    for _ in range(2):
        back = payments.cancel(work, program, survivor, code, place=PLACE)

    assert back.balances["points"] == 10000
    assert ledger.balance(work, purse_of(program, other)).total == points(0)
    assert findings(work) == []


def test_a_sale_made_before_is_cancelled_by_who_both_are_now(
    work: Work, program: ProgramTerms, survivor: Member, other: Member
) -> None:
    make_rule(work, program)
    told = submit(work, program, other, bought(work))
    merge(work, program, survivor, other)
    assert ledger.balance(work, purse_of(program, survivor)).available == points(10)

    for _ in range(2):
        done = cancel_sale(work, program, told, member=survivor)

    assert done.balances["points"] == 0
    assert ledger.balance(work, purse_of(program, survivor)).available == points(0)
    assert done.transaction.shortfall_minor == 0
    assert findings(work) == []


def test_nobody_cancels_what_somebody_else_did(
    work: Work, program: ProgramTerms, survivor: Member, other: Member
) -> None:
    give_points(work, purse_of(program, other), 100)
    paid = payments.pay(work, program, other, amount_minor=3000, place=PLACE)
    told = submit(work, program, other, bought(work))
    third = make_member(work, program)
    merge(work, program, survivor, other)

    with pytest.raises(UnknownPayment):
        payments.cancel(work, program, third, paid.redemption.confirmation_code, place=PLACE)
    with pytest.raises(UnknownTransaction):
        cancel_sale(work, program, told, member=third)


def _merge(
    program: ProgramTerms, ids: tuple[uuid.UUID, uuid.UUID], database: Database, number: int
) -> str:
    survivor_id, other_id = ids if number % 2 else ids[::-1]

    def unit(work: Work) -> str:
        support.merge(work, program, survivor_id, other_id, reason="The same", place=DESK)
        return str(survivor_id)

    return run(database, unit)


def test_of_two_who_merge_them_either_way_at_once_one_decides(
    database: Database, database_url: str
) -> None:
    with database.unit_of_work() as work:
        program = make_program(work)
        pair = make_member(work, program), make_member(work, program)
        for member in pair:
            give_points(work, purse_of(program, member), 100)
    ids = (pair[0].id, pair[1].id)

    outcomes = crowd(database_url, partial(_merge, program, ids))

    assert len({one for one in outcomes if one is not MemberInactive}) == 1
    with database.reading() as work:
        held = [ledger.balance(work, purse_of(program, one)).available for one in pair]
        assert sorted(held) == [points(0), points(200)]
        assert findings(work) == []
