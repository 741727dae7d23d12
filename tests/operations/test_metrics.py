"""/metrics: who may read it, and what it says of requests, of the outbox and of jobs."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from adapter import jobs
from adapter.core import outbox, runs
from adapter.core.outbox.telling import append
from adapter.web import gauges
from tests.factories import give_credit, give_points, make_member, purse_of
from tests.operations.conftest import TOKEN
from tests.operations.samples import Samples
from tests.protocols.callers import OF_THE_SHAPE
from tests.security.doors import DOORS, NOBODY, PHONE, add_program
from tests.statements import recorded

WALLET, TILL, PLUGIN = DOORS


def read(app, token=TOKEN):
    return app.test_client().get("/metrics", headers={"Authorization": f"Bearer {token}"})


def samples(app):
    reply = read(app)
    assert reply.status_code == 200
    return Samples(reply.text)


@OF_THE_SHAPE
def test_without_a_token_there_is_no_such_page(make_app, database):
    client = make_app().test_client()

    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer x"}):
        reply = client.get("/metrics", headers=headers)
        assert (reply.status_code, reply.json) == (404, {"error": "not found"})


@OF_THE_SHAPE
@pytest.mark.parametrize(
    "given", [None, "", "Bearer", f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN, "Bearer \xe9"]
)
def test_with_a_token_only_who_presents_it_reads(make_app, database, given):
    client = make_app(METRICS_TOKEN=TOKEN).test_client()

    reply = client.get("/metrics", headers={} if given is None else {"Authorization": given})

    assert (reply.status_code, reply.json) == (401, {"error": "unauthorized"})
    assert reply.headers["WWW-Authenticate"] == "Bearer"
    assert "adapter_requests" not in reply.text


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.protocol)
@OF_THE_SHAPE
def test_a_request_is_counted_by_protocol_rule_and_class_of_status(make_app, program, door):
    app = make_app(METRICS_TOKEN=TOKEN)
    client = app.test_client()
    before = samples(app)

    answered = [door.ask(client), door.ask(client, secret="wrong")]
    door.ask(client, phone=NOBODY)

    after = samples(app)
    method, path, _ = door.asks(PHONE)
    rule = path.partition("?")[0]

    def gained(name, **labels):
        labels = {"protocol": door.protocol, "rule": rule, "method": method} | labels
        return after.sum(name, **labels) - before.sum(name, **labels)

    assert gained("adapter_requests_total") == 3
    assert gained("adapter_requests_total", status="2xx") >= 1
    assert gained("adapter_request_seconds_count") == 3
    assert gained("adapter_request_seconds_bucket", le="+Inf") == 3
    assert answered[1].status_code // 100 == 4
    refused = {"protocol": door.protocol, "refusal": "Unauthenticated"}
    assert after.sum("adapter_refusals_total", **refused) == 1 + before.sum(
        "adapter_refusals_total", **refused
    )


@OF_THE_SHAPE
def test_what_is_counted_says_nothing_of_what_was_sent(make_app, program):
    app = make_app(METRICS_TOKEN=TOKEN)
    client = app.test_client()
    for door in DOORS:
        door.ask(client, secret="a-secret-of-somebody")
        door.ask(client, phone="79260000999")
    client.open("/v1/card/79260000999/x", method="79260000999"[:8])
    client.get("/79260000999?79260000999")

    text = read(app).text

    assert 'rule="none"' in text
    assert 'method="other"' in text
    for sent in ("79260000999", "79260000", "a-secret-of-somebody", TOKEN):
        assert sent not in text


@OF_THE_SHAPE
def test_nothing_is_in_flight_but_the_question_itself(make_app, program):
    app = make_app(METRICS_TOKEN=TOKEN)
    WALLET.ask(app.test_client())

    found = samples(app)

    assert found.sum("adapter_requests_in_flight") == 1
    assert found.sum("adapter_database_connections_in_use") == 0


def test_who_is_alive_and_what_the_jobs_did_is_told(make_app, program, database, clock):
    app = make_app(METRICS_TOKEN=TOKEN)
    with database.unit_of_work() as work:
        runs.beat(work, kind=runs.WORKER, name="one", counts={"delivered": 7, runs.NO_JOBS: 1})
    jobs.run(database)

    found = samples(app)

    now = clock.now.timestamp()
    assert found.sum("adapter_database_up") == 1
    assert found.all("adapter_heartbeat_timestamp_seconds") == [
        ("adapter_heartbeat_timestamp_seconds", {"kind": "worker", "name": "one"}, now)
    ]
    assert found.sum("adapter_worker_messages_total", name="one", outcome="delivered") == 7
    assert found.sum("adapter_worker_messages_total") == 7
    assert {labels["job"] for _, labels, _ in found.all("adapter_job_succeeded")} == {
        job.name for job in jobs.JOBS
    }
    assert found.sum("adapter_job_succeeded") == len(jobs.JOBS)
    assert found.sum("adapter_outbox_waiting", program="MAIN") == 0


def test_figures_are_read_once_in_some_seconds(make_app, program, database):
    now = [0.0]
    figures = gauges.Gauges(database, timer=lambda: now[0])
    with recorded(database) as first:
        list(figures.collect())
    now[0] = gauges.SECONDS_KEPT - 0.1
    with recorded(database) as second:
        list(figures.collect())
    now[0] = gauges.SECONDS_KEPT
    with recorded(database) as third:
        list(figures.collect())

    assert (len(first) > 2, second, len(third)) == (True, [], len(first))


@OF_THE_SHAPE
def test_without_a_database_what_was_counted_is_told_all_the_same(make_app, make_database):
    away = make_database("postgresql+psycopg://u:p@127.0.0.1:1/none", serving=True)
    app = make_app(METRICS_TOKEN=TOKEN, database=away)

    found = samples(app)

    assert found.sum("adapter_database_up") == 0
    assert found.sum("adapter_requests_in_flight") == 1
    assert found.all("adapter_outbox_waiting") == []


def test_a_message_overdue_is_seen_and_an_event_that_waits_for_nobody_is_not(
    make_app, program, database, clock
):
    with database.unit_of_work() as work:
        outbox.put(work, program.id, topic="short_code", subject_id=program.id)
        append(work, program.id, "card.lapsed", subject_id=program.id, member_id=None)
    clock.advance(timedelta(seconds=90))

    found = samples(make_app(METRICS_TOKEN=TOKEN))

    for kind, overdue in (("message", 90), ("event", 0)):
        mine = {"program": "MAIN", "kind": kind}
        assert found.sum("adapter_outbox_waiting", **mine) == 1
        assert found.sum("adapter_outbox_overdue_seconds", **mine) == overdue


def test_how_a_programs_own_system_takes_events_is_told(make_app, program, database):
    with database.unit_of_work() as work:
        outbox.pause(work, program.id, by="user:olga", reason="a new version")
        one = outbox.receiver(work, program.id)
        one.delivered, one.failures = 7, 2

    found = samples(make_app(METRICS_TOKEN=TOKEN))

    assert found.sum("adapter_events_delivered_total", program="MAIN") == 7
    assert found.sum("adapter_events_failures", program="MAIN") == 2
    assert found.sum("adapter_events_paused", program="MAIN") == 1


def test_what_a_program_owes_is_told_from_the_roll_ups(make_app, program, database, clock):
    with database.unit_of_work() as work:
        neighbour = add_program(work, "NEXT", secret="of-the-neighbour")
        member = make_member(work, neighbour)
        give_points(work, purse_of(neighbour, member), "5.50")
        give_credit(work, neighbour, member, 45_100_00)
    # What is told of now may still grow; figures have it when it cannot.
    for _ in range(3):
        clock.advance(timedelta(hours=1))
        jobs.run(database)

    found = samples(make_app(METRICS_TOKEN=TOKEN))

    assert found.sum("adapter_points_outstanding", program="MAIN") == 120
    assert found.sum("adapter_points_outstanding", program="NEXT") == 5.5
    assert found.sum("adapter_members_joined", program="MAIN") == 1
    assert found.sum("adapter_cards_issued", program="MAIN") == 1
    # Of a hundredth of a point it is said how many hundredths of a rouble it is worth.
    worth = 120 * program.settings.point_value_minor
    assert found.sum("adapter_points_outstanding_money", program="MAIN", currency="RUB") == worth
    credit = "adapter_credit_outstanding_money"
    assert [found.sum(credit, program=one) for one in ("MAIN", "NEXT")] == [0, 45_100]
    assert found.sum("adapter_figures_timestamp_seconds") > 0


def test_the_figures_never_go_through_members_or_postings(make_app, program, database):
    with recorded(database) as sent:
        list(gauges.Gauges(database).collect())

    read = {
        name
        for sql, _ in sent
        for name in re.findall(r"(?:FROM|JOIN)\s+\"?(\w+)", sql, flags=re.IGNORECASE)
    }
    assert "daily_figures" in read
    assert read & {"members", "cards", "accounts", "postings", "entries", "lots"} == set()


@OF_THE_SHAPE
def test_what_the_request_log_dropped_is_counted_once(make_app, program):
    app = make_app(METRICS_TOKEN=TOKEN)
    before = samples(app).sum("adapter_request_log_dropped_total")

    app.extensions["exchanges"].counts.dropped += 3
    WALLET.ask(app.test_client())

    assert samples(app).sum("adapter_request_log_dropped_total") == before + 3
