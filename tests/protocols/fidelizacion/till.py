"""A till as the tests play it: its key at one business, its requests, our replies."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from adapter.core import partners
from adapter.core.origins import Place
from adapter.core.programs import ProgramTerms
from adapter.db import Database, Work
from adapter.web.application import Application
from tests.protocols.callers import read_sample
from tests.protocols.house import SECRET_KEY

SAMPLES = Path(__file__).parent / "samples"
# An exchange as the vendor's text prints it: `request`, `answer`, perhaps `headers`.
sample = partial(read_sample, SAMPLES)
KEY = "till-key-of-the-tests"
BRANCH, TERMINAL = "BR001", "POS001"
PLACE = Place("fidelizacion", BRANCH, TERMINAL)
HEADERS = {
    "Content-Type": "application/json",
    "x-api-key": KEY,
    "x-branch-id": BRANCH,
    "x-pos-id": TERMINAL,
    "x-source-type": "POS",
    "x-source-name": "Simphony",
    "x-source-version": "19.4",
}


def add_key(
    work: Work,
    program: ProgramTerms,
    *,
    key: str = KEY,
    agreed: dict[str, Any] | None = None,
) -> None:
    """Give the tills of this program a key, with what was agreed on."""
    digest = partners.digest(SECRET_KEY.encode(), "fidelizacion", key)
    partners.create_credential(
        work, program.id, protocol="fidelizacion", name="tills", digest=digest, settings=agreed
    )


@dataclass(frozen=True)
class Till:
    """A terminal, and the business that gave it a key."""

    app: Application
    client: FlaskClient
    database: Database
    program: ProgramTerms
    headers: tuple[tuple[str, str], ...] = tuple(HEADERS.items())

    def post(self, path: str, body: object, **options: Any) -> TestResponse:
        """The reply to a POST with a JSON body; bytes are left as they are."""
        data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        return self.client.post(path, data=data, headers=dict(self.headers), **options)

    def with_headers(self, **changes: str | None) -> Till:
        """The same till with other headers: `x_branch_id="BR002"`; None leaves one out."""
        named = {name.replace("_", "-"): text for name, text in changes.items()}
        headers = {**{name.lower(): text for name, text in self.headers}, **named}
        kept = tuple((name, text) for name, text in headers.items() if text is not None)
        return replace(self, headers=kept)

    def register(self, **told: Any) -> TestResponse:
        """5.1."""
        return self.post("/v1/member/register", {"newMemberData": told})

    def update(self, member: dict[str, Any], **told: Any) -> TestResponse:
        """5.2."""
        return self.post("/v1/member/update", {"member": member, "newMemberData": told})

    def details(self, member: dict[str, Any], **more: Any) -> TestResponse:
        """5.3."""
        return self.post("/v1/member/details", {"member": member} | more)

    def short_code(self, action: str, **more: Any) -> TestResponse:
        """5.4."""
        return self.post("/v1/member/shortCode", {"action": action} | more)

    def pay(self, member: dict[str, Any], amount: Any, **more: Any) -> TestResponse:
        """5.5."""
        payment = {"action": "pay", "amount": amount} | more.pop("payment", {})
        return self.post("/v1/payment", {"member": member, "payment": payment} | more)

    def cancel_payment(self, member: dict[str, Any], code: str, **told: Any) -> TestResponse:
        """5.5."""
        payment = {"action": "cancel", "confirmationCode": code} | told
        return self.post("/v1/payment", {"member": member, "payment": payment})

    def submit(self, sale: dict[str, Any], **more: Any) -> TestResponse:
        """5.6."""
        return self.post("/v1/transaction", {"transaction": sale} | more)

    def cancel(self, code: str, **more: Any) -> TestResponse:
        """5.6."""
        return self.post("/v1/transaction", {"action": "cancel", "confirmationCode": code} | more)

    def event(self, event: dict[str, Any], **more: Any) -> TestResponse:
        """5.7."""
        return self.post("/v1/event", {"event": event} | more)


def refusal(response: TestResponse) -> tuple[int, str, str, str | None]:
    """The status, the code, the message and the path of a refusal."""
    error = response.json["error"]
    return response.status_code, error["code"], error["message"], error.get("path")


def refused(response: TestResponse) -> tuple[int, str]:
    """The status and the code of a refusal."""
    return refusal(response)[:2]


def data_of(response: TestResponse) -> dict[str, Any]:
    """The payload of a success."""
    assert response.json["status"] == "success", response.text
    return response.json["data"]
