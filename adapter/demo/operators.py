"""The people around it: the manager at the console, and the engineer at the pages of the API."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import requests

from adapter.core import staff
from adapter.core.programs import ProgramTerms
from adapter.core.staff import Role
from adapter.db import Database
from adapter.demo.cast import Cast
from adapter.demo.rules import CODE
from adapter.demo.screen import Screen
from adapter.protocols import PROTOCOLS

LOGIN = "manager"
TIMEOUT = 10
_SIGNED = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Operator:
    """Somebody who may sign in to the console."""

    login: str
    password: str = field(repr=False)


def employ(database: Database) -> Operator:
    """A manager of the retailer, with a password of this demo alone."""
    password = staff.passwords.generate()
    kept = staff.passwords.hash_of(password)
    database.run(
        lambda work: staff.create(
            work,
            login=LOGIN,
            password_hash=kept,
            role=Role.MANAGER,
            by="cli:demo",
            program_codes=[CODE],
        )
    )
    return Operator(LOGIN, password)


def play(screen: Screen, cast: Cast, operator: Operator) -> None:
    """The manager signs in, looks at the figures and at Olga; the engineer opens the documents."""
    screen.chapter(
        "☺",
        "The people around it",
        "The manager at the console, and the engineer who connects the next till.",
    )
    with requests.Session() as browser:
        browser.trust_env = False
        _sign_in(screen, cast.access.url, browser, operator)
        _look_around(screen, cast, browser, cast.terms)
    _read_documents(screen, cast.access.url)


def _sign_in(screen: Screen, url: str, browser: requests.Session, operator: Operator) -> None:
    screen.step(f"{operator.login} signs in at {url}/admin")
    page = browser.get(f"{url}/admin/sign-in", timeout=TIMEOUT)
    signed = _SIGNED.search(page.text)
    form = {
        "csrf_token": signed[1] if signed else "",
        "login": operator.login,
        "password": operator.password,
    }
    answer = browser.post(f"{url}/admin/sign-in", data=form, timeout=TIMEOUT)
    screen.expected("signed in, on the page of the figures", answer.url.endswith("/home"))


def _look_around(
    screen: Screen, cast: Cast, browser: requests.Session, terms: ProgramTerms
) -> None:
    pages = f"{cast.access.url}/admin/p/{terms.code}"
    screen.step(f"looks for {cast.olga.phone}")
    found = browser.get(f"{pages}/members", params={"q": cast.olga.phone}, timeout=TIMEOUT)
    screen.expected(
        "finds Olga, and her phone is masked",
        found.ok and cast.olga.last_name in found.text and cast.olga.phone not in found.text,
        seen=found.status_code,
    )
    screen.step("looks at what the platforms asked lately")
    answer = browser.get(f"{pages}/requests", timeout=TIMEOUT)
    screen.expected("the request log is there", answer.ok, seen=answer.status_code)


def _read_documents(screen: Screen, url: str) -> None:
    screen.step(f"the engineer opens {url}/docs")
    for protocol in PROTOCOLS:
        answer = requests.get(f"{url}/docs/{protocol.name}/openapi.json", timeout=TIMEOUT)
        calls = len(answer.json()["paths"]) if answer.ok else 0
        screen.expected(
            f"{protocol.title}: an OpenAPI document of {calls} paths",
            calls > 0,
            seen=answer.status_code,
        )
