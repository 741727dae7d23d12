"""Passes of jobs: each job noted, none done twice for nothing, one that breaks alone in it."""

from __future__ import annotations

import json
from datetime import timedelta
from threading import Thread

import pytest

from adapter import jobs
from adapter.core import runs
from adapter.core.runs import RunOutcome
from adapter.db import DatabaseUnavailable
from adapter.web import logs
from tests import factories

NAMES = [job.name for job in jobs.JOBS]


def noted(database, job=""):
    with database.reading() as work:
        return list(runs.recent(work, job=job, limit=200))


def test_each_job_of_a_pass_is_noted_under_one_id(database):
    jobs.run(database, actor="cli:tests")

    found = noted(database)
    assert sorted(run.job for run in found) == sorted(NAMES)
    assert {(run.actor, run.outcome) for run in found} == {("cli:tests", RunOutcome.DONE)}
    assert len({run.request_id for run in found}) == 1
    assert all(run.ended_at is not None for run in found)


def test_what_was_done_lately_is_not_due(database, clock):
    jobs.run_due(database)
    jobs.run_due(database)
    assert len(noted(database)) == len(NAMES)

    clock.advance(jobs.SOON)
    jobs.run_due(database)

    soon = [job.name for job in jobs.JOBS if job.every == jobs.SOON]
    again = noted(database)[: len(soon)]
    assert sorted(run.job for run in again) == sorted(soon)
    assert len(noted(database)) == len(NAMES) + len(soon)


def test_what_was_asked_for_is_due_at_once_and_done_in_their_name(database):
    jobs.run_due(database)
    with database.unit_of_work() as work:
        runs.ask(work, job="lots", actor="user:olga")

    jobs.run_due(database)
    jobs.run_due(database)

    last, first = noted(database, "lots")
    assert (last.actor, first.actor) == ("user:olga", "worker")


def test_what_another_is_at_is_left_to_it_until_nothing_is_heard_of_it(database, clock):
    with database.unit_of_work() as work:
        runs.start(work, job="lots", actor="another")

    jobs.run_due(database)
    assert [run.actor for run in noted(database, "lots")] == ["another"]

    clock.advance(runs.LOST_AFTER + timedelta(seconds=1))
    jobs.run_due(database)
    mine, lost = noted(database, "lots")
    assert (mine.outcome, lost.outcome) == (RunOutcome.DONE, RunOutcome.LOST)


def test_who_says_so_by_hand_waits_for_nobody(database):
    with database.unit_of_work() as work:
        runs.start(work, job="lots", actor="another")

    jobs.run(database)

    assert [run.outcome for run in noted(database, "lots")] == [RunOutcome.DONE, None]


def test_one_job_that_breaks_is_noted_by_the_class_of_its_error_alone(
    database, monkeypatch, capsys
):
    def broken(work):
        raise ValueError("79260000777 of Anna")

    job = next(job for job in jobs.JOBS if job.name == "old codes")
    other = jobs.Job(job.name, job.counted, job.every, jobs._at_once(broken))
    monkeypatch.setattr(jobs, "JOBS", tuple(other if one is job else one for one in jobs.JOBS))
    logs.configure("INFO")

    done = jobs.run(database)

    assert done.failed == 1
    (run,) = noted(database, "old codes")
    assert (run.outcome, run.error) == (RunOutcome.FAILED, "ValueError")
    assert {one.outcome for one in noted(database) if one.job != "old codes"} == {RunOutcome.DONE}
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    (told,) = [line for line in lines if line["event"] == "job failed"]
    assert told["request_id"] == run.request_id
    assert "79260000777" not in json.dumps(lines)


def test_what_failed_among_many_makes_a_run_partly_done(database, clock, monkeypatch):
    with database.unit_of_work() as work:
        purses = [factories.make_purse(work) for _ in range(2)]
        for purse in purses:
            factories.give_points(work, purse, 7, expires_at=clock.now + timedelta(hours=1))
    clock.advance(timedelta(hours=2))
    settle = jobs.ledger.settle_due

    def fail_once(work, purse):
        if purse.member_id == purses[1].member_id:
            raise ValueError("a bug")
        return settle(work, purse)

    monkeypatch.setattr(jobs.ledger, "settle_due", fail_once)

    jobs.run(database)

    (run,) = noted(database, "lots")
    assert (run.outcome, run.counts) == (RunOutcome.PARTLY, {"lots_settled": 1, "failed": 1})


def test_a_database_that_goes_away_ends_the_pass(database, monkeypatch):
    def away(under_way):
        raise DatabaseUnavailable("gone")

    monkeypatch.setattr(jobs, "JOBS", (jobs.Job("lots", "lots_settled", jobs.SOON, away),))

    with pytest.raises(DatabaseUnavailable):
        jobs.run(database)

    (run,) = noted(database)
    assert (run.outcome, run.error) == (RunOutcome.FAILED, "DatabaseUnavailable")


def test_how_far_a_long_job_is_can_be_seen_meanwhile(database, clock, monkeypatch):
    monkeypatch.setattr(jobs, "TELLING", 0.0)
    seen = []

    def slow(under_way):
        for _ in range(3):
            under_way.count(2)
            with database.reading() as work:
                seen.extend(run.counts for run in runs.under_way(work))

    monkeypatch.setattr(jobs, "JOBS", (jobs.Job("lots", "lots_settled", jobs.SOON, slow),))

    jobs.run(database)

    assert seen == [{"lots_settled": so_many} for so_many in (2, 4, 6)]


def test_two_passes_at_once_do_nothing_twice(database, clock):
    with database.unit_of_work() as work:
        soon = clock.now + timedelta(hours=1)
        for _ in range(10):
            purse = factories.make_purse(work)
            factories.give_points(work, purse, 7, expires_at=soon)
    clock.advance(timedelta(hours=2))
    done = []
    passes = [Thread(target=lambda: done.append(jobs.run(database))) for _ in range(2)]

    for one in passes:
        one.start()
    for one in passes:
        one.join()

    assert sum(one.lots_settled for one in done) == 10
    assert [one.failed for one in done] == [0, 0]
