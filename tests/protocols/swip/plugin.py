"""The till plugin as the tests play it: its token at one merchant, its requests, our replies."""

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
# An example as the specification prints it.
sample = partial(read_sample, SAMPLES)
TOKEN = "0f6c2d5e-70a1-4b52-9d0e-3c1b8a7f4e21"
MERCHANT, STORE, CASH = "KOFE", "Store 7", "12"
PLACE = Place("swip", STORE, CASH)
HEADERS = {
    "Authorization": f"Bearer {TOKEN}",
    "X-Merchant-ID": MERCHANT,
    "X-Store-ID": STORE,
    "X-Cash-ID": CASH,
    "Api-Version": "3",
}
STATS, PROFILE, SIGNUPS = "/customer-loyalty-stats", "/customer-profile", "/customer-signups"
ORDERS = "/pos-orders"


def add_token(
    work: Work,
    program: ProgramTerms,
    *,
    merchant: str = MERCHANT,
    token: str = TOKEN,
    agreed: dict[str, Any] | None = None,
) -> None:
    """Give a merchant of this program a token, with what was agreed on."""
    digest = partners.digest(SECRET_KEY.encode(), "swip", token)
    partners.create_credential(
        work, program.id, protocol="swip", name=merchant, digest=digest, settings=agreed
    )


@dataclass(frozen=True)
class Plugin:
    """A plugin in a till of a merchant's, which was given its token."""

    app: Application
    client: FlaskClient
    database: Database
    program: ProgramTerms
    headers: tuple[tuple[str, str], ...] = tuple(HEADERS.items())

    def open(self, method: str, path: str, **options: Any) -> TestResponse:
        """The reply to any request with the headers of this plugin."""
        return self.client.open(path, method=method, headers=list(self.headers), **options)

    def get(self, path: str, **query: Any) -> TestResponse:
        """The reply to a GET; `pass_="x"` asks for `pass=x`."""
        return self.open("GET", path, query_string=as_query(query))

    def post(self, path: str, body: object = None, **query: Any) -> TestResponse:
        """The reply to a POST, with a JSON body if there is one; bytes are left as they are."""
        return self.open("POST", path, data=written(body), query_string=as_query(query))

    def with_headers(self, **changes: str | None) -> Plugin:
        """The same plugin with other headers: `x_store_id="Store 8"`; None leaves one out.

        What is not ASCII goes over the wire as it stands, one byte for each character.
        """
        named = {name.replace("_", "-"): text for name, text in changes.items()}
        headers = {**{name.lower(): text for name, text in self.headers}, **named}
        kept = tuple((name, text) for name, text in headers.items() if text is not None)
        return replace(self, headers=kept)

    def stats(self, **query: Any) -> TestResponse:
        """§5."""
        return self.get(STATS, **query)

    def points(self, **query: Any) -> int:
        """§5.2, of an answer that has to be a good one."""
        response = self.stats(**query)
        assert response.status_code == 200, response.text
        assert list(response.json) == ["points"]
        return int(response.json["points"])

    def profile(self, **query: Any) -> TestResponse:
        """§6."""
        return self.get(PROFILE, **query)

    def sign_up(self, **told: Any) -> TestResponse:
        """§7."""
        return self.post(SIGNUPS, told)


def as_query(query: dict[str, Any]) -> dict[str, Any]:
    """Parameters by the vendor's names, of which one is a word of Python."""
    return {name.rstrip("_"): value for name, value in query.items()}


def written(body: object) -> bytes | None:
    """A body as the plugin writes it."""
    if body is None or isinstance(body, bytes):
        return body
    return json.dumps(body, ensure_ascii=False).encode()


def refused(response: TestResponse) -> tuple[int, int]:
    """The status and the number of a refusal."""
    return response.status_code, response.json["code"]


def refusal(response: TestResponse) -> tuple[int, int, str]:
    """The status, the number and the description of a refusal."""
    return *refused(response), response.json["description"]


def fields_of(response: TestResponse) -> list[str] | None:
    """The fields that a refusal blames, in its order."""
    found = response.json["fieldErrors"]
    return None if found is None else [each["field"] for each in found]
