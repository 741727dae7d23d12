"""Heartbeats and runs of jobs: who is alive, what was done, and what is forgotten when."""

from __future__ import annotations

import os
from datetime import timedelta

from adapter import __version__
from adapter.core import runs
from adapter.core.runs import RunOutcome
from tests.factories import later


def fresh(work, kind=""):
    work.session.expire_all()
    return runs.heartbeats(work, kind=kind)


def test_a_beat_is_one_row_however_often_it_comes(work):
    runs.beat(work, kind="worker", name="one")
    runs.beat(later(work, seconds=5), kind="worker", name="one")
    runs.beat(later(work, seconds=7), kind="worker", name="two")

    two, one = fresh(work)

    assert [one.name, two.name] == ["one", "two"]
    assert (one.pid, one.version) == (os.getpid(), __version__)
    assert one.seen_at - one.started_at == timedelta(seconds=5)


def test_a_process_that_took_anothers_name_began_when_it_first_said_so(work, monkeypatch):
    runs.beat(work, kind="worker", name="one")
    monkeypatch.setattr(os, "getpid", lambda: 4321)

    runs.beat(later(work, seconds=9), kind="worker", name="one")

    (one,) = fresh(work)
    assert (one.pid, one.started_at) == (4321, one.seen_at)


def test_without_a_name_each_process_has_one_of_its_own(work, monkeypatch):
    runs.beat(work, kind="worker")
    monkeypatch.setattr(os, "getpid", lambda: 4321)
    runs.beat(work, kind="worker")

    assert len(fresh(work, "worker")) == 2
    assert fresh(work, "gardener") == []

    runs.silence(work, kind="worker")

    assert [beat.pid for beat in fresh(work)] != [4321]
    assert len(fresh(work)) == 1


def test_a_process_is_alive_while_it_was_heard_of_lately(work):
    runs.beat(work, kind="worker", name="one")
    (beat,) = fresh(work)

    assert runs.is_alive(work, beat)
    assert not runs.is_alive(later(work, seconds=runs.FRESH.total_seconds()), beat)
    assert runs.last_beat(work, "worker") == work.now
    assert runs.last_beat(work, "gardener") is None


def test_a_run_tells_how_far_it_is_and_how_it_ended(work):
    begun = runs.start(work, job="rake", actor="cli:root", request_id="of-the-pass")
    after = later(work, seconds=3)
    runs.progress(after, begun.id, {"leaves": 2})
    work.session.expire_all()
    assert [run.counts for run in runs.under_way(after)] == [{"leaves": 2}]

    runs.end(after, begun.id, RunOutcome.FAILED, error="KeyError")

    work.session.expire_all()
    (run,) = runs.recent(work)
    assert (run.job, run.actor, run.request_id) == ("rake", "cli:root", "of-the-pass")
    assert (run.outcome, run.error, run.counts) == ("failed", "KeyError", {"leaves": 2})
    assert run.ended_at - run.started_at == timedelta(seconds=3)
    assert runs.under_way(after) == []


def test_a_run_that_nobody_hears_of_is_lost(work):
    begun = runs.start(work, job="rake", actor="worker")
    much_later = later(work, seconds=runs.LOST_AFTER.total_seconds() + 1)
    alive = runs.start(much_later, job="sweep", actor="worker")

    assert [run.id for run in runs.under_way(much_later)] == [alive.id]
    assert runs.abandon_lost(much_later) == 1

    work.session.expire_all()
    last = runs.last_runs(work, ["rake", "sweep", "mow"])
    assert (last["rake"].id, last["rake"].outcome) == (begun.id, RunOutcome.LOST)
    assert (last["sweep"].id, last["sweep"].outcome) == (alive.id, None)
    assert "mow" not in last


def test_runs_are_listed_newest_first_page_by_page(work):
    made = [
        runs.start(later(work, seconds=n), job=job, actor="worker")
        for n, job in enumerate(("rake", "sweep", "rake"))
    ]

    first = runs.recent(work, limit=2)
    rest = runs.recent(work, after=first[-1], limit=2)

    assert [run.id for run in (*first, *rest)] == [run.id for run in reversed(made)]
    assert [run.id for run in runs.recent(work, job="rake")] == [made[2].id, made[0].id]
    assert runs.last_runs(work, ["rake"])["rake"].id == made[2].id


def test_old_runs_and_silent_processes_are_forgotten(work):
    runs.start(work, job="rake", actor="worker")
    runs.beat(work, kind="worker", name="gone")
    month = later(work, days=30, seconds=1)
    kept = runs.start(month, job="rake", actor="worker")
    runs.beat(month, kind="worker", name="here")

    assert runs.drop_old(month) == 2

    work.session.expire_all()
    assert [run.id for run in runs.recent(work)] == [kept.id]
    assert [beat.name for beat in fresh(work)] == ["here"]


def test_a_job_is_asked_for_once_and_taken_up_once(work):
    assert runs.ask(work, job="rake", actor="user:anna")
    assert not runs.ask(later(work, seconds=1), job="rake", actor="user:boris")

    assert [(one.job, one.actor, one.asked_at) for one in runs.asked(work)] == [
        ("rake", "user:anna", work.now)
    ]
    assert runs.take_up(work, "sweep") == ""
    assert runs.take_up(work, "rake") == "user:anna"
    assert runs.take_up(work, "rake") == ""
    assert runs.asked(work) == []
