"""Section 6: the life cycles A–H, spoken over HTTP to gunicorn as it is run."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import requests

from adapter.core import ledger, members, programs
from adapter.core.programs import ProgramTerms
from adapter.db import Database
from tests.conftest import ENGINES
from tests.factories import (
    give_points,
    make_card,
    make_code,
    make_program,
    make_transaction,
    purse_of,
)
from tests.protocols.koshelek.people import CARD, EMAIL, PHONE, RECEIPT, register_anna
from tests.protocols.koshelek.rules import assert_obeys
from tests.protocols.koshelek.wallet import add_login, sample, written
from tests.protocols.server import serving

PROFILE = sample("profile")
SEARCH = {
    "msisdn": PROFILE["phone"],
    "email": PROFILE["email"],
    "birthDate": PROFILE["birthDate"],
}


@dataclass(frozen=True)
class Koshelek:
    """Koshelek's server: it knows a base URL and a login, and nothing else."""

    url: str
    session: requests.Session

    def call(self, method: str, path: str, body: object = None, **query: str) -> requests.Response:
        """The reply to a request."""
        data = None if body is None else written(body)
        return self.session.request(
            method, f"{self.url}/v1/{path}", data=data, params=query, timeout=60
        )

    def get(self, path: str, **query: str) -> requests.Response:
        """The reply to a GET."""
        return self.call("GET", path, **query)

    def post(self, path: str, body: object) -> requests.Response:
        """The reply to a POST."""
        return self.call("POST", path, body)

    def first_display(self, number: str) -> dict:
        """The card as the app shows it for the first time."""
        response = self.get(f"card/{number}")
        assert response.status_code == 200
        return response.json()["card"]


def is_empty(response: requests.Response) -> bool:
    """Whether it is a success of zero bytes."""
    return (response.status_code, response.content) == (200, b"")


def look(response: requests.Response, **_: object) -> None:
    """Fail on any reply that breaks a rule for all replies."""
    path = urlsplit(response.url).path
    method = response.request.method or ""
    assert_obeys(method, path, response.status_code, response.headers, response.content)


@pytest.fixture(scope="module", params=ENGINES)
def shop(request, tmp_path_factory) -> Iterator[tuple[str, Database]]:
    """A running server and its database: every test brings a program of its own."""
    folder = tmp_path_factory.mktemp("shop")
    copies = request.getfixturevalue(f"{request.param}_copies")
    url = copies.make(folder)
    database = Database(url)
    with serving(url, folder, KOSHELEK_OFFERS_PATH="/v1/offers") as base:
        yield base, database
    database.dispose()
    copies.drop(url)


@pytest.fixture
def program(shop) -> ProgramTerms:
    """A program that is nobody else's, with a login of the same name."""
    with shop[1].unit_of_work() as work:
        program = make_program(work, receipt_points="25")
        agreed = {"special_users": True, "receipt_promo": True}
        add_login(work, program, login=program.code, password="пароль:1", agreed=agreed)
        return program


@pytest.fixture
def koshelek(shop, program) -> Iterator[Koshelek]:
    """Koshelek's server, calling below the prefix."""
    with requests.Session() as session:
        session.auth = (program.code.encode(), "пароль:1".encode())
        session.hooks["response"].append(look)
        yield Koshelek(f"{shop[0]}/koshelek", session)


@pytest.fixture
def anna(shop, program):
    """The holder of the vendor's examples, with points and a purchase."""
    with shop[1].unit_of_work() as work:
        anna = register_anna(work, program)
        expires_at = programs.end_of(work.now.date() + timedelta(days=30), program.timezone)
        give_points(work, purse_of(program, anna), "120", expires_at=expires_at)
        make_transaction(work, program, anna)
        return anna


@pytest.fixture(autouse=True)
def sound(shop):
    """Whatever a scenario did, the ledger agrees with itself."""
    yield
    with shop[1].reading() as work:
        assert list(ledger.verify(work)) == []


def test_a_an_existing_card(koshelek, anna):
    """Scenario A."""
    found = koshelek.get("card", msisdn=PHONE, email=EMAIL, birthDate="1988-11-02")
    assert found.json() == sample("search")

    said = koshelek.call("PUT", f"card/{CARD}/communication", sample("communication"))
    told = koshelek.post(f"card/{CARD}", PROFILE | {"phone": PHONE, "email": EMAIL})
    shown = koshelek.first_display(CARD)

    assert is_empty(said)
    assert is_empty(told)
    assert (shown["cardState"], shown["bonus"]["available"]) == ("active", "120")


def test_b_a_new_card_on_a_reserved_number(koshelek):
    """Scenario B."""
    assert is_empty(koshelek.get("card", **SEARCH))
    number = koshelek.get("card/anonymous").text

    issued = koshelek.post(f"card/anonymous/{number}", PROFILE)
    said = koshelek.call("PUT", f"card/{number}/communication", sample("communication"))
    shown = koshelek.first_display(number)

    assert is_empty(issued)
    assert is_empty(said)
    assert shown == {
        "cardNumber": number,
        "cardState": "active",
        "barcode": {"barcodeNumber": number, "barcodeType": "CODE_128"},
        "bonus": {"total": "0", "available": "0", "bonuses": []},
    }
    assert koshelek.get("card", **SEARCH).json()["card"]["cardNumber"] == number


def test_c_a_new_card_on_a_number_of_the_partners(koshelek):
    """Scenario C (1.2.0)."""
    assert is_empty(koshelek.get("card", **SEARCH))

    card = koshelek.post("card/anonymous", PROFILE).json()["card"]
    said = koshelek.call("PUT", f"card/{card['cardNumber']}/communication", sample("communication"))
    shown = koshelek.first_display(card["cardNumber"])

    assert is_empty(said)
    assert card["cardState"] == "active"
    assert card.items() <= shown.items()


def test_d_a_new_card_from_a_pool(koshelek, shop, program):
    """Scenario D."""
    with shop[1].unit_of_work() as work:
        make_card(work, program, number="0077-Ё-0001", barcode_type="QR_CODE")
    assert is_empty(koshelek.get("card", **SEARCH))

    issued = koshelek.post("card/anonymous/0077-Ё-0001", PROFILE)
    said = koshelek.call("PUT", "card/0077-Ё-0001/communication", sample("communication"))
    shown = koshelek.first_display("0077-Ё-0001")

    assert is_empty(issued)
    assert is_empty(said)
    assert (shown["cardNumber"], shown["cardState"]) == ("0077-Ё-0001", "active")


def test_e_serving(koshelek, shop, program, anna):
    """Scenario E: balance, history, offers."""
    with shop[1].unit_of_work() as work:
        programs.put_offer(work, program.id, code="tea", title="Чай")

    shown = koshelek.first_display(CARD)
    bought = koshelek.get(f"card/{CARD}/purchases", startDate="2025-01-01").json()
    offers = koshelek.get("offers").json()

    assert shown["bonus"]["bonuses"][0]["amount"] == "120"
    assert [(line["item"], line["amount"]) for line in bought] == [("Coffee", "25000")]
    assert offers == [{"id": "tea", "title": "Чай"}]


def test_f_an_edited_profile(koshelek, anna):
    """Scenario F."""
    told = koshelek.post(f"card/{CARD}", PROFILE)

    assert is_empty(told)
    assert koshelek.get("card", msisdn=PROFILE["phone"]).json() == sample("search")
    assert koshelek.get("card", email=PROFILE["email"]).json() == sample("search")
    assert is_empty(koshelek.get("card", msisdn=PHONE, email=EMAIL))


def test_g_promotions(koshelek, shop, program, anna):
    """Scenario G: a receipt, and a promo code."""
    with shop[1].unit_of_work() as work:
        make_code(work, program, code="SPRING25", amount=50)

    scanned = koshelek.post("promo/qrCode", {"qrCode": RECEIPT, "phone": PHONE})
    typed = koshelek.post("promo/code", {"code": "SPRING25", "cardNumber": CARD})

    assert is_empty(scanned)
    assert is_empty(typed)
    assert koshelek.first_display(CARD)["bonus"]["available"] == "195"


def test_h_staff_cards(koshelek, shop, program):
    """Scenario H: the lists of special users."""
    with shop[1].unit_of_work() as work:
        for phone, params in (("79995550177", {}), ("79995550142", {"tabNumber": "0815"})):
            members.put_special_user(work, program.id, phone=phone, params=params)

    assert koshelek.get("card/getAllUsers").json() == sample("get_all_users")
    assert koshelek.get("card/getAllUsersExtended").json() == sample("get_all_users_extended")


def test_who_brings_no_credentials_gets_no_further_than_anybody(koshelek, anna):
    """Over the wire as in the test client: 401, the challenge, the error object."""
    koshelek.session.auth = None

    for path in ("card", f"card/{CARD}", "card/anonymous", "promo/code"):
        assert koshelek.get(path).status_code in (401, 405)


def test_what_comes_over_the_wire_in_an_odd_way_is_refused_in_words(koshelek, anna):
    """Chunked, too long, cut off, HEAD: through a real server as well (G12, G34)."""
    chunks = (b'{"surname": "' + b"x" * 2**20, b'"}')
    too_long = koshelek.session.post(
        f"{koshelek.url}/v1/card/{CARD}", data=iter(chunks), timeout=60
    )
    in_chunks = koshelek.session.post(
        f"{koshelek.url}/v1/card/{CARD}", data=iter((b'{"surname":', b' "Ok"}')), timeout=60
    )
    head = koshelek.call("HEAD", "card/anonymous")

    assert (too_long.status_code, too_long.json()["code"]) == (422, "004")
    assert is_empty(in_chunks)
    assert head.status_code == 405


# Many at once, on two processes (item 5 of section 11).


def test_twenty_parallel_reservations_give_twenty_numbers(koshelek):
    with ThreadPoolExecutor(20) as pool:
        replies = list(pool.map(lambda _: koshelek.get("card/anonymous"), range(20)))

    assert {reply.status_code for reply in replies} == {200}
    assert len({reply.text for reply in replies}) == 20


@pytest.mark.parametrize("turn", range(3))
def test_two_parallel_issues_of_one_number_give_one_card(koshelek, turn):
    number = koshelek.get("card/anonymous").text
    people = [PROFILE, {"phone": "79995550188"}]

    with ThreadPoolExecutor(2) as pool:
        replies = list(pool.map(lambda who: koshelek.post(f"card/anonymous/{number}", who), people))

    assert sorted(reply.status_code for reply in replies) == [200, 422]
    (refused,) = (reply for reply in replies if reply.status_code == 422)
    assert refused.json()["code"] == "017"
    cards = [koshelek.get("card", msisdn=who["phone"]) for who in people]
    assert sorted(len(card.content) > 0 for card in cards) == [False, True]


def test_ten_parallel_issues_to_one_person_give_one_card(koshelek):
    """G3, G14: a call that is repeated before its answer has come."""
    with ThreadPoolExecutor(10) as pool:
        replies = list(pool.map(lambda _: koshelek.post("card/anonymous", PROFILE), range(10)))

    assert {reply.status_code for reply in replies} == {200}
    assert len({reply.content for reply in replies}) == 1


def test_ten_parallel_uses_of_one_code_credit_it_once(koshelek, shop, program, anna):
    with shop[1].unit_of_work() as work:
        make_code(work, program, code="SPRING25", amount=50)
    body = {"code": "SPRING25", "phone": PHONE}

    with ThreadPoolExecutor(10) as pool:
        replies = list(pool.map(lambda _: koshelek.post("promo/code", body), range(10)))

    assert sorted(reply.status_code for reply in replies) == [200] + [422] * 9
    assert koshelek.first_display(CARD)["bonus"]["available"] == "170"
