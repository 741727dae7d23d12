"""`adapter webhooks`, and what `adapter doctor` and `adapter worker` say and do for listeners."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from adapter.core import outbox, programs, runs, trail
from adapter.core.outbox import Ended, Outcome, Went
from adapter.core.trail import Sought
from adapter.db.database import utc_now
from tests.cli.conftest import SECRET_KEY
from tests.core.outbox.listening import ADDRESS, events, heard
from tests.delivery.receiver import Receiver
from tests.factories import give_points, make_credential, make_member, purse_of

ROOT = Path(__file__).parents[2]
PATIENCE = 60
REASON = ("--reason", "they mended it", "--actor", "olga")


@pytest.fixture(autouse=True)
def now(clock):
    """The real time, by which the command line goes."""
    clock.now = utc_now()


@pytest.fixture
def program(database):
    """A program that is listened to."""
    with database.unit_of_work() as work:
        program = heard(work, event_types=["points"])
        make_credential(work, program)
        return program


@pytest.fixture
def dead(database, program):
    """An event that was given up, and another behind it."""
    with database.unit_of_work() as work:
        anna = make_member(work, program, phone="79005550142")
        give_points(work, purse_of(program, anna), 1)
        give_points(work, purse_of(program, anna), 2)
    with database.unit_of_work() as work:
        (line,) = outbox.claim_lines(work, program.id, limit=1, run=1)
        outbox.note_lines(work, [Went(line, [Ended(line.events[0], Outcome.DEAD, "status 400")])])
        outbox.note_receiver(work, program.id, delivered=0, failures=1, error="status 400")
    return events(database)[0]


def changes(database):
    with database.reading() as work:
        found = trail.changes(work, Sought(program_id=None, and_of_none=True), limit=50)
        return [(one.action, one.actor, one.reason) for one in found]


def test_it_lists_who_is_told_and_how_that_goes(facts, run, program, dead):
    (told,) = facts("webhooks", "list")
    shown = run("webhooks", "list")

    assert (told["program"], told["state"], told["waiting"], told["dead"]) == (
        program.code,
        "listening",
        1,
        1,
    )
    assert told["last_error"] == "status 400"
    assert told["address"] == "https://crm.example.com/…"
    assert program.code in shown.stdout
    assert ADDRESS not in shown.stdout


def test_it_shows_one_without_its_secret(facts, run, program, dead):
    told = facts("webhooks", "show", "--program", program.code)

    assert told["types"] == "points"
    assert told["secret"].startswith("whsec_")
    assert len(told["secret"]) == 13


def test_nobody_is_shown_where_nobody_listens(run, database):
    with database.unit_of_work() as work:
        silent = heard(work, event_webhook=None)

    result = run("webhooks", "show", "--program", silent.code)

    assert (result.exit_code, "has no event_webhook" in result.stderr) == (1, True)


def test_events_that_wait_for_nobody_are_shown(facts, run, program, dead, database):
    settings = {"event_webhook": None}
    database.run(lambda work: programs.put(work, code=program.code, settings=settings))

    (told,) = facts("webhooks", "list")
    shown = run("webhooks", "show", "--program", program.code)
    advice = " ".join(run("doctor").stdout.split())

    assert (told["program"], told["state"], told["waiting"]) == (program.code, "unheard", 1)
    assert "nobody is told of its events, and 1 wait" in shown.stderr
    assert f"1 events of program {program.code} wait, and nobody listens any more" in advice
    assert "after 30 days they are dropped" in advice


def test_pausing_and_resuming_go_into_the_trail(run, facts, program, database):
    run("webhooks", "pause", "--program", program.code, *REASON)
    (paused,) = facts("webhooks", "list")
    run("webhooks", "resume", "--program", program.code, *REASON)
    (resumed,) = facts("webhooks", "list")

    assert (paused["state"], paused["paused_by"]) == ("paused", "cli:olga")
    assert (resumed["state"], resumed["paused_by"]) == ("listening", "")
    assert changes(database) == [
        ("webhook.resume", "cli:olga", "they mended it"),
        ("webhook.pause", "cli:olga", "they mended it"),
    ]


def test_what_was_given_up_is_listed_and_told_once_more(facts, run, program, dead, database):
    (listed,) = facts("webhooks", "dead", "--program", program.code)

    told = facts("webhooks", "replay", "--program", program.code, "--dead", *REASON)
    again = facts("webhooks", "replay", "--program", program.code, "--dead", *REASON)

    assert (listed["id"], listed["error"]) == (str(dead.id), "status 400")
    assert (told["replayed"], again["replayed"]) == (1, 0)
    assert facts("webhooks", "dead", "--program", program.code) == []
    assert [one.outcome for one in events(database)] == ["replayed", None, None]


@pytest.mark.parametrize(
    "which", [["--member", "+7 900 555-01-42"], ["--since", "1h"], ["--event", "{id}"]]
)
def test_events_are_chosen_by_whom_and_when(facts, program, dead, database, which):
    which = [word.format(id=dead.id) for word in which]

    told = facts("webhooks", "replay", "--program", program.code, *which, *REASON)

    assert told["replayed"] == 1


def test_it_wants_to_be_told_which(run, program):
    result = run("webhooks", "replay", "--program", program.code, *REASON)

    assert (result.exit_code, "say which events" in result.stderr) == (2, True)


def test_doctor_names_what_waits_what_is_paused_and_what_was_given_up(
    run, program, dead, database, clock
):
    clean = run("doctor").stdout
    with database.unit_of_work() as work:
        work.now = clock.now - timedelta(minutes=10)
        give_points(work, purse_of(program, make_member(work, program)), 3)
    late = run("doctor").stdout
    with database.unit_of_work() as work:
        outbox.pause(work, program.id, by="user:anna", reason="moving")
    paused = run("doctor").stdout

    assert "1 events of program" in clean
    assert "events wait" not in clean
    assert "2 events wait, the oldest since" in " ".join(late.split())
    assert "are paused by user:anna (moving)" in " ".join(paused.split())


def test_doctor_is_content_with_who_is_told(run, program):
    assert f"the events of program {program.code} are told" in run("doctor").stdout


def test_a_worker_says_it_is_there_does_what_is_due_and_tells_of_it(
    database, database_url, clock, monkeypatch
):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    receiver = Receiver()
    with database.unit_of_work() as work:
        program = heard(work, event_webhook=receiver.url, event_types=["points"])
        anna = make_member(work, program)
        give_points(work, purse_of(program, anna), 5, expires_at=clock.now)
    plain = {name: value for name, value in os.environ.items() if not name.startswith("ADAPTER_")}
    ours = {
        "ADAPTER_DATABASE_URL": database_url,
        "ADAPTER_SECRET_KEY": SECRET_KEY,
        "PYTHONPATH": str(ROOT),
    }
    with subprocess.Popen(
        [sys.executable, "-m", "adapter", "worker"],
        env=plain | ours,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            arrived = [receiver.arrived.acquire(timeout=PATIENCE) for _ in range(2)]
            beats = _beats(database)
        finally:
            process.send_signal(signal.SIGTERM)
            _, logged = process.communicate(timeout=PATIENCE)
    receiver.close()

    assert arrived == [True, True], logged
    kinds = [got.document["data"]["entry"]["kind"] for got in receiver.received]
    assert kinds == ["accrual", "expiry"]
    assert beats == [runs.WORKER]
    with database.reading() as work:
        assert runs.heartbeats(work) == []
    assert process.returncode == 0


def _beats(database):
    waiting = threading.Event()
    for _ in range(PATIENCE * 10):
        with database.reading() as work:
            found = [beat.kind for beat in runs.heartbeats(work)]
        if found:
            return found
        waiting.wait(0.1)
    return []
