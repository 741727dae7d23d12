"""D26: where there are orders at all, and whose they are."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from tests.protocols.callers import OF_THE_SHAPE
from tests.protocols.swip.bills import TABLE, bill, create, good, show, step, told
from tests.protocols.swip.people import PHONE, add_maria
from tests.protocols.swip.plugin import ORDERS, Plugin, refusal, refused

STEPS = {
    "bind": {"phone": PHONE},
    "loyalty": {"points": 1},
    "close": {"amount": 1},
    "refund": {"amount": 1},
}
ONE = f"{ORDERS}/{uuid.UUID(int=7)}"
PATHS = [ORDERS, ONE, f"{ORDERS}/bind", f"{ORDERS}/loyalty", *(f"{ONE}/{name}" for name in STEPS)]


@OF_THE_SHAPE
@pytest.mark.parametrize("agreed", [None, {"orders": False}])
def test_without_an_agreement_there_are_no_orders(
    make_plugin: Callable[..., Plugin], agreed: dict[str, Any] | None
) -> None:
    """D26: whatever is asked, and in whatever version; only strangers are told otherwise."""
    plugin = make_plugin(agreed=agreed)
    stranger = plugin.with_headers(authorization="Bearer x")

    for path in PATHS:
        for verb in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE"):
            response = plugin.with_headers(api_version="9").open(verb, path, data=b"{")

            assert response.status_code == 404
            assert verb == "HEAD" or refusal(response) == (404, 1004, "Not found")
            assert stranger.open(verb, path).status_code == 401


@OF_THE_SHAPE
def test_a_path_has_its_own_verbs(order_plugin: Plugin) -> None:
    for path in PATHS:
        allowed = {"GET", "HEAD", "OPTIONS"} if path == ONE else {"POST", "OPTIONS"}
        for verb in {"GET", "POST", "PUT", "DELETE"} - allowed:
            response = order_plugin.open(verb, path)

            assert refused(response) == (405, 1005)
            assert set(response.allow) == allowed
        options = order_plugin.open("OPTIONS", path)
        assert (options.status_code, set(options.allow)) == (200, allowed)
    assert refused(order_plugin.post(f"{ORDERS}/x/y/z")) == (404, 1004)


@OF_THE_SHAPE
def test_orders_have_versions_2_and_3(order_plugin: Plugin) -> None:
    for version in ("2", "3", " 3 ", None, ""):
        create(order_plugin.with_headers(api_version=version))
    for version in ("1", "4", "x"):
        response = order_plugin.with_headers(api_version=version).post(ORDERS, told())

        assert refused(response) == (400, 1010)


def test_nobody_sees_the_orders_of_another_merchant(
    order_plugin: Plugin, make_plugin: Callable[..., Plugin]
) -> None:
    """§8.5: nor changes them, be it of another program or of the same."""
    add_maria(order_plugin)
    order_id = create(order_plugin, parentRefId=TABLE)
    good(step(order_plugin, order_id, "bind", phone=PHONE))
    before = show(order_plugin, order_id)
    for code in ("OTHER", "MAIN"):
        other = make_plugin(
            code=code, merchant=f"{code}-2", token=f"of {code}", agreed={"orders": True}
        )
        assert code == "MAIN" or add_maria(other)

        wanted = (404, 1004, f"Order[{order_id}] not found")
        assert refusal(other.get(f"{ORDERS}/{order_id}")) == wanted
        for name, body in STEPS.items():
            assert refusal(step(other, order_id, name, **body)) == wanted
        for name in ("bind", "loyalty"):
            wanted = (404, 1004, f"Order[{TABLE}] not found")
            assert refusal(bill(other, name, **STEPS[name])) == wanted
    assert show(order_plugin, order_id) == before


@OF_THE_SHAPE
@pytest.mark.parametrize("told_id", ["x", str(uuid.UUID(int=7)), "заказ", "1" * 400, "{7}", "%2e"])
def test_what_is_no_id_of_an_order_is_unknown(order_plugin: Plugin, told_id: str) -> None:
    found = [order_plugin.get(f"{ORDERS}/{told_id}")]
    found += [step(order_plugin, told_id, name, **body) for name, body in STEPS.items()]

    shown = told_id.replace("%2e", ".")
    assert {refusal(response) for response in found} == {(404, 1004, f"Order[{shown}] not found")}


@OF_THE_SHAPE
def test_an_id_has_one_form(order_plugin: Plugin) -> None:
    order_id = create(order_plugin)

    assert show(order_plugin, order_id.upper())["id"] == order_id
    for form in (f"{{{order_id}}}", f"urn:uuid:{order_id}", order_id.replace("-", "")):
        assert refused(order_plugin.get(f"{ORDERS}/{form}")) == (404, 1004)


@OF_THE_SHAPE
def test_a_slash_at_the_end_and_a_prefix_change_nothing(order_plugin: Plugin) -> None:
    """D2."""
    order_id = create(order_plugin)

    for path in (f"{ORDERS}/", f"/swip{ORDERS}"):
        assert good(order_plugin.post(path, told()))["id"] == order_id
    for path in (f"{ORDERS}/{order_id}/", f"/swip{ORDERS}/{order_id}"):
        assert good(order_plugin.get(path))["id"] == order_id
    closed = order_plugin.post(f"/swip{ORDERS}/{order_id}/close/", {"amount": 0})
    assert good(closed)["status"] == "CLOSED"
