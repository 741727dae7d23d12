"""5.10: `GET /v1/card/getAllUsers` and `getAllUsersExtended`, phones with special conditions."""

from __future__ import annotations

import pytest

from adapter.core import members
from tests.protocols.koshelek.people import CARD, register
from tests.protocols.koshelek.wallet import refusal, sample

PATHS = ("/v1/card/getAllUsers", "/v1/card/getAllUsersExtended")


@pytest.fixture
def staff(make_wallet):
    """The server of a partner with two people on the list."""
    wallet = make_wallet(agreed={"special_users": True})
    people = {"79995550177": {}, "79995550142": {"tabNumber": "0815"}}
    with wallet.database.unit_of_work() as work:
        for phone, params in people.items():
            members.put_special_user(work, wallet.program.id, phone=phone, params=params)
    return wallet


def test_the_vendors_example_is_answered_as_it_is_printed(staff):
    """G27: sorted, unique, digits only."""
    response = staff.get("/v1/card/getAllUsers")

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    assert response.json == sample("get_all_users")


def test_the_extended_example_is_answered_as_it_is_printed(staff):
    response = staff.get("/v1/card/getAllUsersExtended")

    assert response.status_code == 200
    assert response.json == sample("get_all_users_extended")


def test_somebody_put_on_the_list_twice_is_there_once(staff):
    """G27."""
    with staff.database.unit_of_work() as work:
        params = {"tabNumber": "0816"}
        members.put_special_user(work, staff.program.id, phone="79995550142", params=params)

    users = staff.get("/v1/card/getAllUsersExtended").json

    assert users[0] == {
        "phone": "79995550142",
        "params": [{"name": "tabNumber", "value": "0816"}],
    }
    assert len(users) == 2


def test_names_and_values_of_any_letters_are_sent_as_they_are(staff):
    with staff.database.unit_of_work() as work:
        params = {"отдел": "Кофе & чай", "tabNumber": "0001"}
        members.put_special_user(work, staff.program.id, phone="79990000001", params=params)

    (user, *_) = staff.get("/v1/card/getAllUsersExtended").json

    assert {each["name"]: each["value"] for each in user["params"]} == params


@pytest.mark.parametrize("path", PATHS)
def test_an_empty_list_is_an_empty_array(make_wallet, path):
    response = make_wallet(agreed={"special_users": True}).get(path)

    assert (response.status_code, response.data) == (200, b"[]")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("agreed", [None, {"special_users": False}])
def test_where_it_was_not_agreed_it_is_refused(make_wallet, path, agreed):
    """G27."""
    wallet = make_wallet(agreed=agreed)
    with wallet.database.unit_of_work() as work:
        members.put_special_user(work, wallet.program.id, phone="79995550142", params={})

    response = wallet.get(path)

    assert response.status_code == 422
    assert response.json == {"code": "025", "description": "Метод не подключён"}


@pytest.mark.parametrize("path", PATHS)
def test_the_list_of_another_program_is_its_own(staff, make_wallet, path):
    other = make_wallet(code="OTHER", login="other", agreed={"special_users": True})

    assert other.get(path).json == []


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_only_get_is_known(staff, path, method):
    """Item 10 of section 11: a literal is no card number, for no verb."""
    response = staff.client.open(path, method=method, data=b"{}")

    assert refusal(response) == (405, "003")
    assert "GET" in response.allow


def test_members_are_not_on_the_list_by_themselves(staff):
    with staff.database.unit_of_work() as work:
        register(work, staff.program, phone="79990000002", card=CARD)

    assert "79990000002" not in staff.get("/v1/card/getAllUsers").json
