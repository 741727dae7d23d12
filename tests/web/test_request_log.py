"""One line per request, useful to the operator and empty of people."""

from __future__ import annotations

import base64
import logging

import pytest

PHONE = "79995550142"


def test_a_line_says_who_what_and_how_it_ended(scene, polly, log_lines):
    basic = base64.b64encode("polly:пароль:1".encode()).decode()

    scene.client.get("/v1/parrot/cage", headers={"Authorization": f"Basic {basic}"})

    (line,) = log_lines()
    assert line["ms"] >= 0
    assert {key: line[key] for key in line if key not in ("ms", "timestamp", "request_id")} == {
        "event": "request",
        "level": "info",
        "protocol": "parrot",
        "method": "GET",
        "rule": "/v1/parrot/cage",
        "status": 200,
        "refusal": None,
        "program": "BIRDS",
        "credential": str(polly.id),
    }
    assert "пароль" not in str(line) and basic not in str(line)


@pytest.mark.parametrize(
    ("method", "path", "rule"),
    [
        ("GET", f"/v1/parrot/feather/{PHONE}?msisdn={PHONE}", "/v1/parrot/feather/<name>"),
        ("HEAD", f"/v1/parrot/unknown/{PHONE}", None),
        ("POST", f"/v1/parrot/feather/{PHONE}", None),
        ("GET", f"/{PHONE}", None),
        (f"X{PHONE}", "/v1/parrot", None),
        (
            "GET",
            f"/v1/parrot/feather/{PHONE}%0d%0a%7b%22event%22:1%7d",
            "/v1/parrot/feather/<name>",
        ),
    ],
)
def test_no_persons_data_is_logged(scene, log_lines, method, path, rule):
    body = f'{{"phone": "{PHONE}"}}'

    scene.client.open(path, method=method, data=body, headers={"User-Agent": PHONE})

    (line,) = log_lines()
    assert line["rule"] == rule
    assert PHONE not in str(line)


def test_a_sane_request_id_is_taken_over_and_returned(scene, log_lines):
    reply = scene.client.get("/v1/parrot", headers={"X-Request-ID": "till-7.2025_01"})

    assert reply.headers["X-Request-ID"] == "till-7.2025_01"
    assert log_lines()[0]["request_id"] == "till-7.2025_01"


# Digits without a letter may be somebody's phone or card.
REPLACED = ["", "short", "a b c d e f g", "x" * 65, '1234567a"', "абвгдежз", PHONE, "2026-11-21.07"]


@pytest.mark.parametrize("given", REPLACED)
def test_any_other_request_id_is_replaced(scene, log_lines, given):
    environ = {"HTTP_X_REQUEST_ID": given.encode().decode("latin-1")}

    reply = scene.client.get("/v1/parrot", environ_overrides=environ)

    assert len(reply.headers["X-Request-ID"]) == 32
    assert log_lines()[0]["request_id"] == reply.headers["X-Request-ID"]


def test_the_ids_of_two_requests_do_not_mix(scene, log_lines):
    ids = [scene.client.get("/v1/parrot").headers["X-Request-ID"] for _ in range(2)]

    assert [line["request_id"] for line in log_lines()] == ids
    assert ids[0] != ids[1]


def test_libraries_warn_in_the_same_form(scene, log_lines):
    try:
        raise ValueError(PHONE)
    except ValueError:
        logging.getLogger("some.library").exception("rollback failed")

    (line,) = log_lines()
    assert (line["event"], line["logger"], line["level"]) == (
        "rollback failed",
        "some.library",
        "error",
    )
    assert "ValueError" in line["traceback"] and PHONE not in str(line)
