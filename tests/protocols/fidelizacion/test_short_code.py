"""5.4, 8.2: a code is sent, shown, or checked and used up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from adapter.core import codes
from adapter.core.codes import ShortCode
from adapter.core.outbox import OutboxMessage
from tests.protocols.callers import OF_THE_SHAPE
from tests.protocols.fidelizacion.people import BY_EMAIL, BY_PHONE, INES, register_ines
from tests.protocols.fidelizacion.till import Till, data_of, refusal
from tests.protocols.house import SECRET_KEY
from tests.protocols.state import rows


@pytest.fixture
def till(till: Till) -> Till:
    """A till where Ines is a member."""
    register_ines(till)
    return till


def sendings(till: Till) -> list[tuple[str, str, str]]:
    """What is on its way: to which kind of address, to which, and what it reads."""
    with till.database.reading() as work:
        made = work.session.query(ShortCode).order_by(ShortCode.id).all()
        found = [codes.sending(work, SECRET_KEY.encode(), code.id) for code in made]
        return [(one.kind, one.to, one.text) for one in found if one is not None]


def shown(till: Till, **more: Any) -> str:
    """What the code of Ines reads."""
    return str(data_of(till.short_code("get", member=BY_PHONE | more))["shortCode"])


def test_a_code_is_sent_where_the_member_was_named(till: Till) -> None:
    """8.2; and the answer never holds it."""
    for member, kind, to in (
        (BY_PHONE, "phone", "34612005544"),
        (BY_EMAIL, "email", INES["email"]),
    ):
        answer = till.short_code("send", member=member)

        ((sent_by, address, text),) = sendings(till)
        assert answer.json == {"status": "success", "data": {}}
        assert (sent_by, address) == (kind, to)
        assert len(text) == 4 and text.isdigit()
    with till.database.reading() as work:
        assert work.session.query(OutboxMessage).count() == 2


def test_a_code_is_shown_with_its_time_and_not_sent(till: Till) -> None:
    answer = data_of(till.short_code("get", member=BY_PHONE))

    assert len(answer["shortCode"]) == 4
    assert answer["expiresAt"] == "2026-05-04T09:05:00Z"
    assert sendings(till) == []
    assert data_of(till.short_code("get", member=BY_EMAIL)) == answer


def test_a_code_that_was_sent_may_be_shown(till: Till) -> None:
    till.short_code("send", member=BY_PHONE)
    ((_, _, text),) = sendings(till)

    assert shown(till) == text


def test_sending_again_ends_the_code_before(till: Till) -> None:
    """7.5."""
    first = shown(till)
    till.short_code("send", member=BY_PHONE)
    ((_, _, second),) = sendings(till)

    if first != second:
        assert refusal(till.short_code("verify", shortCode=first))[1] == "4007004"
    assert till.short_code("verify", shortCode=second).json["verified"] is True


@pytest.mark.parametrize("by", [{}, {"member": BY_PHONE}, {"member": BY_EMAIL}])
def test_a_code_is_checked_once(till: Till, by: dict[str, Any]) -> None:
    key = till.details(BY_PHONE).json["member"]["membershipKey"]
    code = shown(till)

    first = data_of(till.short_code("verify", shortCode=code, **by))
    second = refusal(till.short_code("verify", shortCode=code, **by))

    assert first == {"verified": True, "member": {"membershipKey": key}}
    assert second == (200, "4007004", "Invalid verification code", "body.shortCode")


def test_a_code_runs_out(till: Till, clock: Any) -> None:
    code = shown(till)
    clock.advance(timedelta(seconds=300))

    assert refusal(till.short_code("verify", shortCode=code))[1] == "4007004"
    assert shown(till)


def test_a_code_of_another_member_is_wrong(till: Till) -> None:
    till.register(phoneNumber="612009999")
    code = shown(till)
    marta = {"phoneNumber": "612009999"}

    assert refusal(till.short_code("verify", shortCode=code, member=marta))[1] == "4007004"
    assert till.short_code("verify", shortCode=code, member=BY_PHONE).json["verified"]


def test_a_code_of_another_business_is_wrong(make_till: Any, till: Till) -> None:
    other = make_till(code="OTHER", key="other")

    assert refusal(other.short_code("verify", shortCode=shown(till)))[1] == "4007004"


def test_five_wrong_tries_end_a_code(till: Till) -> None:
    """8.2: each is counted although it is refused."""
    code = shown(till)
    wrong = "0000" if code != "0000" else "1111"

    for _ in range(5):
        assert refusal(till.short_code("verify", shortCode=wrong, member=BY_PHONE))[1] == "4007004"

    assert refusal(till.short_code("verify", shortCode=code))[1] == "4007004"


def test_guessing_is_refused_for_a_while(till: Till) -> None:
    for _ in range(50):
        assert refusal(till.short_code("verify", shortCode="x"))[1] == "4007004"

    response = till.short_code("verify", shortCode=shown(till))

    assert refusal(response)[:2] == (429, "4290000")


def test_a_code_that_cannot_be_one_is_wrong(till: Till) -> None:
    for code in ("٤٨٢١", "48 21", "4821\n", "x" * 255, "+482", "4.21"):
        assert refusal(till.short_code("verify", shortCode=code))[1] == "4007004", code


NEEDS: list[tuple[Any, str, str]] = [
    ({}, "action is required", "action"),
    ({"action": "check"}, "action must be one of [send, get, verify]", "action"),
    ({"action": ["verify"]}, "action must be a string", "action"),
    ({"action": "send"}, "member is required", "member"),
    ({"action": "get"}, "member is required", "member"),
    ({"action": "verify"}, "shortCode is required", "shortCode"),
    ({"action": "verify", "member": BY_PHONE}, "shortCode is required", "shortCode"),
    (
        {"action": "send", "member": BY_PHONE | BY_EMAIL},
        "member must contain only one of [phoneNumber, email]",
        "member",
    ),
    (
        {"action": "verify", "shortCode": "1", "member": BY_PHONE | {"externalId": "a"}},
        "member must contain only one of [phoneNumber, email]",
        "member",
    ),
    (
        {"action": "get", "member": {"membershipKey": "a"}},
        "member must contain at least one of [phoneNumber, email]",
        "member",
    ),
    *(
        (
            {"action": action, "shortCode": "1", "member": nobody},
            "member must contain at least one of [phoneNumber, email]",
            "member",
        )
        for action in ("send", "get", "verify")
        for nobody in ({}, {"phoneNumber": None}, {"fax": "1"})
    ),
    (
        {"action": "send", "member": {"email": "x"}},
        "email must be a valid email",
        "member.email",
    ),
]


@OF_THE_SHAPE
def test_what_a_code_needs(till: Till) -> None:
    """5.4."""
    for body, message, where in NEEDS:
        response = till.post("/v1/member/shortCode", body)

        assert refusal(response) == (400, "1001", message, f"body.{where}"), body


def test_an_unknown_member_has_no_code(till: Till) -> None:
    before = rows(till.database)

    for action in ("send", "get", "verify"):
        found = refusal(
            till.short_code(action, member={"email": "no@example.org"}, shortCode="1234")
        )

        assert found[1::2] == ("203", "body.member.email")
    assert rows(till.database) == before


def test_a_business_may_want_longer_codes_that_live_longer(make_till: Any) -> None:
    till = make_till(
        code="LONG", key="long", settings={"short_code_length": 8, "short_code_seconds": 600}
    )
    register_ines(till)

    answer = data_of(till.short_code("get", member=BY_PHONE))

    assert len(answer["shortCode"]) == 8
    assert answer["expiresAt"] == "2026-05-04T09:10:00Z"
