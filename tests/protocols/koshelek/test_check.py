"""The conformance check is pleased with a good partner and names the fault of a wrong one."""

from __future__ import annotations

import io
import json
from collections import Counter

import pytest
import requests
import urllib3

from adapter.checks import Outcome, Report, Unreachable
from adapter.protocols.koshelek.check import CLAUSES, Options, run
from tests.protocols.koshelek import partner as good
from tests.protocols.koshelek.partner import Partner, Reply, Request, query_of, serving
from tests.protocols.koshelek.wrong_partners import WRONG

KNOWN = {
    "phone": good.KNOWN_PHONE,
    "blocked_phone": good.BLOCKED_PHONE,
    "pool_number": good.POOL_NUMBER,
    "promo_code": good.PROMO_CODE,
    "receipt": good.RECEIPT,
}


def options(url: str = "http://127.0.0.1:1", **changes) -> Options:
    return Options(**{"url": url, "login": good.LOGIN, "password": good.PASSWORD, **changes})


def over_http(partner: Partner, **changes) -> Report:
    with serving(partner) as url:
        return run(options(url, **changes))


@pytest.fixture
def in_process(monkeypatch):
    """Runs the check with the partner in place of the network, which is several times faster."""

    def check(partner: Partner, **changes) -> Report:
        def send(adapter, prepared, **_):
            path, _, _ = prepared.path_url.partition("?")
            headers, body = prepared.headers, prepared.body or b""
            query = query_of(prepared.path_url)
            reply = partner.answer(Request(prepared.method, path, query, headers, body))
            content = b"" if prepared.method == "HEAD" else reply.body
            raw = urllib3.HTTPResponse(
                io.BytesIO(content), reply.headers, reply.status, preload_content=False
            )
            return adapter.build_response(prepared, raw)

        monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send)
        return run(options(**changes))

    return check


def faults(report: Report) -> set[str]:
    """The clauses found broken, without those which only sum up others."""
    return {fault.clause.id for fault in report.faults(strict=True) if fault.clause.check}


def outcomes(report: Report) -> dict[str, Outcome]:
    return {result.clause.id: result.outcome for result in report.results}


def test_a_conforming_partner_has_no_fault():
    report = over_http(Partner(), **KNOWN)

    assert [(fault.clause.id, fault.detail) for fault in report.faults(strict=True)] == []
    assert report.passed(strict=True)


def test_only_what_cannot_be_seen_from_outside_stays_untested(in_process):
    report = in_process(Partner(), **KNOWN)

    untested = {id for id, outcome in outcomes(report).items() if outcome is Outcome.NOT_TESTED}
    assert untested == {"5.4f", "11.5c", "11.8", "G28", "G30"}


def test_nothing_about_a_partner_needs_to_be_known(in_process):
    report = in_process(Partner())

    assert report.passed(strict=True)
    assert outcomes(report)["5.5c"] is Outcome.NOT_TESTED


@pytest.mark.parametrize(("partner", "broken"), [pytest.param(*w, id=w[0].__name__) for w in WRONG])
def test_a_wrong_partner_is_found_out(in_process, partner, broken):
    report = in_process(partner(), **KNOWN)

    assert faults(report) == broken
    assert not report.passed(strict=True)


def test_a_wrong_partner_is_found_out_over_http():
    for partner, broken in WRONG[:1] + WRONG[-1:]:
        assert faults(over_http(partner(), **KNOWN)) == broken


@pytest.mark.parametrize("partner", [Partner, WRONG[0][0], WRONG[-1][0]])
def test_every_clause_is_reported_exactly_once(in_process, partner):
    report = in_process(partner(), **KNOWN)

    reported = Counter(result.clause.id for result in report.results)
    assert reported == Counter(clause.id for clause in CLAUSES)
    assert set(reported.values()) == {1}


def test_results_are_told_as_they_become_known():
    told = []
    with serving(Partner()) as url:
        report = run(options(url), on_result=told.append)

    assert sorted(told, key=report.results.index) == list(report.results)


def test_advice_fails_the_run_only_when_strict(in_process):
    class Cached(Partner):
        def reply(self, status, document):
            reply = super().reply(status, document)
            del reply.headers["Cache-Control"]
            return reply

    report = in_process(Cached())

    assert report.passed()
    assert not report.passed(strict=True)


@pytest.mark.parametrize("version", ["1.0.0", "1.1.0", "1.2.0"])
def test_an_older_version_is_checked_for_what_it_lacks(in_process, version):
    partner = type("Older", (Partner,), {"version": version})

    report = in_process(partner(), api_version=version)

    assert report.passed(strict=True)
    assert outcomes(report)["G30"] is Outcome.PASSED
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
def test_methods_that_were_not_agreed_are_not_called(in_process, group, clause):
    report = in_process(Partner(), without=frozenset({group}))

    assert report.passed(strict=True)
    assert outcomes(report)[clause] is Outcome.NOT_TESTED


@pytest.mark.parametrize("form", ["bare", "string", "object"])
def test_the_form_of_a_reservation_is_a_setting(in_process, form):
    class Form(Partner):
        def reserve(self):
            number = super().reserve()
            forms = {"string": str(number), "object": {"card": {"cardNumber": str(number)}}}
            return forms.get(form, number)

    other = "string" if form == "bare" else "bare"

    assert faults(in_process(Form(), reservation_form=form)) == set()
    assert faults(in_process(Form(), reservation_form=other)) == {"G1a"}


def test_a_partner_may_answer_422_to_strangers(in_process):
    class Closed(Partner):
        def unauthorized(self):
            return 422

    assert in_process(Closed()).passed(strict=True)
    only_401 = in_process(Closed(), unauthorized_status=frozenset({401}))
    assert "2.1b" in faults(only_401)


def test_lists_may_be_refused_when_they_were_not_agreed(in_process):
    class NoLists(Partner):
        def users(self):
            raise good.Refusal("Не согласовано")

        users_extended = users

    report = in_process(NoLists())

    assert report.passed(strict=True)
    assert outcomes(report)["H"] is Outcome.NOT_TESTED


ODD = [
    b"",
    b"[]",
    b"{}",
    b"null",
    b"1",
    b'"x"',
    b'{"card": []}',
    b'{"card": {"barcode": []}}',
    b'{"card": {"cardNumber": {}, "barcode": {"barcodeType": []}, "bonus": {"bonuses": [1]}}}',
    b'[[], {"date": 1, "params": [1]}]',
    b"[" * 5000,
    b"\xff",
    b"1" * 9000,
    b"1e999999999999",
]


@pytest.mark.parametrize("body", ODD, ids=lambda body: repr(body[:20]))
@pytest.mark.parametrize("status", [200, 422])
def test_whatever_is_answered_the_check_comes_to_its_end(in_process, status, body):
    class Stubborn(Partner):
        def answer(self, request):
            return Reply(status, body, {})

    report = in_process(Stubborn(), **KNOWN)

    assert [result.clause for result in report.results] == list(CLAUSES)
    assert not report.passed()


def test_a_host_that_is_not_there_is_unreachable():
    with pytest.raises(Unreachable):
        run(options("http://127.0.0.1:1", timeout=1.0))


def test_a_host_that_goes_away_fails(in_process):
    class Dying(Partner):
        left = 50

        def answer(self, request):
            self.left -= 1
            if self.left < 0:
                raise requests.ConnectionError("gone")
            return super().answer(request)

    report = in_process(Dying())

    assert "2.3" in faults(report)
    assert "the host stopped answering" in {result.detail for result in report.results}


@pytest.mark.parametrize("status", [400, 413])
def test_a_proxy_may_refuse_hostile_requests_in_its_own_words(in_process, status):
    class Proxy(Partner):
        def answer(self, request):
            if "%00" in request.path or len(request.body) > 1024 * 1024:
                return Reply(status, b"<h1>Bad request</h1>", {"Content-Type": "text/html"})
            return super().answer(request)

    report = in_process(Proxy())

    assert faults(report) == {"G12f", "G35b"}
    assert report.passed()


def test_no_secret_is_shown(in_process):
    class Talkative(Partner):
        def reply(self, status, document):
            reply = super().reply(status, document)
            reply.headers = {"X-Echo": "the password is " + good.PASSWORD}
            return reply

        def error(self, description):
            return {"code": 1, "description": f"{good.PASSWORD} {good.PROMO_CODE} {good.RECEIPT}"}

    report = in_process(Talkative(), **KNOWN)

    shown = json.dumps(report.as_dict(), ensure_ascii=False)
    token = options().authorization.partition(" ")[2]
    assert report.faults()
    for secret in (good.PASSWORD, token, good.PROMO_CODE, good.RECEIPT, good.KNOWN_PHONE):
        assert secret not in shown


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "ftp://example.com"},
        {"url": "example.com"},
        {"url": "https://a:b@example.com"},
        {"url": "https://example.com/?x=1"},
        {"login": "a:b"},
        {"api_version": "2.0.0"},
        {"reservation_form": "xml"},
        {"without": frozenset({"search"})},
    ],
)
def test_options_that_cannot_be_are_named(wrong):
    with pytest.raises(ValueError):
        options(**wrong)


def test_options_do_not_show_their_secrets():
    assert good.PASSWORD not in repr(options())
