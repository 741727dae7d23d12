"""The three doors of one program: how each platform shows who it is and asks for one member."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from adapter.core import partners, programs
from adapter.core.partners import Credential
from adapter.core.programs import ProgramTerms
from adapter.db import Database, Work
from adapter.protocols import PROTOCOLS
from tests.factories import give_points, make_card, make_member, purse_of
from tests.protocols.house import SECRET_KEY

NAME, SECRET = "KOFE", "of-this-program-alone"
PHONE, CARD, NOBODY = "79260000777", "7755443322", "79260000111"
FORMS = {protocol.name: protocol.credential for protocol in PROTOCOLS}

Headers = dict[str, str]


@dataclass(frozen=True)
class Door:
    """One protocol: the headers of a call with this name and secret, and a call about a phone."""

    protocol: str
    headers: Callable[[str, str], Headers]
    asks: Callable[[str], tuple[str, str, Any]]

    def ask(
        self,
        client: FlaskClient,
        *,
        name: str = NAME,
        secret: str = SECRET,
        phone: str = PHONE,
        **options: Any,
    ) -> TestResponse:
        """The reply to a call about whoever has this phone."""
        method, path, body = self.asks(phone)
        data = None if body is None else json.dumps(body).encode()
        headers = self.headers(name, secret) | options.pop("headers", {})
        return client.open(path, method=method, data=data, headers=headers, **options)


def _till(_name: str, secret: str) -> Headers:
    more = {"x-branch-id": "BR001", "x-pos-id": "P1", "x-source-type": "POS", "x-source-name": "T"}
    return {"Content-Type": "application/json", "x-api-key": secret} | more


def _wallet(name: str, secret: str) -> Headers:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}


def _plugin(name: str, secret: str) -> Headers:
    where = {"X-Merchant-ID": name, "X-Store-ID": "S1", "X-Cash-ID": "C1", "Api-Version": "3"}
    return {"Authorization": f"Bearer {secret}"} | where


DOORS = (
    Door("koshelek", _wallet, lambda phone: ("GET", f"/v1/card?msisdn={phone}", None)),
    Door(
        "fidelizacion",
        _till,
        lambda phone: ("POST", "/v1/member/details", {"member": {"phoneNumber": phone}}),
    ),
    Door("swip", _plugin, lambda phone: ("GET", f"/customer-loyalty-stats?phone={phone}", None)),
)


def add_program(work: Work, code: str, *, secret: str = SECRET, **given: Any) -> ProgramTerms:
    """A program that all three platforms may call with this secret."""
    program = programs.put(work, code=code, name=code, **given).terms()
    for door in DOORS:
        add_credential(work, program, door.protocol, secret=secret)
    return program


def add_credential(
    work: Work,
    program: ProgramTerms,
    protocol: str,
    *,
    secret: str,
    name: str = NAME,
    lives: timedelta | None = None,
) -> Credential:
    """A credential of this program, for as long as it lives."""
    presented = FORMS[protocol].presented(name, secret)
    digest = partners.digest(SECRET_KEY.encode(), protocol, presented)
    credential = partners.create_credential(
        work, program.id, protocol=protocol, name=name, digest=digest
    )
    if lives is not None:
        credential.expires_at = work.now + lives
    return credential


def add_member(work: Work, program: ProgramTerms) -> None:
    """Whoever has `PHONE`, the card `CARD`, and 120 points."""
    member = make_member(work, program, phone=PHONE, first_name="Кенарь")
    make_card(work, program, member, number=CARD)
    give_points(work, purse_of(program, member), "120")


def furnish(database: Database) -> ProgramTerms:
    """The program of the doors, with its member."""
    with database.unit_of_work() as work:
        program = add_program(work, "MAIN")
        add_member(work, program)
    return program


# How each platform enrols somebody: the verb, the path, and the field that holds the phone.
WRITES = {
    "koshelek": ("POST", "/v1/card/anonymous", lambda phone: {"phone": phone}),
    "fidelizacion": (
        "POST",
        "/v1/member/register",
        lambda phone: {"newMemberData": {"phoneNumber": phone}},
    ),
    "swip": ("POST", "/customer-signups", lambda phone: {"phone": phone}),
}
