"""§4.6 to §4.8: every refusal is an `ApiError`, and every number of the table is given."""

from __future__ import annotations

from typing import Any

import pytest

from adapter.core.members import Member
from adapter.db import DatabaseUnavailable
from adapter.protocols.swip.errors import FAULTS
from adapter.web.json import LARGEST_BODY
from tests.protocols.callers import OF_THE_SHAPE
from tests.protocols.contract import broken
from tests.protocols.state import rows
from tests.protocols.swip.people import BLOCKED_PHONE, NOBODY, PHONE, add_people
from tests.protocols.swip.plugin import (
    PROFILE,
    SIGNUPS,
    STATS,
    Plugin,
    refusal,
    refused,
)
from tests.protocols.swip.rules import STATUS_OF

ASKED = {"phone": PHONE}
# §4.8, but for the rows of orders: what is said, and how a till gets to hear it.
ROWS: dict[tuple[int, int, str], Any] = {
    (400, 9, f"Customer[{NOBODY}] not found"): lambda till: till.stats(phone=NOBODY),
    (401, 1001, "Unauthorized"): lambda till: till.with_headers(authorization=None).stats(),
    (403, 1003, "Forbidden"): lambda till: till.with_headers(x_merchant_id="X").stats(),
    (404, 1004, "Not found"): lambda till: till.get(STATS + "/x"),
    (405, 1005, "Method not allowed"): lambda till: till.open("PATCH", STATS),
    (400, 1010, "Unsupported Api-Version[4]"): lambda till: till.with_headers(
        api_version="4"
    ).stats(),
    (400, 1011, "Malformed 'phone'"): lambda till: till.stats(phone="x"),
    (400, 1011, "Either 'phone' or 'pass' is required"): lambda till: till.profile(),
    (400, 1011, "Some fields are wrong"): lambda till: till.sign_up(),
    (400, 1011, "Bad request"): lambda till: till.post(SIGNUPS, b"{"),
    (400, 1012, f"Customer[{BLOCKED_PHONE}] is blocked"): lambda till: till.profile(
        phone=BLOCKED_PHONE
    ),
    (422, 1020, f"Customer[{PHONE}] already exists"): lambda till: till.sign_up(**ASKED),
}
PATHS = (STATS, PROFILE, SIGNUPS)


@OF_THE_SHAPE
def test_every_row_of_the_table(plugin: Plugin) -> None:
    add_people(plugin)

    for said, ask in ROWS.items():
        assert refusal(ask(plugin)) == said
    with broken(plugin.app, DatabaseUnavailable("full")):
        assert refusal(plugin.stats(**ASKED)) == (500, 1000, "Internal server error")
    assert {code for _, code, _ in ROWS} | {1000, 1006, 1030, 1031} == set(STATUS_OF)


def test_the_table_is_the_one_that_is_sent() -> None:
    assert {fault.code: fault.status for fault in FAULTS.values()} == STATUS_OF


def test_a_failure_inside_is_a_fixed_text(plugin: Plugin, maria: Member) -> None:
    for error in (KeyError("79261112233"), RuntimeError("secret"), DatabaseUnavailable("disk")):
        for ask in (plugin.stats, plugin.profile, plugin.sign_up):
            with broken(plugin.app, error):
                response = ask(**ASKED)

            assert refusal(response) == (500, 1000, "Internal server error")


@OF_THE_SHAPE
def test_methods_that_a_path_has_not(plugin: Plugin) -> None:
    """§5.1: and those it has are named, to whoever asks."""
    stranger = plugin.with_headers(authorization=None)
    for path in PATHS:
        both = path != SIGNUPS
        wanted = {"GET", "HEAD", "OPTIONS", "POST"} if both else {"OPTIONS", "POST"}
        for method in {"PUT", "PATCH", "DELETE", "TRACE"} | ({"GET", "HEAD"} - wanted):
            for till in (plugin, stranger):
                response = till.open(method, path)

                assert response.status_code == 405
                assert {one.strip() for one in response.headers["Allow"].split(",")} == wanted


@OF_THE_SHAPE
def test_head_and_options_as_the_framework_gives_them(plugin: Plugin, maria: Member) -> None:
    """D30: a GET without its body, and the methods there are."""
    head = plugin.open("HEAD", STATS, query_string=ASKED)

    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == str(len(plugin.stats(**ASKED).data))
    assert plugin.open("HEAD", STATS).status_code == 400
    for path in PATHS:
        options = plugin.open("OPTIONS", path)
        assert (options.status_code, options.data) == (200, b"")
        assert "POST" in options.headers["Allow"]


@OF_THE_SHAPE
def test_paths_that_are_nobodys(plugin: Plugin) -> None:
    for path in PATHS:
        for odd in ("/x", "/x/y", "//", "/../x", "/%2e%2e", "/;a", "/<b>"):
            for till in (plugin, plugin.with_headers(authorization=None)):
                assert refusal(till.get(path + odd)) == (404, 1004, "Not found"), odd


@OF_THE_SHAPE
def test_a_trailing_slash_changes_nothing(plugin: Plugin, maria: Member) -> None:
    """D2: and no redirect, which would make a GET of a POST."""
    for path in (STATS, PROFILE):
        for method in ("GET", "POST"):
            with_slash = plugin.open(method, path + "/", query_string=ASKED)
            without = plugin.open(method, path, query_string=ASKED)

            assert (with_slash.status_code, with_slash.data) == (200, without.data)
    assert refused(plugin.post(SIGNUPS + "/", ASKED)) == (422, 1020)


@OF_THE_SHAPE
def test_a_request_that_is_broken_before_anybody_reads_it(plugin: Plugin, maria: Member) -> None:
    before = rows(plugin.database)
    huge = b'{"phone": "' + b"7" * LARGEST_BODY + b'"}'
    broken_ones: list[dict[str, Any]] = [
        {"query_string": "phone=%00"},
        {"query_string": b"phone=\xff\xfe".decode("latin-1")},
        {"query_string": "phone=%FF"},
        {"data": huge},
        {"data": huge, "environ_overrides": {"wsgi.input_terminated": True, "CONTENT_LENGTH": ""}},
        {"data": b"{}", "environ_overrides": {"CONTENT_LENGTH": "9"}},
        {"data": b"{}", "environ_overrides": {"CONTENT_LENGTH": "x"}},
        {"data": b"\x1f\x8b", "headers": [*plugin.headers, ("Content-Encoding", "gzip")]},
    ]

    for options in broken_ones:
        for path in PATHS:
            sent = {"headers": list(plugin.headers)} | options
            response = plugin.client.open(path, method="POST", **sent)

            assert refused(response) == (400, 1011), str(options)[:60]
    assert rows(plugin.database) == before


@OF_THE_SHAPE
@pytest.mark.parametrize("prefix", ["/swip", ""])
def test_below_the_prefix_it_is_the_same(plugin: Plugin, maria: Member, prefix: str) -> None:
    assert plugin.get(prefix + STATS, **ASKED).json == {"points": 1540}
    assert refusal(plugin.get(prefix + STATS + "/x")) == (404, 1004, "Not found")
    assert refused(plugin.get(f"{prefix}{SIGNUPS}")) == (405, 1005)
