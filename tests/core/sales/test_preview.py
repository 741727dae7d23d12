"""What a basket would be reduced by: reckoned, and nothing else done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from adapter.core import benefits, members, programs, sales
from adapter.core.benefits import BenefitState
from adapter.core.members import Member, MemberStatus
from adapter.core.programs import ProgramTerms
from adapter.core.sales import Preview
from adapter.core.transactions import Sale, Tender
from adapter.db import Database, Work
from tests.factories import PLACE, bought, line, make_benefit, make_member, make_program
from tests.protocols.state import rows
from tests.statements import recorded

HOUR = timedelta(hours=1)


@pytest.fixture
def program(work: Work) -> ProgramTerms:
    """Any program."""
    return make_program(work)


@pytest.fixture
def member(work: Work, program: ProgramTerms) -> Member:
    """Somebody without a benefit."""
    return make_member(work, program)


def deal(work: Work, program: ProgramTerms, code: str = "deal_7", **terms: Any) -> None:
    """A deal of the program."""
    programs.put_deal(work, program.id, code=code, name=code.title(), terms=terms)
    work.session.flush()


def looked_at(
    work: Work, program: ProgramTerms, member: Member, sale: Sale, used: Sequence[str] = ()
) -> Preview:
    """The preview of a sale."""
    held = benefits.of_member(work, member.id)
    return sales.preview(work, program, member, sale, held=held, used=used, place=PLACE)


def benefits_of(preview: Preview) -> list[tuple[str, str | None, int | None, str | None]]:
    """What was asked for, which benefit that is, and what it takes off or why it does not."""
    return [
        (one.name, one.benefit and one.benefit.key, one.amount_minor, one.cause)
        for one in preview.benefits
    ]


def test_deals_and_benefits_are_added_up(work: Work, program: ProgramTerms, member: Member) -> None:
    deal(work, program, "morning", percent="10", hours=["08:00", "13:00"])
    deal(work, program, "evening", percent="50", hours=["18:00", "23:00"])
    deal(work, program, "cakes", amount_minor=100, items=["CAKE"])
    make_benefit(work, program, member, key="as_91", terms={"free_item": True, "items": ["TEA"]})
    sale = bought(work, line("TEA", 2400, quantity=2))

    preview = looked_at(work, program, member, sale, ["as_91"])

    assert [(one.deal.code, one.amount_minor) for one in preview.deals] == [("morning", 240)]
    assert benefits_of(preview) == [("as_91", "as_91", 1200, None)]
    assert (preview.total_minor, dict(preview.causes)) == (1440, {})


def test_together_it_is_never_more_than_the_basket(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    deal(work, program, "half", percent="50")
    deal(work, program, "more", percent="60")
    make_benefit(work, program, member, key="as_1", terms={"amount_minor": 900})

    preview = looked_at(work, program, member, bought(work), ["as_1"])

    assert [one.amount_minor for one in preview.deals] == [500, 600]
    assert preview.total_minor == 1000


def test_a_benefit_asked_for_twice_counts_once(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    make_benefit(work, program, member, key="as_1", code="TEA", terms={"amount_minor": 100})

    preview = looked_at(work, program, member, bought(work), ["as_1", "tea", "as_1"])

    assert benefits_of(preview) == [("as_1", "as_1", 100, None), ("tea", "as_1", 100, None)]
    assert preview.total_minor == 100


def test_what_cannot_be_used_is_told_with_its_cause(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    half: dict[str, Any] = {"percent": "50"}
    for key, changes in {
        "fine": {"terms": half},
        "shown only": {},
        "used up": {"used": 1, "terms": half},
        "off": {"state": BenefitState.DEACTIVATED, "terms": half},
        "past": {"valid_until": work.now, "terms": half},
        "to come": {"valid_from": work.now + HOUR, "terms": half},
        "cakes": {"terms": half | {"items": ["CAKE"]}},
        "large": {"terms": half | {"min_total_minor": 1001}},
        "gold": {"terms": half | {"tiers": ["gold"]}},
        "elsewhere": {"terms": half | {"outlets": ["BR002"]}},
    }.items():
        make_benefit(work, program, member, key=key, **changes)
    names = [one.key for one in benefits.of_member(work, member.id)]

    preview = looked_at(work, program, member, bought(work), [*names, "nothing"])

    assert {one.name: one.amount_minor or one.cause for one in preview.benefits} == {
        "fine": 500,
        "shown only": None,
        "used up": "redeemed",
        "off": "deactivated",
        "past": "expired",
        "to come": "future",
        "cakes": "items",
        "large": "minimum",
        "gold": "tier",
        "elsewhere": "outlet",
        "nothing": "unknown",
    }
    assert preview.total_minor == 500
    of_key = {one.id: one.key for one in benefits.of_member(work, member.id)}
    assert {of_key[one] for one in preview.causes} == {*names} - {"fine", "shown only"}


def test_what_was_not_asked_for_is_told_of_as_well(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    """A list of assets says for each whether it could be used for this basket."""
    cakes = make_benefit(work, program, member, terms={"percent": "5", "items": ["CAKE"]})
    make_benefit(work, program, member, terms={"percent": "5", "items": ["TEA"]})

    preview = looked_at(work, program, member, bought(work))

    assert (preview.benefits, preview.total_minor) == ((), 0)
    assert dict(preview.causes) == {cakes.id: "items"}


@pytest.mark.parametrize("status", [MemberStatus.INACTIVE, MemberStatus.BLOCKED])
def test_who_takes_no_part_gets_nothing(
    work: Work, program: ProgramTerms, status: MemberStatus
) -> None:
    member = make_member(work, program, status=status)
    deal(work, program, percent="10")
    make_benefit(work, program, member, key="as_1", terms={"percent": "10"})

    preview = looked_at(work, program, member, bought(work), ["as_1"])

    assert preview.deals == ()
    assert benefits_of(preview) == [("as_1", "as_1", None, "member")]
    assert preview.total_minor == 0


def test_deals_of_a_tier_a_segment_and_an_hour_of_the_sale(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    deal(work, program, "gold", amount_minor=1, tiers=["gold"])
    deal(work, program, "staff", amount_minor=2, segments=["staff"])
    deal(work, program, "sunday", amount_minor=4, weekdays=["sun"])
    deal(work, program, "monday", amount_minor=8, weekdays=["mon"])
    members.set_tier_and_segments(work, member, tier="gold", segments=["vip"])
    sunday = work.now - timedelta(days=1)

    totals = [
        looked_at(work, program, member, bought(work, at=at)).total_minor
        for at in (work.now, sunday)
    ]

    assert totals == [9, 5]


def test_a_basket_without_items_is_reckoned_by_its_total(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    deal(work, program, percent="10")
    sale = Sale("R-1", work.now, (), total_minor=1000, discount_minor=200)

    assert looked_at(work, program, member, sale).total_minor == 80


def test_a_deal_that_comes_to_nothing_is_not_told_of(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    deal(work, program, percent="0.01")

    preview = looked_at(work, program, member, bought(work, line(net_minor=900)))

    assert (preview.deals, preview.total_minor) == ((), 0)


def test_points_paid_make_no_smaller_basket(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    deal(work, program, percent="10")
    sale = bought(work, tenders=[Tender("POINTS", 600, is_loyalty=True)])

    assert looked_at(work, program, member, sale).total_minor == 100


def test_a_return_is_reduced_by_nothing(work: Work, program: ProgramTerms, member: Member) -> None:
    deal(work, program, percent="10")
    make_benefit(work, program, member, key="as_1", terms={"amount_minor": 100})

    preview = looked_at(work, program, member, bought(work, line(net_minor=-1000)), ["as_1"])

    assert (preview.deals, preview.total_minor) == ((), 0)


def test_looking_changes_nothing_at_all(database: Database) -> None:
    with database.unit_of_work() as work:
        program = make_program(work)
        member = make_member(work, program)
        deal(work, program, percent="10")
        make_benefit(work, program, member, key="as_1", terms={"percent": "5"})
        sale = bought(work)
    before = rows(database)

    # In a unit of work that commits, where a change would stay.
    with database.unit_of_work() as work:
        preview = looked_at(work, program, member, sale, ["as_1", "nothing"])

    assert preview.total_minor == 150
    assert rows(database) == before


@pytest.mark.parametrize("deals, items", [(0, 1), (50, 20), (50, 1000)])
def test_it_costs_one_query_whatever_there_is_to_reckon(
    database: Database, deals: int, items: int
) -> None:
    with database.unit_of_work() as work:
        program = make_program(work)
        member = make_member(work, program)
        for number in range(deals):
            deal(work, program, f"deal_{number}", percent="1", items=[f"C-{number % 20}"])
        for number in range(10):
            make_benefit(work, program, member, key=f"as_{number}", terms={"percent": "1"})
        sale = bought(work, *(line(f"C-{number}") for number in range(items)))

    with database.reading() as work:
        held = benefits.of_member(work, member.id)
        with recorded(database) as sent:
            preview = sales.preview(
                work, program, member, sale, held=held, used=["as_1", "as_2"], place=PLACE
            )

    assert len(sent) == 1
    assert len(preview.deals) == deals
