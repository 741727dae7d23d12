"""A replay shows what would happen now, and nothing happens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from adapter.core import members, partners
from adapter.core.exchanges import Exchange
from adapter.core.members import IdentityKind
from adapter.web import metrics
from adapter.web.application import Application
from adapter.web.masking import Opened
from adapter.web.refilling import fill_from, refilled
from adapter.web.replay import NotKept, Replayed, differences, replay
from tests.clock import Clock
from tests.protocols.exchanges.overheard import Overheard, dump
from tests.protocols.fidelizacion.till import data_of
from tests.protocols.swip.bills import create, good, step
from tests.protocols.together.shop import Shop, order, receipt

OLGA = "79261112233"
SHOWN = "+7 (926) 111-22-33"


@pytest.fixture
def number(shop: Shop) -> str:
    """The number of Olga's card."""
    return shop.issue(OLGA, firstName="Ольга", surname="Юрьева", birthDate="1990-02-03")


@pytest.fixture
def replayed(shop: Shop, heard: Overheard) -> Callable[..., Replayed]:
    """A function that replays an exchange, the last one if none is named, and sees to it that no
    table has changed.
    """

    def again(exchange: Exchange | None = None) -> Replayed:
        latest = heard.last()
        chosen = exchange or latest
        before = dump(shop.database)
        done = replay(heard.app, chosen)
        heard.all()
        assert dump(shop.database) == before
        return done

    return again


def balances(effects: Any) -> list[tuple[int, int]]:
    """Every balance before and after."""
    return [(leg.before.minor, leg.after.minor) for effect in effects for leg in effect.legs]


def changes(again: Replayed) -> dict[str, tuple[str, str]]:
    """What differs, by where."""
    return {one.path: (one.was, one.now) for one in again.differences}


def test_a_payment_would_pay_once_more(
    shop: Shop, number: str, replayed: Callable[..., Replayed]
) -> None:
    data_of(shop.till.pay({"phoneNumber": SHOWN}, 1000))

    again = replayed()

    assert again.missing == []
    assert balances(again.did) == [(5000, 4000)]
    assert balances(again.would_do) == [(4000, 3000)]
    assert changes(again)["data.newBalance.points"] == ("4000", "3000")
    assert "data.confirmationCode" not in changes(again)


def test_a_refusal_differs_by_no_time_of_its_own(
    shop: Shop, clock: Clock, heard: Overheard, replayed: Callable[..., Replayed]
) -> None:
    shop.plugin.stats()
    clock.advance(timedelta(minutes=1))

    again = replayed()

    assert '"timestamp"' in str(again.exchange.response_body) and again.exchange.status >= 400
    assert again.body != again.exchange.response_body and again.is_same


def test_a_fresh_field_differs_where_only_one_answer_has_it() -> None:
    fresh = Opened(["at", "list.id"])
    was = {"at": 1, "id": 1, "list": [{"id": 1, "x": 1}], "gone": {"at": 1}}
    now = {"at": 2, "id": 2, "list": [{"id": 2, "x": 2}], "gone": {}}

    assert [one.path for one in differences(was, now, fresh=fresh)] == ["id", "list.0.x", "gone.at"]


def test_a_sale_is_the_repeat_it_would_be_and_answers_the_same(
    shop: Shop, clock: Clock, number: str, replayed: Callable[..., Replayed]
) -> None:
    sale = receipt("R-1", clock.now, money=10000)
    data_of(shop.till.submit(sale, member={"phoneNumber": SHOWN}))

    again = replayed()

    assert (again.is_same, again.status) == (True, 200)
    assert (len(again.did), again.would_do) == (1, [])


def test_what_was_refused_then_would_be_done_now(
    shop: Shop, clock: Clock, heard: Overheard, number: str, replayed: Callable[..., Replayed]
) -> None:
    shop.till.pay({"phoneNumber": OLGA}, 9000)
    refused = heard.last()
    shop.till.submit(receipt("R-1", clock.now, money=100_000), member={"phoneNumber": OLGA})

    again = replayed(refused)

    assert refused.refusal == "InsufficientPoints" and again.did == []
    assert balances(again.would_do) == [(15000, 6000)]
    assert changes(again)["status"] == ("error", "success")


def test_an_order_bound_and_points_set_aside_in_units_of_work_of_their_own(
    shop: Shop, clock: Clock, heard: Overheard, number: str, replayed: Callable[..., Replayed]
) -> None:
    order_id = create(shop.plugin, **order("S-1", clock.now, money=10000, points=5))
    good(step(shop.plugin, order_id, "bind", phone=OLGA))
    good(step(shop.plugin, order_id, "loyalty", points=5))

    held = replayed()
    bound = replayed(heard.all()[-2])

    assert (held.status, bound.status) == (200, 200)
    assert held.did != []


@pytest.mark.parametrize("what", ["points", "profile"])
def test_a_glance_answers_as_it_did(
    shop: Shop, number: str, replayed: Callable[..., Replayed], what: str
) -> None:
    getattr(shop.plugin, what)(phone=SHOWN)

    assert replayed().is_same


def test_a_card_looked_at_answers_as_it_did_and_its_number_is_seen_nowhere(
    shop: Shop, number: str, replayed: Callable[..., Replayed]
) -> None:
    shop.bonus(number)

    again = replayed()

    assert again.is_same and number not in str(again)


def test_a_card_issued_again_is_the_one_they_hold(
    shop: Shop, number: str, replayed: Callable[..., Replayed]
) -> None:
    again = replayed()

    assert (again.status, again.would_do) == (200, [])
    assert again.missing == []


def test_of_who_was_erased_something_is_missing_and_nobody_is_found(
    shop: Shop, heard: Overheard, number: str, replayed: Callable[..., Replayed]
) -> None:
    shop.till.pay({"phoneNumber": SHOWN}, 1000)
    paid = heard.last()
    with shop.database.unit_of_work() as work:
        (olga,) = members.by_identity(work, shop.program.id, IdentityKind.PHONE, OLGA)
        members.erase(work, olga)

    again = replayed(paid)

    assert again.missing == ["body.member.phoneNumber"]
    assert changes(again)["status"] == ("success", "error")


def test_a_revoked_credential_is_entered_as_all_the_same(
    shop: Shop, heard: Overheard, clock: Clock, number: str, replayed: Callable[..., Replayed]
) -> None:
    shop.bonus(number)
    looked = heard.last()
    with shop.database.unit_of_work() as work:
        partners.revoke_credential(work, looked.credential_id)
    clock.advance(timedelta(days=1))

    assert replayed(looked).is_same


def test_who_was_refused_as_a_stranger_is_so_again(
    shop: Shop, heard: Overheard, replayed: Callable[..., Replayed]
) -> None:
    heard.app.test_client().get("/v1/card/77", headers={"Authorization": "Basic eDp5"})

    again = replayed()

    assert (again.exchange.status, again.status, again.is_same) == (401, 401, True)


def test_what_was_sent_to_no_endpoint_cannot_be_replayed(shop: Shop, heard: Overheard) -> None:
    shop.till.client.post(f"/v1/payment/{OLGA}")

    with pytest.raises(NotKept):
        replay(heard.app, heard.last())


def test_a_body_that_was_too_long_cannot_be_replayed(
    shop: Shop, heard: Overheard, number: str
) -> None:
    shop.till.post("/v1/event", {"event": {"type": "x" * 300_000}})

    with pytest.raises(NotKept):
        replay(heard.app, heard.last())


def test_values_that_were_not_kept_are_named(
    shop: Shop, heard: Overheard, clock: Clock, number: str, replayed: Callable[..., Replayed]
) -> None:
    sale = receipt("R-1", clock.now, money=10000, employee="Иван Иванов")
    shop.till.submit(sale, member={"phoneNumber": SHOWN})

    assert replayed().missing == ["body.transaction.employee"]


def test_a_rehearsal_is_neither_kept_nor_counted_nor_told_as_a_request(
    shop: Shop, heard: Overheard, number: str, log_lines: Any
) -> None:
    shop.till.pay({"phoneNumber": OLGA}, 1000)
    paid = heard.last()
    before = len(heard.all())
    counted = _counted()
    assert not any("rehearsed" in line for line in log_lines())

    replay(heard.app, paid)

    assert (len(heard.all()), _counted()) == (before, counted)
    told = [(line["event"], line["rehearsed"]) for line in log_lines()]
    assert told == [("payment", True), ("rehearsal", True)]


def test_no_header_makes_a_request_a_rehearsal(shop: Shop, heard: Overheard, number: str) -> None:
    forged = {"X-Rehearsal": "1", "adapter.rehearsal": "1", "Rehearsed": "true"}

    shop.till.client.post("/v1/payment", json={}, headers=dict(shop.till.headers) | forged)

    assert heard.last().rule == "/v1/payment"


def test_a_request_beside_a_rehearsal_is_a_real_one(
    shop: Shop, heard: Overheard, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.bonus(number)
    looked = heard.last()
    replay(heard.app, looked)

    data_of(shop.till.pay({"phoneNumber": OLGA}, 1000))

    assert shop.bonus(number)["available"] == "40"


def test_another_application_than_the_one_that_served_it_can_rehearse_it(
    shop: Shop, heard: Overheard, number: str, make_app: Callable[..., Application]
) -> None:
    shop.till.pay({"phoneNumber": OLGA}, 1000)
    paid = heard.last()

    again = replay(make_app(), paid)

    assert balances(again.would_do) == [(4000, 3000)]
    with pytest.raises(NotKept):
        replay(make_app(FIDELIZACION_ENABLED="off"), paid)


def test_what_was_said_in_decimals_is_said_again_to_the_last_digit(
    shop: Shop, heard: Overheard, clock: Clock, number: str
) -> None:
    create(shop.plugin, **order("S-1", clock.now, money=10050))

    kept = heard.last()
    with shop.database.reading() as work:
        again = refilled(kept, fill_from(work, kept))
    assert '"total": 100.5,' in (kept.request_body or "")
    assert b'"total": 100.5,' in (again.body or b"")
    assert again.missing == ["body.merchantCashier"]


def _counted() -> float:
    return sum(
        sample.value
        for family in metrics.registry().collect()
        for sample in family.samples
        if sample.name == "adapter_requests_total"
    )
