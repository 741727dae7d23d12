"""Twenty at once, some at a till of fidelizacion's and some at SWiP's: no point goes twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from adapter.core.cards import Card
from adapter.core.members import Member
from tests.clock import Clock
from tests.protocols.fidelizacion.till import refused as refused_by_till
from tests.protocols.swip.bills import create, good, step
from tests.protocols.swip.plugin import refused as refused_by_plugin
from tests.protocols.together.shop import CARD, Shop, order

CROWD = 20
PATIENCE = 30  # seconds; nobody waits that long unless something is wrong
OLGA = "79261112233"
BY_PHONE = {"phoneNumber": OLGA}
WELCOME = 7
Answer = tuple[int, object]
DONE: Answer = (200, None)


@pytest.fixture
def shop(make_shop: Callable[..., Shop]) -> Shop:
    """A shop where nothing is earned: Olga has the seven points she was welcomed with."""
    shop = make_shop(earning=None, welcome_points=str(WELCOME))
    shop.issue(OLGA)
    return shop


def at_once(shop: Shop, ask: Callable[[Shop, int], Answer]) -> Counter[Answer]:
    """How many of twenty, who ask in the same moment, are answered in which way."""
    barrier = Barrier(CROWD)

    def one(number: int) -> Answer:
        mine = shop.another_client()
        barrier.wait(PATIENCE)
        return ask(mine, number)

    with ThreadPoolExecutor(CROWD) as pool:
        return Counter(pool.map(one, range(CROWD)))


def pay(shop: Shop, points: int = 1) -> Answer:
    """A payment at the till."""
    response = shop.till.pay(BY_PHONE, 100 * points)
    return DONE if response.json["status"] == "success" else refused_by_till(response)


def told(shop: Shop, order_id: str, name: str, **body: object) -> Answer:
    """A step of an order."""
    response = step(shop.plugin, order_id, name, **body)
    return DONE if response.status_code == 200 else refused_by_plugin(response)


def bound(shop: Shop, clock: Clock, number: int, *, points: int = 1) -> str:
    """The id of an order of Olga's that comes to a rouble more than so many points."""
    order_id = create(shop.plugin, **order(f"S-{number}", clock.now, money=100, points=points))
    good(step(shop.plugin, order_id, "bind", phone=OLGA))
    return order_id


def test_the_last_points_go_once_whoever_takes_them(shop: Shop, clock: Clock) -> None:
    """Ten payments and ten orders want a point each; there are seven."""
    orders = [bound(shop, clock, number) for number in range(0, CROWD, 2)]

    def ask(one: Shop, number: int) -> Answer:
        if number % 2:
            return pay(one)
        order_id = orders[number // 2]
        set_aside = told(one, order_id, "loyalty", points=1)
        return set_aside if set_aside != DONE else told(one, order_id, "close", amount=1)

    answers = at_once(shop, ask)

    assert answers.keys() <= {DONE, (200, "407"), (422, 1031)}
    assert answers[DONE] == WELCOME
    assert shop.figures(OLGA) == {0}
    assert shop.bonus(shop.card_of(OLGA))["total"] == "0"
    assert shop.is_sound()


@pytest.mark.parametrize("amount", [1, 0])
def test_an_order_is_closed_while_the_till_takes_what_it_left(
    shop: Shop, clock: Clock, amount: int
) -> None:
    """It has five of the seven set aside: spent, they are nobody else's; let go, they may be."""
    order_id = bound(shop, clock, 1, points=5)
    good(step(shop.plugin, order_id, "loyalty", points=5))

    def ask(one: Shop, number: int) -> Answer:
        return pay(one) if number % 2 else told(one, order_id, "close", amount=amount)

    answers = at_once(shop, ask)

    paid = answers[DONE] - CROWD // 2  # all who close it are told the same
    assert answers.total() == answers[DONE] + answers[200, "407"]
    assert paid == 2 if amount else 2 <= paid <= WELCOME
    assert shop.figures(OLGA) == {WELCOME - paid - (5 if amount else 0)}
    assert shop.is_sound()


def test_a_newcomer_who_comes_to_all_three_at_once_is_one_member(shop: Shop) -> None:
    """With one card, and welcomed once."""
    phone = "79260000042"

    def ask(one: Shop, number: int) -> Answer:
        if number % 3 == 0:
            issued = one.wallet.post(f"{CARD}/anonymous", {"phone": phone})
            assert issued.status_code == 200, issued.text
            return ("card", issued.json["card"]["cardNumber"])
        if number % 3 == 1:
            answer = one.till.register(phoneNumber=phone)
            return DONE if answer.json["status"] == "success" else refused_by_till(answer)
        answer = one.plugin.sign_up(phone=phone)
        return DONE if answer.status_code == 200 else refused_by_plugin(answer)

    answers = at_once(shop, ask)

    issued = [answer for answer in answers if answer[0] == "card"]
    assert issued == [("card", shop.card_of(phone))]
    assert answers.keys() - issued <= {DONE, (200, "204"), (422, 1020)}
    assert answers[DONE] <= 1  # none, where the wallet was the first
    assert shop.figures(phone) == {WELCOME}
    with shop.database.reading() as work:
        for kind in (Member, Card):
            assert work.session.scalar(select(func.count()).select_from(kind)) == 2  # and Olga's
    assert shop.is_sound()
