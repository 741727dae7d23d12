"""D7: whatever is wrong with a request, the first of it in a fixed order is what is said."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.protocols.callers import OF_THE_SHAPE
from tests.protocols.state import rows
from tests.protocols.swip.people import BLOCKED_PHONE, NOBODY, PHONE, add_people
from tests.protocols.swip.plugin import HEADERS, SIGNUPS, STATS, Plugin, refused

# What can be wrong with a request, in the order in which it is found, and what is said of it.
Step = tuple[dict[str, Any], tuple[int, int]]
LOOKUP: list[Step] = [
    ({"path": STATS + "/nothing"}, (404, 1004)),
    ({"method": "PUT"}, (405, 1005)),
    ({"Authorization": None}, (401, 1001)),
    ({"X-Merchant-ID": " "}, (401, 1001)),
    ({"X-Store-ID": None}, (401, 1001)),
    ({"X-Cash-ID": ""}, (401, 1001)),
    ({"X-Merchant-ID": "CHAI"}, (403, 1003)),
    ({"X-Store-ID": "Store 9"}, (403, 1003)),
    ({"Api-Version": "2"}, (400, 1010)),
    ({"X-Cash-ID": "1" * 256}, (400, 1011)),
    ({"query": {}}, (400, 1011)),
    ({"query": {"phone": "abc"}}, (400, 1011)),
    ({"query": {"phone": NOBODY}}, (400, 9)),
    ({"query": {"phone": BLOCKED_PHONE}}, (400, 1012)),
]
SIGNUP: list[Step] = [
    ({"path": SIGNUPS + "/nothing"}, (404, 1004)),
    ({"method": "GET"}, (405, 1005)),
    ({"Authorization": "Bearer x"}, (401, 1001)),
    ({"X-Cash-ID": None}, (401, 1001)),
    ({"X-Merchant-ID": "CHAI"}, (403, 1003)),
    ({"X-Store-ID": "Store 9"}, (403, 1003)),
    ({"Api-Version": "x"}, (400, 1010)),
    ({"body": b"{"}, (400, 1011)),
    ({"body": b"[]"}, (400, 1011)),
    ({"body": b'{"phone": "12"}'}, (400, 1011)),
    ({"body": b'{"phone": "79261112233"}'}, (422, 1020)),
]
GOOD: dict[str, dict[str, Any]] = {
    "lookup": {"path": STATS, "method": "POST", "query": {"phone": PHONE}},
    "signup": {"path": SIGNUPS, "method": "POST", "body": b'{"phone": "79260009999"}'},
}
STEPS = {"lookup": LOOKUP, "signup": SIGNUP}


@pytest.fixture
def shop(make_plugin: Any) -> Plugin:
    """The plugin of a merchant that keeps a list of its stores, with customers of all sorts."""
    plugin: Plugin = make_plugin(agreed={"stores": ["Store 7", "Store 8"]})
    add_people(plugin)
    return plugin


def ask(plugin: Plugin, call: str, wrong: dict[str, Any]) -> TestResponse:
    """The reply to a request with which this is wrong, and nothing else."""
    asked = GOOD[call] | wrong
    headers = HEADERS | {name: text for name, text in wrong.items() if name in HEADERS}
    return plugin.client.open(
        asked["path"],
        method=asked["method"],
        query_string=asked.get("query"),
        data=asked.get("body"),
        headers={name: text for name, text in headers.items() if text is not None},
    )


@OF_THE_SHAPE
@pytest.mark.parametrize("call", STEPS)
def test_each_step_is_answered_in_its_way(shop: Plugin, call: str) -> None:
    before = rows(shop.database)

    for wrong, said in STEPS[call]:
        assert refused(ask(shop, call, wrong)) == said, wrong
    assert rows(shop.database) == before
    assert ask(shop, call, {}).status_code == 200


@OF_THE_SHAPE
@pytest.mark.parametrize("call", STEPS)
def test_of_two_things_that_are_wrong_the_first_is_said(shop: Plugin, call: str) -> None:
    compared = 0

    for (wrong, said), (worse, _) in itertools.combinations(STEPS[call], 2):
        if not wrong.keys() & worse.keys():
            assert refused(ask(shop, call, worse | wrong)) == said, (wrong, worse)
            compared += 1
    assert compared > len(STEPS[call]) * 4


def test_whoever_is_not_known_learns_nothing(shop: Plugin) -> None:
    """Customer or none, blocked or not, good or bad: one answer but for its time."""
    strangers = [
        shop.with_headers(authorization=text)
        for text in (None, "", "Bearer", "Bearer x", "Basic eDp5", "Bearer  ", "x")
    ]
    strangers += [strangers[3].with_headers(x_merchant_id=None, x_store_id="S" * 300)]
    strangers += [shop.with_headers(x_store_id=" "), shop.with_headers(x_merchant_id=None)]

    replies = [
        reply
        for one in strangers
        for reply in (
            one.stats(phone=PHONE),
            one.stats(phone=NOBODY),
            one.profile(phone=BLOCKED_PHONE),
            one.profile(),
            one.post(SIGNUPS, b"{"),
            one.with_headers(api_version="x").sign_up(phone=PHONE),
        )
    ]

    assert {(reply.status_code, reply.data) for reply in replies} == {(401, replies[0].data)}
