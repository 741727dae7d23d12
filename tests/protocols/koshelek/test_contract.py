"""Koshelek keeps the promises of every protocol."""

from __future__ import annotations

import base64
from typing import ClassVar

from werkzeug.test import TestResponse

from adapter.core import members, programs
from adapter.core.members import ConsentKind
from adapter.core.origins import Place
from adapter.core.programs import ProgramTerms
from adapter.db import Work
from adapter.protocols import koshelek
from tests.factories import give_points, make_code, make_transaction, purse_of
from tests.protocols.contract import CANARY, Call, ProtocolContract, Refusal
from tests.protocols.koshelek import people

PROFILE = {
    "phone": CANARY.phone,
    "email": CANARY.email,
    "surname": CANARY.last_name,
    "firstname": CANARY.first_name,
    "patronymic": CANARY.patronymic,
    "sex": "m",
    "birthDate": str(CANARY.birth_date),
    "countryCode": "RU",
    "locality": CANARY.locality,
}
CARD = f"/v1/card/{CANARY.card}"
SEARCH = f"msisdn={CANARY.phone}&email={CANARY.email}&birthDate={CANARY.birth_date}"


class TestKoshelek(ProtocolContract):
    """The promises in Koshelek's words."""

    protocol = koshelek.protocol
    reads = Call("GET", CARD)
    writes = Call("POST", CARD, PROFILE)
    wrong_method = Call("DELETE", CARD)
    unknown_path = Call("GET", f"{CARD}/nothing/here")
    calls = (
        Call("GET", f"/v1/card?{SEARCH}"),
        Call("GET", CARD),
        Call("POST", CARD, PROFILE),
        Call("PUT", f"{CARD}/communication", {"allow": ["sms"], "deny": ["call"]}),
        Call("GET", f"{CARD}/purchases?startDate=2025-02-01"),
        Call("GET", "/v1/card/anonymous"),
        Call("POST", f"/v1/card/anonymous/{CANARY.card}", PROFILE),
        Call("POST", "/v1/card/anonymous", PROFILE),
        Call("POST", "/v1/promo/qrCode", {"qrCode": people.RECEIPT, "phone": CANARY.phone}),
        Call("POST", "/v1/promo/code", {"code": "SPRING25", "cardNumber": CANARY.card}),
        Call("GET", "/v1/card/getAllUsers"),
        Call("GET", "/v1/card/getAllUsersExtended"),
        Call("GET", "/v1/offers"),
        Call("POST", "/v1/push", {"messageId": "0a1b", "msisdn": CANARY.phone, "who": PROFILE}),
    )
    refusals: ClassVar = {
        "unauthenticated": Refusal(401, "001"),
        "unknown_path": Refusal(404, "002"),
        "wrong_method": Refusal(405, "003"),
        "bad_json": Refusal(422, "004"),
        "not_an_object": Refusal(422, "004"),
        "too_large": Refusal(422, "004"),
        "cut_off": Refusal(422, "004"),
        "encoded": Refusal(422, "004"),
        "bad_address": Refusal(422, "004"),
        "unavailable": Refusal(422, "090"),
        "internal": Refusal(422, "099"),
    }
    not_here = Refusal(422, "009")
    agreed: ClassVar = {"special_users": True, "receipt_promo": True}

    def headers(self, name: str, secret: str) -> dict[str, str]:
        """HTTP Basic (2.1)."""
        token = base64.b64encode(f"{name}:{secret}".encode()).decode()
        return {"Authorization": f"Basic {token}"}

    def settings(self) -> dict[str, object]:
        """The two routes whose paths the vendor does not print."""
        return {
            "KOSHELEK_OFFERS_PATH": "/v1/offers",
            "KOSHELEK_PUSH_CALLBACK_PATH": "/v1/push",
        }

    def prepare(self, work: Work, program: ProgramTerms) -> None:
        """A holder with channels, points, purchases, on every list there is."""
        canary = people.register(
            work,
            program,
            phone=CANARY.phone,
            card=CANARY.card,
            email=CANARY.email,
            first_name=CANARY.first_name,
            last_name=CANARY.last_name,
            birth_date=CANARY.birth_date,
        )
        members.give_consents(work, canary, {ConsentKind.SMS: True}, place=Place())
        give_points(work, purse_of(program, canary), "120", reason="Покупка 14.02")
        make_transaction(work, program, canary, reference=CANARY.card)
        members.put_special_user(work, program.id, phone=CANARY.phone, params={"tab": "0815"})
        programs.put_offer(work, program.id, code="tea", title="Чай")
        make_code(work, program, code="SPRING25")

    def code_of(self, response: TestResponse) -> str:
        """2.4."""
        return str(response.json["code"]) if response.data else ""
