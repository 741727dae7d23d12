"""The page of the webhooks in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from adapter.core import outbox, programs
from adapter.core.outbox import Ended, Outcome, Went
from tests.core.outbox.listening import ADDRESS
from tests.factories import give_points, purse_of


@pytest.fixture
def listened(shop, database):
    """The shop, whose points somebody is told of: an event was given up, and another fails."""
    with database.unit_of_work() as work:
        settings = {"event_webhook": ADDRESS, "event_types": ["points"]}
        programs.put(work, code=shop.program.code, settings=settings)
    for who in (shop.anna, shop.boris):
        with database.unit_of_work() as work:
            give_points(work, purse_of(shop.program, who), 1)
    with database.unit_of_work() as work:
        one, other = outbox.claim_lines(work, shop.program.id, limit=2, run=1)
        dead = Ended(one.events[0], Outcome.DEAD, "status 400")
        outbox.note_lines(work, [Went(one, [dead]), Went(other, error="ReadTimeout")])
        outbox.note_receiver(work, shop.program.id, delivered=0, failures=2, error="ReadTimeout")
    return shop


def test_an_engineer_pauses_resumes_and_has_an_event_told_once_more(site, open_as, seen, listened):
    page = open_as("engineer", login="olga")

    page.goto(f"{listened.url}/webhooks")
    expect(page.get_by_role("cell", name="status 400")).to_be_visible()
    seen(page, "webhooks")
    page.get_by_role("link", name="Pause").click()
    page.get_by_role("button", name="Pause").click()
    page.get_by_label("Reason").fill("the CRM is moved")
    seen(page, "webhooks-pause")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("user:olga")).to_be_visible()
    seen(page, "webhooks-paused")
    page.get_by_role("link", name="Resume").click()
    page.get_by_label("Reason").fill("it was moved")
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("is told", exact=True)).to_be_visible()

    page.get_by_role("link", name="Tell once more").click()
    page.get_by_label("Reason").fill("they mended it")
    seen(page, "webhooks-replay")
    page.get_by_role("button", name="Tell once more").click()
    expect(page.get_by_text("1 event is told once more.")).to_be_visible()


def test_in_russian_for_somebody_who_only_looks(site, open_as, seen, listened):
    page = open_as("auditor", language="ru")

    page.goto(f"{listened.url}/webhooks")

    expect(page.get_by_role("heading", name="Вебхуки")).to_be_visible()
    expect(page.get_by_role("link", name="Приостановить")).to_have_count(0)
    seen(page, "webhooks-ru")
