"""Two invented protocols, a parrot and a crow, that show what the web layer promises."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Blueprint, Response, g, request
from flask.testing import FlaskClient
from marshmallow import Schema, fields
from sqlalchemy import text
from werkzeug.exceptions import HTTPException

from adapter.core import errors as core
from adapter.core import partners, programs
from adapter.core.programs import Program
from adapter.db import Base, CommitUnknown, Database
from adapter.web import credentials, logs, mount
from adapter.web import json as exact
from adapter.web.application import Application
from adapter.web.credentials import CredentialCache, authenticate, basic
from adapter.web.errors import reply_for
from adapter.web.protocol import BASIC, Protocol, settings_of
from adapter.web.settings import route_path, setting
from adapter.web.work import reading, unit_of_work

PEPPER = b"p" * 32
PHONE = "79995550142"


@dataclass(frozen=True)
class ParrotSettings:
    """What the process may choose for parrots."""

    greeting: str = setting("ahoy", "what a parrot says first")
    perch: str = setting("", "the path of a route, off by default", check=route_path)
    token: str = setting("", "a secret", secret=True)
    birds: int = setting(1, "how many", between=(1, 9))
    words: tuple[str, ...] = setting((), "what it knows")


@dataclass(frozen=True)
class CrowSettings:
    """Nothing to choose."""


class Seed(Schema):
    """A parrot's food."""

    name = fields.String(required=True)


class Nothing(Schema):
    """A credential without settings."""


@dataclass
class Scene:
    """An application, a client of it, and what its views are told to do."""

    app: Application
    client: FlaskClient
    database: Database
    trouble: list[Exception] = field(default_factory=list)
    runs: int = 0


FAULTS: dict[type[Exception], tuple[int, str]] = {
    core.Unauthenticated: (401, "who are you"),
    core.Unavailable: (503, "asleep"),
    core.Refused: (409, "no"),
    exact.BadJson: (400, "mumbling"),
    exact.NotAnObject: (400, "not a thing"),
    exact.BodyTooLarge: (413, "too big to swallow"),
    exact.EncodedBody: (415, "will not unwrap"),
    HTTPException: (0, "pardon"),
    Exception: (500, "egg broken"),
}


def squawk(body: Any, status: int = 200) -> Response:
    """A reply as parrots give it."""
    return Response(exact.dumps(body), status, content_type="application/parrot+json")


def refuse(error: Exception) -> Response:
    """Any error in a parrot's words."""
    status, words = reply_for(error, FAULTS)
    return squawk({"squawk": words}, status or getattr(error, "code", 500))


def caw(error: Exception) -> Response:
    """A crow breaks even while it refuses."""
    raise KeyError(PHONE)


parrots = Blueprint("parrot", __name__)


@parrots.record
def add_perch(state: Any) -> None:
    """A route whose path is a setting."""
    path = settings_of(ParrotSettings, state.app).perch
    if path:
        state.add_url_rule(path, view_func=perch)


def perch(place: str) -> Response:
    """Where it sits."""
    return squawk({"sits": place})


@parrots.get("/v1/parrot")
def greet() -> Response:
    """Say hello."""
    return squawk({"says": settings_of(ParrotSettings).greeting})


@parrots.post("/v1/parrot/echo")
def echo() -> Response:
    """Repeat what was said."""
    return squawk(exact.read_object(request))


@parrots.post("/v1/parrot/seed")
def seed() -> Response:
    """Eat one seed; fail as the scene says, halfway."""
    name = Seed().load(exact.read_object(request))["name"]
    scene = g.scene
    with unit_of_work() as work:
        scene.runs += 1
        work.session.execute(text("INSERT INTO seeds VALUES (:name)"), {"name": name})
        if scene.trouble:
            raise scene.trouble.pop(0)
    return squawk({"ate": name})


@parrots.get("/v1/parrot/seeds")
def seeds() -> Response:
    """How many were eaten."""
    with reading() as work:
        return squawk({"seeds": work.session.scalar(text("SELECT count(*) FROM seeds"))})


@parrots.get("/v1/parrot/trouble")
def trouble() -> Response:
    """Fail as the scene says."""
    raise g.scene.trouble.pop(0)


@parrots.get("/v1/parrot/cage")
def cage() -> Response:
    """Only for those who know."""
    return squawk({"name": authenticate("parrot", basic(request)).name})


@parrots.get("/v1/parrot/sql")
def sql() -> Response:
    """A statement that breaks with a person's number in its parameters."""
    with unit_of_work() as work:
        work.session.execute(text("INSERT INTO seeds VALUES (:name, 1)"), {"name": PHONE})
    return squawk({})


@parrots.get("/v1/parrot/feather/<name>")
def feather(name: str) -> Response:
    """One feather."""
    return squawk({"feather": name})


crows = Blueprint("crow", __name__)


@crows.get("/v1/<anything>/greedy/<other>")
def greedy(anything: str, other: str) -> Response:
    """A route that would match on others' paths."""
    return squawk({"crow": other})


parrot = Protocol(
    name="parrot",
    title="Parrot",
    blueprint=parrots,
    roots=("/v1/parrot", "/squawk"),
    refuse=refuse,
    settings=ParrotSettings,
    credential_settings=Nothing,
    credential=BASIC,
    root_settings=("perch",),
)
crow = Protocol(
    name="crow",
    title="Crow",
    blueprint=crows,
    roots=("/v1/crow", "/v1/parrot/nest"),
    refuse=caw,
    settings=CrowSettings,
    credential_settings=Nothing,
    credential=BASIC,
)


@pytest.fixture
def birds() -> tuple[Protocol, Protocol]:
    """The parrot and the crow."""
    return parrot, crow


@pytest.fixture
def clock() -> list[float]:
    """The time the credential cache goes by."""
    return [0.0]


@pytest.fixture
def make_scene(tmp_path: Path, clock: list[float]) -> Any:
    """A function that makes an application over a fresh SQLite file."""
    made: list[Database] = []

    def make(
        *, parrot_at: tuple[bool, str] = (True, "/parrot"), crow_on: bool = True, perch: str = ""
    ) -> Scene:
        logs.configure("INFO")
        database = Database(f"sqlite:///{tmp_path}/{len(made)}.db", serving=True)
        made.append(database)
        tables = [Program.__table__, partners.Credential.__table__]
        Base.metadata.create_all(database.engine, tables=tables)
        with database.unit_of_work() as work:
            work.session.execute(text("CREATE TABLE seeds (name TEXT)"))
        app = Application("test")
        app.extensions["database"] = database
        credentials.install(app, CredentialCache(PEPPER, timer=lambda: clock[0]))
        root, prefix = parrot_at
        mount.mount(app, parrot, settings=ParrotSettings(perch=perch), root=root, prefix=prefix)
        if crow_on:
            mount.mount(app, crow, settings=CrowSettings(), root=True, prefix="/crow")
        scene = Scene(app, app.test_client(), database)
        app.before_request(lambda: setattr(g, "scene", scene))
        return scene

    yield make
    for database in made:
        database.dispose()


@pytest.fixture
def scene(make_scene: Any) -> Scene:
    """An application with both birds at their roots and below their prefixes."""
    return make_scene()


@pytest.fixture
def polly(scene: Scene) -> Any:
    """The credential `polly:пароль:1` of a parrot."""
    presented = "polly:пароль:1"
    with scene.database.unit_of_work() as work:
        program = Program(code="BIRDS", created_at=work.now, **programs.DEFAULTS)
        work.session.add(program)
        work.session.flush()
        digest = partners.digest(PEPPER, "parrot", presented)
        return partners.create_credential(
            work, program.id, protocol="parrot", name="polly", digest=digest
        )


@pytest.fixture
def log_lines(capsys: pytest.CaptureFixture[str]) -> Any:
    """A function that gives the log lines written since it was last asked."""
    return lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]


@pytest.fixture
def lost_commit() -> Exception:
    """A commit nobody knows the end of."""
    return CommitUnknown("the connection was lost during the commit")


@pytest.fixture(autouse=True)
def _root_handlers() -> Any:
    before = list(logging.getLogger().handlers)
    yield
    logging.getLogger().handlers[:] = before
