"""More than can be served: the rest is told to try again, each vendor in its words."""

from __future__ import annotations

import json

import pytest

from tests.overload.service import answer, request, running, wait_until

MANY = 100
VENDORS = {
    "fidelizacion": (
        request("/fidelizacion/v1/member/details", "Content-Length: 2", method="POST", body=b"{}"),
        (500, {"status": "error", "error": {"code": "500", "message": "Server error"}}),
    ),
    "koshelek": (
        request("/koshelek/v1/card?cardNumber=1"),
        (422, {"code": "090", "description": "Сервис временно недоступен, повторите запрос позже"}),
    ),
    "swip": (
        request("/swip/customer-profile"),
        (
            500,
            {
                "@type": "ApiError",
                "code": 1000,
                "description": "Internal server error",
                "fieldErrors": None,
            },
        ),
    ),
}


@pytest.fixture(scope="module")
def running_service(tmp_path_factory):
    """A server where nobody waits for long."""
    with running(tmp_path_factory.mktemp("service"), ADAPTER_LONGEST_WAIT_MS="100") as service:
        yield service


def _said(connection):
    status, body = answer(connection)
    document = json.loads(body)
    document.pop("timestamp", None)
    return status, document


def _ask(connection, asked):
    connection.sendall(asked)
    return _said(connection)


@pytest.mark.parametrize("vendor", VENDORS)
def test_who_waits_too_long_is_refused_in_the_vendors_words_and_served_afterwards(service, vendor):
    asked, refusal = VENDORS[vendor]

    with service.all_threads_held():
        crowd = [service.connect(asked) for _ in range(MANY)]
        told = [_said(connection) for connection in crowd]
    for connection in crowd:
        # Nobody gave a key: each is looked at again on its merits.
        wait_until(lambda asking=connection: _ask(asking, asked)[0] == 401)

    assert told == [refusal] * MANY
    assert service.log.count('"refusal": "Overloaded"') >= MANY


def test_those_at_work_are_served_whoever_was_refused_meanwhile(service):
    with service.all_threads_held() as held:
        assert answer(service.connect(VENDORS["swip"][0]))[0] == 500

    assert [answer(connection) for connection in held] == [(200, b"through")] * len(held)


def test_the_process_says_that_it_lives_while_no_thread_is_free(service):
    with service.all_threads_held():
        assert service.get("/healthz") == 200


def test_a_page_of_nobodys_is_answered_however_late(service):
    with service.all_threads_held():
        assert service.get("/of/nobody") == 404
