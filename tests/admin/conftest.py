"""The console as a browser without scripts sees it, on the test's database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from adapter.admin.sessions import CSRF, Visit
from adapter.app import create_app
from adapter.config import Config
from adapter.core import staff
from adapter.core.cards import Card
from adapter.core.members import Member
from adapter.core.programs import ProgramTerms
from adapter.core.staff import Role, StaffUser
from adapter.db import Database
from adapter.web.application import Application
from tests import factories

SECRET_KEY = "of-the-tests-and-of-nobody-else-!"
PASSWORD = "correct horse battery"
COOKIE = "adapter_session"


class Browser(FlaskClient):
    """A test client that fills in the token every form has."""

    token: str | None = None  # of its session
    user: StaffUser | None = None

    @property
    def csrf(self) -> str:
        """What the forms of this browser's pages are signed with."""
        app = self.application
        visit = Visit(app.extensions["console"], self.token)
        secret = app.extensions["console"].key_for("csrf").hex()
        signer = URLSafeTimedSerializer(secret, salt="wtf-csrf-token")
        signed = signer.dumps(dict(visit)[CSRF])
        return str(signed)

    def post(self, url: str, **fields: Any) -> TestResponse:
        """The answer to a form; with `data` exactly that is sent, and `headers` are headers."""
        more = {name: fields.pop(name) for name in ("headers", "content_type") if name in fields}
        data = fields.pop("data", None)
        if data is None:
            data = {CSRF: self.csrf} | fields
        return super().post(url, data=data, **more)

    def follow(self, response: TestResponse) -> TestResponse:
        """The page that a redirect leads to."""
        assert response.status_code == 303, response.text
        return self.get(response.headers["Location"])


@dataclass
class Console:
    """An application with its console, and browsers of people who work with it."""

    app: Application
    database: Database
    made: int = 0

    def browser(self, token: str | None = None) -> Browser:
        """A browser, of nobody yet."""
        client = Browser(self.app)
        if token is not None:
            client.token = token
            client.set_cookie(COOKIE, token, path="/admin")
        return client

    def hire(
        self,
        role: Role | str = Role.MANAGER,
        *,
        login: str | None = None,
        programs: list[str] | None = None,
        language: str = "en",
        password_hash: str = "none",
    ) -> StaffUser:
        """Somebody new, with a password only if its hash is given: hashing takes long."""
        self.made += 1
        with self.database.unit_of_work() as work:
            return staff.create(
                work,
                login=login or f"{role}{self.made}",
                password_hash=password_hash,
                role=Role(role),
                program_codes=programs,
                language=language,
                by="cli:tests",
            )

    def sign_in(self, role: Role | str = Role.MANAGER, **about: Any) -> Browser:
        """The browser of somebody new with this role, signed in."""
        return self.admit(self.hire(role, **about))

    def admit(self, user: StaffUser) -> Browser:
        """One more browser of somebody, signed in."""
        with self.database.unit_of_work() as work:
            token = staff.open_session(work, user, browser="Firefox, Linux")
        browser = self.browser(token)
        browser.user = user
        return browser


@dataclass(frozen=True)
class Shop:
    """A program with two members, cards and sales; and one next door."""

    program: ProgramTerms
    anna: Member
    boris: Member
    card: Card  # Anna's
    neighbour: ProgramTerms
    stranger: Member  # the neighbour's

    @property
    def url(self) -> str:
        """Where its pages are."""
        return f"/admin/p/{self.program.code}"


@pytest.fixture(autouse=True)
def hashed_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords that are hashed in no time: that it takes long on purpose shows in the core's."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr("adapter.core.staff.passwords._HASHER", quick)


@pytest.fixture
def make_console(database: Database) -> Callable[..., Console]:
    """A function that makes an application with a console, with other settings if wanted."""

    def make(**settings: object) -> Console:
        environ = {
            "ADAPTER_DATABASE_URL": database.url.render_as_string(hide_password=False),
            "ADAPTER_SECRET_KEY": SECRET_KEY,
        }
        environ |= {f"ADAPTER_{name}": str(value) for name, value in settings.items()}
        return Console(create_app(Config.from_environ(environ), database=database), database)

    return make


@pytest.fixture
def console(make_console: Callable[..., Console]) -> Console:
    """An application with its console."""
    return make_console()


@pytest.fixture
def shop(database: Database) -> Shop:
    """A program with people in it."""
    with database.unit_of_work() as work:
        program, neighbour = factories.make_program(work), factories.make_program(work)
        factories.make_rule(work, program)
        anna = factories.make_member(
            work,
            program,
            phone="79005550142",
            email="anna@example.com",
            first_name="Анна",
            last_name="Ёлкина",
        )
        boris = factories.make_member(work, program, first_name="Борис", last_name="Быков")
        card = factories.make_card(work, program, anna, number="5600000142")
        factories.make_card(work, program, boris)
        for member in (anna, boris):
            factories.give_points(work, factories.purse_of(program, member), 100)
        factories.submit(work, program, anna, factories.bought(work))
        stranger = factories.make_member(work, neighbour, first_name="Чужой")
    return Shop(program, anna, boris, card, neighbour, stranger)
