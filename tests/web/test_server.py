"""What a client sees that sends no readable request at all."""

from __future__ import annotations

import socket

import pytest
from gunicorn.config import Config

from adapter.web import server


def test_an_unreadable_request_is_answered_with_json_that_repeats_nothing():
    ours, theirs = socket.socketpair()

    with ours, theirs:
        server.write_error(ours, 400, "Bad Request", "Invalid Request Line '79216668899'")
        answer = theirs.recv(4096).decode()

    head, _, body = answer.partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 400 Bad Request\r\n")
    assert "Content-Type: application/json" in head
    assert body == '{"error": "the request cannot be read"}'


@pytest.mark.parametrize(
    "call, text",
    [
        (server.Log.warning, "Invalid request from ip=127.0.0.1: GET /v1/card?msisdn=79216668899"),
        (server.Log.exception, "Error handling request GET /v1/card?msisdn=79216668899"),
    ],
)
def test_the_log_does_not_quote_a_request(call, text, capfd):
    call(server.Log(Config()), text)

    written = capfd.readouterr().err
    assert "request" in written
    assert "79216668899" not in written
