"""Section 2: the payload twice, one error, and nothing besides."""

from __future__ import annotations

from typing import Any

import pytest

from adapter.protocols.fidelizacion import wire
from tests.protocols.fidelizacion.people import BY_PHONE, give, register_ines
from tests.protocols.fidelizacion.rules import assert_obeys
from tests.protocols.fidelizacion.till import Till, data_of

HEADERS = {
    "Content-Type": "application/json",
    "Cache-Control": "no-store",
    "X-Request-ID": "0123456789",
}
SUCCESS = b'{"status": "success", "data": {"a": 1}, "a": 1}'
ERROR = b'{"status": "error", "error": {"code": "203", "message": "no", "path": "body.member"}}'


def test_every_call_is_answered_with_the_payload_twice(till: Till) -> None:
    """2.1: `data` always, and each of its keys at the top."""
    register_ines(till)
    give(till, 100)
    sale = {"transactionId": "R", "dateTime": "2026-05-04T08:00:00Z", "totalAmount": 5}
    event = {"type": "visit", "dateTime": "2026-05-04T08:00:00Z"}
    calls = {
        "register": till.register(phoneNumber="612009999"),
        "update": till.update(BY_PHONE, gdpr=True),
        "details": till.details(BY_PHONE),
        "send": till.short_code("send", member=BY_PHONE),
        "get": till.short_code("get", member=BY_PHONE),
        "pay": till.pay(BY_PHONE, 5),
        "submit": till.submit(sale, member=BY_PHONE),
        "event": till.event(event),
    }

    for name, response in calls.items():
        data = data_of(response)
        rest = {key: value for key, value in response.json.items() if key != "data"}
        assert rest.pop("status") == "success"
        assert rest.pop("message", None) == (
            "Member updated successfully" if name == "update" else None
        )
        assert rest == data
    assert data_of(calls["send"]) == data_of(calls["event"]) == {}


def test_the_mirror_never_covers_the_envelope(till: Till) -> None:
    """2.1: not even where the payload has such keys."""
    data = {"status": "x", "message": "y", "error": "z", "data": 1, "kept": 2}
    with till.app.test_request_context():
        answer = wire.reply(data).get_json()
        told = wire.reply(data, message="done").get_json()

    assert answer == {"status": "success", "data": data, "kept": 2}
    assert told == {"status": "success", "message": "done", "data": data, "kept": 2}


def test_letters_are_sent_as_they_are(till: Till) -> None:
    answer = till.register(phoneNumber="612005544", firstName="Inés ☕")

    assert '"firstName": "Inés ☕"' in answer.data.decode()


def reply(body: bytes = SUCCESS, status: int = 200, **headers: str) -> dict[str, Any]:
    return {
        "method": "POST",
        "path": "/v1/event",
        "status": status,
        "headers": HEADERS | {name.replace("_", "-"): text for name, text in headers.items()},
        "body": body,
    }


@pytest.mark.parametrize(
    "good",
    [
        reply(),
        reply(b'{"status": "success", "message": "m", "data": {}}'),
        reply(ERROR),
        reply(ERROR, 400),
        reply(ERROR.replace(b', "path": "body.member"', b""), 500),
        reply(ERROR, 405, Allow="POST"),
        reply(ERROR, 429, Retry_After="7"),
        reply(b"", 405) | {"method": "HEAD"},
    ],
)
def test_the_eye_on_every_reply_passes_what_obeys(good: dict[str, Any]) -> None:
    assert_obeys(**good)


@pytest.mark.parametrize(
    "wrong",
    [
        reply(ERROR, 422),
        reply(SUCCESS, 400),
        reply(b""),
        reply(b"[]"),
        reply(b"<html>"),
        reply(b'{"status": "ok", "data": {}}'),
        reply(b'{"status": "success"}'),
        reply(b'{"status": "success", "data": {"a": 1}}'),
        reply(b'{"status": "success", "data": {"a": 1}, "a": 2}'),
        reply(b'{"status": "success", "data": {}, "a": 1}'),
        reply(b'{"status": "success", "data": {"a": null}, "a": null}'),
        reply(ERROR.replace(b'"203"', b"203")),
        reply(ERROR.replace(b'"203"', b'"BAD_REQUEST"')),
        reply(ERROR.replace(b'"no"', b'""')),
        reply(ERROR.replace(b'"body.member"', b'"member"')),
        reply(ERROR.replace(b"}}", b'}, "data": {}}')),
        reply(ERROR, 405, Allow="GET, POST"),
        reply(ERROR, 405),
        reply(ERROR, 429),
        reply(Content_Type="application/json; charset=utf-8"),
        reply(Cache_Control="max-age=1"),
        reply(Location="/"),
        reply(X_Request_ID=""),
    ],
)
def test_the_eye_on_every_reply_sees_what_does_not(wrong: dict[str, Any]) -> None:
    with pytest.raises((AssertionError, KeyError, ValueError)):
        assert_obeys(**wrong)
