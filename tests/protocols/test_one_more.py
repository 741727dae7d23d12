"""One more protocol costs its folder and its name: everything else takes it as it is."""

from __future__ import annotations

import io
import json

import pytest
from flask import Blueprint, Response, request
from marshmallow import Schema, fields
from werkzeug.exceptions import NotFound

from adapter.app import create_app
from adapter.config import Config
from adapter.core import errors, members
from adapter.core.members import IdentityKind
from adapter.db import Database
from adapter.programfile import export, load
from adapter.protocols import PROTOCOLS
from adapter.web import json as exact
from adapter.web.application import Application
from adapter.web.credentials import authenticate, caller, header_key
from adapter.web.errors import reply_for
from adapter.web.protocol import CredentialForm, Protocol
from adapter.web.work import glance
from tests.protocols.house import SECRET_KEY

PHONE = "79166668899"
FAULTS: dict[type[Exception], tuple[str, int]] = {
    errors.Unauthenticated: ("who goes there", 401),
    NotFound: ("nothing here", 404),
    errors.UnknownMember: ("never heard of them", 404),
    Exception: ("oh dear", 500),
}


class Agreed(Schema):
    """What may be agreed with a kiosk."""

    floor = fields.Integer(strict=True)


def refuse(error: Exception) -> Response:
    """Any error in a kiosk's words."""
    words, status = reply_for(error, FAULTS)
    return say({"kiosk": words}, status)


def say(document: object, status: int = 200) -> Response:
    """A reply as kiosks want it."""
    return Response(exact.dumps(document), status, content_type="application/json")


def kiosk() -> Protocol:
    """A whole protocol, as a folder of its own would hold it."""
    blueprint = Blueprint("kiosk", __name__)

    @blueprint.before_request
    def identify() -> None:
        authenticate("kiosk", header_key(request, "X-Kiosk-Key"))

    @blueprint.get("/kiosk/points")
    def show() -> Response:
        person = (IdentityKind.PHONE, request.args.get("phone", ""))
        found = members.spenders(glance(), caller().program, [person])
        if person not in found:
            raise errors.UnknownMember("nobody has this phone")
        return say({"points": found[person].available.minor})

    return Protocol(
        name="kiosk",
        title="A kiosk",
        blueprint=blueprint,
        roots=("/kiosk",),
        refuse=refuse,
        credential_settings=Agreed,
        credential=CredentialForm("key", name="kiosk"),
    )


@pytest.fixture
def served() -> tuple[Protocol, ...]:
    """All that are served, and the kiosk."""
    return (*PROTOCOLS, kiosk())


@pytest.fixture
def app(database: Database, served: tuple[Protocol, ...]) -> Application:
    """An application with a program in which a kiosk has a key and somebody has points."""
    program = {
        "code": "MAIN",
        "credentials": [
            {"protocol": "kiosk", "kiosk": "K-1", "key": "open", "settings": {"floor": 2}}
        ],
        "members": [{"phone": PHONE, "balances": {"points": "12.5"}}],
    }
    given = io.BytesIO(json.dumps({"programs": [program]}).encode())
    load(database, given, pepper=SECRET_KEY.encode(), protocols=served)
    environ = {
        "ADAPTER_DATABASE_URL": database.url.render_as_string(hide_password=False),
        "ADAPTER_SECRET_KEY": SECRET_KEY,
        "ADAPTER_KIOSK_PREFIX": "/shop",
    }
    return create_app(Config.from_environ(environ, protocols=served), database=database)


def test_it_is_served_at_its_root_and_below_its_prefix_in_its_own_words(app: Application) -> None:
    client, key = app.test_client(), {"X-Kiosk-Key": "open"}

    for path in ("/kiosk/points", "/shop/kiosk/points"):
        assert client.get(f"{path}?phone={PHONE}", headers=key).json == {"points": 1250}
        assert client.get(path, headers=key).json == {"kiosk": "never heard of them"}
        refused = client.get(path, headers={"X-Kiosk-Key": "guess"})
        assert (refused.status_code, refused.json) == (401, {"kiosk": "who goes there"})
    assert client.get("/kiosk/nothing").json == {"kiosk": "nothing here"}


def test_the_program_file_knows_its_credentials(
    app: Application, database: Database, served: tuple[Protocol, ...]
) -> None:
    out = io.StringIO()

    export(database, out, protocols=served)

    (program,) = json.loads(out.getvalue())["programs"]
    (credential,) = program["credentials"]
    assert credential == {"protocol": "kiosk", "kiosk": "K-1", "settings": {"floor": 2}}
