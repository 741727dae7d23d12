"""`adapter worker`, and what `adapter jobs` and `adapter doctor` do and say of messages."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import exc, select

from adapter.cli import alongside
from adapter.cli.opening import connect
from adapter.config import Config
from adapter.core import outbox, partners, runs
from adapter.core.ledger import Account
from adapter.db.database import utc_now
from tests.cli.conftest import SECRET_KEY
from tests.delivery.receiver import LATE, Receiver
from tests.delivery.sending import KEY, send_code
from tests.factories import give_points, make_credential, make_member, make_program, purse_of

ROOT = Path(__file__).parents[2]
PATIENCE = 40


@pytest.fixture(autouse=True)
def now(clock):
    """The real time, by which the command line goes."""
    clock.now = utc_now()


@pytest.fixture
def receiver(monkeypatch):
    """Somebody who listens."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    receiver = Receiver()
    yield receiver
    receiver.close()


def test_the_keys_of_these_tests_are_one():
    assert SECRET_KEY.encode() == KEY


def test_it_delivers_once_what_is_due(run, facts, database, receiver):
    sent = send_code(database, message_webhook=receiver.url)

    first = facts("worker", "--once")
    second = run("worker", "--once")

    assert first == {"delivered": 1, "dropped": 0, "retried": 0, "dead": 0, "waiting": 0}
    assert second.exit_code == 0
    assert [got.document["data"]["code"] for got in receiver.received] == [sent.text]


def test_the_secret_it_shows_is_the_one_it_signs_with(run, facts, database, receiver):
    sent = send_code(database, message_webhook=receiver.url)
    code = sent.program.code

    told = facts("worker", "secret", "--program", code)
    printed = run("worker", "secret", "--program", code)
    run("worker", "--once")

    assert told["program"] == code
    assert printed.stdout == told["webhook_secret"] + "\n"
    assert len(base64.b64decode(told["webhook_secret"].removeprefix("whsec_"))) == 32
    assert receiver.received[0].is_signed_with(told["webhook_secret"])


def test_nobodys_secret_is_not_shown(run, database):
    result = run("worker", "secret", "--program", "NOBODY")

    assert (result.exit_code, result.stdout) == (1, "")


def test_with_another_key_nothing_is_delivered(run, database, receiver):
    sent = send_code(database, message_webhook=receiver.url)
    with database.unit_of_work() as work:
        partners.check_key(work, partners.mark(KEY))

    results = [
        run(*verb, SECRET_KEY="of-another-installation-altogether")
        for verb in (
            ["worker", "--once"],
            ["worker"],
            ["jobs", "run"],
            ["worker", "secret", "--program", sent.program.code],
        )
    ]

    assert [result.exit_code for result in results] == [3] * 4
    assert all("the secret key is not the one" in result.stderr for result in results)
    assert receiver.received == []
    assert sent.message_in(database).attempts == 0


def test_jobs_deliver_and_drop_what_is_old(facts, database, clock, receiver):
    sent = send_code(database, message_webhook=receiver.url)
    clock.now -= timedelta(days=40)
    old = send_code(database, message_webhook=receiver.url)
    with database.unit_of_work() as work:
        for message in outbox.claim(work, limit=10):
            outbox.drop(work, message)
    clock.now += timedelta(days=40)
    send_code(database)

    done = facts("jobs", "run")

    assert (done["outbox_delivered"], done["outbox_not_delivered"]) == (1, 1)
    assert (done["short_codes_dropped"], done["outbox_dropped"]) == (1, 1)
    assert [got.document["data"]["code"] for got in receiver.received] == [sent.text]
    assert old.text != sent.text


@pytest.mark.parametrize("stopper", (signal.SIGTERM, signal.SIGINT))
def test_told_to_stop_it_finishes_the_message_in_hand(database, database_url, receiver, stopper):
    receiver.answers.append(LATE)
    sent = send_code(database, message_webhook=receiver.url)
    plain = {name: value for name, value in os.environ.items() if not name.startswith("ADAPTER_")}
    ours = {
        "ADAPTER_DATABASE_URL": database_url,
        "ADAPTER_SECRET_KEY": SECRET_KEY,
        "PYTHONPATH": str(ROOT),
    }
    with subprocess.Popen(
        [sys.executable, "-m", "adapter", "worker"],
        env=plain | ours,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            arrived = receiver.arrived.acquire(timeout=PATIENCE)
        finally:
            process.send_signal(stopper)
            receiver.speak.set()
        said, logged = process.communicate(timeout=PATIENCE)

    assert arrived, logged
    assert (process.returncode, said) == (0, "")
    assert sent.message_in(database).outcome == "delivered"
    assert '"event": "message delivered"' in logged
    assert sent.text not in logged
    assert "of-the-receiver" not in logged


@pytest.fixture
def do_jobs(database_url, alone):
    """A function that does the jobs that are due as a worker does, beside what is done for it."""
    config = Config.from_environ(
        {"ADAPTER_DATABASE_URL": database_url, "ADAPTER_SECRET_KEY": SECRET_KEY}
    )
    serving = connect(config, serving=True)

    def do():
        with alongside.alongside(config, serving):
            pass  # whoever begins does it once
        return serving

    yield do
    serving.dispose()


def how_it_ended(database, job):
    with database.reading() as work:
        (run,) = runs.recent(work, job=job)
        return run.outcome, run.counts


@pytest.mark.parametrize("engine_name", ["postgresql"])
def test_a_job_takes_as_long_as_it_takes_and_who_serves_is_cut_short(
    database, monkeypatch, request
):
    monkeypatch.setattr("adapter.db.database.WAIT_SECONDS", 0)  # 250 ms for a statement
    with database.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS "
            "'BEGIN PERFORM pg_sleep(0.4); RETURN NULL; END'"
        )
        connection.exec_driver_sql(
            "CREATE TRIGGER dawdle BEFORE DELETE ON outbox_messages EXECUTE FUNCTION dawdle()"
        )

    serving = request.getfixturevalue("do_jobs")()

    assert how_it_ended(database, "old outbox") == ("done", {"outbox_dropped": 0})
    with pytest.raises(exc.OperationalError, match="statement timeout"):
        serving.run(outbox.drop_old)


@pytest.mark.parametrize("engine_name", ["postgresql"])
def test_a_job_leaves_what_somebody_else_has_locked_and_does_the_rest(
    database, clock, monkeypatch, do_jobs
):
    monkeypatch.setattr(alongside, "LONGEST_FOR_A_LOCK", "50ms")
    with database.unit_of_work() as work:
        program = make_program(work)
        people = [make_member(work, program) for _ in range(3)]
        for member in people:
            give_points(work, purse_of(program, member), expires_at=clock.now)

    with database.unit_of_work() as work:
        locked = select(Account).where(Account.owner_id == people[1].id).with_for_update()
        work.session.execute(locked)
        do_jobs()

    assert how_it_ended(database, "lots") == ("partly", {"lots_settled": 2, "failed": 1})


def _of_messages(facts):
    told = facts("doctor")["advice"]
    return {
        one["verdict"]: one["what"]
        for one in told
        if "message" in one["what"] and not one["what"].startswith("the database")
    }


@pytest.mark.parametrize(
    "address", ["https://sms.example.com/in", "http://127.0.0.1:8080/", "http://localhost/"]
)
def test_the_doctor_has_nothing_against_a_private_address(facts, database, address):
    with database.unit_of_work() as work:
        make_credential(work, make_program(work, message_webhook=address))

    assert _of_messages(facts) == {}


@pytest.mark.parametrize("address", ["http://sms.example.com/", "sms.example.com", "http://[::"])
def test_the_doctor_minds_messages_in_the_clear(facts, database, address):
    with database.unit_of_work() as work:
        make_credential(work, make_program(work, message_webhook=address))

    assert "travel in the clear" in _of_messages(facts)["finding"]


def test_the_doctor_minds_messages_that_are_only_printed(facts, database):
    with database.unit_of_work() as work:
        make_credential(work, make_program(work, message_webhook="console:"))

    assert "has its messages printed" in _of_messages(facts)["finding"]


def test_the_doctor_says_that_codes_cannot_be_delivered(facts, database):
    with database.unit_of_work() as work:
        program = make_program(work)
        make_credential(work, program)
    unneeded = _of_messages(facts)
    send_code(database, program=program)
    needed = _of_messages(facts)

    assert "one-time codes cannot be delivered" in unneeded["note"]
    assert "and 1 messages wait" in needed["finding"]


@pytest.mark.parametrize(
    ("listens", "verdict"),
    [
        ({}, "note"),
        ({"message_webhook": "https://sms.example.com/in"}, "finding"),
        ({"event_webhook": "https://crm.example.com/in"}, "finding"),
    ],
)
def test_the_doctor_misses_a_worker_where_somebody_is_to_be_told(facts, database, listens, verdict):
    with database.unit_of_work() as work:
        make_program(work, **listens)

    told = {one["what"]: one["verdict"] for one in facts("doctor")["advice"]}
    assert told["no worker was heard of at all"] == verdict


@pytest.mark.parametrize(("counts", "is_told"), [({runs.NO_JOBS: 1}, True), ({}, False)])
def test_the_doctor_notes_that_workers_leave_the_jobs_undone(facts, database, counts, is_told):
    with database.unit_of_work() as work:
        runs.beat(work, kind=runs.WORKER, counts=counts)

    told = [one["what"] for one in facts("doctor")["advice"]]
    assert any("no worker that is running does jobs" in one for one in told) == is_told


def test_the_doctor_minds_that_nobody_delivers(facts, database, clock):
    clock.now -= timedelta(seconds=100)
    with database.unit_of_work() as work:
        program = make_program(work, message_webhook="https://sms.example.com/in")
        make_credential(work, program)
    send_code(database, program=program)
    soon = _of_messages(facts)
    clock.now -= timedelta(seconds=100)
    send_code(database, program=program)

    assert soon == {}
    assert "due for more than 2 minutes" in _of_messages(facts)["finding"]


def test_the_doctor_notes_messages_that_were_given_up(facts, database):
    with database.unit_of_work() as work:
        program = make_program(work, message_webhook="https://sms.example.com/in")
        make_credential(work, program)
    send_code(database, program=program)
    with database.unit_of_work() as work:
        (message,) = outbox.claim(work, limit=1)
        outbox.bury(work, message, error="status 410")

    assert "1 messages of program" in _of_messages(facts)["note"]
