"""Clients that send slowly, oddly or not at all, and the honest ones beside them."""

from __future__ import annotations

import json
import signal

import pytest

from tests.overload.service import answer, request, running, wait_until

CROWD = 200
DETAILS = "/fidelizacion/v1/member/details"
HALF = {
    "nothing": b"",
    "half a line": b"POST /fidel",
    "half a head": request(DETAILS, "Content-Length: 9", method="POST")[:-2],
    "half a body": request(DETAILS, "Content-Length: 9", method="POST", body=b"{"),
    "half a chunk": request(DETAILS, "Transfer-Encoding: chunked", method="POST", body=b"9\r\n{"),
    "no invitation": request(DETAILS, "Content-Length: 9", "Expect: 100-continue", method="POST"),
}


def _whole(body: bytes = b"{}", *headers: str) -> bytes:
    return request(DETAILS, f"Content-Length: {len(body)}", *headers, method="POST", body=body)


def _chunked(*pieces: bytes, trailer: bytes = b"") -> bytes:
    body = b"".join(b"%x;of=ours\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    body += b"0\r\n" + trailer + b"\r\n"
    return request(DETAILS, "Transfer-Encoding: chunked", method="POST", body=body)


@pytest.mark.parametrize("sent", HALF.values(), ids=HALF)
def test_two_hundred_slow_senders_hold_nobody_up(service, sent):
    for _ in range(CROWD):
        service.connect(sent)

    assert [service.get("/koshelek/v1/card") for _ in range(10)] == [401] * 10


def test_those_who_never_hang_up_hold_nobody_up(service):
    last = request("/koshelek/v1/card", "Connection: close")
    stayers = [service.connect(last) for _ in range(CROWD)]

    assert [answer(connection)[0] for connection in stayers] == [401] * CROWD
    assert service.get("/koshelek/v1/card") == 401


@pytest.mark.parametrize(
    "sent", [_whole(), _chunked(b"{", b"}"), _chunked(b"{}", trailer=b"X-Sum: 1\r\n")]
)
def test_what_comes_byte_by_byte_is_served_once_it_is_whole(service, sent):
    connection = service.connect()

    for place in range(len(sent)):
        connection.sendall(sent[place : place + 1])

    assert answer(connection)[0] == 401
    connection.sendall(sent)
    assert answer(connection)[0] == 401


def test_several_requests_at_once_are_answered_one_after_the_other(service):
    last = _chunked(b"{", b"}")

    connection = service.connect(_whole() + request("/healthz") + last[:-3])
    found = [answer(connection)[0] for _ in range(2)]
    connection.sendall(last[-3:])
    found += [answer(connection)[0]]

    assert found == [401, 200, 401]


def _answers(connection):
    while True:
        yield answer(connection)


def test_who_asks_whether_to_go_on_is_told_to(service):
    connection = service.connect(HALF["no invitation"])

    told = answer(connection)
    connection.sendall(b'{"a": 12}')

    assert told == (100, b"")
    # gunicorn says so once more, which is allowed.
    assert next(status for status, _ in _answers(connection) if status != 100) == 401


def test_a_body_that_is_too_large_is_refused_by_its_length_and_never_taken_for_a_request(service):
    told = request(DETAILS, "Content-Length: 2000000", method="POST")

    connection = service.connect(told + request("/healthz"))

    assert answer(connection)[0] == 401
    assert connection.recv(100) == b""


@pytest.mark.parametrize(
    "sent, status",
    [
        (b"GET / HTTP/1.1\nHost: shop\n\n", 400),
        (b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\n\r\n", 414),
        (request("/", *(f"X-{number}: x" for number in range(70))), 431),
        (request("/", "X-Long: " + "x" * 9000), 431),
        (request("/", "Transfer-Encoding: chunked", "Content-Length: 3", body=b"0\r\n\r\n"), 400),
        (request("/", "Transfer-Encoding: gzip", body=b"x"), 400),
    ],
)
def test_what_is_no_request_is_told_so_at_once_and_plainly(service, sent, status):
    found, body = answer(service.connect(sent))

    assert (found, json.loads(body)) == (status, {"error": "the request cannot be read"})


def test_who_takes_too_long_is_cut_off(tmp_path):
    with running(tmp_path, ARRIVAL_SECONDS="1") as service:
        slow, silent = service.connect(HALF["half a body"]), service.connect()

        assert [slow.recv(100), silent.recv(100)] == [b"", b""]
        assert service.get("/healthz") == 200


def test_the_slowest_make_room_when_there_are_too_many(tmp_path):
    with running(tmp_path, "--worker-connections", "20") as service:
        slow = [service.connect(HALF["half a head"]) for _ in range(60)]

        assert [service.get("/koshelek/v1/card") for _ in range(5)] == [401] * 5
        assert slow[0].recv(100) == b""


def test_slow_senders_do_not_keep_it_from_stopping(tmp_path):
    with running(tmp_path) as service:
        service.connect(HALF["half a body"])
        assert service.get("/healthz") == 200
        service.process.send_signal(signal.SIGTERM)

        wait_until(lambda: service.process.poll() is not None)

    assert service.process.returncode == 0
    assert "killed" not in service.log.lower()
