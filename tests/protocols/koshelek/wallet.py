"""Koshelek's server as the tests play it: its login at one partner, its requests, our replies."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from adapter.core import partners
from adapter.core.programs import ProgramTerms
from adapter.db import Database, Work
from adapter.web.application import Application
from tests.protocols.callers import read_sample
from tests.protocols.house import SECRET_KEY

# An example as the vendor prints it.
sample = partial(read_sample, Path(__file__).parent / "samples")
LOGIN, PASSWORD = "wallet", "пароль:1"


def basic(login: str = LOGIN, password: str = PASSWORD) -> str:
    """The Authorization header of RFC 7617."""
    return "Basic " + base64.b64encode(f"{login}:{password}".encode()).decode()


def add_login(
    work: Work,
    program: ProgramTerms,
    *,
    login: str = LOGIN,
    password: str = PASSWORD,
    agreed: dict[str, Any] | None = None,
) -> None:
    """Give Koshelek a login of this program, with what was agreed on."""
    digest = partners.digest(SECRET_KEY.encode(), "koshelek", f"{login}:{password}")
    partners.create_credential(
        work, program.id, protocol="koshelek", name=login, digest=digest, settings=agreed
    )


@dataclass(frozen=True)
class Wallet:
    """Koshelek's server, and the partner who gave it a login."""

    app: Application
    client: FlaskClient
    database: Database
    program: ProgramTerms

    def get(self, path: str, **query: str) -> TestResponse:
        """The reply to a GET."""
        return self.client.get(path, query_string=query)

    def post(self, path: str, body: object, **options: Any) -> TestResponse:
        """The reply to a POST with a JSON body."""
        return self.client.post(path, data=written(body), **options)

    def put(self, path: str, body: object, **options: Any) -> TestResponse:
        """The reply to a PUT with a JSON body."""
        return self.client.put(path, data=written(body), **options)


def written(body: object) -> bytes:
    """A body as Koshelek writes it; bytes are left as they are."""
    return body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()


def refusal(response: TestResponse) -> tuple[int, str]:
    """The status and the code of a refusal."""
    return response.status_code, response.json["code"]


def is_empty(response: TestResponse) -> bool:
    """Whether it is a success of zero bytes (G10)."""
    return (response.status_code, response.data) == (200, b"")
