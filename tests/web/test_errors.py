"""Whatever goes wrong, the owner of the path says it, and never in HTML."""

from __future__ import annotations

import io

import pytest
from marshmallow import ValidationError
from sqlalchemy import exc
from werkzeug.exceptions import BadRequest, HTTPException

from adapter.core import errors as core
from adapter.db import DatabaseUnavailable
from adapter.web.errors import reply_for

PHONE = "79995550142"
PARROT = "application/parrot+json"

TABLE = {core.Refused: "refused", HTTPException: "http", Exception: "bug"}


@pytest.mark.parametrize(
    ("error", "row"),
    [
        (core.Refused(), "refused"),
        (core.MemberBlocked(), "refused"),
        (core.NotFound(), "bug"),
        (BadRequest(), "http"),
        (KeyError(), "bug"),
    ],
)
def test_the_nearest_parents_row_answers(error, row):
    assert reply_for(error, TABLE) == row


def test_a_table_ends_with_exception():
    with pytest.raises(LookupError):
        reply_for(KeyError(), {core.Refused: "refused"})


# method, path, extra of the request, status and words of the parrot
BROKEN = [
    ("GET", "/v1/parrot/unknown", {}, 404, "pardon"),
    ("GET", "/squawk", {}, 404, "pardon"),
    ("DELETE", "/v1/parrot", {}, 405, "pardon"),
    ("FOO", "/v1/parrot", {}, 405, "pardon"),
    ("GET", "/v1/parrot?a=%00", {}, 400, "pardon"),
    ("GET", "/v1/parrot/%00", {}, 400, "pardon"),
    ("GET", "/v1/parrot/%ff%zz%", {}, 404, "pardon"),
    ("GET", "/v1/parrot/<script>", {}, 404, "pardon"),
    ("POST", "/v1/parrot/echo", {"data": b""}, 400, "mumbling"),
    ("POST", "/v1/parrot/echo", {"data": b"{"}, 400, "mumbling"),
    ("POST", "/v1/parrot/echo", {"data": b"\xff"}, 400, "mumbling"),
    ("POST", "/v1/parrot/echo", {"data": b"[" * 10_000}, 400, "mumbling"),
    ("POST", "/v1/parrot/echo", {"data": b"[1]"}, 400, "not a thing"),
    ("POST", "/v1/parrot/echo", {"data": b" " * (1024 * 1024 + 1)}, 413, "too big to swallow"),
    ("POST", "/v1/parrot/echo", {"headers": {"Content-Encoding": "gzip"}}, 415, "will not unwrap"),
    ("POST", "/v1/parrot/echo", {"headers": {"Content-Length": "x"}}, 400, "mumbling"),
    ("GET", "/v1/parrot/cage", {}, 401, "who are you"),
    ("GET", "/v1/parrot/sql", {}, 503, "asleep"),
]


@pytest.mark.parametrize("prefix", ["", "/parrot"])
@pytest.mark.parametrize(("method", "path", "extra", "status", "words"), BROKEN)
def test_a_broken_request_is_answered_in_the_owners_words(
    scene, prefix, method, path, extra, status, words
):
    path = path if not prefix or path.startswith("/squawk") else prefix + path

    reply = scene.client.open(path, method=method, **extra)

    assert (reply.status_code, reply.json, reply.content_type) == (
        status,
        {"squawk": words},
        PARROT,
    )


@pytest.mark.parametrize("path", ["/", "/v1", "/nobody", "/healthz/below", "/v1/parrots?a=%00"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "FOO"])
def test_a_path_nobody_owns_is_answered_plainly(scene, path, method):
    reply = scene.client.open(path, method=method, data=b"{")

    assert reply.status_code in (400, 404)
    assert set(reply.json) == {"error"}
    assert reply.content_type == "application/json"


def test_a_query_that_is_not_utf8_is_refused(scene):
    reply = scene.client.get("/v1/parrot", environ_overrides={"QUERY_STRING": "a=\xff"})

    assert (reply.status_code, reply.json) == (400, {"squawk": "pardon"})


def test_a_wrong_method_names_the_right_ones(scene):
    reply = scene.client.delete("/v1/parrot")

    assert set(reply.allow) == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
@pytest.mark.parametrize("path", ["/v1/parrot", "/v1/parrot/unknown", "/nobody", "/v1/crow/none"])
def test_head_and_options_have_no_page_either(scene, method, path):
    reply = scene.client.open(path, method=method)

    assert reply.data == b"" or reply.data.startswith(b"{")
    assert "html" not in reply.content_type


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (core.CardBlocked(), 409, "no"),
        (core.Unauthenticated(), 401, "who are you"),
        (DatabaseUnavailable("down"), 503, "asleep"),
        (exc.TimeoutError("QueuePool limit"), 503, "asleep"),
        (exc.OperationalError("SELECT 1", None, Exception("database is locked")), 503, "asleep"),
        (exc.IntegrityError("INSERT", None, Exception(PHONE)), 500, "egg broken"),
        (ValidationError({"name": ["bad"]}), 500, "egg broken"),
        (KeyError(PHONE), 500, "egg broken"),
        (RecursionError(PHONE), 500, "egg broken"),
        (MemoryError(), 500, "egg broken"),
    ],
)
def test_what_leaves_a_view_is_said_in_the_owners_words(scene, error, status, words):
    scene.trouble = [error]

    reply = scene.client.get("/v1/parrot/trouble")

    assert (reply.status_code, reply.json) == (status, {"squawk": words})
    assert reply.headers["X-Request-ID"]


def test_a_bug_is_logged_once_with_its_place_and_without_values(scene, log_lines):
    scene.trouble = [KeyError(PHONE)]

    reply = scene.client.get(f"/v1/parrot/trouble?phone={PHONE}")

    bug, request = log_lines()
    assert (bug["event"], bug["error"], bug["level"]) == ("bug", "KeyError", "error")
    assert "in trouble" in bug["traceback"]
    assert bug["request_id"] == request["request_id"] == reply.headers["X-Request-ID"]
    assert PHONE not in str([bug, request])


def test_the_cause_of_a_bug_is_logged_without_values_too(scene, log_lines):
    try:
        raise LookupError(PHONE)
    except LookupError as cause:
        error = ValueError(PHONE)
        error.__cause__ = cause
    scene.trouble = [error]

    scene.client.get("/v1/parrot/trouble")

    bug = log_lines()[0]
    assert "builtins.LookupError" in bug["traceback"]
    assert bug["traceback"].endswith("builtins.ValueError")
    assert PHONE not in str(bug)


@pytest.mark.parametrize("error", [core.CardBlocked(), ValidationError("no"), BadRequest()])
def test_a_refusal_is_no_bug(scene, log_lines, error):
    scene.trouble = [error]

    scene.client.get("/v1/parrot/trouble")

    (line,) = log_lines()
    assert (line["event"], line["refusal"]) == ("request", type(error).__name__)


def test_a_failing_statement_does_not_show_its_parameters(scene, log_lines):
    scene.client.get("/v1/parrot/sql")

    lines = log_lines()
    assert lines[0]["event"] == "database unavailable"
    assert PHONE not in str(lines)


def test_a_protocol_that_breaks_while_refusing_shows_nothing_of_it(scene, log_lines):
    reply = scene.client.get("/v1/crow/none")

    assert (reply.status_code, reply.json) == (500, {"error": "internal error"})
    lines = log_lines()
    assert [line["event"] for line in lines] == ["bug", "request"]
    assert PHONE not in str(lines)


def test_a_bug_after_the_view_is_answered_in_the_owners_words(scene, log_lines):
    @scene.app.after_request
    def broken(response):
        if response.status_code == 200:
            raise KeyError(PHONE)
        return response

    reply = scene.client.get("/v1/parrot")

    assert (reply.status_code, reply.json) == (500, {"squawk": "egg broken"})
    assert PHONE not in str(log_lines())


class Breaking(io.RawIOBase):
    """A transfer that breaks as a server reports it."""

    def __init__(self, error):
        self.error = error

    def readable(self):
        return True

    def readinto(self, buffer):
        raise self.error


@pytest.mark.parametrize("error", [ConnectionResetError(), ValueError(), Exception("chunk")])
@pytest.mark.parametrize("terminated", [True, False])
def test_a_transfer_that_breaks_is_the_clients_fault(scene, error, terminated):
    extra = {"wsgi.input_terminated": True} if terminated else {}

    reply = scene.client.post(
        "/v1/parrot/echo",
        environ_overrides={"wsgi.input": Breaking(error), "CONTENT_LENGTH": "10", **extra},
    )

    assert (reply.status_code, reply.json) == (400, {"squawk": "pardon"})


@pytest.mark.parametrize(
    ("length", "data", "status"),
    [
        (None, b'{"a": 1}', 200),
        ("8", b'{"a": 1}', 200),
        ("20", b'{"a": 1}', 400),  # the connection closed early
        (None, b'{"a": 1}' + b" " * 1024 * 1024, 413),
        (None, b" " * 3 * 1024 * 1024, 413),
    ],
)
def test_a_body_is_read_whole_or_not_at_all(scene, length, data, status):
    environ = {"wsgi.input": io.BytesIO(data), "wsgi.input_terminated": True}
    if length is not None:
        environ["CONTENT_LENGTH"] = length

    reply = scene.client.post("/v1/parrot/echo", environ_overrides=environ)

    assert reply.status_code == status
