"""What one of the three is told, the others know in the same second, each in its own words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from click.testing import CliRunner

from adapter.cli import main
from adapter.core import cards, members
from adapter.core.members import MemberStatus
from tests.clock import Clock
from tests.factories import give_points, purse_of
from tests.protocols.fidelizacion.till import data_of
from tests.protocols.fidelizacion.till import refused as refused_by_till
from tests.protocols.house import SECRET_KEY
from tests.protocols.koshelek.wallet import is_empty, refusal
from tests.protocols.swip.bills import create, good, step
from tests.protocols.swip.plugin import refused as refused_by_plugin
from tests.protocols.together.books import member_of
from tests.protocols.together.shop import CARD, Shop, order, receipt

OLGA = "79261112233"
BY_PHONE = {"phoneNumber": OLGA}
NOBODY_AT_THE_TILL, NOBODY_FOR_SWIP = (200, "203"), (400, 9)


@pytest.fixture
def card(shop: Shop) -> str:
    """The number of the card that Koshelek issued to Olga, who has the 50 points of a welcome."""
    return shop.issue(OLGA, firstName="Ольга", surname="Юрьева")


def open_order(shop: Shop, clock: Clock, points: int) -> str:
    """The id of an order of Olga's with so many points set aside."""
    order_id = create(shop.plugin, **order("S-1", clock.now, money=10_000, points=points))
    good(step(shop.plugin, order_id, "bind", phone=OLGA))
    good(step(shop.plugin, order_id, "loyalty", points=points))
    return order_id


def test_who_signs_up_with_swip_is_known_at_the_till_and_has_a_card_in_the_wallet(
    shop: Shop,
) -> None:
    signed = good(shop.plugin.sign_up(phone="8 926 111-22-33", firstName="Ольга"))

    assert signed["balance"] == 50
    assert shop.card_of(OLGA) == shop.issue(OLGA) == signed["discountCard"]
    assert shop.figures(OLGA) == {50}
    paid = data_of(shop.till.pay({"externalId": signed["discountCard"]}, 2000))
    assert paid["newBalance"]["points"] == 3000
    assert shop.figures(OLGA) == {30}


def test_who_registers_at_the_till_is_swips_customer_and_gets_a_card_from_the_wallet(
    shop: Shop,
) -> None:
    data_of(shop.till.register(phoneNumber="+7 926 111-22-33", firstName="Ольга"))

    assert refused_by_plugin(shop.plugin.sign_up(phone=OLGA)) == (422, 1020)
    assert good(shop.plugin.profile(phone=OLGA)) == {
        "name": "Ольга",
        "balance": 50,
        "phone": OLGA,
    }
    assert is_empty(shop.wallet.get(CARD, msisdn=OLGA))
    shop.issue(OLGA)
    assert shop.figures(OLGA) == {50}  # she was welcomed once


def test_who_has_a_card_from_the_wallet_is_nobody_new_anywhere(shop: Shop, card: str) -> None:
    assert refused_by_till(shop.till.register(phoneNumber=OLGA)) == (200, "204")
    assert refused_by_plugin(shop.plugin.sign_up(phone=OLGA)) == (422, 1020)
    assert shop.issue(OLGA) == card
    assert shop.figures(OLGA) == {50}


def test_a_new_phone_told_at_the_till_is_the_one_all_know_her_by(shop: Shop, card: str) -> None:
    data_of(shop.till.update(BY_PHONE, phoneNumber="79260000099", lastName="Серова"))

    assert shop.card_of("79260000099") == card
    assert shop.figures("79260000099") == {50}
    assert good(shop.plugin.profile(phone="79260000099"))["name"] == "Ольга Серова"
    assert refused_by_plugin(shop.plugin.stats(phone=OLGA)) == NOBODY_FOR_SWIP
    assert is_empty(shop.wallet.get(CARD, msisdn=OLGA))


def test_each_tells_the_balance_as_exactly_as_it_counts(shop: Shop, card: str) -> None:
    with shop.database.unit_of_work() as work:
        give_points(work, purse_of(shop.program, member_of(work, shop, OLGA)), "12.99")

    assert shop.bonus(card)["available"] == "62.99"
    assert shop.at_the_till(**BY_PHONE) == Decimal("62.99")
    assert shop.plugin.points(phone=OLGA) == 62


def test_what_an_order_has_set_aside_is_nobody_elses_to_spend(
    shop: Shop, clock: Clock, card: str
) -> None:
    order_id = open_order(shop, clock, 20)

    assert shop.figures(OLGA) == {30}
    assert shop.bonus(card)["total"] == "50"
    assert refused_by_till(shop.till.pay(BY_PHONE, 3001)) == (200, "407")
    data_of(shop.till.pay(BY_PHONE, 3000))
    assert shop.figures(OLGA) == {0}
    assert shop.bonus(card)["total"] == "20"

    good(step(shop.plugin, order_id, "close", amount=0))
    assert shop.figures(OLGA) == {20}
    assert data_of(shop.till.pay(BY_PHONE, 2000))["newBalance"]["points"] == 0
    assert shop.is_sound()


def test_what_the_till_has_taken_is_not_there_for_an_order(
    shop: Shop, clock: Clock, card: str
) -> None:
    order_id = open_order(shop, clock, 10)
    data_of(shop.till.pay(BY_PHONE, 3000))

    refused = step(shop.plugin, order_id, "loyalty", points=21)
    assert refused_by_plugin(refused) == (422, 1031)
    assert shop.figures(OLGA) == {10}  # what was set aside before still is

    assert good(step(shop.plugin, order_id, "loyalty", points=20))["points"] == 0
    assert shop.figures(OLGA) == {0}


def test_one_reference_told_by_both_tills_is_two_sales(shop: Shop, clock: Clock, card: str) -> None:
    sold = data_of(shop.till.submit(receipt("N-1", clock.now, money=10_000), member=BY_PHONE))
    order_id = create(shop.plugin, **order("N-1", clock.now, money=20_000))
    good(step(shop.plugin, order_id, "bind", phone=OLGA))
    good(step(shop.plugin, order_id, "close", amount=200))
    assert shop.figures(OLGA) == {80}

    assert data_of(shop.till.cancel(sold["confirmationCode"]))["newBalance"]["points"] == 7000

    assert good(step(shop.plugin, order_id, "refund", amount=200))["points"] == 50
    assert shop.figures(OLGA) == {50}
    assert shop.is_sound()


def test_a_blocked_card_opens_nothing_and_its_holder_is_not_blocked(shop: Shop, card: str) -> None:
    with shop.database.unit_of_work() as work:
        cards.block(work, shop.program.id, number=card)

    assert refusal(shop.wallet.get(CARD, msisdn=OLGA)) == (422, "008")
    assert refusal(shop.wallet.post(f"{CARD}/anonymous", {"phone": OLGA})) == (422, "008")
    assert shop.wallet.get(f"{CARD}/{card}").json["card"]["cardState"] == "inactive"
    assert refused_by_till(shop.till.pay({"externalId": card}, 100)) == NOBODY_AT_THE_TILL
    assert refused_by_plugin(shop.plugin.sign_up(phone=OLGA)) == (422, 1020)
    assert shop.at_the_till(**BY_PHONE) == shop.plugin.points(phone=OLGA) == 50


def test_a_blocked_member_is_refused_by_all_three(shop: Shop, clock: Clock, card: str) -> None:
    order_id = open_order(shop, clock, 10)
    with shop.database.unit_of_work() as work:
        members.set_status(work, member_of(work, shop, OLGA), MemberStatus.BLOCKED)

    assert refusal(shop.wallet.get(CARD, msisdn=OLGA)) == (422, "008")
    assert refusal(shop.wallet.post(f"{CARD}/anonymous", {"phone": OLGA})) == (422, "008")
    for named in (BY_PHONE, {"externalId": card}):
        assert data_of(shop.till.details(named))["member"]["status"] == "inactive"
        assert refused_by_till(shop.till.pay(named, 100)) == (200, "4001101")
    sold = shop.till.submit(receipt("R-1", clock.now, money=10_000), member=BY_PHONE)
    assert data_of(sold)["earnedPoints"] == 0
    assert refused_by_plugin(shop.plugin.stats(phone=OLGA)) == (400, 1012)
    assert refused_by_plugin(shop.plugin.profile(phone=OLGA)) == (400, 1012)
    assert refused_by_plugin(step(shop.plugin, order_id, "bind", phone=OLGA)) == (400, 1012)
    assert refused_by_plugin(step(shop.plugin, order_id, "loyalty", points=9)) == (400, 1012)


def test_an_erased_member_is_nobody_to_all_three(
    shop: Shop, clock: Clock, card: str, database_url: str
) -> None:
    order_id = open_order(shop, clock, 10)
    env = {"ADAPTER_DATABASE_URL": database_url, "ADAPTER_SECRET_KEY": SECRET_KEY}
    words = ["members", "erase", OLGA, "--reason", "asked for it", "--yes"]
    assert CliRunner().invoke(main, words, env=env).exit_code == 0

    assert is_empty(shop.wallet.get(CARD, msisdn=OLGA))
    assert refusal(shop.wallet.get(f"{CARD}/{card}")) == (422, "009")
    for named in (BY_PHONE, {"externalId": card}):
        assert refused_by_till(shop.till.details(named)) == NOBODY_AT_THE_TILL
        assert refused_by_till(shop.till.pay(named, 100)) == NOBODY_AT_THE_TILL
    for asked in (shop.plugin.stats, shop.plugin.profile):
        assert refused_by_plugin(asked(phone=OLGA)) == NOBODY_FOR_SWIP
    assert refused_by_plugin(step(shop.plugin, order_id, "bind", phone=OLGA)) == NOBODY_FOR_SWIP
    closed: dict[str, Any] = good(step(shop.plugin, order_id, "close", amount=0))
    assert closed["customer"] == {"name": "", "phone": ""}
    assert shop.is_sound()
