"""A CRM that is down, slow or wrong is as good as none, and costs no longer than was agreed."""

from __future__ import annotations

import json
import time

import pytest
from sqlalchemy import func, select

from adapter.core.members import Member
from adapter.crm import lines
from tests.crm.register import ANNA, PHONE, dripping, said, silent
from tests.protocols.callers import OF_THE_SHAPE

CRLF = b"\r\n"
HEAD = b"HTTP/1.1 200 OK" + CRLF + b"Content-Type: application/json" + CRLF


def nobody_came(house):
    with house.database.reading() as work:
        return work.session.scalar(select(func.count()).select_from(Member)) == 0


@OF_THE_SHAPE
@pytest.mark.parametrize(
    "answer",
    [
        said(500, {"error": "down"}),
        said(302, ANNA, Location="http://127.0.0.1:1/elsewhere"),
        said(301, ANNA),
        said(401, ANNA),
        said(201, ANNA),
        said(429),
        said(200, body=b""),
        said(200, body=b"<html><body>Anna</body></html>", Content_Type="text/html"),
        said(200, body=json.dumps(ANNA).encode()[:-1]),
        said(200, body=b"\xff\xfe{}"),
        said(200, body=b"[" * 60_000),
        said(200, body=b'{"phone": NaN}'),
        said(200, body=json.dumps(ANNA | {"note": "x" * 70_000}).encode()),
        said(200, body=b"x" * 100, Content_Encoding="gzip"),
    ],
)
def test_what_is_no_answer_is_as_if_nobody_had_been_asked(house, register, answer):
    register.answer = answer

    assert not house.enrol(PHONE)

    assert nobody_came(house)
    assert house.told == ["failed"]
    assert [one.path for one in register.asked] == ["/loyalty"]


@OF_THE_SHAPE
@pytest.mark.parametrize(
    "changes",
    [
        {"phone": "79005550199"},
        {"phone": None},
        {"phone": True},
        {"phone": ["79005550142"]},
        {"phone": "9" * 40},
        {"first_name": {"ru": "Анна"}},
        {"first_name": "An\0na"},
        {"first_name": "x" * 256},
        {"first_name": "\ud800"},
        {"email": 1.5},
        {"birth_date": "31.01.1990"},
        {"birth_date": "2990-01-31"},
        {"birth_date": 1990},
        {"gender": "unknown"},
        {"card_number": "x" * 51},
        {"card_number": "no digit"},
        {"external_id": 10**40},
        {"consents": {"sms": "yes"}},
        {"consents": {"sms": 1}},
    ],
)
def test_an_answer_that_cannot_be_true_enrols_nobody(house, register, changes):
    register.knows(ANNA | changes)

    assert not house.enrol(PHONE)

    assert nobody_came(house)
    assert house.told == ["wrong"]


@pytest.mark.parametrize(
    "answer", [said(404), said(204), said(200, {}), said(200, []), said(200, None, body=b"null")]
)
def test_a_crm_that_knows_nobody_is_believed_for_a_while(house, register, answer):
    register.answer = answer

    assert not house.enrol(PHONE)
    assert not house.enrol(PHONE)
    assert house.told == ["nobody", "nobody, as before"]

    house.watch.now += 61
    register.knows(ANNA)
    assert house.enrol(PHONE)


def test_a_crm_that_is_not_there_is_as_if_nobody_had_been_asked(make_house):
    house = make_house(url="http://127.0.0.1:1/loyalty")

    assert not house.enrol(PHONE)

    assert house.told == ["failed"]


@pytest.mark.parametrize(
    "head",
    [b"", b"HTTP/1.1 200 OK" + CRLF + b"X-Slow: ", HEAD + b"Content-Length: 60000" + CRLF * 2],
    ids=["status line", "headers", "body"],
)
def test_a_crm_that_drips_is_left_when_the_time_is_over(make_house, register, head):
    # Each byte comes long before the time-out of a read: only the whole can be over.
    house = make_house(timeout_ms=200)
    register.answer = dripping(register, head)

    assert not house.enrol(PHONE)

    assert house.told == ["failed"]


def test_a_line_that_was_left_is_cut_and_its_thread_is_free_again(
    make_house, register, monkeypatch
):
    monkeypatch.setattr(lines, "THREADS", 2)
    house = make_house(timeout_ms=150, failures=1000)
    register.answer = dripping(register, HEAD + b"Content-Length: 60000" + CRLF * 2)

    # More of them than there are threads to make calls.
    assert not any(house.enrol(f"7900555{number:04}") for number in range(4))

    register.knows(ANNA)
    until = time.monotonic() + 60
    while not (found := house.enrol(PHONE)) and time.monotonic() < until:
        pass  # each try takes its time
    assert found


def test_a_silent_crm_is_left_when_the_time_is_over(make_house, register):
    house = make_house(timeout_ms=100)
    register.answer = silent(register)

    assert not house.enrol(PHONE)

    assert house.told == ["failed"]


def test_a_crm_in_a_private_network_is_not_asked_where_the_operator_says_so(make_house, register):
    house = make_house(public_only=True)
    register.knows(ANNA)

    assert not house.enrol(PHONE)

    assert register.asked == []
    assert house.told == ["failed"]


def test_nothing_personal_is_logged(house, register, capsys):
    register.knows(ANNA | {"first_name": 7.5})

    house.enrol(PHONE)

    said_of_it = capsys.readouterr()
    for word in ("555", "Ёлкина", "nna@", "7.5"):
        assert word not in said_of_it.out + said_of_it.err
