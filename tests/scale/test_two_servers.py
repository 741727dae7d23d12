"""Two gunicorns that share a database and nothing else are one partner to every platform."""

from __future__ import annotations

import copy
import itertools
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from adapter.checks import Client
from adapter.core import partners, programs
from adapter.core.programs import ProgramTerms
from adapter.db import Database, Work
from adapter.protocols.fidelizacion import check as fidelizacion
from adapter.protocols.koshelek import check as koshelek
from adapter.protocols.swip import check as swip
from adapter.web.credentials import SECONDS_REMEMBERED
from tests.databases import PostgresqlCopies
from tests.factories import findings, give_points, make_card, make_member, make_program, purse_of
from tests.protocols.fidelizacion.till import HEADERS, add_key
from tests.protocols.koshelek.wallet import add_login, basic
from tests.protocols.server import serving
from tests.protocols.swip.plugin import MERCHANT, TOKEN, add_token

# Beyond what is promised: the answer may be on its way while the time runs out.
GRACE = 5.0
PHONE = "79261112233"
EARNING = {"points_per_unit": "0.1"}


@dataclass(frozen=True)
class Pair:
    """Two servers, and the database behind both."""

    urls: tuple[str, str]
    database: Database

    def business(self, add: Callable[..., None], **told: Any) -> ProgramTerms:
        """A new program with a credential, whose sales earn."""
        with self.database.unit_of_work() as work:
            program = make_program(work)
            programs.put_rule(work, program.id, code="base", kind="spending", terms=EARNING)
            add(work, program, **told)
        return program


@pytest.fixture(scope="module")
def pair(
    postgresql_copies: PostgresqlCopies, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pair]:
    """Two gunicorns on ports of their own over one PostgreSQL database."""
    folders = [tmp_path_factory.mktemp(name) for name in ("one", "other")]
    url = postgresql_copies.make(folders[0])
    database = Database(url)
    with (
        serving(url, folders[0], workers=1) as one,
        serving(url, folders[1], workers=1) as other,
    ):
        assert one != other
        yield Pair((one, other), database)
    with database.unit_of_work() as work:
        assert findings(work) == []
    database.dispose()
    postgresql_copies.drop(url)


@pytest.fixture
def served(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How many requests of a check each server has answered; they are asked in turn."""
    turns, served = itertools.cycle(pair.urls), Counter[str]()
    exchange = Client._exchange

    def in_turn(client: Client, *request: Any) -> Any:
        twin = copy.copy(client)
        url = next(turns)
        twin.url = url + urlsplit(client.url).path
        served[url] += 1
        return exchange(twin, *request)

    monkeypatch.setattr(Client, "_exchange", in_turn)
    return served


def _koshelek(pair: Pair) -> Any:
    program = pair.business(add_login, login="wallet of the check", password="open")
    with pair.database.unit_of_work() as work:
        known = make_member(work, program, phone=PHONE)
        make_card(work, program, known)
        pool = make_card(work, program).number
    told = {"login": "wallet of the check", "password": "open", "phone": PHONE}
    return koshelek.run(koshelek.Options(url=pair.urls[0], pool_number=pool, **told))


def _fidelizacion(pair: Pair) -> Any:
    pair.business(add_key, key="key of another business")
    pair.business(add_key, key="key of the check")
    told = {"api_key": "key of the check", "other_api_key": "key of another business"}
    return fidelizacion.run(fidelizacion.Options(url=f"{pair.urls[0]}/fidelizacion", **told))


def _swip(pair: Pair) -> Any:
    pair.business(add_token, merchant="CHAI", token="another token")
    pair.business(add_token, merchant="CHECK", token="a token", agreed={"orders": True})
    told = {"merchant": "CHECK", "token": "a token", "orders": True}
    told |= {"other_merchant": "CHAI", "other_token": "another token"}
    return swip.run(swip.Options(url=pair.urls[0], **told))


@pytest.mark.timeout(300)  # hundreds of requests, each on a connection of its own
@pytest.mark.parametrize("play", [_koshelek, _fidelizacion, _swip])
def test_a_platform_that_is_answered_by_both_in_turn_finds_no_clause_broken(
    pair: Pair, served: Counter[str], play: Callable[[Pair], Any]
) -> None:
    report = play(pair)

    assert [(fault.clause.id, fault.detail) for fault in report.faults(strict=True)] == []
    assert set(served) == set(pair.urls)
    assert min(served.values()) > 50


@dataclass(frozen=True)
class Shop:
    """One retailer's wallet, tills and plugins, each of which may speak to either server."""

    pair: Pair
    program: ProgramTerms

    def wallet(self, url: str, path: str, body: Mapping[str, Any]) -> requests.Response:
        """A call of Koshelek's."""
        return self._post(url + path, body, {"Authorization": basic()})

    def till(self, url: str, path: str, **body: Any) -> requests.Response:
        """A call of a till's."""
        return self._post(url + path, body, HEADERS)

    def points(self, url: str) -> int:
        """What the plugin is told that a customer has."""
        headers = {"Authorization": f"Bearer {TOKEN}", "X-Merchant-ID": MERCHANT}
        headers |= {"X-Store-ID": "Store 7", "X-Cash-ID": "12"}
        told = requests.get(
            f"{url}/customer-loyalty-stats", {"phone": PHONE}, headers=headers, timeout=10
        )
        return int(told.json()["points"])

    @staticmethod
    def _post(url: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> requests.Response:
        # Bytes, as a header may hold letters that Latin-1 has not.
        sent = {name: text.encode() for name, text in headers.items()}
        return requests.post(url, json.dumps(body).encode(), headers=sent, timeout=10)


@pytest.fixture(scope="module")
def shop(pair: Pair) -> Shop:
    """A shop that welcomes with 50 points."""
    with pair.database.unit_of_work() as work:
        program = make_program(work, welcome_points="50")
        programs.put_rule(work, program.id, code="base", kind="spending", terms=EARNING)
        for add in (add_login, add_key, add_token):
            add(work, program)
    return Shop(pair, program)


def data_of(response: requests.Response) -> dict[str, Any]:
    """What a till is told that did nothing wrong."""
    assert response.json()["status"] == "success", response.text
    told: dict[str, Any] = response.json()["data"]
    return told


def test_a_card_issued_at_one_is_spent_with_at_the_other_at_once(shop: Shop) -> None:
    one, other = shop.pair.urls

    issued = shop.wallet(one, "/v1/card/anonymous", {"phone": PHONE})
    payment = {"action": "pay", "amount": 2000}
    number = issued.json()["card"]["cardNumber"]
    paid = shop.till(other, "/v1/payment", member={"externalId": number}, payment=payment)

    assert data_of(paid)["newBalance"]["points"] == 3000
    assert (shop.points(one), shop.points(other)) == (30, 30)
    back = {"action": "cancel", "confirmationCode": data_of(paid)["confirmationCode"]}
    undone = shop.till(one, "/v1/payment", member={"externalId": number}, payment=back)
    assert data_of(undone)["newBalance"]["points"] == 5000
    assert (shop.points(one), shop.points(other)) == (50, 50)


def test_one_sale_that_both_are_told_of_at_once_is_one_sale(shop: Shop) -> None:
    with shop.pair.database.unit_of_work() as work:
        member = make_member(work, shop.program, phone="79261112299")
        give_points(work, purse_of(shop.program, member), 7)
    item = {"lineId": "1", "code": "TEA", "name": "Чай", "quantity": 1, "netAmount": 10_000}
    sale = {
        "transactionId": "R-1",
        "dateTime": "2026-05-04T08:00:00Z",
        "totalAmount": 10_000,
        "items": [item],
        "meansOfPayment": [{"type": "card", "amount": 10_000}],
    }
    said = {"member": {"phoneNumber": "79261112299"}, "transaction": sale}

    with ThreadPoolExecutor(8) as pool:
        urls = shop.pair.urls * 4
        told = [
            data_of(one)
            for one in pool.map(lambda url: shop.till(url, "/v1/transaction", **said), urls)
        ]

    assert len({answer["confirmationCode"] for answer in told}) == 1
    assert {answer["newBalance"]["points"] for answer in told} == {700 + 1000}


def test_a_credential_revoked_at_one_is_refused_by_the_other_within_seconds(shop: Shop) -> None:
    one, other = shop.pair.urls

    def statuses() -> set[int]:
        asked = (requests.get(f"{url}/v1/card/1", auth=who, timeout=10) for url in (one, other))
        return {answer.status_code for answer in asked}

    who = ("to be revoked", "open")
    with shop.pair.database.unit_of_work() as work:
        add_login(work, shop.program, login=who[0], password=who[1])
    assert statuses() == {422}  # let in, and told that there is no such card

    def revoke(work: Work) -> None:
        for credential in partners.credentials(work):
            if credential.name == who[0]:
                partners.revoke_credential(work, credential.id)

    shop.pair.database.run(revoke)

    give_up_at = time.monotonic() + SECONDS_REMEMBERED + GRACE
    while statuses() != {401} and time.monotonic() < give_up_at:
        time.sleep(0.1)
    assert statuses() == {401}
