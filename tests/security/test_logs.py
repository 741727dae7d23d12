"""Nobody writes into the log but us, and what is written is about nobody.

That no person, body or secret is in it whatever goes wrong: `test_nothing_personal_is_logged` of
tests/protocols/contract.py, and tests/protocols/fidelizacion/test_secrecy.py.
"""

from __future__ import annotations

import json

import pytest

from tests.protocols.callers import OF_THE_SHAPE
from tests.security.doors import CARD, DOORS, NAME, PHONE, SECRET, WRITES
from tests.security.test_smuggling import get, post, request
from tests.security.wire import said_to

EACH_DOOR = pytest.mark.parametrize("door", DOORS, ids=lambda door: door.protocol)
# A line's end in every notation, then a line that looks like ours; colours, a bell, a turn of the
# writing's direction. No server lets these into a header, but some proxy's bug might.
FORGED = 'x\r\n{"event": "forged"}\n\x1b[2J\x07\x00\x85\u2028\u202eforged'
USUAL = ("User-Agent", "Referer", "X-Forwarded-For", "X-Request-ID", "Content-Type", "Cookie")
ODD = ("Accept-Language", "Traceparent", "Api-Version", "Content-Encoding", "Transfer-Encoding")


def as_wsgi(name):
    plain = name.upper().replace("-", "_")
    return plain if plain == "CONTENT_TYPE" else f"HTTP_{plain}"


def only_ours(text):
    """Fail unless every line is one of ours, and nothing of what was sent is in any."""
    lines = text.split("\n")
    assert lines.pop() == ""
    for line in lines:
        assert line.isascii() and line.isprintable()
        assert json.loads(line)["event"] == "request"
    assert "forged" not in text
    return len(lines)


@EACH_DOOR
@OF_THE_SHAPE
def test_no_header_gets_into_the_log(door, make_app, program, capsys):
    client = make_app().test_client()
    known = door.headers(NAME, SECRET)
    capsys.readouterr()

    forged, names = FORGED.encode().decode("latin-1"), {*known, *USUAL, *ODD}
    for name in names:
        door.ask(client, environ_overrides={as_wsgi(name): forged})

    assert only_ours(capsys.readouterr().err) == len(names)


@EACH_DOOR
@OF_THE_SHAPE
def test_no_path_query_or_verb_gets_into_the_log(door, make_app, program, capsys):
    client = make_app().test_client()
    method, path, _ = door.asks(PHONE)
    path = path.partition("?")[0]
    capsys.readouterr()

    for end in ("/%0d%0aforged", "?a=%0d%0aforged", "/forged%e2%80%a8", "?forged%1b%5b2J=1"):
        client.open(path + end, method=method, headers=door.headers(NAME, SECRET))
    client.open(path, method="FORGED", headers=door.headers(NAME, SECRET))

    assert only_ours(capsys.readouterr().err) == 5


@EACH_DOOR
@OF_THE_SHAPE
def test_no_field_gets_into_the_log(door, make_app, program, capsys):
    client = make_app().test_client()
    method, path, body_of = WRITES[door.protocol]
    headers = door.headers(NAME, SECRET) | {"Content-Type": "application/json"}
    fields = ("phone", "phoneNumber", "email", "name", "firstName", "surname", "birthday", "pass")
    capsys.readouterr()

    for text in (FORGED, FORGED.replace("\0", "")):
        for field in fields:
            body = body_of(PHONE)
            (body.get("newMemberData") or body)[field] = text
            client.open(path, method=method, data=json.dumps(body), headers=headers)

    assert only_ours(capsys.readouterr().err) == 2 * len(fields)


def test_the_log_of_a_real_server_holds_nothing_that_it_was_sent(host):
    """Also where gunicorn itself says no, which quotes a request by default."""
    sent = [
        get(f"/v1/card/{CARD}"),
        get(f"/v1/card/{CARD}", f"X-Request-ID: {PHONE}"),
        get(f"/v1/card/{CARD}", f"X-Request-ID: id-{'f' * 20}\x1bforged"),
        get(f"/v1/card/{CARD}\x1b forged"),
        get(f"/v1/card?msisdn={PHONE}", f"bad header {PHONE}"),
        request(f"X{PHONE}", "/", []),
        request("GET", f"/{PHONE}", [f"Host: {PHONE}", f"Content-Length: {PHONE}x"]),
        post(f"Content-Length: {PHONE}", f"Transfer-Encoding: {PHONE}"),
        PHONE.encode() * 9000,
    ]
    for one in sent:
        said_to(host.url, one)

    log = host.log.read_text()
    assert len(log.splitlines()) > len(sent)
    for trace in (PHONE, CARD, SECRET, "forged", "Кенарь", "\x1b"):
        assert trace not in log
