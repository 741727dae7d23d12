"""The conformance check is pleased with a good host and names the fault of a wrong one."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from adapter.checks import Client, wire
from adapter.protocols.fidelizacion import check
from adapter.protocols.fidelizacion.check import CLAUSES
from tests.checks.contract import Case, CheckContract
from tests.checks.hosts import Reply, Request, assert_found_out, faults, together, untested
from tests.protocols.fidelizacion import (
    check_members,
    wrong_benefits,
    wrong_codes,
    wrong_envelopes,
    wrong_members,
    wrong_payments,
    wrong_sales,
    wrong_values,
    wrong_wire,
)
from tests.protocols.fidelizacion.check_fields import Refusal
from tests.protocols.fidelizacion.check_host import KEY, OTHER_KEY, Host

WRONG = [
    *wrong_wire.WRONG,
    *wrong_envelopes.WRONG,
    *wrong_values.WRONG,
    *wrong_members.WRONG,
    *wrong_codes.WRONG,
    *wrong_benefits.WRONG,
    *wrong_sales.WRONG,
    *wrong_payments.WRONG,
]
KNOWN = {
    "member_with_asset": check_members.ASSET_PHONE,
    "inactive_member": check_members.INACTIVE_PHONE,
    "other_api_key": OTHER_KEY,
}
# What nobody can see from outside, and what this host has no reason to say.
UNSEEN = {"5.4g", "5.7b", "8.1c", "8.2h", "9.6"}
NOT_SAID = {"1a", "1.3d", "5.1l", "8.3b", "9.21", "9.23", "9.32", "9.32b", "9.37", "9.37b"}
ASKS_FOR_KNOWN = {
    *("4.1p", "4.4a", "4.4b", "5.3g", "5.3h", "5.6l", "5.6m", "5.6u", "9.15", "9.27"),
}


CASE = Case(
    client=check,
    host=Host,
    needed={"api_key": KEY},
    known=KNOWN,
    unseen=UNSEEN | NOT_SAID,
    odd=(
        b'{"status": "success"}',
        b'{"status": "success", "data": []}',
        b'{"status": "success", "data": {"member": [], "newBalance": 1, "usedAssets": [1]}}',
        b'{"status": "success", "data": {"member": {"assets": {}, "points": 1e9}, "shortCode": 1}}',
        b'{"status": "success", "data": {"confirmationCode": {}, "appliedDeals": [{}]}}',
        b'{"status": "success", "data": {"confirmationCode": "1", "earnedPoints": true}}',
        b'{"status": "error"}',
        b'{"status": "error", "error": []}',
        b'{"status": "error", "error": {"code": [], "message": {}, "path": 1}}',
        b'{"status": "error", "error": {"code": "1001", "path": null}}',
        b'{"data":' * 900 + b"1" + b"}" * 900,
        b'{"status": 1e999999999999}',
    ),
    impossible=(
        {"api_key": ""},
        {"api_key": "clé"},
        {"branch": " 1"},
        {"other_branch": "CHECK-1"},
        {"phone_prefix": "+34"},
        {"phone_prefix": "123456789"},
        {"registration": "lax"},
        {"payment_codes": "maybe"},
        {"amount": 0},
        {"point_value": -1},
    ),
    secrets=(KEY, OTHER_KEY, check_members.ASSET_PHONE, check_members.INACTIVE_PHONE),
    environ={"CHECK_API_KEY": KEY, "CHECK_OTHER_API_KEY": OTHER_KEY},
    arguments=("--branch", "B1", "--pos", "7"),
)
in_process = CASE.play


class TestCheck(CheckContract):
    case = CASE


class AsksForCodes(Host):
    """A conforming host whose business wants a code for each payment."""

    def verify_payment(self, shop: Any, member: Any, code: str | None) -> None:
        if code is None:
            self.new_code(shop, member)
            self.refuse("4007005")
        if self.use_code(shop, code, member) is None:
            self.refuse("4007004")


def test_nothing_about_a_host_needs_to_be_known():
    report = in_process(Host())

    assert report.passed(strict=True)
    assert untested(report) == UNSEEN | NOT_SAID | ASKS_FOR_KNOWN


@pytest.mark.parametrize("group", together(WRONG, Host))
def test_wrong_hosts_are_found_out(group):
    assert_found_out(group, lambda host: in_process(host, **KNOWN))


def test_every_clause_that_can_be_seen_was_seen_to_fail():
    """Those left over have tests of their own below."""
    failed = set().union(*(broken for _, broken in WRONG))
    others = {"1a", "1g", "4.1a", "5.1l", "8.3b", "9.21"}

    assert {clause.id for clause in CLAUSES if clause.check} - failed == UNSEEN | others


def test_a_host_that_knows_no_phones_fails():
    class Blind(Host):
        def find(self, shop, name, value):
            return None if name == "phoneNumber" else super().find(shop, name, value)

    assert {"4.1a", "5.1i", "5.3b", "6a"} <= faults(in_process(Blind()))


def test_plain_http_is_for_this_machine_only():
    assert faults(in_process(Host(), url="http://host.example.org")) == {"1a"}
    assert "1a" not in untested(in_process(Host(), url="https://host.example.org"))


def test_a_slow_answer_is_a_fault(monkeypatch):
    client = Client("http://127.0.0.1:1", headers={}, allowed=frozenset(), mask=lambda text: text)
    monkeypatch.setattr(Client, "_exchange", lambda *_: (200, {}, b"{}"))

    quick = client.send("POST", "/v1/event")

    assert wire.slow_fault(quick) is None
    assert wire.slow_fault(replace(quick, seconds=5.5)) == "took 5.5 s"


def test_a_strict_business_is_held_to_it():
    class Strict(Host):
        strict = True

    report = in_process(Strict(), **KNOWN, registration="strict")

    assert report.passed(strict=True)
    assert untested(report) == UNSEEN | NOT_SAID - {"5.1l"} | {"4.3d", "5.1f", "5.1g", "5.1k"}
    assert faults(in_process(Host(), registration="strict")) == {"5.1l"}


def test_a_business_that_asks_for_codes_is_held_to_it():
    class OtherWords(AsksForCodes):
        def error(self, refusal: Refusal) -> Any:
            document = super().error(refusal)
            if refusal.code == "4007005":
                document["error"]["message"] = "Code?"
            return document

    class Unasked(Host):
        """Takes a payment without a code."""

    report = in_process(AsksForCodes(), payment_codes="on")

    assert report.passed(strict=True)
    assert not {"5.5a", "8.3b", "9.21"} & untested(report)
    assert faults(in_process(OtherWords(), payment_codes="on")) == {"9.21"}
    assert faults(in_process(Unasked(), payment_codes="on")) == {"8.3b"}


def test_a_host_that_asks_for_codes_unannounced_is_not_held_to_paying():
    report = in_process(AsksForCodes())

    assert "5.5a" in untested(report)


def test_a_host_where_sales_earn_nothing_has_no_payments_to_look_at():
    class Mean(Host):
        def base(self, shop, key, told):
            return 0

    report = in_process(Mean())

    assert report.passed(strict=True)
    assert {"5.5a", "5.6e", "7.2a", "7.6d"} <= untested(report)


def test_a_member_with_points_pays_and_has_them_again():
    class Mean(Host):
        def base(self, shop, key, told):
            return 0

    host = Mean()

    report = in_process(host, member_with_points=check_members.RICH_PHONE)

    assert report.passed(strict=True)
    assert not {"5.5a", "5.5f", "7.2a", "7.6d"} & untested(report)
    assert host.businesses[KEY].members[2].points == 5000


@pytest.mark.parametrize("host", [Host, *(wrong for wrong, _ in WRONG[:1])])
def test_nothing_is_left_behind_but_the_members(host):
    business = (played := host()).businesses[KEY]

    in_process(played, **KNOWN)

    assert len(business.sales) > 50 and len(business.payments) > 20
    assert [sale.id for sale in business.sales.values() if not sale.cancelled] == []
    assert [payment.code for payment in business.payments if not payment.cancelled] == []
    assert business.members[0].assets == {"as_91": "active", "as_92": "expired"}


def test_made_up_members_can_be_told():
    host = Host()

    in_process(host, phone_prefix="99812")

    made_up = [member.profile for member in host.businesses[KEY].members[3:]]
    phones = {profile["phoneNumber"] for profile in made_up if "phoneNumber" in profile}
    emails = [profile["email"].lower() for profile in made_up if "email" in profile]
    assert len(phones) > 50
    # One of them is registered with a zero before the number (3.5).
    assert {phone.removeprefix("0")[:5] for phone in phones} == {"99812"}
    assert all(email.endswith("@example.org") for email in emails)


def test_advice_fails_the_run_only_when_strict():
    class NoPaths(Host):
        def error(self, refusal: Refusal) -> Any:
            return super().error(Refusal(refusal.code, str(refusal)))

    report = in_process(NoPaths())

    assert report.passed()
    assert not report.passed(strict=True)


def test_a_proxy_may_refuse_hostile_requests_in_its_own_words():
    class Proxy(Host):
        def answer(self, request: Request) -> Reply:
            if len(request.body) > 1024 * 1024:
                return Reply(413, b"<h1>Too large</h1>", {"Content-Type": "text/html"})
            return super().answer(request)

    report = in_process(Proxy())

    assert "9.35b" in faults(report)
    assert report.passed()


def test_no_secret_and_nobody_real_is_shown():
    class Talkative(Host):
        def reply(self, status: int, document: Any) -> Reply:
            reply = super().reply(status, document)
            return Reply(status, reply.body, {"X-Echo": f"the key is {KEY}"})

        def error(self, refusal: Refusal) -> Any:
            error = {"code": 1, "message": f"{KEY} {check_members.RICH_PHONE} {OTHER_KEY}"}
            return {"status": "error", "error": error}

        def paid(self, payment: Any, amount: int) -> dict[str, Any]:
            return {**super().paid(payment, amount), "for": payment.member.profile, "amount": "?"}

    host = Talkative()
    real = host.businesses[KEY].members[:3]

    report = in_process(host, **KNOWN, member_with_points=check_members.RICH_PHONE)

    shown = json.dumps(report.as_dict(), ensure_ascii=False)
    assert len(report.faults()) > 20
    assert "***" in shown
    people = [*(member.key for member in real), check_members.RICH_NAME]
    phones = [member.profile["phoneNumber"] for member in real]
    for secret in (KEY, OTHER_KEY, *people, *phones):
        assert secret not in shown
