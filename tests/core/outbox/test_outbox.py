"""Messages put with their cause, claimed by one at a time, tried again, and kept for a while."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.core import outbox
from adapter.core.outbox import ATTEMPTS, OutboxMessage, Outcome, wait_after
from adapter.db import Database, Work
from tests.factories import later

PROGRAM = uuid.UUID("01890a5d-ac96-774b-bcce-b302099a8057")
LEASE = 60


def put(work: Work, **changes) -> OutboxMessage:
    values = {"topic": "news", "subject_id": uuid.uuid4()} | changes
    return outbox.put(work, PROGRAM, **values)


def claim(work: Work, limit: int = 10, **more) -> list[OutboxMessage]:
    return list(outbox.claim(work, limit=limit, **more))


def test_a_message_is_due_at_once_and_says_only_what_it_is_about(work):
    subject, member = uuid.uuid4(), uuid.uuid4()

    put(work, subject_id=subject, member_id=member)

    (message,) = outbox.due(work, limit=10)
    assert (message.program_id, message.member_id) == (PROGRAM, member)
    assert (message.topic, message.subject_id) == ("news", subject)
    assert (message.created_at, message.attempts, message.ended_at) == (work.now, 0, None)


def test_a_message_whose_cause_did_not_happen_was_never_there(database: Database):
    with pytest.raises(ZeroDivisionError), database.unit_of_work() as work:
        put(work)
        raise ZeroDivisionError

    with database.reading() as work:
        assert outbox.due(work, limit=10) == []


def test_a_claimed_message_is_nobody_elses_until_the_lease_is_over(work):
    message = put(work)

    assert claim(work) == [message]
    assert claim(work) == []
    assert claim(later(work, seconds=LEASE - 1)) == []
    assert claim(later(work, seconds=LEASE)) == [message]
    assert message.attempts == 2


def test_the_oldest_are_claimed_first_and_no_more_than_asked_for(work):
    messages = [put(later(work, seconds=second)) for second in (3, 1, 2)]

    found = claim(later(work, seconds=9), limit=2)

    assert found == [messages[1], messages[2]]


def test_who_asks_for_what_was_due_gets_nothing_newer(work):
    old, new = put(work), put(later(work, seconds=5))

    found = claim(later(work, seconds=5), due_by=work.now)

    assert found == [old]
    assert claim(later(work, seconds=5)) == [new]


@pytest.mark.parametrize(
    "end, outcome", [(outbox.deliver, Outcome.DELIVERED), (outbox.drop, Outcome.DROPPED)]
)
def test_what_has_ended_is_not_due_any_more(work, end, outcome):
    put(work)
    (message,) = claim(work)

    end(later(work, seconds=1), message)

    assert (message.outcome, message.ended_at) == (outcome, work.now + timedelta(seconds=1))
    assert claim(later(work, days=1)) == []


def test_a_message_that_failed_is_due_again_after_a_wait(work):
    put(work)
    (message,) = claim(work)

    assert outbox.fail(work, message, error="status 500") is True

    assert message.last_error == "status 500"
    assert claim(later(work, seconds=0.99)) == []
    assert claim(later(work, seconds=2)) == [message]


def test_a_message_is_dead_after_its_last_try(work):
    put(work)
    tried = []
    for hour in range(ATTEMPTS):
        (message,) = claim(later(work, hours=2 * hour))
        tried.append(outbox.fail(later(work, hours=2 * hour), message, error="x" * 999))

    assert tried == [True] * (ATTEMPTS - 1) + [False]
    assert (message.outcome, message.attempts) == (Outcome.DEAD, ATTEMPTS)
    assert message.last_error == "x" * 255
    assert claim(later(work, days=30)) == []


def test_a_message_on_which_everybody_dies_is_given_up(work):
    message = put(work)

    times = 0
    while claim(later(work, minutes=2 * times)):
        times += 1

    assert (times, message.outcome) == (ATTEMPTS, Outcome.DEAD)


def test_a_postponed_message_comes_again_and_that_was_no_attempt(work):
    put(work)
    (message,) = claim(work)

    outbox.postpone(work, message, reason="nobody to tell")

    assert (message.attempts, message.ended_at) == (0, None)
    assert claim(later(work, seconds=14)) == []
    assert claim(later(work, seconds=15)) == [message]


def test_who_comes_too_late_does_not_undo_what_another_did(database: Database, clock):
    with database.unit_of_work() as work:
        put(work)
    with database.unit_of_work() as work:
        (slow,) = claim(work)
    clock.advance(timedelta(seconds=LEASE))
    with database.unit_of_work() as work:
        (quick,) = claim(work)
    with database.unit_of_work() as work:
        outbox.fail(work, slow, error="slow")
        outbox.postpone(work, slow, reason="slow")
        outbox.drop(work, slow)
        outbox.bury(work, slow, error="slow")
    with database.unit_of_work() as work:
        outbox.deliver(work, quick)
    with database.unit_of_work() as work:
        outbox.bury(work, slow, error="slow")

    with database.reading() as work:
        message = work.session.get(OutboxMessage, slow.id)
        assert (message.outcome, message.attempts, message.last_error) == ("delivered", 2, "")


def test_what_arrived_has_arrived_even_when_it_was_claimed_again(database: Database, clock):
    with database.unit_of_work() as work:
        put(work)
        (slow,) = claim(work)
    clock.advance(timedelta(seconds=LEASE))
    with database.unit_of_work() as work:
        claim(work)
    with database.unit_of_work() as work:
        outbox.deliver(work, slow)

    with database.reading() as work:
        assert work.session.get(OutboxMessage, slow.id).outcome == "delivered"


def test_ended_messages_are_dropped_after_thirty_days_and_others_never(work):
    put(work)
    (message,) = claim(work)
    outbox.deliver(work, message)
    waiting = put(work)

    assert outbox.drop_old(later(work, days=30)) == 0
    assert outbox.drop_old(later(work, days=30, seconds=1)) == 1
    assert [one.id for one in outbox.due(later(work, days=99), limit=10)] == [waiting.id]


def test_a_backlog_is_of_each_program(work):
    elsewhere = uuid.uuid4()
    put(work)
    put(later(work, seconds=5))
    outbox.put(work, elsewhere, topic="news", subject_id=uuid.uuid4())
    for message in claim(work):
        outbox.bury(work, message, error="gone")
    put(later(work, seconds=9))

    left = outbox.backlogs(work)

    since = work.now + timedelta(seconds=5)
    assert left[PROGRAM] == outbox.Backlog(waiting=2, due_since=since, dead=1)
    assert left[elsewhere] == outbox.Backlog(waiting=0, due_since=None, dead=1)


@given(st.integers(1, 100), st.floats(0, 1))
def test_waits_double_up_to_an_hour_with_some_chance(attempts, chance):
    wait = wait_after(attempts, chance=chance)

    longest = min(3600, 2 * 2 ** (attempts - 1))
    assert timedelta(seconds=longest / 2) <= wait <= timedelta(seconds=longest)
    assert wait_after(attempts, chance=1) == timedelta(seconds=longest)


def test_the_last_try_is_hours_after_the_first():
    waits = [wait_after(attempts, chance=0.5) for attempts in range(1, ATTEMPTS)]

    assert timedelta(hours=3) < sum(waits, timedelta()) < timedelta(hours=8)
