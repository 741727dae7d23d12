"""The page of the jobs in a real browser."""

from __future__ import annotations

from playwright.sync_api import expect

from adapter import jobs
from adapter.core import runs


def test_an_engineer_has_a_job_done_and_sees_who_did_it(site, open_as, seen, shop, database):
    with database.unit_of_work() as work:
        runs.beat(work, kind=runs.WORKER, name="host-7:42")
    jobs.run(database)
    page = open_as("engineer", login="olga")

    page.goto(f"{shop.url}/jobs")
    seen(page, "jobs")
    page.get_by_role("link", name="Run now: Points that expire").click()
    page.get_by_role("button", name="Have it done").click()
    page.get_by_label("Reason").fill("a customer waits")
    seen(page, "jobs-ask")
    page.get_by_role("button", name="Have it done").click()
    expect(page.get_by_text("asked for by user:olga")).to_be_visible()
    seen(page, "jobs-asked")

    jobs.run_due(database)

    page.get_by_label("Job").select_option("lots")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("cell", name="user:olga")).to_be_visible()


def test_in_russian_without_a_worker(site, open_as, seen, shop):
    page = open_as("auditor", language="ru")

    page.goto(f"{shop.url}/jobs")

    expect(page.get_by_role("heading", name="Задания")).to_be_visible()
    expect(page.get_by_text("Ни один обработчик не запущен")).to_be_visible()
    seen(page, "jobs-ru")
