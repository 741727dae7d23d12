"""A canary goes through everything; what is written down anywhere must not sing of it."""

from __future__ import annotations

import json
import logging
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner
from sqlalchemy import select

from adapter.cli import main
from adapter.core import staff
from adapter.core.members import Member
from adapter.core.programs import Program
from adapter.db import Database
from tests.operations import canary
from tests.operations.canary import PERSONAL, SECRETS, Ask, traces
from tests.protocols.server import serving
from tests.security.doors import NAME, add_program

# A server and processes beside it, on machines that have other work as well.
pytestmark = pytest.mark.timeout(400)
ROOT = Path(__file__).parents[2]
PATIENCE = 60
# Where a person stands, from which they are gone when they ask to be forgotten.
OF_PEOPLE = {"members", "identities", "cards", "messages", "events", "special_users"}
NOWHERE = f"postgresql+psycopg://canary:{canary.HOOK}@127.0.0.1:1/none"
# What breaks, and where: see tests/operations/breaking.py.
BREAKS = ("view", "rows", "answer")
VERBS = (
    ["doctor"],
    ["doctor", "--json"],
    ["config", "show"],
    ["db", "check"],
    ["credentials", "list", "--json"],
    ["ledger", "verify"],
    ["jobs", "run"],
    ["jobs", "run", "--json"],
    ["points", "adjust", canary.CARD, "--points", "5", "--reason", "sorry", "--actor", "tests"],
)


@dataclass
class Nest:
    """A program on a server that runs, and all that is written meanwhile, by where it was."""

    url: str
    database: Database
    folder: Path
    environ: dict[str, str]
    written: dict[str, str] = field(default_factory=dict)

    def ask(self, ask: Ask, **headers: str) -> requests.Response:
        """The answer to one call."""
        return answer(self.url, ask, **headers)

    def run(self, *words: str) -> None:
        """Run a command, and keep what it writes."""
        ours = {name: text for name, text in self.environ.items() if name.startswith("ADAPTER_")}
        result = CliRunner().invoke(main, list(words), env=ours)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        self.written[f"adapter {' '.join(words)}"] = result.output + result.stderr

    def run_apart(self, *words: str) -> None:
        """The same, in a process of its own."""
        result = subprocess.run(
            [sys.executable, "-m", "adapter", *words],
            env=self.environ,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert result.returncode == 0, result.stderr
        self.written[f"apart: adapter {' '.join(words)}"] = result.stdout + result.stderr


def answer(url: str, ask: Ask, **headers: str) -> requests.Response:
    """The answer of a server to one call."""
    return requests.request(
        ask.method,
        url + ask.path,
        data=ask.data,
        headers=ask.headers | headers,
        timeout=PATIENCE,
    )


@pytest.fixture
def nest(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Nest]:
    """A server over a program that only canaries use."""
    handlers = list(logging.getLogger().handlers)
    monkeypatch.chdir(tmp_path)  # where no settings file of a developer's lies about
    hook = f"http://user:{canary.HOOK}@127.0.0.1:1/{canary.HOOK}?key={canary.HOOK}"
    with database.unit_of_work() as work:
        add_program(work, "NEST", secret=canary.SECRET, settings={"message_webhook": hook})
        add_program(work, "NEXT", secret="of-the-neighbour")
        hashed = staff.passwords.hash_of(canary.PASSWORD)
        staff.create(work, login="olga", password_hash=hashed, role=staff.Role.MANAGER, by="cli:t")
    settings = {"METRICS_TOKEN": canary.TOKEN, "LOG_LEVEL": "DEBUG", "RATE_LIMITS": "off"}
    plain = {name: text for name, text in os.environ.items() if not name.startswith("ADAPTER_")}
    ours = {f"ADAPTER_{name}": text for name, text in settings.items()}
    ours["ADAPTER_SECRET_KEY"] = canary.SECRET_KEY
    environ = plain | ours | {"ADAPTER_DATABASE_URL": database_url, "PYTHONPATH": str(ROOT)}
    app = "tests.operations.breaking:app"
    with serving(database_url, tmp_path, workers=1, app=app, **settings) as url:
        yield Nest(url, database, tmp_path, environ)
    logging.getLogger().handlers[:] = handlers


def test_nothing_written_sings_of_a_canary_and_no_table_of_one_that_is_forgotten(
    nest: Nest,
) -> None:
    mine = play(nest)
    play_badly(nest)
    look_at_the_console(nest)
    nest.written["metrics"] = read_metrics(nest.url)
    nest.run_apart("worker", "--once")
    for words in VERBS:
        nest.run(*words)
    nest.written["metrics later"] = read_metrics(nest.url)
    log = (nest.folder / "gunicorn.log").read_text()

    assert len(mine) > 10
    lines = [json.loads(line) for line in log.splitlines()]
    assert {"request", "bug", "a request could not be read"} <= {line["event"] for line in lines}
    assert sum(line["event"] == "request" for line in lines) > 100
    nest.written["the log"] = log
    assert found(nest.written, PERSONAL | SECRETS) == {}
    nest.written.clear()
    told = dict(canary.rows(nest.database))
    assert found(told, {**SECRETS, "secret in an address": canary.SECRET}) == {}
    of_people = found(told, PERSONAL)
    # The log of requests, the trail, the outbox, the runs: all others have ids alone.
    assert set(of_people) <= OF_PEOPLE
    assert {"identities", "members"} <= set(of_people)

    assert forget_everybody(nest) >= 1
    assert found(dict(canary.rows(nest.database)), PERSONAL) == {}
    assert found(nest.written, PERSONAL | SECRETS) == {}


def forget_everybody(nest: Nest) -> int:
    """Erase all members of the program; how many there were."""
    with nest.database.reading() as work:
        wanted = select(Member.id).join(Program, Program.id == Member.program_id)
        ids = work.session.scalars(wanted.where(Program.code == "NEST")).all()

    for member_id in ids:
        words = ("members", "erase", str(member_id), "--reason", "asked for it", "--yes")
        nest.run(*words, "--actor", "tests")
    return len(ids)


def test_nothing_that_is_written_sings_where_the_database_is_away(tmp_path: Path) -> None:
    with serving(NOWHERE, tmp_path, workers=1, LOG_LEVEL="DEBUG") as url:
        replies = [answer(url, ask) for ask in canary.calls(NAME, canary.SECRET)]

    log = (tmp_path / "gunicorn.log").read_text()
    assert "database unavailable" in log
    written = {"answers": "\n".join(reply.text for reply in replies), "log": log}
    assert found(written, PERSONAL | SECRETS) == {}


def test_the_tests_own_eye_for_traces_is_sharp() -> None:
    texts = (
        f"x {canary.FIRST.upper()} x",
        json.dumps({"name": canary.LAST}),
        repr(canary.TOWN.encode()).replace("b'", ""),
        f"?email={canary.EMAIL.replace('@', '%40')}",
        f"phone={canary.PHONE}",
        canary.calls(NAME, canary.SECRET)[0].headers["Authorization"],
    )

    assert [len(traces(text, PERSONAL | SECRETS)) > 0 for text in texts] == [True] * len(texts)
    assert traces("nobody 79260000000 in particular", PERSONAL | SECRETS) == set()


def found(written: dict[str, str], sought: dict[str, str]) -> dict[str, set[str]]:
    """What is found, by where."""
    return {where: what for where, text in written.items() if (what := traces(text, sought))}


def play(nest: Nest) -> list[requests.Response]:
    """Everything a canary does that is right, or at least itself; the answers are its own."""
    return [nest.ask(ask) for _ in range(2) for ask in canary.calls(NAME, canary.SECRET)]


def play_badly(nest: Nest) -> None:
    """What goes wrong on the way, and what others are told: nobody is answered with a canary."""
    mine = canary.calls(NAME, canary.SECRET)
    told = [(ask, nest.ask(ask)) for ask in canary.calls(NAME, canary.WRONG)]
    # A neighbour may enrol whom they like, and then knows them; here they only look.
    for ask in canary.calls(NAME, "of-the-neighbour"):
        if ask.method == "GET" or "/details" in ask.path:
            told.append((ask, nest.ask(ask)))
    for how in BREAKS:
        told += [(ask, nest.ask(ask, **{"X-Break": how})) for ask in mine]
    for ask in mine:
        if ask.data is not None:
            told.append((ask, nest.ask(replace(ask, cut=9))))
    for number, (ask, reply) in enumerate(told):
        # What somebody has just said themselves may be repeated to them.
        said = traces(f"{ask.path} {(ask.data or b'').decode()}", PERSONAL)
        headers = "\n".join(f"{name}: {text}" for name, text in reply.headers.items())
        written = f"{headers}\n{reply.text}"
        sung = traces(written, {**PERSONAL, **SECRETS})
        assert sung - said == set(), (number, ask, written)
        assert re.fullmatch(r"[A-Za-z0-9._-]{8,64}", reply.headers["X-Request-ID"])
    port = int(nest.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        sent = f"GET /{canary.PHONE} HTTP/9.{canary.PHONE}\r\nX: {canary.SECRET}\r\n\r\n"
        connection.sendall(sent.encode())
        nest.written["unreadable"] = connection.makefile("rb").read().decode()


def look_at_the_console(nest: Nest) -> None:
    """Somebody signs in, not at once, and looks for the canary: pages may tell, logs may not."""
    with requests.Session() as browser:
        address = f"{nest.url}/admin/sign-in"
        for password in (canary.WRONG, canary.PASSWORD):
            signed = _token_in(browser.get(address, timeout=PATIENCE).text)
            fields = {"csrf_token": signed, "login": "olga", "password": password}
            reply = browser.post(address, data=fields, timeout=PATIENCE)
        assert reply.status_code == 200, reply.text
        assert "/admin/sign-in" not in reply.url
        for path in (
            f"/admin/p/NEST/members?q={canary.PHONE}",
            f"/admin/p/NEST/members?q={canary.LAST}",
            f"/admin/p/NEST/members?q={canary.CARD}",
            f"/admin/p/NEST/trail?actor={canary.PHONE}",
            f"/admin/p/NEST/members/{canary.PHONE}",
            "/admin/p/NEST/jobs",
            "/admin/p/NEST/requests",
        ):
            assert browser.get(nest.url + path, timeout=PATIENCE).status_code < 500


def read_metrics(url: str) -> str:
    """What Prometheus reads."""
    headers = {"Authorization": f"Bearer {canary.TOKEN}"}
    reply = requests.get(f"{url}/metrics", headers=headers, timeout=PATIENCE)
    assert reply.status_code == 200
    return reply.text


def _token_in(page: str) -> str:
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
