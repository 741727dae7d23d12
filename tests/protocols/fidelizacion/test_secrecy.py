"""8.1, section 1.3: no e-mail, phone, key or code in any log; confirmation codes are there."""

from __future__ import annotations

import json
from typing import Any

from adapter.core import codes
from adapter.core.codes import ShortCode
from tests.protocols.contract import broken
from tests.protocols.fidelizacion.people import BY_PHONE, INES, give, grant, register_ines
from tests.protocols.fidelizacion.till import KEY, Till, data_of
from tests.protocols.house import SECRET_KEY

SALE = {
    "transactionId": "R-4711",
    "dateTime": "2026-05-04T08:00:00Z",
    "totalAmount": 1000,
    "employee": "Ana Canario",
}
EVENT = {"type": "visit", "dateTime": "2026-05-04T08:00:00Z", "payload": {"name": "Prat"}}


def play(till: Till) -> tuple[set[str], set[str]]:
    """Every call, good and bad; what must not be in the log, and what must."""
    key = register_ines(till, externalId="CARD-0815")
    secret = {str(INES[name]) for name in ("phoneNumber", "email", "firstName", "birthday")}
    secret |= {key, "CARD-0815", KEY, "612009999", "marta@example.org", "Ana Canario", "Prat"}
    give(till, 1000)
    grant(till, "as_secret")
    codes_told = set()
    for action in ("get", "send"):
        answer = data_of(till.short_code(action, member=BY_PHONE))
        secret |= {answer["shortCode"]} if answer else sent(till)
    till.short_code("verify", shortCode=next(iter(sent(till))))
    till.short_code("verify", shortCode="13572468")
    secret.add("13572468")
    for member in ({"phoneNumber": "612009999"}, {"email": "marta@example.org"}, BY_PHONE):
        till.details(member | {"membershipKey": key})
        till.update(member, firstName="Ines", email="marta@example.org")
        till.register(**INES)
        paid = till.pay(member, 5, transaction=SALE).json
        sold = till.submit(SALE, member=member, usedAssets=["as_secret"]).json
        till.event(EVENT, member=member)
        codes_told |= {one["confirmationCode"] for one in (paid, sold) if "data" in one}
    for one in (till.with_headers(x_api_key="612009999"), till.with_headers(x_branch_id=None)):
        one.details(BY_PHONE)
    till.post("/v1/member/details", json.dumps({"member": INES})[:-2].encode())
    till.post("/v1/member/details/612009999", {})
    till.post("/v1/event?phone=612009999&email=marta@example.org", EVENT)
    with broken(till.app, KeyError("612005544")):
        till.details(BY_PHONE)
    return secret, codes_told


def sent(till: Till) -> set[str]:
    """What the codes that are on their way read."""
    with till.database.reading() as work:
        made = work.session.query(ShortCode).all()
        found = [codes.sending(work, SECRET_KEY.encode(), code.id) for code in made]
        return {one.text for one in found if one is not None}


def test_nothing_personal_is_logged_and_confirmation_codes_are(till: Till, log_lines: Any) -> None:
    secret, codes_told = play(till)

    lines = log_lines()
    told = {line["confirmation_code"] for line in lines if "confirmation_code" in line}
    # An instant, a duration or an id of ours may hold four digits that some code has as well.
    ours = ("timestamp", "ms", "request_id", "credential", "confirmation_code")
    text = json.dumps([{k: v for k, v in line.items() if k not in ours} for line in lines])
    assert len(lines) > 30
    assert {trace for trace in secret if trace in text} == set()
    assert told == codes_told
    assert len(told) == 2


def test_no_refusal_repeats_what_was_sent(till: Till) -> None:
    register_ines(till)
    wrong: list[Any] = [
        till.details({"email": "secret-text"}),
        till.details({"phoneNumber": "secret-text"}),
        till.short_code("secret-text", member=BY_PHONE),
        till.submit(SALE | {"dateTime": "secret-text"}),
        till.submit(SALE, member=BY_PHONE, usedAssets=["secret-text"]),
        till.pay(BY_PHONE, "secret-text"),
        till.with_headers(x_return_assets="secret-text").details(BY_PHONE),
        till.with_headers(content_type="secret-text").details(BY_PHONE),
        till.with_headers(x_api_key="secret-text").details(BY_PHONE),
        till.post("/v1/member/secret-text", {}),
        till.post("/v1/event", b'{"secret-text'),
    ]

    assert [reply.text for reply in wrong if "secret-text" in reply.text] == []
    assert {reply.json["status"] for reply in wrong} == {"error"}
