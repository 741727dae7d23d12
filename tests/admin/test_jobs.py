"""The page of the jobs: what is due, what was done, who does it, and having it done now."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

from adapter import jobs
from adapter.admin.pages.jobs import NAMES
from adapter.core import runs, trail
from adapter.core.runs import RunOutcome
from adapter.core.trail import Sought
from tests.statements import recorded


def url(shop):
    return f"{shop.url}/jobs"


def changes(database):
    with database.reading() as work:
        found = trail.changes(work, Sought(program_id=None, and_of_none=True), limit=50)
        return [one for one in found if one.action == "job.ask"]


def asked(database):
    with database.reading() as work:
        return [(one.job, one.actor) for one in runs.asked(work)]


@pytest.mark.parametrize("role", ["support", "manager", "engineer", "auditor"])
def test_everybody_sees_what_is_due_and_who_does_it(console, shop, database, role):
    with database.unit_of_work() as work:
        runs.beat(work, kind=runs.WORKER, name="host-7:42")
    jobs.run(database)

    page = console.sign_in(role).get(url(shop))

    assert page.status_code == 200
    assert "host-7:42" in page.text
    assert "Points that expire or become active" in page.text
    assert page.text.count(">done</span>") == 2 * len(jobs.JOBS)
    assert ("Run now" in page.text) == (role == "engineer")
    assert "No worker is running" not in page.text


def test_the_last_run_of_every_job_is_one_question(console, shop, database):
    browser = console.sign_in("engineer")
    jobs.run(database)

    with recorded(database) as sent:
        browser.get(url(shop))

    # And one is the list of all runs.
    assert sum("FROM job_runs" in statement for statement, _ in sent) == 2


def test_without_a_worker_it_says_that_nobody_does_it(console, shop, database, clock):
    with database.unit_of_work() as work:
        runs.beat(work, kind=runs.WORKER, name="gone")
    clock.advance(timedelta(minutes=2))

    page = console.sign_in("engineer").get(url(shop))

    assert "No worker is running" in page.text
    assert "silent" in page.text
    assert "never done" in page.text


def test_where_workers_only_deliver_it_says_so(console, shop, database):
    with database.unit_of_work() as work:
        runs.beat(work, kind=runs.WORKER, name="postman", counts={runs.NO_JOBS: 1})

    alone = console.sign_in("engineer").get(url(shop)).text
    with database.unit_of_work() as work:
        runs.beat(work, kind=runs.WORKER, name="of all trades")
    together = console.sign_in("engineer").get(url(shop)).text

    assert "No worker that is running does jobs" in alone
    assert "No worker that is running does jobs" not in together
    assert "does no jobs" in together
    assert "No worker is running" not in alone + together


def test_an_engineer_has_a_job_done_by_whoever_looks_next(console, shop, database):
    jobs.run(database)
    browser = console.sign_in("engineer")
    page = browser.get(f"{url(shop)}/ask?job=lots")
    assert '<option selected value="lots">' in page.text

    done = browser.post(f"{url(shop)}/ask", job="lots", reason="a customer waits")

    page = browser.follow(done)
    login = browser.user.login
    assert f"asked for by user:{login}" in page.text
    assert asked(database) == [("lots", f"user:{login}")]
    (change,) = changes(database)
    assert (change.actor, change.reason, change.after) == (
        f"user:{login}",
        "a customer waits",
        {"job": "lots"},
    )
    assert change.request_id

    jobs.run_due(database)

    with database.reading() as work:
        (run, _) = runs.recent(work, job="lots")
    assert (run.actor, run.outcome) == (f"user:{login}", RunOutcome.DONE)
    assert asked(database) == []


def test_asking_twice_is_one_pass_and_one_line_of_the_trail(console, shop, database):
    browser = console.sign_in("engineer")
    for _ in range(2):
        answer = browser.post(f"{url(shop)}/ask", job="lots", reason="a customer waits")

    assert "had asked for it already" in browser.follow(answer).text
    assert len(changes(database)) == len(asked(database)) == 1


@pytest.mark.parametrize(
    "fields",
    [{"job": "lots"}, {"job": "lots", "reason": "x"}, {"job": "none", "reason": "because"}],
)
def test_what_is_wrong_is_said_and_nothing_is_asked_for(console, shop, database, fields):
    answer = console.sign_in("engineer").post(f"{url(shop)}/ask", **fields)

    assert answer.status_code == 422
    assert "aria-invalid" in answer.text
    assert (asked(database), changes(database)) == ([], [])


@pytest.mark.parametrize(
    ("role", "all_programs"),
    [("support", True), ("manager", True), ("auditor", True), ("engineer", False)],
)
def test_others_have_nothing_done(console, shop, database, role, all_programs):
    browser = console.sign_in(role, programs=None if all_programs else [shop.program.code])
    page = browser.get(url(shop))

    assert (page.status_code, "Run now" in page.text) == (200, False)
    assert browser.get(f"{url(shop)}/ask").status_code == 403
    answer = browser.post(f"{url(shop)}/ask", job="lots", reason="a customer waits")

    assert (answer.status_code, asked(database)) == (403, [])


def test_runs_are_filtered_by_job_and_read_page_by_page(console, shop, database, clock):
    with database.unit_of_work() as work:
        for number in range(55):
            work.now = clock.now + timedelta(seconds=number)
            run = runs.start(work, job="lots", actor=f"worker {number}")
            runs.end(work, run.id, RunOutcome.FAILED, error="KeyError")
        runs.start(work, job="figures", actor="worker of figures")
    browser = console.sign_in("auditor")

    first = browser.get(f"{url(shop)}?job=lots")
    after = first.text.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    second = browser.get(after)
    file = browser.get(f"{url(shop)}?job=lots&format=csv")

    assert "worker 54" in first.text
    assert "worker of figures" not in first.text
    assert "<code>KeyError</code>" in first.text
    assert "worker 4</td>" in second.text
    assert "worker 5</td>" not in second.text
    lines = list(csv.DictReader(io.StringIO(file.text.lstrip("\ufeff"))))
    assert [line["Job"] for line in lines] == ["lots"] * 55


def test_every_job_has_words(console, shop):
    assert set(NAMES) == {job.name for job in jobs.JOBS}


@pytest.mark.parametrize("wrong", ["nothing", "018f0000-0000-7000-8000-000000000000"])
def test_a_page_after_a_run_that_is_not_there_is_not_found(console, shop, wrong):
    assert console.sign_in("auditor").get(f"{url(shop)}?after={wrong}").status_code == 404
