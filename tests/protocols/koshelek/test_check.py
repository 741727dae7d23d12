"""The conformance check is pleased with a good partner and names the fault of a wrong one."""

from __future__ import annotations

import json

import pytest

from adapter.checks import Outcome
from adapter.protocols.koshelek import check
from tests.checks.contract import Case, CheckContract, seen
from tests.checks.hosts import Reply, Request, assert_found_out, faults, together
from tests.protocols.koshelek import partner as good
from tests.protocols.koshelek.partner import Partner
from tests.protocols.koshelek.wrong_partners import WRONG

CASE = Case(
    client=check,
    host=Partner,
    needed={"login": good.LOGIN, "password": good.PASSWORD},
    known={
        "phone": good.KNOWN_PHONE,
        "blocked_phone": good.BLOCKED_PHONE,
        "pool_number": good.POOL_NUMBER,
        "promo_code": good.PROMO_CODE,
        "receipt": good.RECEIPT,
    },
    unseen={"5.4f", "11.5c", "11.8", "G28", "G30"},
    odd=(
        b'{"card": []}',
        b'{"card": {"barcode": []}}',
        b'{"card": {"cardNumber": {}, "barcode": {"barcodeType": []}, "bonus": {"bonuses": [1]}}}',
        b'[[], {"date": 1, "params": [1]}]',
        b"1e999999999999",
    ),
    impossible=(
        {"login": "a:b"},
        {"api_version": "2.0.0"},
        {"reservation_form": "xml"},
        {"without": frozenset({"search"})},
    ),
    secrets=(good.PASSWORD, good.PROMO_CODE, good.RECEIPT, good.KNOWN_PHONE, good.BLOCKED_PHONE),
    environ={"CHECK_PASSWORD": good.PASSWORD},
    arguments=("--login", good.LOGIN),
)
in_process = CASE.play


class TestCheck(CheckContract):
    case = CASE


def test_nothing_about_a_partner_needs_to_be_known():
    report = in_process(Partner())

    assert report.passed(strict=True)
    assert seen(report)["5.5c"] is Outcome.NOT_TESTED


@pytest.mark.parametrize("group", together(WRONG, Partner))
def test_wrong_partners_are_found_out(group):
    assert_found_out(group, lambda partner: in_process(partner, **CASE.known))


def test_advice_fails_the_run_only_when_strict():
    class Cached(Partner):
        def reply(self, status, document):
            reply = super().reply(status, document)
            del reply.headers["Cache-Control"]
            return reply

    report = in_process(Cached())

    assert report.passed()
    assert not report.passed(strict=True)


@pytest.mark.parametrize("version", ["1.0.0", "1.1.0", "1.2.0"])
def test_an_older_version_is_checked_for_what_it_lacks(version):
    partner = type("Older", (Partner,), {"version": version})

    report = in_process(partner(), api_version=version)

    assert report.passed(strict=True)
    assert seen(report)["G30"] is Outcome.PASSED
    assert faults(in_process(Partner(), api_version=version)) == {"G30"}


@pytest.mark.parametrize(
    ("group", "clause"),
    [
        ("reservation", "5.6a"),
        ("direct", "5.8a"),
        ("purchases", "5.5a"),
        ("code", "5.9a"),
        ("receipt", "5.9b"),
    ],
)
def test_methods_that_were_not_agreed_are_not_called(group, clause):
    report = in_process(Partner(), without=frozenset({group}))

    assert report.passed(strict=True)
    assert seen(report)[clause] is Outcome.NOT_TESTED


@pytest.mark.parametrize("form", ["bare", "string", "object"])
def test_the_form_of_a_reservation_is_a_setting(form):
    class Form(Partner):
        def reserve(self):
            number = super().reserve()
            forms = {"string": str(number), "object": {"card": {"cardNumber": str(number)}}}
            return forms.get(form, number)

    other = "string" if form == "bare" else "bare"

    assert faults(in_process(Form(), reservation_form=form)) == set()
    assert faults(in_process(Form(), reservation_form=other)) == {"G1a"}


def test_a_partner_may_answer_422_to_strangers():
    class Closed(Partner):
        def unauthorized(self):
            return 422

    assert in_process(Closed()).passed(strict=True)
    only_401 = in_process(Closed(), unauthorized_status=frozenset({401}))
    assert "2.1b" in faults(only_401)


def test_lists_may_be_refused_when_they_were_not_agreed():
    class NoLists(Partner):
        def users(self):
            raise good.Refusal("Не согласовано")

        users_extended = users

    report = in_process(NoLists())

    assert report.passed(strict=True)
    assert seen(report)["H"] is Outcome.NOT_TESTED


@pytest.mark.parametrize("status", [400, 413])
def test_a_proxy_may_refuse_hostile_requests_in_its_own_words(status):
    class Proxy(Partner):
        def answer(self, request: Request) -> Reply:
            if "%00" in request.path or len(request.body) > 1024 * 1024:
                return Reply(status, b"<h1>Bad request</h1>", {"Content-Type": "text/html"})
            return super().answer(request)

    report = in_process(Proxy())

    assert faults(report) == {"G12f", "G35b"}
    assert report.passed()


def test_no_secret_is_shown_that_a_partner_knows():
    class Talkative(Partner):
        def error(self, description: str) -> object:
            return {"code": 1, "description": " ".join(CASE.secrets)}

    report = in_process(Talkative(), **CASE.known)

    shown = json.dumps(report.as_dict(), ensure_ascii=False)
    token = CASE.options().authorization.partition(" ")[2]
    assert report.faults()
    assert [secret for secret in (*CASE.secrets, token) if secret in shown] == []
