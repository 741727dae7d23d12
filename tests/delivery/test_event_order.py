"""The order in which events first arrive is that of their causes, whatever fails meanwhile."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from collections import defaultdict
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from adapter import delivery
from adapter.core.ledger import Account, Posting, Role
from adapter.core.outbox import OutboxEvent
from adapter.db.database import utc_now
from adapter.delivery import Ending, runner
from tests.core.outbox.listening import events, heard
from tests.delivery.receiver import LATE
from tests.delivery.sending import KEY
from tests.factories import give_points, make_member, purse_of

ROOT = Path(__file__).parents[2]
PATIENCE = 60
LEASE = timedelta(seconds=120)


def program_and_people(database, receiver, count=3):
    """A program that is told of points alone, and so many of its members."""
    with database.unit_of_work() as work:
        program = heard(work, event_webhook=receiver.url, event_types=["points"])
        return program, [make_member(work, program) for _ in range(count)]


def firsts(receiver, program) -> dict[str, list[int]]:
    """By member, the places of the events in the order in which each first arrived."""
    seen: dict[str, list[int]] = defaultdict(list)
    for got in receiver.received:
        data = got.document["data"]
        if data["program"] == program.code and data["sequence"] not in seen[data["member"]["id"]]:
            seen[data["member"]["id"]].append(data["sequence"])
    return seen


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("give"), st.integers(0, 2)),
        st.tuples(st.just("deliver"), st.sampled_from([204, 200, 500, 404, 429, 301])),
        st.tuples(st.just("die"), st.just(0)),
        st.tuples(st.just("wait"), st.integers(1, 200)),
    ),
    min_size=3,
    max_size=30,
)


def test_whatever_fails_each_member_is_told_of_in_order(
    database, receiver, worker, clock, monkeypatch
):
    program, people = program_and_people(database, receiver)
    noted = runner.noted

    @settings(
        max_examples=25,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(STEPS)
    def in_order(steps):
        for what, number in steps:
            if what == "give":
                with database.unit_of_work() as work:
                    give_points(work, purse_of(program, people[number]), 1)
            if what == "deliver":
                receiver.answers.append(number)
                worker.run_once()
            if what == "die":
                # After it was sent, and before that is noted.
                with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
                    patch.setattr(runner, "noted", interrupted)
                    if not worker.run_once():
                        raise KeyboardInterrupt
            if what == "wait":
                clock.advance(timedelta(seconds=number))
        receiver.answers.clear()
        while any(one.outcome is None for one in events(database)):
            clock.advance(timedelta(hours=1))
            worker.run_once()
        assert runner.noted is noted

    in_order()

    arrived = firsts(receiver, program)
    for person in people:
        count = len(events(database, person.id))
        assert arrived.get(str(person.id), []) == list(range(1, count + 1))
    assert {one.outcome for one in events(database)} == {"delivered"}


def interrupted(*_):
    raise KeyboardInterrupt


def test_places_are_in_the_order_of_the_commits_however_many_give_at_once(database, receiver):
    program, (anna,) = program_and_people(database, receiver, 1)
    start = threading.Barrier(6)

    def give(light):
        start.wait()
        run = database.run_lightly if light else database.run
        for _ in range(10):
            run(lambda work: give_points(work, purse_of(program, anna), 1))

    threads = [threading.Thread(target=give, args=(number % 2,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)

    with database.reading() as work:
        found = work.session.execute(
            select(OutboxEvent.position, Posting.version)
            .join(Posting, Posting.entry_id == OutboxEvent.subject_id)
            .join(Account, Account.id == Posting.account_id)
            .where(OutboxEvent.line_id == anna.id, Account.role == Role.SPENDABLE)
            .order_by(Posting.version)
        ).all()
    assert [position for position, _ in found] == list(range(1, 61))


def test_two_workers_beside_each_other_keep_every_members_order(
    database_url, make_database, receiver, monkeypatch
):
    monkeypatch.setattr("adapter.core.outbox.lines.event_wait_after", soon)
    monkeypatch.setattr("adapter.core.outbox.receivers.probe_after", soon)
    database = make_database(database_url, clock=utc_now, serving=True)
    program, people = program_and_people(database, receiver, 8)
    chance = random.Random(1)
    receiver.answers.extend(chance.choice([204, 204, 204, 500, 404]) for _ in range(200))
    workers = [
        delivery.Worker(make_database(database_url, clock=utc_now, serving=True), KEY, pause=0.01)
        for _ in range(2)
    ]
    threads = [threading.Thread(target=one.run) for one in workers]
    for thread in threads:
        thread.start()
    try:
        for _ in range(15):
            for person in people:
                database.run(lambda work, who=person: give_points(work, purse_of(program, who), 1))
        for _ in range(15 * 8):
            assert receiver.arrived.acquire(timeout=PATIENCE)
        waiting = threading.Event()
        for _ in range(PATIENCE * 20):
            if all(one.outcome for one in events(database)):
                break
            waiting.wait(0.05)
    finally:
        for one in workers:
            one.stop.set()
        for thread in threads:
            thread.join(PATIENCE)

    assert {one.outcome for one in events(database)} == {"delivered"}
    arrived = firsts(receiver, program)
    assert [arrived[str(person.id)] for person in people] == [list(range(1, 16))] * 8


def soon(*_, **__):
    return timedelta(milliseconds=20)


def test_a_worker_that_is_killed_leaves_its_events_to_another(
    database, database_url, receiver, clock
):
    clock.now = utc_now()
    program, people = program_and_people(database, receiver, 2)
    for person in people:
        for _ in range(2):
            with database.unit_of_work() as work:
                give_points(work, purse_of(program, person), 1)
    receiver.answers.extend([204, LATE])
    plain = {name: value for name, value in os.environ.items() if not name.startswith("ADAPTER_")}
    ours = {
        "ADAPTER_DATABASE_URL": database_url,
        "ADAPTER_SECRET_KEY": KEY.decode(),
        "PYTHONPATH": str(ROOT),
    }
    with subprocess.Popen(
        [sys.executable, "-m", "adapter", "worker"],
        env=plain | ours,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            for _ in range(2):
                assert receiver.arrived.acquire(timeout=PATIENCE)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait(PATIENCE)
    before = [one.outcome for one in events(database)]
    receiver.speak.set()

    clock.now = utc_now() + 2 * LEASE
    done = delivery.Worker(database, KEY, pause=0.01).run_once()

    assert None in before
    assert done[Ending.DELIVERED] == before.count(None)
    assert {one.outcome for one in events(database)} == {"delivered"}
    assert sorted(firsts(receiver, program).values()) == [[1, 2], [1, 2]]
