"""Somebody who is like nobody else, and where traces of them are found."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote_plus

from sqlalchemy import inspect, text

from adapter.db import Database
from tests.protocols.house import SECRET_KEY

PHONE = "79268417735"
EMAIL = "kenar.zhuzhelka@canary-nest.example"
FIRST, LAST, PATRONYMIC = "Щегловитая", "Кенарейкина-Жужелица", "Чижовна"
BORN = "1987-03-29"
CARD = "7788990011223344"
TOWN = "Верхнекенарск"
PASSES = "PASS-CANARY-5521-0077"
SECRET = "tweet!of-one-canary:alone"
WRONG = "tweet?of-another-canary"
TOKEN = "canary-metrics-token-0123"
HOOK = "canary-hook-secret-77aa"
PASSWORD = "canary correct horse battery"
PERSONAL = {
    "phone": PHONE,
    "phone as one writes it": "926 841-77-35",
    "the end of the phone": PHONE[1:],
    "e-mail": EMAIL,
    "first name": FIRST,
    "last name": LAST,
    "patronymic": PATRONYMIC,
    "birth date": BORN,
    "birth date as one writes it": "29.03.1987",
    "card": CARD,
    "town": TOWN,
    "pass": PASSES,
}
SECRETS = {
    "secret": SECRET,
    "wrong secret": WRONG,
    "secret key": SECRET_KEY,
    "metrics token": TOKEN,
    "secret in an address": HOOK,
    "password": PASSWORD,
}


@dataclass(frozen=True)
class Ask:
    """One call: as whom, and what is said."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any = None
    cut: int = 0  # so many bytes of the body are missing

    @property
    def data(self) -> bytes | None:
        """The body as it travels."""
        if self.body is None:
            return None
        whole = json.dumps(self.body, ensure_ascii=False).encode()
        return whole[: len(whole) - self.cut]


def calls(name: str, secret: str) -> list[Ask]:
    """What a canary does on every platform, with this credential."""
    wallet = {"Authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}
    wallet |= {"Content-Type": "application/json"}
    till = {"x-api-key": secret, "x-branch-id": "BR001", "x-pos-id": "P1", "x-source-type": "POS"}
    till |= {"x-source-name": "T", "Content-Type": "application/json"}
    plugin = {"Authorization": f"Bearer {secret}", "X-Merchant-ID": name, "X-Store-ID": "S1"}
    plugin |= {"X-Cash-ID": "C1", "Api-Version": "3", "Content-Type": "application/json"}
    profile = {"phone": f"+{PHONE}", "email": EMAIL, "surname": LAST, "firstname": FIRST}
    profile |= {"patronymic": PATRONYMIC, "birthdate": BORN, "sex": "f", "locality": TOWN}
    found, by_card = {"phoneNumber": PHONE}, {"externalId": CARD}
    sale = {"transactionId": "R-1", "dateTime": "2026-02-14T10:20:00Z", "totalAmount": 44900}
    line = {"lineId": "1", "code": "K", "name": "Coffee", "departmentCode": "HOT", "quantity": 1}
    sale |= {"items": [line | {"netAmount": 44900}]}
    paying = {"action": "pay", "amount": 500}
    event = {"type": "visit", "dateTime": "2026-02-14T10:20:00Z", "payload": {"who": FIRST}}
    person = {"phoneNumber": PHONE, "email": EMAIL, "firstName": FIRST, "lastName": LAST}
    person |= {"birthday": BORN, "externalId": CARD, "allowedSMS": True, "gdpr": True}
    signup = {"phone": PHONE, "name": f"{LAST} {FIRST}", "birthday": BORN, "email": EMAIL}

    def at_till(path: str, **body: Any) -> Ask:
        return Ask("POST", f"/v1/{path}", till, body)

    return [
        Ask("POST", "/v1/card/anonymous", wallet, profile),
        Ask("GET", f"/v1/card?msisdn={PHONE}", wallet),
        Ask("GET", f"/v1/card?email={quote(EMAIL)}", wallet),
        Ask("GET", f"/v1/card/{CARD}", wallet),
        Ask("GET", f"/v1/card/{CARD}/purchases?since=01.01.2026", wallet),
        at_till("member/register", newMemberData=person),
        at_till("member/register", newMemberData=person | {"email": PHONE}),
        at_till("member/details", member=found),
        at_till("member/details", member=by_card),
        at_till("member/details", member={"email": EMAIL}),
        at_till("member/update", member=found, newMemberData=person),
        at_till("member/shortCode", member=found, action="send"),
        at_till("member/shortCode", member=found, shortCode={"action": "send"}),
        at_till("transaction", member=found, transaction=sale),
        at_till("payment", member=found, payment=paying, transaction=sale),
        at_till("payment", member=found, payment=paying | {"amount": 10**9}, transaction=sale),
        at_till("event", member=found, event=event),
        Ask("POST", "/customer-signups", plugin, signup),
        Ask("GET", f"/customer-loyalty-stats?phone=%2B{PHONE}", plugin),
        Ask("GET", f"/customer-profile?phone={PHONE}", plugin),
        Ask("GET", f"/customer-loyalty-stats?pass={PASSES}", plugin),
        Ask("GET", f"/v1/card/{CARD}/{PHONE}/{quote(LAST)}", wallet),
        Ask("DELETE", f"/customer-profile/{PHONE}", plugin),
        Ask("GET", f"/nowhere/{PHONE}?email={quote(EMAIL)}", {}),
    ]


def traces(written: str, sought: dict[str, str]) -> set[str]:
    """Which of what is sought stands in a text, however it is written there."""
    # As it is, as a URL has it, as JSON has it, and as Python has bytes.
    plain = _unescaped(written)
    octets = plain.encode("latin-1", "ignore").decode("utf-8", "ignore")
    forms = {form.casefold() for form in (written, unquote_plus(written), plain, octets)}
    return {
        what
        for what, value in sought.items()
        for form in (value, *_in_base64(value))
        if any(form.casefold() in one for one in forms)
    }


def rows(database: Database) -> Iterator[tuple[str, str]]:
    """Every table, and all that stands in it."""
    with database.engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            found = connection.execute(text(f'SELECT * FROM "{table}"')).mappings()
            yield table, "\n".join(str({name: _plain(row[name]) for name in row}) for row in found)


def _plain(value: Any) -> Any:
    return (
        bytes(value).decode("utf-8", "replace") if isinstance(value, bytes | memoryview) else value
    )


def _unescaped(text: str) -> str:
    return text.encode("latin-1", "backslashreplace").decode("unicode_escape", "replace")


def _in_base64(value: str) -> Iterator[str]:
    # It may begin at any of three places of a group; its ends depend on what is beside it.
    for before in range(3):
        text = base64.b64encode(b" " * before + value.encode()).decode().rstrip("=")
        yield text[4 if before else 0 : -4]
