"""fidelizacion keeps the promises of every protocol."""

from __future__ import annotations

from typing import ClassVar

from werkzeug.test import TestResponse

from adapter.core import members, programs
from adapter.core.members import ConsentKind, IdentityKind
from adapter.core.origins import Place
from adapter.core.programs import ProgramTerms
from adapter.db import Work
from adapter.protocols import fidelizacion
from tests.factories import give_points, make_card, make_member, purse_of
from tests.protocols.contract import (
    CANARY,
    NAME,
    SECRET,
    Call,
    ProtocolContract,
    Refusal,
    Stage,
)

MEMBER = {"phoneNumber": CANARY.phone}
DATA = {
    "phoneNumber": CANARY.phone,
    "email": CANARY.email,
    "firstName": CANARY.first_name,
    "lastName": CANARY.last_name,
    "birthday": str(CANARY.birth_date),
    "allowedSMS": True,
}
SALE = {
    "transactionId": CANARY.card,
    "dateTime": "2026-05-04T08:59:00Z",
    "totalAmount": 1000,
    "employee": CANARY.locality,
    "items": [{"lineId": "1", "code": "T", "name": "Чай", "quantity": 1, "netAmount": 1000}],
}
EVENT = {
    "type": "visit",
    "dateTime": "2026-05-04T08:59:00Z",
    "payload": {"who": CANARY.patronymic, "email": CANARY.email},
}


class TestFidelizacion(ProtocolContract):
    """The promises in the vendor's words."""

    protocol = fidelizacion.protocol
    reads = Call("POST", "/v1/member/details", {"member": MEMBER})
    writes = Call("POST", "/v1/member/update", {"member": MEMBER, "newMemberData": DATA})
    wrong_method = Call("GET", "/v1/member/details")
    unknown_path = Call("POST", "/v1/member/history")
    calls = (
        Call("POST", "/v1/member/register", {"newMemberData": DATA}),
        Call("POST", "/v1/member/update", {"member": MEMBER, "newMemberData": DATA}),
        Call("POST", "/v1/member/details", {"member": MEMBER | {"externalId": CANARY.card}}),
        Call("POST", "/v1/member/shortCode", {"action": "send", "member": MEMBER}),
        Call("POST", "/v1/payment", {"member": MEMBER, "payment": {"action": "pay", "amount": 5}}),
        Call("POST", "/v1/transaction", {"member": MEMBER, "transaction": SALE}),
        Call("POST", "/v1/event", {"member": MEMBER, "event": EVENT}),
    )
    refusals: ClassVar = {
        "unauthenticated": Refusal(401, "4010000"),
        "unknown_path": Refusal(404, "4040000"),
        "wrong_method": Refusal(405, "4050000"),
        "bad_json": Refusal(400, "4000002"),
        "not_an_object": Refusal(400, "1001"),
        "too_large": Refusal(413, "4130000"),
        "cut_off": Refusal(400, "4000002"),
        "encoded": Refusal(415, "4150000"),
        "bad_address": Refusal(404, "4040000"),
        "unavailable": Refusal(500, "500"),
        "internal": Refusal(500, "500"),
    }
    not_here = Refusal(200, "203")
    # 1.2: blanks around a key are trimmed, and no name goes with it.
    wrong_credentials = ((NAME, SECRET + "x"), (NAME, SECRET.upper()), (NAME, ""), (NAME, "\0"))

    def headers(self, name: str, secret: str) -> dict[str, str]:
        """1.2: the key, and what every call must carry."""
        return {
            "Content-Type": "application/json",
            # As a server hands bytes over.
            "x-api-key": secret.encode().decode("latin-1"),
            "x-branch-id": "BR001",
            "x-pos-id": "POS001",
            "x-source-type": "POS",
            "x-source-name": "Simphony",
        }

    def prepare(self, work: Work, program: ProgramTerms) -> None:
        """A member with a card, consents and points, of a program whose sales earn some."""
        canary = make_member(
            work,
            program,
            phone=CANARY.phone,
            email=CANARY.email,
            first_name=CANARY.first_name,
            last_name=CANARY.last_name,
            birth_date=CANARY.birth_date,
            identities=[(IdentityKind.EXTERNAL_ID, "X-1")],
        )
        make_card(work, program, canary, number=CANARY.card)
        members.give_consents(work, canary, {ConsentKind.SMS: True}, place=Place())
        give_points(work, purse_of(program, canary), "120")
        programs.put_rule(
            work, program.id, code="base", kind="spending", terms={"points_per_unit": "1"}
        )

    def code_of(self, response: TestResponse) -> str:
        """2.2."""
        error = response.json.get("error")
        return str(error["code"]) if error else ""

    def test_a_body_is_read_whatever_its_type_is_called(self, stage: Stage) -> None:
        """Not here: 1.3 wants 415 before the body is looked at."""
        self.send(stage, self.reads)
        for content_type in ("", "text/plain", "application/x-www-form-urlencoded", "nonsense"):
            headers = self.headers(NAME, SECRET) | {"Content-Type": content_type}

            response = self.send(stage, self.writes, headers=headers)

            self.assert_refused(response, "encoded")
