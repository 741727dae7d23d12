"""The page of the webhooks: how the receiver does, and what is done for it, with a reason."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

from adapter.core import outbox, programs, trail
from adapter.core.outbox import Ended, Outcome, Went
from adapter.core.trail import Sought
from tests.core.outbox.listening import ADDRESS, events
from tests.factories import give_points, purse_of


@pytest.fixture
def listened(shop, database):
    """The shop, whose points somebody is told of; the first event of Anna's was given up."""
    with database.unit_of_work() as work:
        settings = {"event_webhook": ADDRESS, "event_types": ["points"]}
        programs.put(work, code=shop.program.code, settings=settings)
    for amount in (1, 2):
        with database.unit_of_work() as work:
            give_points(work, purse_of(shop.program, shop.anna), amount)
    with database.unit_of_work() as work:
        (line,) = outbox.claim_lines(work, shop.program.id, limit=1, run=1)
        dead = Ended(line.events[0], Outcome.DEAD, "status 400")
        outbox.note_lines(work, [Went(line, [dead])])
        outbox.note_receiver(
            work, shop.program.id, delivered=0, failures=1, error="ConnectionError"
        )
    return shop


def url(shop):
    return f"{shop.url}/webhooks"


def changes(database):
    with database.reading() as work:
        found = trail.changes(work, Sought(program_id=None, and_of_none=True), limit=50)
        return [one for one in found if one.action.startswith("webhook.")]


@pytest.mark.parametrize("role", ["support", "manager", "engineer", "auditor"])
def test_everybody_sees_how_it_goes(console, listened, role):
    page = console.sign_in(role).get(url(listened))

    assert page.status_code == 200
    assert "https://crm.example.com/…" in page.text
    assert "crm.example.com/events" not in page.text
    assert "ConnectionError" in page.text
    assert "status 400" in page.text
    assert "whsec_" in page.text
    assert (">Pause</a>" in page.text) == (role == "engineer")


def test_where_nobody_listens_it_says_so(console, shop):
    assert "have no event_webhook" in console.sign_in("engineer").get(url(shop)).text


def test_pausing_and_resuming_are_done_with_a_reason(console, listened, database):
    browser = console.sign_in("engineer")

    paused = browser.follow(browser.post(f"{url(listened)}/pause", reason="they move house"))
    with database.reading() as work:
        was = outbox.receiver(work, listened.program.id)
    resumed = browser.follow(browser.post(f"{url(listened)}/resume", reason="they have moved"))

    assert "they move house" in paused.text
    assert was.paused_by == f"user:{browser.user.login}"
    assert "they move house" not in resumed.text
    later, earlier = changes(database)
    assert (earlier.action, earlier.reason, earlier.after) == (
        "webhook.pause",
        "they move house",
        {"paused": True},
    )
    assert (later.action, later.before, later.after) == (
        "webhook.resume",
        {"paused": True},
        {"paused": False},
    )


def test_what_was_given_up_is_told_once_more(console, listened, database):
    browser = console.sign_in("engineer")
    done = browser.post(
        f"{url(listened)}/replay", which="dead", reason="they mended it", id="", since="", until=""
    )

    page = browser.follow(done)

    assert "1 event is told once more." in page.text
    assert [one.outcome for one in events(database)] == ["replayed", None, None]
    (change,) = changes(database)
    assert change.after["events"] == 1


def test_one_event_is_chosen_from_the_list(console, listened, database):
    browser = console.sign_in("engineer")
    dead = events(database)[0]

    form = browser.get(f"{url(listened)}/replay?event={dead.id}")
    done = browser.post(
        f"{url(listened)}/replay", which="event", id=str(dead.id), reason="they mended it"
    )

    assert str(dead.id) in form.text
    assert done.status_code == 303
    assert [one.original_id for one in events(database)] == [None, None, dead.id]


@pytest.mark.parametrize(
    "fields",
    [
        {"which": "event", "id": "x", "reason": "because"},
        {"which": "event", "id": "018f0000-0000-7000-8000-000000000000", "reason": "because"},
        {"which": "period", "reason": "because"},
        {"which": "period", "since": "2026-05-04", "until": "2026-05-03", "reason": "because"},
        {"which": "dead"},
        {"which": "all", "reason": "because"},
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_told(console, listened, database, fields):
    answer = console.sign_in("engineer").post(f"{url(listened)}/replay", **fields)

    assert answer.status_code == 422
    assert len(events(database)) == 2
    assert changes(database) == []


@pytest.mark.parametrize("role", ["support", "manager", "auditor"])
@pytest.mark.parametrize("verb", ["pause", "resume", "replay"])
def test_others_change_nothing(console, listened, database, role, verb):
    browser = console.sign_in(role)

    answers = [
        browser.get(f"{url(listened)}/{verb}"),
        browser.post(f"{url(listened)}/{verb}", which="dead", reason="because"),
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert changes(database) == []


def test_an_event_of_another_program_is_none(console, listened, shop, database):
    browser = console.sign_in("engineer")
    dead = events(database)[0]

    answer = browser.post(
        f"/admin/p/{shop.neighbour.code}/webhooks/replay",
        which="event",
        id=str(dead.id),
        reason="because",
    )

    assert answer.status_code == 422
    assert len(events(database)) == 2


def test_the_list_is_filtered_and_becomes_a_file(console, listened, database):
    browser = console.sign_in("manager")

    some = browser.get(f"{url(listened)}?type=points.changed")
    none = browser.get(f"{url(listened)}?type=card.issued")
    file = browser.get(f"{url(listened)}?type=points.changed&format=csv")

    assert "status 400" in some.text
    assert "There is nothing that matches." in none.text
    (row,) = csv.DictReader(io.StringIO(file.text.lstrip("\ufeff")))
    assert (row["Type"], row["Last error"]) == ("points.changed", "status 400")


def test_a_period_is_of_the_programs_own_days(console, listened, database, clock):
    with database.unit_of_work() as work:
        (line,) = outbox.claim_lines(work, listened.program.id, limit=1, run=9)
        outbox.note_lines(
            work, [Went(line, [Ended(event, Outcome.DELIVERED) for event in line.events])]
        )
    clock.advance(timedelta(days=3))
    browser = console.sign_in("engineer")

    for since, count in (("2026-05-05", 0), ("2026-05-04", 2)):
        page = browser.follow(
            browser.post(
                f"{url(listened)}/replay", which="period", since=since, reason="they lost it"
            )
        )
        assert f"{count} event" in page.text
