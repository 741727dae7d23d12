"""Benefits, payments and purchases as support sees them, and what it may do about benefits."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import text

from adapter.core import benefits, events, members, payments, programs, sales
from adapter.core.benefits import BenefitState, Grant
from adapter.core.transactions import Sale
from adapter.db.database import utc_now
from tests import factories
from tests.protocols.state import rows

WHO = ("--reason", "Извинение", "--actor", "ira")


@pytest.fixture
def busy(database, anna):
    """Anna with a standing, benefits of every kind, two purchases, two payments."""
    now = utc_now()
    grants = [
        Grant(anna.member.id, "as_1", "Чай", code="tea5", uses=3, used=1, terms={"percent": "50"}),
        Grant(anna.member.id, "as_2", kind="voucher", state=BenefitState.DEACTIVATED),
        Grant(anna.member.id, "as_3", valid_until=now - timedelta(days=3)),
        Grant(anna.member.id, "as_4", uses=None, valid_from=now + timedelta(days=3)),
        Grant(anna.member.id, "as_5", uses=None, used=7, terms={"amount_minor": 500}),
        Grant(anna.member.id, "as_6", terms={"free_item": True, "max_discount_minor": 9900}),
        Grant(anna.member.id, "as_7", used=1),
    ]
    with database.unit_of_work() as work:
        programs.put_tier(work, anna.program.id, code="gold", name="Gold", rank=1)
        member = work.session.merge(anna.member)
        members.set_tier_and_segments(work, member, tier="gold", segments=["vip", "students"])
        benefits.grant_many(work, anna.program.id, grants)
        for reference in ("R-1", "R-2"):
            sale = Sale(reference, now, total_minor=4575)
            sales.submit(work, anna.program, member, sale, place=factories.PLACE)
            paid = payments.pay(
                work,
                anna.program,
                member,
                amount_minor=150,
                place=factories.PLACE,
                reference=reference,
            )
        code = paid.redemption.confirmation_code
        payments.cancel(work, anna.program, member, code, place=factories.PLACE)
    return anna


def test_a_member_is_shown_with_standing_purchases_and_payments(facts, busy):
    shown = facts("members", "show", busy.card.number)

    assert (shown["member"]["tier"], shown["member"]["segments"]) == ("gold", ["vip", "students"])
    assert shown["bought"] == {"visits": 2, "spent_minor": 9150, "spent": "91.50 RUB"}
    (paid,) = shown["payments"]
    assert (paid["reference"], paid["amount"], paid["took"], paid["unit"]) == (
        "R-1",
        "1.50 RUB",
        "1.5",
        "points",
    )


def test_every_benefit_is_shown_as_it_is_now(facts, busy):
    shown = facts("members", "show", busy.member.id)["benefits"]

    assert {one["key"]: (one["standing"], one["used"], one["uses"]) for one in shown} == {
        "as_1": ("active", 1, 3),
        "as_2": ("deactivated", 0, 1),
        "as_3": ("expired", 0, 1),
        "as_4": ("future", 0, None),
        "as_5": ("active", 7, None),
        "as_6": ("active", 0, 1),
        "as_7": ("redeemed", 1, 1),
    }
    assert shown[0]["code"] == "TEA5"
    assert shown[0]["terms"] == {"percent": "50"}


def test_what_is_printed_of_it_is_said_in_words_and_fits(run, busy):
    printed = run("members", "show", busy.member.id).stdout

    assert max(map(len, printed.splitlines())) <= 100
    words = " ".join(printed.split())
    for said in (
        "tier gold",
        "segments vip, students",
        "bought 2 times, 91.50 RUB in all",
        "50% off active, used 1 of 3",
        "5.00 RUB off active, used 7 times",
        "an item for nothing, 99.00 RUB at most",
        "redeemed, used 1 of 1",
        "code TEA5",
        "1.50 RUB 1.5 points sale R-1",
    ):
        assert said in words


def test_who_never_bought_and_has_nothing_is_shown_without_empty_tables(run, anna):
    printed = run("members", "show", anna.member.id).stdout

    assert "bought" in printed and "0 times, 0.00 RUB in all" in printed
    assert "standing" not in printed and "took" not in printed


def test_a_benefit_is_granted_with_a_reason_and_a_limit(run, facts, anna):
    given = run(
        "benefits",
        "grant",
        anna.card.number,
        *("--name", "Торт", "--key", "sorry-1", "--off", "10%", "--item", "CAKE"),
        *("--uses", "2", "--valid-until", "2099-12-31", *WHO),
    )

    assert given.exit_code == 0
    assert given.stdout.endswith("is granted: 10% off, active, used 0 of 2, until 2099-12-31.\n")
    logged = json.loads(given.stderr)
    assert (logged["event"], logged["reason"], logged["actor"]) == (
        "benefit granted",
        "Извинение",
        "ira",
    )
    (shown,) = facts("members", "show", anna.member.id)["benefits"]
    assert (shown["key"], shown["name"], shown["kind"]) == ("sorry-1", "Торт", "gift")
    assert shown["terms"] == {"percent": "10", "items": ["CAKE"]}


def test_a_key_gives_nothing_twice(run, facts, anna):
    grant = ("benefits", "grant", anna.member.id, "--name", "Чай", "--key", "sorry-1", *WHO)

    assert (run(*grant).exit_code, run(*grant).exit_code) == (0, 0)
    assert len(facts("members", "show", anna.member.id)["benefits"]) == 1
    run(*grant[:-6], *WHO)  # without the key, it is another one
    assert len(facts("members", "show", anna.member.id)["benefits"]) == 2


@pytest.mark.parametrize(
    "off, terms",
    [
        ("12.5%", {"percent": "12.5"}),
        ("5", {"amount_minor": 500}),
        ("5.05", {"amount_minor": 505}),
        ("item", {"free_item": True}),
    ],
)
def test_what_a_benefit_takes_off_is_said_as_people_say_it(facts, anna, off, terms):
    given = facts(
        "benefits", "grant", anna.member.id, "--name", "x", "--uses", "often", "--off", off, *WHO
    )

    assert (given["terms"], given["uses"]) == (terms, None)


@pytest.mark.parametrize("off", ("0%", "101%", "-5%", "0", "x%", "1e-3%"))
def test_a_discount_that_makes_no_sense_is_refused(run, facts, anna, off):
    result = run("benefits", "grant", anna.member.id, "--name", "x", "--off", off, *WHO)

    assert result.exit_code == 2
    assert "percent " in result.stderr or "amount_minor " in result.stderr
    assert facts("members", "show", anna.member.id)["benefits"] == []


@pytest.mark.parametrize("off", ("5.005", "five"))
def test_money_that_does_not_exist_is_refused(run, anna, off):
    result = run("benefits", "grant", anna.member.id, "--name", "x", "--off", off, *WHO)

    assert result.exit_code == 1
    assert result.stderr.startswith("adapter: ")


@pytest.mark.parametrize(
    "wrong",
    (
        ("--uses", "0"),
        ("--uses", "many"),
        ("--valid-until", "31.12.2099"),
        ("--key", "k" * 65),
        ("--key", " k"),
        ("--kind", "k" * 33),
        ("--item", ""),
        ("--actor",),
    ),
)
def test_wrong_usage_is_told(run, anna, wrong):
    assert run("benefits", "grant", anna.member.id, "--name", "x", *WHO, *wrong).exit_code == 2


def test_a_benefit_is_switched_off_and_a_cancelled_sale_does_not_bring_it_back(
    run, facts, database, busy
):
    with database.unit_of_work() as work:
        member = work.session.merge(busy.member)
        sale = Sale("R-3", work.now, total_minor=100)
        sold = sales.submit(work, busy.program, member, sale, place=factories.PLACE, used=["as_6"])
        code = sold.transaction.confirmation_code

    off = run("benefits", "deactivate", "as_6", *WHO)
    with database.unit_of_work() as work:
        sales.cancel(work, busy.program, code, place=factories.PLACE)

    assert off.exit_code == 0
    assert "is deactivated: " in off.stdout
    shown = {one["key"]: one for one in facts("members", "show", busy.member.id)["benefits"]}
    assert (shown["as_6"]["standing"], shown["as_6"]["used"]) == ("deactivated", 0)
    assert run("ledger", "verify").exit_code == 0


def test_a_key_that_nobody_has_is_a_finding_and_one_in_two_programs_wants_the_program(
    run, facts, database, busy
):
    with database.unit_of_work() as work:
        other = factories.make_program(work)
        member = factories.make_member(work, other)
        benefits.grant(work, other.id, Grant(member.id, "as_1"))

    unknown = run("benefits", "deactivate", "as_0", *WHO)
    several = run("benefits", "deactivate", "as_1", *WHO)
    named = facts("benefits", "deactivate", "as_1", "--program", other.code, *WHO)

    assert (unknown.exit_code, several.exit_code) == (1, 1)
    assert unknown.stderr == "adapter: no benefit has this key\n"
    assert "several programs have a benefit with this key" in several.stderr
    assert (named["member"], named["standing"]) == (str(member.id), "deactivated")


def test_a_payment_whose_entry_is_undone_stands_no_more(run, facts, busy):
    (paid,) = facts("members", "show", busy.member.id)["payments"]
    timeline = facts("members", "show", busy.member.id)["timeline"]
    entry = next(line["entry"] for line in timeline if line["reason"] == "Payment R-1")

    undone = run("points", "reverse", entry, *WHO)

    assert (undone.exit_code, paid["reference"]) == (0, "R-1")
    shown = facts("members", "show", busy.member.id)
    assert (shown["payments"], shown["balances"][0]["total"]) == ([], "120")
    assert shown["timeline"][-1]["reason"] == "Извинение"
    assert len(shown["timeline"]) == len(timeline) + 1
    assert run("ledger", "verify").exit_code == 0


def test_the_erased_are_given_nothing(run, anna):
    run("members", "erase", anna.member.id, "--reason", "by request", "--yes")

    result = run("benefits", "grant", anna.member.id, "--name", "x", *WHO)

    assert result.exit_code == 1
    assert result.stderr == "adapter: this member was erased\n"


def test_what_platforms_told_of_the_erased_is_forgotten(run, database, anna):
    with database.unit_of_work() as work:
        events.record(
            work,
            anna.program,
            work.session.merge(anna.member),
            kind="referral",
            occurred_at=work.now,
            payload='{"friend": "Пётр Ёжиков"}',
            place=factories.PLACE,
        )
    before = str(rows(database))

    run("members", "erase", anna.member.id, "--reason", "by request", "--yes")

    assert "Ёжиков" in before
    assert "Ёжиков" not in str(rows(database))


@pytest.mark.parametrize(
    "spoil, finding",
    [
        ("UPDATE member_counters SET visits = 7", "counters of member"),
        ("DELETE FROM member_counters", "counters of member"),
        ("UPDATE redemptions SET state = 'cancelled', cancelled_at = NULL", "payment"),
        ("UPDATE benefits SET used = 0", "uses of benefit"),
    ],
)
def test_purchases_payments_and_benefits_are_verified_too(run, database, busy, spoil, finding):
    with database.unit_of_work() as work:
        member = work.session.merge(busy.member)
        sale = Sale("R-3", work.now, total_minor=100)
        sales.submit(work, busy.program, member, sale, place=factories.PLACE, used=["as_6"])
    sound = run("ledger", "verify")
    with database.engine.begin() as connection:
        connection.execute(text(spoil))

    spoilt = run("ledger", "verify")

    assert (sound.exit_code, spoilt.exit_code) == (0, 1)
    assert finding in spoilt.stdout
