"""What a client sees that sends no readable request at all."""

from __future__ import annotations

import json
import logging
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


@pytest.fixture
def make_log():
    """gunicorn's log as we have it; what it hangs up is taken down again."""
    yield lambda: server.Log(Config())
    logging.getLogger("gunicorn.error").handlers.clear()


def test_what_broke_is_logged_without_the_request(make_log, capfd):
    make_log().exception("Error handling request %s %s", "GET", "/v1/card?msisdn=79216668899")

    written = capfd.readouterr().err
    assert json.loads(written)["event"] == "a request broke before it was answered"
    assert "79216668899" not in written


def test_at_the_least_severity_no_path_is_quoted(make_log, capfd):
    log = make_log()
    log.error_log.setLevel(logging.DEBUG)

    log.debug("%s %s", "GET", "/v1/card/79216668899")

    assert capfd.readouterr().err == ""


def test_an_unreadable_request_is_one_line_under_the_id_its_answer_carries(make_log, capfd):
    log = make_log()
    ours, theirs = socket.socketpair()

    with ours, theirs:
        log.warning("Invalid request from ip=127.0.0.1: GET /v1/card?msisdn=79216668899")
        server.write_error(ours, 400, "Bad Request", "Invalid Request Line '79216668899'")
        head = theirs.recv(4096).decode()

    (line,) = (json.loads(line) for line in capfd.readouterr().err.splitlines())
    assert (line["event"], line["status"]) == ("a request could not be read", 400)
    assert f"X-Request-ID: {line['request_id']}\r\n" in head


def test_a_line_of_gunicorns_is_json_without_the_values_of_a_traceback(make_log, capfd):
    log = make_log()
    try:
        raise ValueError("79216668899")
    except ValueError:
        log.exception("a worker of pid %s broke", 17)

    line = json.loads(capfd.readouterr().err)
    assert (line["event"], line["level"]) == ("a worker of pid 17 broke", "error")
    assert line["traceback"].endswith("builtins.ValueError")
