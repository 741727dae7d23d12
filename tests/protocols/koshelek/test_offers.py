"""Method 11: the partner's offers, on a route that is off unless it is set (G6)."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from adapter.core import programs
from tests.protocols.koshelek.people import CARD, register
from tests.protocols.koshelek.wallet import refusal

PATH = "/v1/offers"
MOSCOW = ZoneInfo("Europe/Moscow")


@pytest.fixture
def shop(make_wallet):
    """The server of a partner whose offers are at a path that was agreed."""
    return make_wallet(process={"KOSHELEK_OFFERS_PATH": PATH})


@pytest.fixture
def offer(shop):
    """A function that adds an offer."""

    def add(code, **attributes):
        with shop.database.unit_of_work() as work:
            programs.put_offer(work, shop.program.id, code=code, **{"title": code} | attributes)

    return add


def test_there_is_no_such_path_unless_it_is_set(wallet):
    """G6: no public path is invented."""
    assert refusal(wallet.get(f"/koshelek{PATH}")) == (404, "002")
    assert wallet.get(PATH).data == b'{"error": "not found"}'


def test_an_offer_is_sent_in_a_form_of_ours(shop, offer):
    """G6: id, title, text, image, from, to; the days are those of the program."""
    offer(
        "tea-1",
        title="Чай в подарок",
        text="К любой покупке",
        image="https://shop.example/tea.png",
        starts_at=programs.start_of(date(2026, 5, 1), MOSCOW),
        ends_at=programs.end_of(date(2026, 5, 31), MOSCOW),
    )

    response = shop.get(PATH)

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    assert response.json == [
        {
            "id": "tea-1",
            "title": "Чай в подарок",
            "text": "К любой покупке",
            "image": "https://shop.example/tea.png",
            "from": "2026-05-01",
            "to": "2026-05-31",
        }
    ]


def test_what_an_offer_does_not_say_is_left_out(shop, offer):
    offer("tea-1", title="Чай")

    assert shop.get(PATH).json == [{"id": "tea-1", "title": "Чай"}]


def test_only_offers_that_hold_now_are_sent(shop, offer, clock):
    hour = timedelta(hours=1)
    offer("before", ends_at=clock.now)
    offer("begins", starts_at=clock.now)
    offer("during", starts_at=clock.now - hour, ends_at=clock.now + hour)
    offer("later", starts_at=clock.now + hour)

    assert [each["id"] for each in shop.get(PATH).json] == ["begins", "during"]


def test_no_offers_are_an_empty_array(shop):
    assert shop.get(PATH).data == b"[]"


def test_offers_of_another_program_are_its_own(shop, offer, make_wallet):
    offer("tea-1")
    other = make_wallet(code="OTHER", login="other", process={"KOSHELEK_OFFERS_PATH": PATH})

    assert other.get(PATH).json == []


def test_the_path_may_name_a_card_and_lies_below_the_prefix_as_well(make_wallet):
    path = "/v1/card/<number>/offers"
    wallet = make_wallet(process={"KOSHELEK_OFFERS_PATH": path})
    with wallet.database.unit_of_work() as work:
        register(work, wallet.program)
        programs.put_offer(work, wallet.program.id, code="tea-1", title="Чай")

    for prefix in ("", "/koshelek"):
        response = wallet.get(f"{prefix}/v1/card/{CARD}/offers")

        assert response.json == [{"id": "tea-1", "title": "Чай"}]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_only_get_is_known(shop, method):
    assert refusal(shop.client.open(PATH, method=method)) == (405, "003")


def test_without_credentials_nothing_is_shown(shop, offer):
    offer("tea-1")

    response = shop.client.get(PATH, headers={"Authorization": "Basic x"})

    assert refusal(response) == (401, "001")
