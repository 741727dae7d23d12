"""Messages delivered by real HTTP: once, signed, tried again, given up, and never in a log."""

from __future__ import annotations

import json
import socket
import threading
from datetime import timedelta

import pytest
from sqlalchemy import exc

from adapter import delivery
from adapter.core import codes, members, outbox, programs
from adapter.core.members import IdentityKind
from adapter.core.outbox import OutboxMessage
from adapter.delivery import Ending, letters, posting
from adapter.delivery import worker as working
from adapter.web import logs
from tests.delivery.receiver import LATE, SILENCE
from tests.delivery.sending import KEY
from tests.factories import PLACE
from tests.protocols.state import rows

HOURS = timedelta(hours=12)


@pytest.mark.parametrize(
    "kind, channel", [(IdentityKind.PHONE, "sms"), (IdentityKind.EMAIL, "email")]
)
def test_a_code_arrives_signed(send, worker, receiver, database, clock, kind, channel):
    sent = send(kind=kind)
    clock.advance(timedelta(seconds=1))

    told = worker.run_once()

    assert told == {Ending.DELIVERED: 1}
    (got,) = receiver.received
    to = {"sms": sent.member.identity(IdentityKind.PHONE).value, "email": "Anna@Example.com"}
    assert got.document == {
        "type": "short_code",
        "timestamp": "2026-05-04T09:00:00Z",
        "data": {
            "program": sent.program.code,
            "channel": channel,
            "to": to[channel],
            "code": sent.text,
            "expires_at": "2026-05-04T09:05:00Z",
        },
    }
    assert got.path == "/hooks?token=of-the-receiver"
    assert got.headers["content-type"] == "application/json"
    assert got.headers["webhook-id"] == str(sent.message.id)
    assert got.headers["webhook-timestamp"] == str(int(clock.now.timestamp()))
    assert got.is_signed_with(delivery.shown(delivery.secret_of(KEY, sent.program.id)))
    assert not got.is_signed_with(delivery.shown(delivery.secret_of(KEY, sent.member.id)))
    assert (sent.message_in(database).outcome, sent.message_in(database).attempts) == (
        "delivered",
        1,
    )


def test_what_was_delivered_is_not_delivered_again(send, worker, receiver, clock):
    send()

    told = [worker.run_once(), worker.run_once(), clock.advance(HOURS) and worker.run_once()]

    assert told == [{Ending.DELIVERED: 1}, {}, {}]
    assert len(receiver.received) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 400, 404, 429, 500, 503])
def test_any_status_but_a_good_one_is_tried_again(send, worker, receiver, database, clock, status):
    sent = send()
    receiver.answers.append(status)

    first = worker.run_once()
    too_early = worker.run_once()
    clock.advance(timedelta(seconds=2))
    second = worker.run_once()

    assert (first, too_early, second) == ({Ending.RETRIED: 1}, {}, {Ending.DELIVERED: 1})
    # A redirect is not followed, and both tries are the same message for the receiver.
    assert [got.path for got in receiver.received] == ["/hooks?token=of-the-receiver"] * 2
    assert len({got.headers["webhook-id"] for got in receiver.received}) == 1
    assert receiver.received[0].body == receiver.received[1].body
    assert sent.message_in(database).attempts == 2


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_status_from_200_on_is_good(send, worker, receiver, status):
    send()
    receiver.answers.append(status)

    assert worker.run_once() == {Ending.DELIVERED: 1}


def test_a_receiver_who_says_gone_is_not_asked_again(send, worker, receiver, database, clock):
    sent = send()
    receiver.answers.append(410)

    told = worker.run_once()
    clock.advance(timedelta(minutes=1))

    assert told == {Ending.DEAD: 1}
    assert worker.run_once() == {}
    assert (sent.message_in(database).outcome, sent.message_in(database).last_error) == (
        "dead",
        "status 410",
    )


def test_a_receiver_who_says_nothing_is_left_and_tried_again(
    send, worker, receiver, database, clock, monkeypatch
):
    monkeypatch.setattr(posting, "SECONDS", 0.2)
    sent = send()
    receiver.answers.append(SILENCE)

    first = worker.run_once()
    reason = sent.message_in(database).last_error
    clock.advance(timedelta(seconds=2))

    assert (first, reason) == ({Ending.RETRIED: 1}, "ReadTimeout")
    assert worker.run_once() == {Ending.DELIVERED: 1}


def test_a_receiver_who_is_not_there_is_tried_again(send, worker, receiver, database, clock):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # and nobody listens
        sent = send(message_webhook=f"http://127.0.0.1:{closed.getsockname()[1]}/")
        first = worker.run_once()
    with database.unit_of_work() as work:
        settings = {"message_webhook": receiver.url}
        programs.put(work, code=sent.program.code, settings=settings, card_numbers={})
    clock.advance(timedelta(seconds=2))
    second = worker.run_once()

    assert first == {Ending.RETRIED: 1}
    assert second == {Ending.DELIVERED: 1}
    assert [got.document["data"]["code"] for got in receiver.received] == [sent.text]


@pytest.mark.parametrize(
    "address", ["nonsense", "ftp://127.0.0.1/", "http://", "http://[::", "https://x y/", "//"]
)
def test_an_address_nobody_could_have_is_tried_again(send, worker, database, address):
    sent = send(message_webhook=address)

    assert worker.run_once() == {Ending.RETRIED: 1}
    assert address not in sent.message_in(database).last_error


def test_a_message_is_dead_after_the_last_try(send, worker, receiver, database, clock):
    sent = send(short_code_seconds=10**6)
    receiver.answers.extend([500] * 100)

    tries = 0
    while sent.message_in(database).ended_at is None:
        tries += worker.run_once().total()
        clock.advance(timedelta(hours=1))

    assert tries == len(receiver.received) == outbox.ATTEMPTS
    assert (sent.message_in(database).outcome, sent.message_in(database).last_error) == (
        "dead",
        "status 500",
    )
    assert worker.run_once() == {}


@pytest.mark.parametrize("over", ["used", "replaced", "expired", "erased"])
def test_a_code_that_is_over_is_not_sent(send, worker, receiver, database, clock, over):
    sent = send()
    with database.unit_of_work() as work:
        member = work.session.get(members.Member, sent.member.id)
        program = sent.program
        if over == "used":
            assert codes.take(work, KEY, program, sent.text, member=None, place=PLACE)
        if over == "replaced":
            codes.send(work, KEY, program, member, kind=IdentityKind.PHONE, place=PLACE)
        if over == "erased":
            members.erase(work, member)
    if over == "expired":
        clock.advance(timedelta(seconds=300))

    told = worker.run_once()

    assert told[Ending.DROPPED] == 1
    assert sent.message_in(database).outcome == "dropped"
    assert sent.text not in [got.document["data"]["code"] for got in receiver.received]


def test_without_an_address_a_message_waits_and_that_is_no_attempt(
    send, worker, receiver, database, clock
):
    sent = send(message_webhook=None)

    first = worker.run_once()
    assert first == {Ending.WAITING: 1}
    assert (sent.message_in(database).attempts, sent.message_in(database).ended_at) == (0, None)

    with database.unit_of_work() as work:
        settings = {"message_webhook": receiver.url}
        programs.put(work, code=sent.program.code, settings=settings, card_numbers={})
    clock.advance(timedelta(seconds=15))
    assert worker.run_once() == {Ending.DELIVERED: 1}


def test_a_message_this_version_cannot_word_waits_for_another(
    send, worker, receiver, database, monkeypatch
):
    sent = send()
    monkeypatch.setattr(letters, "TOPICS", {})
    monkeypatch.setattr(working, "TOPICS", {})

    assert worker.run_once() == {Ending.WAITING: 1}
    assert sent.message_in(database).ended_at is None
    assert receiver.received == []


def test_a_demo_prints_what_it_would_send(send, worker, receiver, capsys):
    logs.configure("INFO")
    sent = send(message_webhook=delivery.CONSOLE)
    phone = sent.member.identity(IdentityKind.PHONE).value

    told = worker.run_once()

    assert told == {Ending.DELIVERED: 1}
    assert capsys.readouterr().out == (
        f"{sent.program.code}: sms to {phone}: code {sent.text}, good until 2026-05-04T09:05:00Z\n"
    )
    assert receiver.received == []


def test_a_bug_with_one_message_does_not_keep_the_others(
    send, worker, receiver, database, clock, monkeypatch
):
    bad, good = send(), send()
    compose = letters.compose

    def break_down(work, key, message):
        if message.id == bad.message.id:
            raise ZeroDivisionError("about something personal")
        return compose(work, key, message)

    monkeypatch.setattr(working, "compose", break_down)
    told = worker.run_once()

    assert told == {Ending.DELIVERED: 1, Ending.RETRIED: 1}
    assert good.message_in(database).outcome == "delivered"
    assert bad.message_in(database).last_error == "ZeroDivisionError"


def test_many_messages_are_each_delivered_once(send, worker, receiver):
    first = send()
    others = [send(program=first.program) for _ in range(24)]

    told = worker.run_once()

    assert told == {Ending.DELIVERED: 25}
    got = sorted(one.document["data"]["code"] for one in receiver.received)
    assert got == sorted(one.text for one in [first, *others])


def test_two_workers_at_once_deliver_each_message_once(
    send, receiver, database, make_database, database_url
):
    first = send()
    for _ in range(19):
        send(program=first.program)
    workers = [delivery.Worker(make_database(database_url), KEY, pause=0.01) for _ in range(2)]
    threads = [threading.Thread(target=one.run) for one in workers]
    for thread in threads:
        thread.start()
    for _ in range(20):
        assert receiver.arrived.acquire(timeout=30)
    for one in workers:
        one.stop.set()
    for thread in threads:
        thread.join(30)

    ids = [got.headers["webhook-id"] for got in receiver.received]
    assert len(ids) == len(set(ids)) == 20
    with database.reading() as work:
        ended = [one.outcome for one in work.session.query(OutboxMessage)]
    assert ended == ["delivered"] * 20


def test_a_slow_receiver_does_not_hold_up_another(send, receiver, worker):
    receiver.answers.append(SILENCE)
    slow = send()
    thread = threading.Thread(target=worker.run)
    thread.start()
    assert receiver.arrived.acquire(timeout=30)

    quick = send()
    assert receiver.arrived.acquire(timeout=30)
    worker.stop.set()
    receiver.speak.set()
    thread.join(30)

    told = [got.document["data"]["code"] for got in receiver.received]
    assert told == [slow.text, quick.text]


def test_a_worker_told_to_stop_finishes_what_it_has_in_hand(send, receiver, worker, database):
    receiver.answers.append(LATE)
    sent = send()
    thread = threading.Thread(target=worker.run)
    thread.start()
    assert receiver.arrived.acquire(timeout=30)

    worker.stop.set()
    not_yet = send(program=sent.program)
    receiver.speak.set()
    thread.join(30)

    assert not thread.is_alive()
    assert sent.message_in(database).outcome == "delivered"
    assert not_yet.message_in(database).attempts == 0


def test_a_worker_who_died_leaves_the_message_to_others(send, receiver, worker, database, clock):
    sent = send()
    with database.unit_of_work() as work:
        assert len(outbox.claim(work, limit=10)) == 1

    meanwhile = worker.run_once()
    clock.advance(timedelta(seconds=60))
    afterwards = worker.run_once()

    assert (meanwhile, afterwards) == ({}, {Ending.DELIVERED: 1})
    assert sent.message_in(database).attempts == 2


@pytest.fixture
def outage(database, monkeypatch):
    """A function that takes the database away; it returns how its callers are noticed, and how it
    is brought back.
    """
    connect = database.engine.dialect.connect
    away, refused = threading.Event(), threading.Semaphore(0)

    def refuse(*arguments, **options):
        if not away.is_set():
            return connect(*arguments, **options)
        refused.release()
        raise database.engine.dialect.loaded_dbapi.OperationalError("no server, or no disk")

    def begin():
        away.set()
        database.engine.dispose()
        return refused, away.clear

    monkeypatch.setattr(database.engine.dialect, "connect", refuse)
    return begin


def test_a_database_that_is_away_is_waited_for_with_one_warning(
    send, receiver, worker, database, outage, capsys
):
    logs.configure("INFO")
    sent = send()
    refused, end = outage()
    thread = threading.Thread(target=worker.run)
    thread.start()
    for _ in range(3):
        assert refused.acquire(timeout=30)
    end()
    assert receiver.arrived.acquire(timeout=30)
    worker.stop.set()
    thread.join(30)

    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["event"] for line in lines] == [
        "the database is away",
        "the database is back",
        "message delivered",
    ]
    assert sent.message_in(database).outcome == "delivered"


def test_what_arrived_while_the_database_was_away_is_noted_when_it_is_back(
    send, receiver, database, outage
):
    worker = delivery.Worker(database, KEY, pause=0.1)
    receiver.answers.append(LATE)
    sent = send()
    thread = threading.Thread(target=worker.run_once)
    thread.start()
    assert receiver.arrived.acquire(timeout=30)
    refused, end = outage()
    receiver.speak.set()
    assert refused.acquire(timeout=30)
    end()
    thread.join(30)

    assert (sent.message_in(database).outcome, len(receiver.received)) == ("delivered", 1)


def test_without_a_database_nothing_is_delivered_once(send, worker, outage):
    send()
    outage()

    with pytest.raises(exc.OperationalError):
        worker.run_once()


def test_neither_rows_nor_logs_hold_a_code_or_whom_it_goes_to(
    send, worker, receiver, database, clock, capsys
):
    logs.configure("DEBUG")
    receiver.answers.extend([500, 302, 410])
    everybody = [send(), send(message_webhook="http://127.0.0.1:1/?token=of-the-receiver"), send()]

    for _ in range(3):
        worker.run_once()
        clock.advance(timedelta(seconds=30))

    log = capsys.readouterr().err
    assert log.count("message retried") >= 3
    for sent in everybody:
        assert sent.text not in str(rows(database))
        assert sent.text not in log
        assert sent.member.identity(IdentityKind.PHONE).value not in log
    assert "of-the-receiver" not in log
    assert "127.0.0.1" not in log


def test_a_message_of_a_member_who_lives_elsewhere_stays_with_its_program(
    send, worker, receiver, database
):
    here, there = send(), send()

    worker.run_once()

    said = {got.document["data"]["program"]: got for got in receiver.received}
    for sent in (here, there):
        secret = delivery.shown(delivery.secret_of(KEY, sent.program.id))
        assert said[sent.program.code].is_signed_with(secret)
        assert said[sent.program.code].document["data"]["code"] == sent.text
