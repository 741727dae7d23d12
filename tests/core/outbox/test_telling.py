"""Events are written with their cause and in the order of the commits, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from adapter import jobs
from adapter.core import cards, ledger, members, programs, transactions
from adapter.core.cards import CardFacts, CardState
from adapter.core.ledger import Details, Entry, EntryKind, Opening, OpeningLot
from adapter.core.members import ConsentKind, IdentityKind, MemberStatus, Newcomer, Profile
from adapter.core.outbox import EventType
from adapter.core.transactions import PastSale
from adapter.db import Database, Work
from tests.clock import Clock
from tests.core.outbox.listening import ADDRESS, events, heard, lines, topics
from tests.factories import (
    PLACE,
    bought,
    cancel_sale,
    capture,
    give_points,
    line,
    make_card,
    make_member,
    make_program,
    make_rule,
    phone,
    purse_of,
    release,
    reserve_points,
    reverse,
    spend_points,
    submit,
)
from tests.on_the_wire import on_the_wire
from tests.scale.rules import statement_faults


def test_a_program_nobody_listens_to_has_no_events(database: Database) -> None:
    with database.unit_of_work() as work:
        program = make_program(work)
        member = make_member(work, program)
        give_points(work, purse_of(program, member))
        make_card(work, program, member)

    assert events(database) == []
    assert lines(database) == []


def test_what_is_rolled_back_is_not_told(database: Database) -> None:
    with database.unit_of_work() as work:
        program = heard(work)
        member = make_member(work, program)
    before = topics(database)

    with pytest.raises(ZeroDivisionError), database.unit_of_work() as work:
        give_points(work, purse_of(program, member))
        members.set_status(work, work.session.merge(member), MemberStatus.BLOCKED)
        raise ZeroDivisionError

    assert before == topics(database) == ["member.registered"]


def test_each_event_has_the_next_place_in_its_members_line(database: Database) -> None:
    with database.unit_of_work() as work:
        program = heard(work)
        anna, boris = make_member(work, program), make_member(work, program)
        give_points(work, purse_of(program, anna))
    with database.unit_of_work() as work:
        spend_points(work, purse_of(program, anna), 40)
        give_points(work, purse_of(program, boris))

    assert [event.position for event in events(database, anna.id)] == [1, 2, 3]
    assert topics(database, anna.id) == ["member.registered", "points.changed", "points.changed"]
    assert topics(database, boris.id) == ["member.registered", "points.changed"]
    assert {one.id: (one.position, one.done) for one in lines(database)} == {
        anna.id: (3, 0),
        boris.id: (2, 0),
    }


@pytest.mark.parametrize("way", ["attempt", "unit_of_work"])
def test_a_sale_is_told_of_before_what_it_earned(database: Database, way: str) -> None:
    with database.unit_of_work() as work:
        program = heard(work)
        make_rule(work, program)
        member = make_member(work, program)
        give_points(work, purse_of(program, member))

    with getattr(database, way)() as work:
        found = cards.recognise(
            work, program.id, [(IdentityKind.PHONE, member.identities[0].value)], every_lot=True
        )
        told = submit(work, program, found, bought_at(work))

    found_events = events(database, member.id)[2:]
    assert [event.topic for event in found_events] == ["transaction.recorded", "points.changed"]
    assert [event.position for event in found_events] == [3, 4]
    assert found_events[0].subject_id == told.transaction.id


def bought_at(work: Work, **more: Any) -> Any:
    return bought(work, line(net_minor=1000), **more)


def test_light_work_sends_no_statement_more_for_its_events(database: Database) -> None:
    with database.unit_of_work() as work:
        programs_ = [make_program(work), heard(work)]
        people = []
        for program in programs_:
            make_rule(work, program)
            people.append(make_member(work, program))
            give_points(work, purse_of(program, people[-1]))
    sent: list[int] = []
    faults: list[str] = []
    for _ in range(2):  # the first time finds out who listens
        queries = [
            light_sale(database, program, person)
            for program, person in zip(programs_, people, strict=True)
        ]
        sent = [len(found) for found in queries]
        # What a distributed engine would not take is not in them either.
        faults += [fault for found in queries for text in found for fault in statement_faults(text)]

    assert topics(database, people[1].id).count("transaction.recorded") == 2
    assert faults == []
    if database.dialect == "postgresql":
        assert sent[0] == sent[1] == 3
    else:
        assert sent[1] == sent[0] + 3  # for the line and its two events, and no round trip


def light_sale(database: Database, program: Any, member: Any) -> list[str]:
    """The statements a sale takes."""
    with on_the_wire(database) as sent, database.attempt() as work:
        given = [(IdentityKind.PHONE, member.identities[0].value)]
        found = cards.recognise(work, program.id, given, every_lot=True)
        submit(work, program, found, bought_at(work))
    return sent.queries


def test_with_locks_the_events_of_a_unit_of_work_are_one_statement(database: Database) -> None:
    sent = []
    for make in (make_program, heard):
        with database.unit_of_work() as work:
            program = make(work)
            make_rule(work, program)
            member = make_member(work, program)
            give_points(work, purse_of(program, member))
        with database.unit_of_work() as work:
            spend_points(work, purse_of(program, member), 1)
        with on_the_wire(database) as seen, database.unit_of_work() as work:
            found = work.session.get_one(members.Member, member.id)
            submit(work, program, found, bought_at(work))
        sent.append(len(seen.queries))

    more = 1 if database.dialect == "postgresql" else 3  # there a statement a row
    assert sent[1] == sent[0] + more


def test_imports_tell_of_everybody_and_everything_they_bring(database: Database) -> None:
    with database.unit_of_work() as work:
        program = heard(work)
        newcomers = [
            Newcomer(Profile(phone=phone()), consents={ConsentKind.SMS: True}) for _ in range(2)
        ]
        ids = members.register_many(work, program.id, newcomers, place=PLACE)
        facts = [
            CardFacts(f"55{n:08}", cards.BarcodeType.CODE_128, f"55{n:08}", CardState.ACTIVE, one)
            for n, one in enumerate(ids)
        ]
        cards.add_many(work, program.id, facts, PLACE)
        openings = [Opening(program.purse_of(one), [OpeningLot(100)]) for one in ids]
        ledger.open_many(work, openings, place=PLACE)
        past = [PastSale(one, bought(work), PLACE) for one in ids]
        transactions.record_many(work, program.id, past)

    for one in ids:
        assert topics(database, one) == [
            "member.registered",
            "consent.changed",
            "card.issued",
            "points.changed",
            "transaction.recorded",
        ]


def test_jobs_tell_of_what_time_does(database: Database, clock: Clock) -> None:
    with database.unit_of_work() as work:
        program = heard(work, event_types=["points", "card"])
        purse = purse_of(program, make_member(work, program))
        give_points(work, purse, 5, expires_at=clock.now + timedelta(days=1))
        cards.reserve(work, program, life=timedelta(minutes=1), place=PLACE)
    clock.advance(timedelta(days=2))

    jobs.run(database)

    assert sorted(topics(database)) == ["card.lapsed", "points.changed", "points.changed"]


def test_no_entry_of_the_ledger_is_forgotten(database: Database, clock: Clock) -> None:
    with database.unit_of_work() as work:
        program = heard(work, points_expire_after_days=30)
        make_rule(work, program)
        anna, boris = make_member(work, program), make_member(work, program)
    purse, other = purse_of(program, anna), purse_of(program, boris)

    def told(work: Work) -> None:
        give_points(work, purse, 50, active_from=clock.now + timedelta(days=1))
        entry = give_points(work, purse, 100)
        spend_points(work, purse, 10)
        capture(work, reserve_points(work, purse, 5))
        release(work, reserve_points(work, purse, 5))
        reverse(work, purse, entry, down_to_zero=True)
        sold = submit(work, program, work.session.get_one(members.Member, anna.id), bought_at(work))
        cancel_sale(work, program, sold)
        give_points(work, other, 7)
        ledger.hand_over(work, other, purse, Details(EntryKind.ADJUSTMENT, "merged"))

    database.run(told)
    clock.advance(timedelta(days=60))
    jobs.run(database)

    with database.reading() as work:
        entries = set(work.session.scalars(select(Entry.id)))
    assert len(entries) > 12
    assert {
        event.subject_id for event in events(database) if event.topic == EventType.POINTS_CHANGED
    } == entries


def test_a_change_that_changes_nothing_is_not_told(database: Database) -> None:
    with database.unit_of_work() as work:
        program = heard(work)
        member = make_member(work, program, first_name="Anna")
        card = make_card(work, program, member)
    before = topics(database)

    with database.unit_of_work() as work:
        who = work.session.get_one(members.Member, member.id)
        members.update(work, who, Profile(first_name="Anna"), place=PLACE)
        members.set_status(work, who, MemberStatus.ACTIVE)
        members.give_consents(work, who, {}, place=PLACE)
        cards.unblock(work, program.id, number=card.number)

    assert topics(database) == before


def test_a_new_member_is_told_of_once_and_not_as_changed(database: Database) -> None:
    with database.unit_of_work() as work:
        program = heard(work, event_types=["member"])
        member = make_member(work, program)
        members.update(work, member, Profile(first_name="Anna"), place=PLACE)
        members.add_identity(work, member, IdentityKind.PASS, "PASS-1", place=PLACE)

    assert topics(database) == ["member.registered"]


def test_another_process_notices_a_new_subscription_within_seconds(
    database: Database, make_database: Callable[..., Database], clock: Clock
) -> None:
    elsewhere = make_database(database.url.render_as_string(hide_password=False))
    with database.unit_of_work() as work:
        program = make_program(work)
        member = make_member(work, program)

    def give() -> None:
        elsewhere.run(lambda work: give_points(work, purse_of(program, member)))

    give()
    with database.unit_of_work() as work:
        programs.put(work, code=program.code, settings={"event_webhook": ADDRESS})
    give()
    early = topics(database)
    clock.advance(timedelta(seconds=5))
    give()
    with database.unit_of_work() as work:
        programs.put(work, code=program.code, settings={})
    clock.advance(timedelta(seconds=5))
    give()

    assert (early, topics(database)) == ([], ["points.changed"])


def test_a_subscription_that_is_rolled_back_was_none(database: Database) -> None:
    with database.unit_of_work() as work:
        program = make_program(work)
        member = make_member(work, program)
    with pytest.raises(ZeroDivisionError), database.unit_of_work() as work:
        programs.put(work, code=program.code, settings={"event_webhook": ADDRESS})
        give_points(work, purse_of(program, member))
        raise ZeroDivisionError

    with database.unit_of_work() as work:
        give_points(work, purse_of(program, member))

    assert events(database) == []
