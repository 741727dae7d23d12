"""D3: a lookup reads its query, and the body of a POST only where the query names nobody."""

from __future__ import annotations

from typing import Any

import pytest

from adapter.core.members import Member
from adapter.web.json import LARGEST_BODY
from tests.protocols.callers import OF_THE_SHAPE
from tests.protocols.contract import BAD_BODIES, NO_OBJECTS
from tests.protocols.swip.people import NOBODY, PASS, PHONE, POINTS
from tests.protocols.swip.plugin import (
    PROFILE,
    STATS,
    Plugin,
    fields_of,
    refusal,
    refused,
)

NEITHER = (400, 1011, "Either 'phone' or 'pass' is required")
UNREADABLE: list[bytes] = [*BAD_BODIES.values(), *NO_OBJECTS, b" " * (LARGEST_BODY + 1)]
NOBODY_NAMED: list[dict[str, Any]] = [
    {},
    {"phone": None},
    {"phone": "", "pass": " \t"},
    {"Phone": PHONE},
    {"customer": {"phone": PHONE}},
]


@pytest.mark.parametrize("path", [STATS, PROFILE])
def test_get_and_post_say_the_same(plugin: Plugin, maria: Member, path: str) -> None:
    for query in (
        {"phone": PHONE},
        {"pass_": PASS},
        {"phone": PHONE, "pass_": PASS},
        {"phone": "x"},
    ):
        by_get, by_post = plugin.get(path, **query), plugin.post(path, **query)

        assert (by_get.status_code, by_get.data) == (by_post.status_code, by_post.data)


@OF_THE_SHAPE
@pytest.mark.parametrize("path", [STATS, PROFILE])
def test_without_a_query_the_body_says_who(plugin: Plugin, maria: Member, path: str) -> None:
    key = "points" if path == STATS else "balance"
    for body in (
        {"phone": PHONE},
        {"phone": "8 (926) 111-22-33", "pass": None},
        {"pass": f" {PASS} ", "phone": " "},
        {"phone": PHONE, "pass": PASS, "more": [1, {}]},
    ):
        assert plugin.post(path, body).json[key] == POINTS, body
        assert plugin.post(path, body, phone="", other="1").json[key] == POINTS


@OF_THE_SHAPE
def test_a_query_that_names_somebody_leaves_the_body_unread(plugin: Plugin, maria: Member) -> None:
    bodies: list[object] = [{"phone": NOBODY}, {"pass": "GW-nobody"}, {"phone": 5}, *UNREADABLE]
    for body in bodies:
        response = plugin.post(STATS, body, phone=PHONE)

        assert response.json == {"points": POINTS}, str(body)[:40]
    # Not even the identifier that the query does not have.
    assert refused(plugin.post(STATS, {"pass": PASS}, phone=NOBODY)) == (400, 9)
    assert refused(plugin.post(STATS, {"phone": PHONE}, pass_="GW-nobody")) == (400, 9)


@OF_THE_SHAPE
def test_a_body_that_names_nobody_is_the_callers_fault(
    plugin: Plugin, maria: Member, subtests: pytest.Subtests
) -> None:
    for body in [*NOBODY_NAMED, *UNREADABLE]:
        with subtests.test(body=str(body)[:40]):
            response = plugin.post(STATS, body)

            assert refusal(response) == NEITHER
            assert fields_of(response) == ["phone", "pass"]


@OF_THE_SHAPE
def test_a_value_of_another_type_is_named(plugin: Plugin, maria: Member) -> None:
    for value in (79261112233, 1.5, True, False, 0, [PHONE], {}, []):
        response = plugin.post(STATS, {"phone": value, "pass": PASS})

        assert refused(response) == (400, 1011), value
        assert fields_of(response) == ["phone"]
    assert fields_of(plugin.post(STATS, {"phone": 1, "pass": 2})) == ["phone", "pass"]


@OF_THE_SHAPE
def test_a_get_has_no_body(plugin: Plugin, maria: Member) -> None:
    response = plugin.open("GET", STATS, data=b'{"phone": "79261112233"}')

    assert refusal(response) == NEITHER


@OF_THE_SHAPE
def test_a_call_without_a_body_may_have_any_content_type(plugin: Plugin, maria: Member) -> None:
    for content_type in (None, "application/json", "text/xml; charset=x", "nonsense", ""):
        for method in ("GET", "POST"):
            query = {"phone": PHONE}
            response = plugin.open(method, STATS, query_string=query, content_type=content_type)

            assert response.json == {"points": POINTS}


@OF_THE_SHAPE
def test_a_form_is_no_json(plugin: Plugin, maria: Member) -> None:
    response = plugin.open("POST", STATS, data={"phone": PHONE})

    assert refusal(response) == NEITHER
