"""The pages of the console over a program with a past: how long the server takes for each."""

from __future__ import annotations

import random
import re
import statistics
import time
from collections.abc import Iterator
from datetime import timedelta

import requests
from sqlalchemy import text

from adapter.core import staff, stats
from adapter.core.staff import Role
from adapter.db import Database
from bench import history, shop
from bench.beside import rows_of
from bench.databases import Engine
from bench.options import Options
from bench.results import Fact, Result, Target
from bench.rounds import BadRound
from bench.server import OURS, Server, serving

# A manager sees most pages, and an engineer the others.
PEOPLE = {"manager": Role.MANAGER, "engineer": Role.ENGINEER}
PASSWORD = "a password for measuring"  # nosec B105
LONGEST_MS = 300
TIMEOUT = 60
_SIGNED = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')


def run(engine: Engine, options: Options) -> Result:
    """Each page several times, of other members each time, over as many members as `sizes` ends
    with, or over a database that was filled before.
    """
    found = Result("console", engine.name)
    url = options.filled or _fill(engine, options.sizes[-1], options, found)
    database = Database(url)
    try:
        _employ(database)
        _roll_up(database, found, is_new=not options.filled)
        known = _some_members(database, options.rounds * 3)
    finally:
        database.dispose()
    found.facts += [
        Fact("members", rows_of(url, "members"), ""),
        Fact("postings", rows_of(url, "postings"), ""),
    ]
    with serving(OURS, **shop.settings(url)) as server:
        medians = [_looked_at(server, found, *page) for page in _pages(known)]
    worst = max(medians)
    found.targets.append(Target("ms of the slowest page, its median", LONGEST_MS, worst, True))
    return found


def _fill(engine: Engine, size: int, options: Options, found: Result) -> str:
    url = engine.make(f"console_{size}")
    shop.open_shop(url)
    began = time.perf_counter()
    history.write_all(url, shop.enrol_all(url, size, with_points=False), accruals=options.accruals)
    engine.settle(url)
    found.facts.append(Fact("filled in", time.perf_counter() - began, "s"))
    return url


def _employ(database: Database) -> None:
    kept = staff.passwords.hash_of(PASSWORD)
    with database.reading() as work:
        there = {user.login for user in staff.users(work)}
    for login, role in PEOPLE.items():
        if login in there:
            continue
        database.run(
            lambda work, login=login, role=role: staff.create(
                work, login=login, password_hash=kept, role=role, by="cli:bench"
            )
        )


def _roll_up(database: Database, found: Result, *, is_new: bool) -> None:
    """The figures from the first row on where that was not done before, and then once more with
    nothing new.
    """
    for name in ("rolled up from the first row", "rolled up with nothing new")[not is_new :]:
        began, rows = time.perf_counter(), 0
        while True:
            rolled = stats.roll_up(database)
            rows += rolled.rows
            if rolled.is_complete:
                break
        found.facts += [
            Fact(name, time.perf_counter() - began, "s"),
            Fact(f"{name}: rows read", rows, ""),
        ]


def _some_members(database: Database, count: int) -> list[dict[str, str]]:
    """Members here and there, with what they may be looked for by."""
    chance = random.Random(7)  # noqa: S311
    with database.reading() as work:
        most = int(work.session.scalar(text("SELECT count(*) FROM members")) or 0)
        numbers = [chance.randrange(most) for _ in range(count)]
        found = []
        for number in numbers:
            row = work.session.execute(
                text(
                    "SELECT m.id, m.last_name FROM members m JOIN cards c ON c.member_id = m.id"
                    " WHERE c.number = :card"
                ),
                {"card": shop.CARD.format(number)},
            ).one()
            receipt = work.session.scalar(
                text("SELECT reference FROM transactions WHERE member_id = :id"), {"id": row[0]}
            )
            found.append(
                {
                    "id": str(row[0]),
                    "name": str(row[1]),
                    "phone": shop.PHONE.format(number),
                    "card": shop.CARD.format(number),
                    "receipt": str(receipt),
                }
            )
    return found


def _pages(known: list[dict[str, str]]) -> Iterator[tuple[str, str, str, list[dict[str, str]]]]:
    """A page's name, who looks at it, its address below the program, and what to fill in."""
    last = history.FIRST_SALE + timedelta(days=30)
    period = f"from={history.FIRST_SALE:%Y-%m-%d}&to={last:%Y-%m-%d}"
    for name, path in (
        ("home", "home"),
        ("home, a month of sales", f"home?{period}"),
        ("look for a phone", "members?q={phone}"),
        ("look for a card", "members?q={card}"),
        ("look for a receipt", "members?q={receipt}"),
        ("look for a name", "members?q={name}"),
        ("look for two letters of a name", "members?q=см"),
        ("a member", "members/{id}"),
        ("a member's timeline", "members/{id}/timeline"),
        ("corrections that wait", "approvals"),
        ("settings", "settings"),
        ("earn rules", "rules"),
        ("requests", "requests"),
        ("audit", "trail"),
    ):
        yield name, "manager", path, known
    for name, path in (("credentials", "credentials"), ("webhooks", "webhooks"), ("jobs", "jobs")):
        yield name, "engineer", path, known


def _looked_at(
    server: Server, found: Result, name: str, login: str, path: str, known: list[dict[str, str]]
) -> float:
    """The median of the milliseconds one page took."""
    root = f"http://127.0.0.1:{server.port}/admin"
    with requests.Session() as browser:
        signed = _SIGNED.search(browser.get(f"{root}/sign-in", timeout=TIMEOUT).text)
        form = {"csrf_token": signed[1] if signed else "", "login": login, "password": PASSWORD}
        browser.post(f"{root}/sign-in", data=form, timeout=TIMEOUT)
        taken = []
        for member in known:
            address = f"{root}/p/{shop.PROGRAM}/{path.format(**member)}"
            began = time.perf_counter()
            # Whoever is found alone is shown at once: both answers are part of the look.
            answer = browser.get(address, timeout=TIMEOUT)
            taken.append((time.perf_counter() - began) * 1000)
            if answer.status_code != 200 or answer.url.startswith(f"{root}/sign-in"):
                raise BadRound(f"{name}: {answer.status_code} at {address}")
    median = statistics.median(taken)
    found.facts += [
        Fact(f"{name}: median", median, "ms"),
        Fact(f"{name}: longest", max(taken), "ms"),
    ]
    return median
