"""Events told by real HTTP: each member's in order, at least once, and nothing of the erased."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import Any

from adapter import delivery, jobs
from adapter.core import cards, members, outbox, programs
from adapter.core.members import ConsentKind, MemberStatus
from adapter.delivery import Ending, hands, rounds
from tests.core.outbox.listening import events, heard, lines
from tests.delivery.sending import KEY
from tests.factories import (
    PLACE,
    bought,
    cancel_sale,
    give_points,
    line,
    make_card,
    make_member,
    make_rule,
    purse_of,
    reserve_points,
    submit,
)


def told(receiver) -> list[Any]:
    return [got.document for got in receiver.received]


def test_points_arrive_signed_with_the_balance_after_them(database, receiver, worker, clock):
    with database.unit_of_work() as work:
        program = heard(work, event_webhook=receiver.url)
        member = make_member(work, program)
        purse = purse_of(program, member)
        entry = give_points(work, purse, "12.50", reason="Purchase R-1")
        reserve_points(work, purse, 5)

    assert worker.run_once() == {Ending.DELIVERED: 3}

    assert [one["type"] for one in told(receiver)] == [
        "member.registered",
        "points.changed",
        "points.changed",
    ]
    assert [one["data"]["sequence"] for one in told(receiver)] == [1, 2, 3]
    assert told(receiver)[1] == {
        "type": "points.changed",
        "version": 1,
        "timestamp": "2026-05-04T09:00:00Z",
        "data": {
            "program": program.code,
            "sequence": 2,
            "member": {"id": str(member.id), "external_ids": []},
            "entry": {
                "id": str(entry.id),
                "kind": "accrual",
                "unit": "points",
                "amount": "12.5",
                "available": "12.5",
                "accounts": [
                    {"account": "spendable", "card": None, "amount": "12.5", "balance": "12.5"}
                ],
                "reason": "Purchase R-1",
                "reverses": None,
                "channel": "test",
                "outlet": "BR001",
                "terminal": "POS001",
                "occurred_at": "2026-05-04T09:00:00Z",
                "recorded_at": "2026-05-04T09:00:00Z",
            },
        },
    }
    assert told(receiver)[2]["data"]["entry"]["accounts"] == [
        {"account": "spendable", "card": None, "amount": "-5", "balance": "7.5"},
        {"account": "reserved", "card": None, "amount": "5", "balance": "5"},
    ]
    secret = delivery.shown(delivery.secret_of(KEY, program.id))
    assert all(got.is_signed_with(secret) for got in receiver.received)
    assert [one.outcome for one in events(database)] == ["delivered"] * 3
    assert worker.run_once() == {}


def everything(work, receiver, **settings):
    """A program that is told of, and somebody to whom each kind of thing happens once."""
    program = heard(work, event_webhook=receiver.url, **settings)
    make_rule(work, program)
    member = make_member(work, program, email="anna@example.com", first_name="Anna")
    return program, member


def test_every_kind_of_event_is_told(database, receiver, worker, clock):
    with database.unit_of_work() as work:
        program, member = everything(work, receiver)
        twin = make_member(work, program)
        card = make_card(work, program, member)
        old = make_card(work, program, member)
        cards.reserve(work, program, life=timedelta(minutes=5), place=PLACE)
    steps = (
        lambda work, who: members.update(
            work, who, members.Profile(last_name="Orlova"), place=PLACE
        ),
        lambda work, who: members.set_status(work, who, MemberStatus.BLOCKED),
        lambda work, who: members.set_status(work, who, MemberStatus.ACTIVE),
        lambda work, who: members.give_consents(work, who, {ConsentKind.SMS: True}, place=PLACE),
        lambda work, who: cards.block(work, program.id, number=card.number),
        lambda work, who: cards.unblock(work, program.id, number=card.number),
        lambda work, who: cards.reissue(work, program, who, old.id, place=PLACE),
        lambda work, who: cancel_sale(
            work, program, submit(work, program, who, bought(work, line(net_minor=1000)))
        ),
        lambda work, who: submit(work, program, who, bought(work, line(net_minor=-500))),
        lambda work, who: members.absorb(work, who, work.session.get_one(members.Member, twin.id)),
        lambda work, who: members.erase(work, work.session.get_one(members.Member, twin.id)),
    )
    for step in steps:
        with database.unit_of_work() as work:
            step(work, work.session.get_one(members.Member, member.id))
        worker.run_once()
    clock.advance(timedelta(minutes=6))
    database.run(cards.lapse_due)
    worker.run_once()

    assert {one["type"] for one in told(receiver)} == set(outbox.EventType)
    assert {one.outcome for one in events(database)} == {"delivered"}
    by_type = {one["type"]: one["data"] for one in told(receiver)}
    assert by_type["member.updated"]["profile"]["last_name"] == "Orlova"
    assert by_type["member.merged"]["member"]["id"] == str(twin.id)
    assert by_type["member.merged"]["merged_into"] == str(member.id)
    assert by_type["consent.changed"]["consents"]["sms"]["granted"] is True
    assert by_type["card.blocked"]["card"]["number"] == card.number
    assert by_type["card.replaced"]["card"]["number"] == old.number
    assert by_type["card.lapsed"]["member"] is None
    assert by_type["transaction.recorded"]["transaction"]["items"][0]["net_minor"] == 1000
    assert by_type["transaction.returned"]["transaction"]["total_minor"] == -500
    assert by_type["transaction.cancelled"]["transaction"]["points"] == "10"


def test_only_the_types_that_are_wanted_are_told(database, receiver, worker):
    with database.unit_of_work() as work:
        program, member = everything(work, receiver, event_types=["card", "points.changed"])
        make_card(work, program, member)
        give_points(work, purse_of(program, member))

    worker.run_once()

    assert [one["type"] for one in told(receiver)] == ["card.issued", "points.changed"]


def test_of_whom_was_erased_nothing_personal_is_told(database, receiver, worker):
    with database.unit_of_work() as work:
        program, member = everything(work, receiver)
        card = make_card(work, program, member)
        give_points(work, purse_of(program, member), reason="for Anna Orlova")
        members.give_consents(work, member, {ConsentKind.GDPR: True}, place=PLACE)
    with database.unit_of_work() as work:
        person = work.session.get_one(members.Member, member.id)
        cards.retire_all(work, cards.of_member(work, person.id))
        members.erase(work, person)

    done = worker.run_once()

    # The registration, the card issued and lapsed, and the consent are nobody's business any more.
    assert done == {Ending.DELIVERED: 2, Ending.DROPPED: 4}
    assert [one["type"] for one in told(receiver)] == ["points.changed", "member.erased"]
    said = b"".join(got.body for got in receiver.received)
    for secret in (b"anna", b"Anna", b"Orlova", member.identities[0].value.encode()):
        assert secret not in said
    assert card.number.encode() not in said
    assert told(receiver)[-1]["data"]["member"] == {"id": str(member.id), "external_ids": []}


def test_while_one_event_fails_those_behind_it_wait_and_other_lines_go_on(
    database, receiver, worker, clock
):
    with database.unit_of_work() as work:
        program = heard(work, event_webhook=receiver.url, event_types=["points"])
        anna, boris = make_member(work, program), make_member(work, program)
        for number in range(3):
            give_points(work, purse_of(program, anna), number + 1)
    receiver.answers.append(500)

    first = worker.run_once()
    with database.unit_of_work() as work:
        give_points(work, purse_of(program, boris))
    second = worker.run_once()
    clock.advance(timedelta(seconds=2))
    third = worker.run_once()

    assert first == {Ending.RETRIED: 1}
    assert second == {Ending.DELIVERED: 1}
    assert third == {Ending.DELIVERED: 3}
    amounts = [
        (one["data"]["member"]["id"] == str(anna.id), one["data"]["entry"]["amount"])
        for one in told(receiver)
    ]
    assert amounts == [(True, "1"), (False, "100"), (True, "1"), (True, "2"), (True, "3")]


def test_a_receiver_who_is_away_for_a_day_loses_nothing(database, receiver, worker, clock):
    with database.unit_of_work() as work:
        program = heard(work, event_webhook=receiver.url, event_types=["points"])
        people = [make_member(work, program) for _ in range(20)]
        for number in range(3):
            for person in people:
                give_points(work, purse_of(program, person), number + 1)
    receiver.answers.extend([503] * 10**6)

    for _ in range(48):
        worker.run_once()
        clock.advance(timedelta(minutes=30))
    asked = len(receiver.received)
    tried = [one.attempts for one in lines(database)]
    receiver.answers.clear()
    receiver.received.clear()
    while any(one.outcome is None for one in events(database)):
        worker.run_once()
        clock.advance(timedelta(minutes=15))

    assert {one.outcome for one in events(database)} == {"delivered"}
    assert in_order(receiver, people) == [["1", "2", "3"]] * 20
    # One at a time found out that nobody was there; the attempts of the others were not used up.
    assert asked <= 48 + (rounds.ENOUGH + 2) * hands.EACH
    assert max(tried) < 20


def in_order(receiver, people) -> list[list[str]]:
    """Of each member what arrived, in the order in which it first did."""
    seen: dict[str, dict[int, str]] = defaultdict(dict)
    for one in told(receiver):
        data = one["data"]
        seen[data["member"]["id"]].setdefault(data["sequence"], data["entry"]["amount"])
    return [list(seen[str(person.id)].values()) for person in people]


def test_an_event_that_always_fails_is_given_up_after_days_and_the_line_goes_on(
    database, receiver, worker, clock
):
    with database.unit_of_work() as work:
        program = heard(work, event_webhook=receiver.url, event_types=["points"])
        anna = make_member(work, program)
        give_points(work, purse_of(program, anna), 1)
        give_points(work, purse_of(program, anna), 2)
    began = clock.now
    receiver.answers.extend([400] * 10**6)

    while events(database)[0].outcome is None:
        worker.run_once()
        clock.advance(timedelta(hours=3))
    given_up_after = clock.now - began
    receiver.answers.clear()
    clock.advance(timedelta(hours=1))
    worker.run_once()

    assert [one.outcome for one in events(database)] == ["dead", "delivered"]
    assert events(database)[0].last_error == "status 400"
    assert events(database)[0].attempts >= 20
    assert timedelta(days=3) <= given_up_after < timedelta(days=4)


def test_a_receiver_who_says_gone_is_paused_and_nothing_is_lost(database, receiver, worker, clock):
    with database.unit_of_work() as work:
        program = heard(work, event_webhook=receiver.url, event_types=["points"])
        give_points(work, purse_of(program, make_member(work, program)))
    receiver.answers.append(410)

    refused = worker.run_once()
    clock.advance(timedelta(days=1))
    while_paused = worker.run_once()
    with database.reading() as work:
        paused = outbox.receiver(work, program.id)
    database.run(lambda work: outbox.resume(work, program.id))
    again = worker.run_once()

    assert (refused, while_paused, again) == ({Ending.WAITING: 1}, {}, {Ending.DELIVERED: 1})
    assert (paused.paused_by, paused.pause_reason) == ("receiver", "status 410")
    assert events(database)[0].attempts == 1


def test_what_is_paused_waits_and_goes_on_in_its_order(database, receiver, worker):
    with database.unit_of_work() as work:
        program = heard(work, event_webhook=receiver.url, event_types=["points"])
        anna = make_member(work, program)
        outbox.pause(work, program.id, by="user:anna", reason="moving")
    for number in (1, 2, 3):
        with database.unit_of_work() as work:
            give_points(work, purse_of(program, anna), number)

    assert worker.run_once() == {}
    database.run(lambda work: outbox.resume(work, program.id))

    assert worker.run_once() == {Ending.DELIVERED: 3}
    assert in_order(receiver, [anna]) == [["1", "2", "3"]]


def test_what_is_told_again_is_the_same_event_at_the_end_of_the_line(
    database, receiver, worker, clock
):
    with database.unit_of_work() as work:
        program = heard(work, event_webhook=receiver.url, event_types=["points"])
        anna = make_member(work, program)
        give_points(work, purse_of(program, anna), 1)
        give_points(work, purse_of(program, anna), 2)
    worker.run_once()
    first = list(receiver.received)

    count, _ = database.run(
        lambda work: outbox.replay(work, outbox.Choice(program.id, event_id=events(database)[0].id))
    )
    with database.unit_of_work() as work:
        give_points(work, purse_of(program, anna), 3)
    done = worker.run_once()

    assert (count, done) == (1, {Ending.DELIVERED: 2})
    repeated, last = receiver.received[2:]
    assert repeated.body == first[0].body
    assert repeated.headers["webhook-id"] == first[0].headers["webhook-id"]
    assert [repeated.document["data"]["sequence"], last.document["data"]["sequence"]] == [1, 4]


def test_a_period_and_the_dead_can_be_told_again(database, receiver, worker, clock):
    with database.unit_of_work() as work:
        program = heard(work, event_webhook=receiver.url, event_types=["points"])
        anna = make_member(work, program)
    for number in (1, 2, 3):
        with database.unit_of_work() as work:
            give_points(work, purse_of(program, anna), number)
        clock.advance(timedelta(hours=1))
    worker.run_once()
    middle = clock.now - timedelta(hours=2)
    choice = outbox.Choice(
        program.id, since=middle - timedelta(minutes=1), before=middle + timedelta(minutes=1)
    )

    count, more = database.run(lambda work: outbox.replay(work, choice))
    none = database.run(lambda work: outbox.replay(work, outbox.Choice(program.id, dead=True)))
    worker.run_once()

    assert (count, more, none) == (1, None, (0, None))
    assert [one["data"]["entry"]["amount"] for one in told(receiver)] == ["1", "2", "3", "2"]


def test_what_happened_at_one_instant_is_told_again_in_its_order(database, receiver, worker):
    with database.unit_of_work() as work:
        program = heard(work, event_webhook=receiver.url, event_types=["points"])
        anna = make_member(work, program)
        for _ in range(12):
            give_points(work, purse_of(program, anna), 1)
    worker.run_once()
    choice, after = outbox.Choice(program.id), None
    for _ in range(3):
        count, after = database.run(
            lambda work, after=after: outbox.replay(work, choice, after=after, limit=4)
        )
        assert count == 4

    worker.run_once()

    in_turn = [one["data"]["sequence"] for one in told(receiver)]
    assert in_turn == [*range(1, 13)] * 2


def test_events_are_kept_for_thirty_days_after_they_ended(database, receiver, worker, clock):
    with database.unit_of_work() as work:
        program = heard(work, event_webhook=receiver.url, event_types=["points", "transaction"])
        anna = make_member(work, program)
        give_points(work, purse_of(program, anna), 1)
        submit(work, program, None, bought(work))
    worker.run_once()
    clock.advance(timedelta(days=31))
    with database.unit_of_work() as work:
        give_points(work, purse_of(program, anna), 2)

    assert database.run(outbox.drop_old_events) == 2
    assert database.run(outbox.drop_old_events) == 0

    assert [one.position for one in events(database)] == [2]
    # The line of a sale that was nobody's goes with it, and a member's goes on counting.
    assert [one.id for one in lines(database)] == [anna.id]
    assert worker.run_once() == {Ending.DELIVERED: 1}


def test_what_nobody_listens_to_any_more_waits_for_a_month_and_goes_out_in_time(
    database, receiver, worker, clock
):
    def listen(address):
        settings = {"event_webhook": address, "event_types": ["points"]}
        database.run(lambda work: programs.put(work, code=program.code, settings=settings))
        clock.advance(timedelta(minutes=1))

    with database.unit_of_work() as work:
        program = heard(work, event_webhook=receiver.url, event_types=["points"])
        anna, boris = make_member(work, program), make_member(work, program)
    ended = []
    for days in (29, 31):
        with database.unit_of_work() as work:
            give_points(work, purse_of(program, anna))
            give_points(work, purse_of(program, anna))
        listen(None)
        clock.advance(timedelta(days=days))
        ended.append((worker.run_once(), jobs.run(database).events_dropped))
        listen(receiver.url)
        with database.unit_of_work() as work:
            give_points(work, purse_of(program, boris))
        ended.append((worker.run_once(), jobs.run(database).events_dropped))

    assert ended == [
        ({}, 0),
        ({Ending.DELIVERED: 3}, 0),
        ({}, 2 + 3),  # with what was told a month ago
        ({Ending.DELIVERED: 1}, 0),
    ]
    assert [one["data"]["sequence"] for one in told(receiver)] in ([1, 2, 1, 2], [1, 1, 2, 2])
    assert [(one.position, one.done) for one in lines(database)] == [(4, 4), (2, 2)]
