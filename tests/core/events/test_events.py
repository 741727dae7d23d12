"""What platforms tell of a member's doings: kept verbatim each time, and what rules give for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from adapter.core import benefits, events, ledger, members, programs
from adapter.core.benefits import Standing
from adapter.core.events import Event
from adapter.core.ledger import EntryKind
from adapter.core.members import Member, MemberStatus
from adapter.core.programs import ProgramTerms
from adapter.core.transactions import Sale
from adapter.db import Database, Work
from tests.factories import (
    PLACE,
    balances,
    findings,
    later,
    line,
    make_member,
    make_program,
    make_rule,
    purse_of,
    spend_points,
    submit,
)

HOUR = timedelta(hours=1)


@pytest.fixture
def program(work: Work) -> ProgramTerms:
    """Any program."""
    return make_program(work)


@pytest.fixture
def member(work: Work, program: ProgramTerms) -> Member:
    """Somebody new."""
    return make_member(work, program)


def rule(work: Work, program: ProgramTerms, code: str = "visit", **terms: Any) -> None:
    """Five points for a visit, unless told otherwise."""
    terms = {"event": "visit", "points": "5"} | terms
    make_rule(work, program, code=code, kind="event", **terms)


def told(
    work: Work,
    program: ProgramTerms,
    member: Member | None,
    *,
    at: datetime | None = None,
    **more: Any,
) -> Event:
    """A visit, unless told otherwise."""
    more = {"kind": "visit", "place": PLACE} | more
    return events.record(work, program, member, occurred_at=at or work.now, **more)


def has(work: Work, program: ProgramTerms, member: Member) -> int:
    """The member's points, in their smallest parts."""
    return balances(work, program, member)["points"]


def test_an_event_is_kept_as_it_was_told(database: Database) -> None:
    payload = '{"zone": "A",  "empty": null, "price": 1.50, "n": 12345678901234567890, "é": []}'
    at = datetime(2026, 5, 4, 8, 58, 11, 250000, tzinfo=UTC)
    with database.unit_of_work() as work:
        program = make_program(work)
        member = make_member(work, program)
        told(
            work,
            program,
            member,
            at=at,
            sub_kind="kiosk",
            payload=payload,
            tags=["morning", "rain"],
        )

    with database.reading() as work:
        (kept,) = events.of_member(work, member.id)
        assert (kept.kind, kept.sub_kind, kept.payload) == ("visit", "kiosk", payload)
        assert (kept.tags, kept.occurred_at, kept.recorded_at) == (
            ["morning", "rain"],
            at,
            work.now,
        )
        assert (kept.source, kept.outlet_code, kept.terminal) == ("test", "BR001", "POS001")
        assert kept.program_id == program.id


def test_nobodys_event_is_kept_and_gives_nothing(work: Work, program: ProgramTerms) -> None:
    rule(work, program)

    event = told(work, program, None)

    assert work.session.scalars(select(Event.id)).all() == [event.id]
    assert work.session.scalars(select(ledger.Entry)).all() == []


def test_an_event_is_kept_each_time(work: Work, program: ProgramTerms, member: Member) -> None:
    rule(work, program)

    for _ in range(3):
        told(work, program, member)

    assert len(events.of_member(work, member.id)) == 3
    assert has(work, program, member) == 1500


def test_the_last_events_come_first(work: Work, program: ProgramTerms, member: Member) -> None:
    for hours in (2, 0, 1):
        told(work, program, member, at=work.now + hours * HOUR, sub_kind=str(hours))

    assert [one.sub_kind for one in events.of_member(work, member.id, limit=2)] == ["2", "1"]


def test_a_rule_gives_points_and_tells_why(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    rule(work, program, points="2.50")

    event = told(work, program, member, at=work.now - HOUR)

    (given,) = ledger.statement(work, member.id)
    assert (given.amount_minor, given.entry.kind) == (250, EntryKind.BONUS)
    assert (given.entry.reason, given.occurred_at) == ("visit", work.now - HOUR)
    assert given.entry.explanation == {
        "points_minor": 250,
        "points_decimals": 2,
        "event": "visit",
        "rule": "visit",
        "version": 1,
    }
    assert str(event.id) in (given.entry.origin_reference or "")
    assert findings(work) == []


def test_points_of_an_event_live_as_long_as_the_program_says(work: Work) -> None:
    program = make_program(work, points_expire_after_days=30)
    member = make_member(work, program)
    rule(work, program)

    told(work, program, member, at=work.now - 100 * 24 * HOUR)

    (portion,) = ledger.balance(work, purse_of(program, member)).portions
    last = programs.local_day(work.now, program.timezone) + timedelta(30)
    assert portion.expires_at == programs.end_of(last, program.timezone)


@pytest.mark.parametrize(
    "event, given",
    [
        ({"kind": "visit"}, 500),
        ({"kind": "visit", "sub_kind": "kiosk"}, 600),
        ({"kind": "visit", "sub_kind": "web"}, 500),
        ({"kind": "birthday"}, 0),
        ({"kind": "VISIT"}, 0),
    ],
)
def test_a_rule_is_about_its_kind_of_events(
    work: Work, program: ProgramTerms, member: Member, event: dict[str, str], given: int
) -> None:
    rule(work, program)
    rule(work, program, "kiosk", sub_event="kiosk", points="1")
    make_rule(work, program)  # of purchases, which events are not

    told(work, program, member, **event)

    assert has(work, program, member) == given


def test_conditions_of_the_occasion_hold(work: Work, program: ProgramTerms) -> None:
    gold, staff, plain = (make_member(work, program) for _ in range(3))
    members.set_tier_and_segments(work, gold, tier="gold", segments=None)
    members.set_tier_and_segments(work, staff, tier=None, segments=["staff"])
    for number, terms in enumerate(
        [
            {"tiers": ["gold"]},
            {"segments": ["staff"]},
            {"weekdays": ["mon"]},
            {"weekdays": ["sun"]},
            {"hours": ["12:00", "13:00"]},  # nine o'clock in UTC
            {"hours": ["08:00", "10:00"]},
            {"outlets": ["BR001"]},
            {"outlets": ["BR002"]},
            {"starts_on": "2026-05-05"},
            {"ends_on": "2026-05-04"},
        ]
    ):
        rule(work, program, f"R{number}", points=str(2**number), **terms)

    for member in (gold, staff, plain):
        told(work, program, member)

    common = 4 + 16 + 64 + 512
    found = [has(work, program, member) // 100 for member in (gold, staff, plain)]
    assert found == [common + 1, common + 2, common]


@pytest.mark.parametrize("status", [MemberStatus.INACTIVE, MemberStatus.BLOCKED])
def test_who_takes_no_part_gets_nothing(
    work: Work, program: ProgramTerms, status: MemberStatus
) -> None:
    member = make_member(work, program, status=status)
    rule(work, program, benefit={"name": "Cake"})

    told(work, program, member)

    assert len(events.of_member(work, member.id)) == 1
    assert ledger.statement(work, member.id) == []
    assert list(benefits.of_member(work, member.id)) == []


def test_a_debt_is_paid_by_an_event(work: Work) -> None:
    program = make_program(work, allow_negative=True)
    member = make_member(work, program)
    rule(work, program)
    spend_points(work, purse_of(program, member, may_go_negative=True), 3)

    told(work, program, member)

    assert has(work, program, member) == 200
    assert findings(work) == []


# Limits.

# In Moscow: a Sunday, the next day, the week after, the month after, the year after.
MOMENTS = [
    datetime(2026, 5, 3, 20, 59, tzinfo=UTC),
    datetime(2026, 5, 3, 21, 0, tzinfo=UTC),
    datetime(2026, 5, 10, 21, 0, tzinfo=UTC),
    datetime(2026, 5, 31, 21, 0, tzinfo=UTC),
    datetime(2026, 12, 31, 21, 0, tzinfo=UTC),
]


@pytest.mark.parametrize(
    "period, times",
    [
        ({}, 1),
        ({"period": "ever"}, 1),
        ({"period": "year"}, 2),
        ({"period": "month"}, 3),
        ({"period": "week"}, 5),
        ({"period": "day"}, 5),
    ],
    ids=str,
)
def test_a_limit_is_of_its_period_in_the_programs_calendar(
    work: Work, program: ProgramTerms, member: Member, period: dict[str, str], times: int
) -> None:
    rule(work, program, limit=1, **period)

    for at in MOMENTS:
        told(later(work, at - work.now), program, member, at=at)
        told(later(work, at - work.now, seconds=2), program, member, at=at)

    assert has(work, program, member) == times * 500
    assert len(events.of_member(work, member.id)) == 2 * len(MOMENTS)


def test_a_week_belongs_to_the_year_it_has_most_days_in(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    rule(work, program, limit=1, period="week")

    for day in (datetime(2026, 12, 31, 9, tzinfo=UTC), datetime(2027, 1, 3, 9, tzinfo=UTC)):
        told(work, program, member, at=day)

    assert has(work, program, member) == 500


@pytest.mark.parametrize("limit", [0, 1, 3])
def test_a_limit_may_be_more_than_one(
    work: Work, program: ProgramTerms, member: Member, limit: int
) -> None:
    rule(work, program, limit=limit, period="day")

    for _ in range(5):
        told(work, program, member)
    told(work, program, make_member(work, program))  # who has a limit of their own

    assert has(work, program, member) == limit * 500


def test_events_count_in_the_period_they_are_of(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    rule(work, program, limit=1, period="day")
    had = []

    for then, at in [(0, 0), (0, -24), (48, 0), (48, 48)]:
        told(later(work, hours=then), program, member, at=work.now + at * HOUR)
        had.append(has(work, program, member))

    assert had == [500, 1000, 1000, 1500]


def test_each_rule_has_its_own_limit(work: Work, program: ProgramTerms, member: Member) -> None:
    rule(work, program, limit=1)
    rule(work, program, "daily", points="1", limit=2, period="day")
    rule(work, program, "always", points="0.10")

    for _ in range(3):
        told(work, program, member)

    assert has(work, program, member) == 500 + 200 + 30


def test_the_cap_of_a_day_and_the_limit_of_a_day_do_not_meet(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    make_rule(work, program, max_points_per_day="10")
    rule(work, program, limit=1, period="day")
    told(work, program, member)

    sale = Sale("R-1", work.now, [line(net_minor=2000)])

    assert submit(work, program, member, sale).points_minor == 1000


# Benefits.


def test_a_rule_gives_a_benefit(work: Work, program: ProgramTerms, member: Member) -> None:
    terms = {"percent": "20", "items": ["CAKE"]}
    gift = {"name": "A cake", "kind": "birthday", "valid_days": 14} | terms
    rule(work, program, "birthday", event="birthday", points="100", benefit=gift, limit=1)

    for _ in range(2):
        told(work, program, member, kind="birthday")

    (given,) = benefits.of_member(work, member.id)
    assert (given.name, given.kind, given.uses, given.used) == ("A cake", "birthday", 1, 0)
    assert given.terms == terms
    assert given.standing(work.now) is Standing.ACTIVE
    last = programs.local_day(work.now, program.timezone) + timedelta(14)
    assert given.valid_until == programs.end_of(last, program.timezone)
    assert has(work, program, member) == 10_000
    assert findings(work) == []


def test_a_benefit_may_come_without_points_and_without_an_end(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    gift = {"name": "Tea", "uses": 3, "description": "Any size", "free_item": True}
    make_rule(work, program, code="welcome", kind="event", event="welcome", benefit=gift)

    for _ in range(2):
        told(work, program, member, kind="welcome")

    first, second = benefits.of_member(work, member.id)
    assert first.key != second.key
    for given in (first, second):
        assert (given.kind, given.uses, given.valid_until) == ("gift", 3, None)
        assert (given.description, given.terms) == ("Any size", {"free_item": True})
    assert ledger.statement(work, member.id) == []


def test_a_benefit_of_an_event_is_used_in_a_sale(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    rule(work, program, benefit={"name": "Tea", "amount_minor": 100})
    told(work, program, member)
    (given,) = benefits.of_member(work, member.id)

    submit(work, program, member, Sale("R-1", work.now, [line()]), used=[given.key])

    assert given.standing(work.now) is Standing.REDEEMED
    assert findings(work) == []


def test_events_of_a_member_are_forgotten(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    other = make_member(work, program)
    for one in (member, other, None):
        told(work, program, one)

    events.forget(work, member.id)

    assert list(events.of_member(work, member.id)) == []
    assert len(work.session.scalars(select(Event)).all()) == 2
