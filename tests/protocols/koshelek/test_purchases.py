"""5.5: `GET /v1/card/{cardNumber}/purchases`, one element an item, the newest first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from adapter.core import partners
from adapter.core.origins import Place
from tests.factories import make_transaction
from tests.protocols.koshelek.people import CARD, item, register
from tests.protocols.koshelek.wallet import refusal, sample

PATH = f"/v1/card/{CARD}/purchases"
MOSCOW = ZoneInfo("Europe/Moscow")
NOON = datetime(2025, 2, 14, 12, tzinfo=MOSCOW)
MONTH = {"startDate": "2025-02-01", "endDate": "2025-02-28"}
# Quantity and price of a whole line; price of one and quantity as they are sent.
LINES = [
    ("1", 129900, "129900", "1"),
    ("2", 20000, "10000", "2"),
    ("3", 10000, "3333", "3"),
    ("3", 20000, "6667", "3"),
    ("2", 5, "3", "2"),
    ("0.350", 12950, "37000", "0.35"),
    ("1.000", 100, "100", "1"),
    ("1000000", 100000000, "100", "1000000"),
    ("0", 100, "100", "0"),
    ("1", 0, "0", "1"),
    ("1", -129900, "129900", "-1"),
    ("2", -20000, "10000", "-2"),
    ("-2", -20000, "10000", "-2"),
    ("-2", 20000, "10000", "-2"),
]
# A period, and the parameters named as wrong.
NO_PERIODS = [
    ({}, "startDate"),
    ({"endDate": "2025-02-28"}, "startDate"),
    ({"startDate": ""}, "startDate"),
    ({"startDate": "2025-02-28", "endDate": "2025-02-01"}, "startDate"),
    ({"startDate": "2026-05-05"}, "startDate"),
    ({"startDate": "2025-02-29"}, "startDate"),
    ({"startDate": "01.02.2025"}, "startDate"),
    ({"startDate": "2025-2-1"}, "startDate"),
    ({"startDate": "20250201"}, "startDate"),
    ({"startDate": "0000-00-00"}, "startDate"),
    ({"startDate": "2025-02-01", "endDate": "soon"}, "endDate"),
    ({"startDate": "2025-02-01T00:00:00Z", "endDate": "x"}, "endDate, startDate"),
]


@pytest.fixture
def anna(wallet):
    with wallet.database.unit_of_work() as work:
        return register(work, wallet.program)


@pytest.fixture
def sell(wallet, anna):
    """A function that sells items to the holder of the card."""

    def sell(*items, at=NOON, outlet=""):
        place = Place(channel="till", outlet_code=outlet)
        with wallet.database.unit_of_work() as work:
            make_transaction(work, wallet.program, anna, items=items, occurred_at=at, place=place)

    return sell


def names(response):
    return [bought["item"] for bought in response.json]


def test_the_vendors_example_is_answered_as_it_is_printed(wallet, sell):
    with wallet.database.unit_of_work() as work:
        partners.put_outlet(
            work, wallet.program.id, code="BR001", name="Магазин на Садовой", terminals=[]
        )
    sell(item("Кофе зерновой 1 кг", kopecks=129900, points=12900), outlet="BR001")

    response = wallet.get(PATH, **MONTH)

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    assert response.json == sample("purchases")


def test_nothing_bought_is_an_empty_array(wallet, anna):
    response = wallet.get(PATH, **MONTH)

    assert (response.status_code, response.data) == (200, b"[]")


def test_a_receipt_of_three_goods_gives_three_elements(wallet, sell):
    sell(item("Кофе"), item("Чай"), item("Сахар"))

    assert names(wallet.get(PATH, **MONTH)) == ["Кофе", "Чай", "Сахар"]


def test_amount_is_the_price_of_one_in_kopecks_and_returns_are_negative(wallet, sell):
    """G7: the quantity apart; goods that came back have a negative one."""
    sell(*(item(quantity=quantity, kopecks=kopecks) for quantity, kopecks, _, _ in LINES))

    found = wallet.get(PATH, **MONTH).json

    sent = [(bought["amount"], bought["quantity"]) for bought in found]
    assert sent == [(amount, quantity) for _, _, amount, quantity in LINES]


def test_bonuses_are_points_earned_or_spent_or_an_empty_string(wallet, sell):
    sell(*(item(points=points) for points in (None, 0, 12900, 1250, -500)))

    found = wallet.get(PATH, **MONTH).json

    assert [bought["bonuses"] for bought in found] == ["", "", "129", "12.5", "-5"]


@pytest.mark.parametrize("name, sent", [("Магазин", "Магазин"), ("", "BR001")])
def test_location_is_the_outlets_name_or_its_code(wallet, sell, name, sent):
    with wallet.database.unit_of_work() as work:
        partners.put_outlet(work, wallet.program.id, code="BR001", name=name, terminals=["1", "2"])
    sell(item(), outlet="BR001")

    assert wallet.get(PATH, **MONTH).json[0]["location"] == sent


def test_an_outlet_nobody_declared_is_its_code_and_none_is_empty(wallet, sell):
    sell(item(), at=NOON, outlet="BR777")
    sell(item(), at=NOON - timedelta(hours=1))

    assert [bought["location"] for bought in wallet.get(PATH, **MONTH).json] == ["BR777", ""]


def test_the_newest_comes_first(wallet, sell):
    """G7."""
    for hours in (2, 1, 48, 3):
        sell(item(f"{hours} часов назад"), at=NOON - timedelta(hours=hours))

    found = names(wallet.get(PATH, **MONTH))

    assert found == [f"{hours} часов назад" for hours in (1, 2, 3, 48)]


def test_both_days_are_whole_days_of_the_programs_time(wallet, sell):
    """5.5: inclusive; a day is one of Moscow, not of UTC."""
    moments = {
        "до": datetime(2025, 1, 31, 23, 59, 59, 999999, tzinfo=MOSCOW),
        "первый миг": datetime(2025, 2, 1, tzinfo=MOSCOW),
        "последний миг": datetime(2025, 2, 28, 23, 59, 59, 999999, tzinfo=MOSCOW),
        "после": datetime(2025, 3, 1, tzinfo=MOSCOW),
    }
    for name, moment in moments.items():
        sell(item(name), at=moment)

    found = wallet.get(PATH, **MONTH).json

    assert [(bought["item"], bought["date"]) for bought in found] == [
        ("последний миг", "2025-02-28"),
        ("первый миг", "2025-02-01"),
    ]


def test_without_a_last_day_the_period_ends_today_where_the_program_lives(wallet, sell, clock):
    """G7: `endDate` defaults to today."""
    clock.now = datetime(2025, 2, 28, 22, tzinfo=UTC)  # in Moscow the first of March
    for name, day in (("сегодня", 1), ("завтра", 2)):
        sell(item(name), at=datetime(2025, 3, day, 23, 30, tzinfo=MOSCOW))

    assert names(wallet.get(PATH, startDate="2025-02-01")) == ["сегодня"]
    assert names(wallet.get(PATH, startDate="2025-02-01", endDate="")) == ["сегодня"]


def test_one_day_is_a_period(wallet, sell):
    sell(item())

    assert len(wallet.get(PATH, startDate="2025-02-14", endDate="2025-02-14").json) == 1


def test_a_period_that_cannot_be_is_refused(wallet, anna, subtests):
    """G7, and 5.5: without `startDate` as well."""
    for period, named in NO_PERIODS:
        with subtests.test(period):
            response = wallet.get(PATH, **period)

            assert response.status_code == 422
            assert response.json == {"code": "005", "description": f"Неверно заполнено: {named}"}


@pytest.mark.parametrize("timezone", ["Europe/Moscow", "America/New_York", "Pacific/Kiritimati"])
def test_a_period_may_be_as_long_as_time(make_wallet, timezone):
    wallet = make_wallet(program={"timezone": timezone})
    with wallet.database.unit_of_work() as work:
        member = register(work, wallet.program)
        make_transaction(work, wallet.program, member)

    assert len(wallet.get(PATH, startDate="0001-01-01", endDate="9999-12-31").json) == 1


def test_names_of_parameters_are_read_in_any_case_and_others_ignored(wallet, sell):
    sell(item())

    assert len(wallet.get(PATH, startdate="2025-02-01", ENDDATE="2025-02-28", page="2").json) == 1


def test_at_most_a_thousand_elements_are_sent(wallet, sell):
    """G7: the newest thousand; the period narrows it."""
    sell(*(item(f"старое {number}") for number in range(501)), at=NOON - timedelta(days=1))
    sell(*(item(f"новое {number}") for number in range(500)))

    found = names(wallet.get(PATH, **MONTH))

    assert len(found) == 1000
    assert found[0] == "новое 0"
    assert found[-1] == "старое 499"
    assert len(names(wallet.get(PATH, startDate="2025-02-14", endDate="2025-02-14"))) == 500


def test_what_others_bought_is_theirs(wallet, sell):
    with wallet.database.unit_of_work() as work:
        register(work, wallet.program, phone="79990000002", card="0002")
    sell(item())

    assert wallet.get("/v1/card/0002/purchases", **MONTH).json == []


def test_an_unknown_card_is_refused(wallet, anna):
    assert refusal(wallet.get("/v1/card/7700000042/purchases", **MONTH)) == (422, "009")


def test_a_reserved_number_has_bought_nothing(wallet):
    number = wallet.get("/v1/card/anonymous").text

    assert wallet.get(f"/v1/card/{number}/purchases", **MONTH).json == []
