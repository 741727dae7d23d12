"""The eye on every reply sees what is wrong with one."""

from __future__ import annotations

import pytest

from tests.protocols.koshelek.rules import assert_obeys

GOOD = {
    "method": "GET",
    "path": "/koshelek/v1/card/1",
    "status": 200,
    "headers": {
        "Content-Type": "application/json; charset=utf-8",
        "Cache-Control": "no-store",
        "X-Request-ID": "0123456789",
    },
    "body": '{"card": {"cardNumber": "Ё1", "of": ["a", {"b": "true"}]}}'.encode(),
}
ERROR = b'{"code": "009", "description": "no"}'


def reply(**changes):
    headers = GOOD["headers"] | changes.pop("headers", {})
    return GOOD | {"headers": headers} | changes


@pytest.mark.parametrize(
    "good",
    [
        reply(),
        reply(body=b""),
        reply(body=b"[]"),
        reply(headers={"Content-Type": "Application/JSON;charset=UTF-8;"}),
        reply(path="/v1/card/anonymous", body=b"7700000042"),
        reply(status=422, body=ERROR),
        reply(status=401, body=ERROR, headers={"WWW-Authenticate": 'Basic realm="x"'}),
        reply(status=405, body=ERROR, headers={"Allow": "GET"}),
    ],
)
def test_what_obeys_passes(good):
    assert_obeys(**good)


@pytest.mark.parametrize(
    "wrong",
    [
        reply(status=500, body=ERROR),
        reply(status=301),
        reply(status=204, body=b""),
        reply(headers={"Content-Type": "application/json"}),
        reply(headers={"Content-Type": "text/html; charset=utf-8"}),
        reply(headers={"Cache-Control": "max-age=1"}),
        reply(headers={"Location": "/"}),
        reply(headers={"X-Request-ID": ""}),
        reply(body=b'{"total": 350}'),
        reply(body=b'{"total": null}'),
        reply(body=b'{"a": [{"b": true}]}'),
        reply(body=b'[["a", 1.5]]'),
        reply(body=b"7700000042"),
        reply(path="/v1/card/anonymous", body=b"0700000042"),
        reply(body=b'\xef\xbb\xbf{"a": "b"}'),
        reply(body=b'{"a": "\\u0401"}'),
        reply(body=b'{"a": "\xff"}'),
        reply(body=b"<html>"),
        reply(method="HEAD", body=b'{"a": "b"}'),
        reply(status=422, body=b""),
        reply(status=422, body=b'{"code": 9, "description": "no"}'),
        reply(status=422, body=b'{"code": "009"}'),
        reply(status=422, body=b'{"code": "009", "description": ""}'),
        reply(status=422, body=b'{"code": "009", "description": "no", "trace": "x"}'),
        reply(status=401, body=ERROR),
        reply(status=405, body=ERROR),
    ],
)
def test_what_does_not_is_seen(wrong):
    with pytest.raises((AssertionError, KeyError, ValueError)):
        assert_obeys(**wrong)
