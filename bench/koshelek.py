"""`python -m bench.koshelek`: cards read and issued, start-up and memory, beside bare Flask."""

from __future__ import annotations

import base64
import json
import tempfile
from pathlib import Path

from adapter.core import cards, ledger, members, partners, programs
from adapter.core.amounts import Amount
from adapter.core.ledger import Details, EntryKind, Purse, Role
from adapter.core.origins import Place
from adapter.core.programs import ProgramTerms
from adapter.db import Database, Work, migrations
from bench import load
from bench.compare import Caller, compare, scenario
from bench.server import Server, serving

MEMBERS = 200
LONG_RUN = 10_000
KEY = "a secret key for measuring, of no use to anybody"
LOGIN = "wallet:measure"
HEADERS = {
    "Authorization": "Basic " + base64.b64encode(LOGIN.encode()).decode(),
    "Content-Type": "application/json",
}


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'bench.db'}"
        numbers = _prepare(url)
        ours = serving("wsgi:app", ADAPTER_DATABASE_URL=url, ADAPTER_SECRET_KEY=KEY)
        with ours as server, serving("bench.reference:app") as reference:
            compare("start-up, seconds", [server.started_in], [reference.started_in])
            scenario("card with balance", (server, reference), _reads(numbers), HEADERS)
            scenario("issue a card", (server, reference), _issues(), HEADERS)
            _footprint(server, reference, _reads(numbers))


def _prepare(url: str) -> list[str]:
    database = Database(url)
    migrations.upgrade(database.engine)
    with database.unit_of_work() as work:
        program = programs.put(work, code="BENCH").terms()
        digest = partners.digest(KEY.encode(), "koshelek", LOGIN)
        partners.create_credential(
            work, program.id, protocol="koshelek", name="wallet", digest=digest
        )
        numbers = [_member(work, program, index) for index in range(MEMBERS)]
    database.dispose()
    return numbers


def _member(work: Work, program: ProgramTerms, index: int) -> str:
    place = Place(channel="bench")
    profile = members.Profile(phone=f"7900{index:07}")
    card = cards.issue(work, program, profile, place=place)
    assert card.member_id is not None  # noqa: S101
    for _ in range(3):
        ledger.transfer(
            work,
            Purse(program.id, card.member_id, program.points),
            Amount.parse("100", program.points),
            Details(EntryKind.BONUS, "Purchase"),
            source=Role.ISSUED,
            target=Role.SPENDABLE,
        )
    return card.number


def _reads(numbers: list[str]) -> Caller:
    return lambda index: ("GET", f"/v1/card/{numbers[index % len(numbers)]}", None)


def _issues() -> Caller:
    seen = iter(range(10**7))

    def call(_index: int) -> load.Call:
        profile = {"phone": f"7911{next(seen):07}", "firstname": "Анна", "sex": "f"}
        return ("POST", "/v1/card/anonymous", json.dumps(profile).encode())

    return call


def _footprint(server: Server, reference: Server, call: Caller) -> None:
    for done in ("fresh", "after a long run", "after another"):
        compare(f"worker {done}, MiB", [server.worker_megabytes()], [reference.worker_megabytes()])
        if done != "after another":
            load.run(server.port, LONG_RUN, call, HEADERS)
            load.run(reference.port, LONG_RUN, call, HEADERS)


if __name__ == "__main__":
    main()
