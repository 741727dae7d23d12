"""SWiP keeps the promises of every protocol, of lookups, of signups and of orders alike."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

from werkzeug.test import TestResponse

from adapter.core import orders
from adapter.core.members import IdentityKind
from adapter.core.origins import Place
from adapter.core.programs import ProgramTerms
from adapter.db import Work
from adapter.protocols import swip
from adapter.protocols.swip import mapping, schemas
from adapter.web import json as exact
from tests.factories import give_points, make_card, make_member, purse_of
from tests.protocols.contract import (
    CANARY,
    NAME,
    OTHER_SECRET,
    SECRET,
    Call,
    ProtocolContract,
    Refusal,
    Stage,
)
from tests.protocols.state import rows
from tests.protocols.swip.bills import LINE, TABLE, told
from tests.protocols.swip.plugin import ORDERS, PROFILE, SIGNUPS, STATS

NEWCOMER = {
    "phone": "79260000778",
    "firstName": CANARY.first_name,
    "lastName": CANARY.last_name,
    "birthday": str(CANARY.birth_date),
}
STORE, CASH = "Test storeID", "1231"
LOOKUPS = (
    Call("GET", f"{STATS}?phone={CANARY.phone}"),
    Call("POST", f"{STATS}?pass={CANARY.card}"),
    Call("POST", STATS, {"phone": CANARY.phone, "pass": CANARY.card}),
    Call("GET", f"{PROFILE}?phone={CANARY.phone}&pass={CANARY.card}"),
    Call("POST", PROFILE, {"phone": CANARY.phone}),
)


def check(number: int) -> dict[str, Any]:
    """A check of one bill, told by a cashier, of a line that says for whom it is."""
    return told(
        merchantOrderId=f"check-{number}",
        parentRefId=TABLE,
        merchantCashier=f"{CANARY.last_name} {CANARY.patronymic}",
        purchases=[LINE | {"name": f"Торт «{CANARY.first_name}, {CANARY.locality}»"}],
    )


# An order that is there, and from its beginning to its end what is told of it and of its bill.
ORDER_ID = uuid.UUID("b7c1b1a0-54d2-4d63-9a1e-0c8a5d2e1f10")
ORDER = f"{ORDERS}/{ORDER_ID}"
OF_THE_ORDER = (
    Call("GET", ORDER),
    Call("POST", f"{ORDER}/bind", {"phone": CANARY.phone}),
    Call("POST", f"{ORDERS}/bind", {"parentRefId": TABLE, "pass": CANARY.card}),
    Call("POST", f"{ORDER}/loyalty", {"points": 20}),
    Call("POST", f"{ORDERS}/loyalty", {"parentRefId": TABLE, "points": 30}),
    Call("POST", f"{ORDER}/close", {"amount": 380}),
    Call("POST", f"{ORDER}/refund", {"amount": 100}),
)


class TestSwip(ProtocolContract):
    """The promises in the vendor's words."""

    protocol = swip.protocol
    reads = Call("GET", f"{PROFILE}?phone={CANARY.phone}")
    writes = Call("POST", SIGNUPS, NEWCOMER)
    wrong_method = Call("DELETE", PROFILE)
    unknown_path = Call("GET", f"{PROFILE}/history")
    calls = (
        *LOOKUPS,
        Call("POST", SIGNUPS, NEWCOMER),
        Call("POST", ORDERS, check(2)),
        *OF_THE_ORDER,
    )
    refusals: ClassVar = {
        "unauthenticated": Refusal(401, "1001"),
        "unknown_path": Refusal(404, "1004"),
        "wrong_method": Refusal(405, "1005"),
        "bad_json": Refusal(400, "1011"),
        "not_an_object": Refusal(400, "1011"),
        "too_large": Refusal(400, "1011"),
        "cut_off": Refusal(400, "1011"),
        "encoded": Refusal(400, "1011"),
        "bad_address": Refusal(400, "1011"),
        "unavailable": Refusal(500, "1000"),
        "internal": Refusal(500, "1000"),
    }
    not_here = Refusal(400, "9")
    agreed: ClassVar = {"orders": True}
    # §2: blanks around a token are trimmed, and another merchant's name is a 403.
    wrong_credentials = (
        (NAME, SECRET + "x"),
        (NAME, SECRET.upper()),
        (NAME, ""),
        ("", SECRET),
        (" ", SECRET),
        (NAME, "\0"),
        ("nobody", SECRET + "x"),
    )

    def headers(self, name: str, secret: str) -> dict[str, str]:
        """§2: the token, whose it is, and where the till stands."""
        return {
            # As a server hands bytes over.
            "Authorization": f"Bearer {secret}".encode().decode("latin-1"),
            "X-Merchant-ID": name,
            "X-Store-ID": STORE,
            "X-Cash-ID": CASH,
        }

    def prepare(self, work: Work, program: ProgramTerms) -> None:
        """A customer with a pass, a card and points, and an open order that is nobody's yet."""
        canary = make_member(
            work,
            program,
            phone=CANARY.phone,
            first_name=CANARY.first_name,
            last_name=CANARY.last_name,
            birth_date=CANARY.birth_date,
            identities=[(IdentityKind.PASS, CANARY.card)],
        )
        make_card(work, program, canary, number="7755443399")
        give_points(work, purse_of(program, canary), "120")
        document = exact.parse(json.dumps(check(1)))
        given = schemas.orders.load(schemas.orders.NewOrder, document, decimals=2)
        order = orders.start(
            work,
            program,
            mapping.orders.sale(given, merchant=NAME),
            gross_minor=given["gross_minor"],
            parent_reference=given["parent"],
            life=timedelta(hours=1),
            place=Place("swip", STORE, CASH, actor=given["cashier"]),
        )
        order.id = ORDER_ID

    def code_of(self, response: TestResponse) -> str:
        """§4.6."""
        return str(response.json.get("code", ""))

    def test_credentials_of_another_program_see_nothing_of_this_one(self, stage: Stage) -> None:
        """Not the whole of it: whoever is a customer here may become one there (§7.3)."""
        before = rows(stage.database)
        signup = replace(self.writes, body={"phone": CANARY.phone})
        refused = [(call, self.not_here) for call in LOOKUPS]
        refused += [(call, self.refusals["unknown_path"]) for call in OF_THE_ORDER]

        for call, wanted in refused:
            response = self.send(stage, call, secret=OTHER_SECRET)

            assert Refusal(response.status_code, self.code_of(response)) == wanted
            assert CANARY.first_name not in response.text
        assert rows(stage.database) == before
        enrolled = self.send(stage, signup, secret=OTHER_SECRET)
        assert (enrolled.status_code, enrolled.json["name"]) == (200, "")
        after = rows(stage.database)
        assert all(set(found) <= set(after[table]) for table, found in before.items())

    def test_a_repeated_write_says_and_leaves_the_same(self, stage: Stage) -> None:
        """Leaves the same, but says that the customer is there already (§7.3)."""
        first = self.send(stage, self.writes)
        after_first = rows(stage.database)
        second = self.send(stage, self.writes)

        assert first.status_code == 200
        assert (second.status_code, self.code_of(second)) == (422, "1020")
        assert rows(stage.database) == after_first

    def test_a_body_is_read_whatever_its_type_is_called(self, stage: Stage) -> None:
        """By two calls, for a signup works once."""
        types = (None, "text/plain", "application/x-www-form-urlencoded", "nonsense")
        for number, content_type in enumerate(types):
            body = {"phone": f"7926000088{number}"}
            for call in (replace(self.writes, body=body), Call("POST", PROFILE, body)):
                response = self.send(stage, call, content_type=content_type)

                assert response.status_code == 200, (content_type, response.text)
                assert response.json["phone"] == body["phone"]
