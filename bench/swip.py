"""`python -m bench.swip`: the points of a customer, on either engine.

The reference is a Flask view that reads the same five headers and answers a constant, under the
same gunicorn.
"""

from __future__ import annotations

from adapter.core import ledger, members, partners, programs
from adapter.core.amounts import Amount
from adapter.core.ledger import Details, EntryKind, Purse, Role
from adapter.db import Database, Work, migrations
from bench import load, wrk
from bench.compare import ROUNDS, compare, scenario
from bench.databases import ENGINES, fresh
from bench.server import Server, serving

MEMBERS = 500
KEY = "a secret key for measuring, of no use to anybody"
MERCHANT, TOKEN = "ABCD", "measure"
PATH = "/customer-loyalty-stats"
HEADERS = {
    "Authorization": f"Bearer {TOKEN}",
    "X-Merchant-ID": MERCHANT,
    "X-Store-ID": "Store 7",
    "X-Cash-ID": "12",
    "Api-Version": "3",
}


def main() -> None:
    """Measure and print."""
    for engine in ENGINES:
        with fresh(engine) as url:
            _prepare(url)
            ours = serving("wsgi:app", ADAPTER_DATABASE_URL=url, ADAPTER_SECRET_KEY=KEY)
            with ours as server, serving("bench.reference:app") as reference:
                _points(f"points of a customer, {engine}", (server, reference))


def _points(name: str, servers: tuple[Server, Server]) -> None:
    if not wrk.is_there():
        print("without wrk our own client is the limit, so the ratio below is too good")
        scenario(name, servers, _call, HEADERS)
        return
    paths = [_path(index) for index in range(MEMBERS)]
    rounds = [
        [wrk.run(server.port, paths, HEADERS) for server in servers] for _ in range(ROUNDS + 1)
    ][1:]  # the first warms both
    ours, theirs = zip(*rounds, strict=True)
    compare(f"{name}, per second", [r.per_second for r in ours], [r.per_second for r in theirs])
    compare(f"{name}, p50 ms", [r.p50_ms for r in ours], [r.p50_ms for r in theirs])
    compare(f"{name}, p99 ms", [r.p99_ms for r in ours], [r.p99_ms for r in theirs])


def _path(index: int) -> str:
    return f"{PATH}?phone=7900{index % MEMBERS:07}"


def _call(index: int) -> load.Call:
    return "GET", _path(index), None


def _prepare(url: str) -> None:
    database = Database(url)
    migrations.upgrade(database.engine)
    with database.unit_of_work() as work:
        program = programs.put(work, code="BENCH").terms()
        digest = partners.digest(KEY.encode(), "swip", TOKEN)
        partners.create_credential(work, program.id, protocol="swip", name=MERCHANT, digest=digest)
        for index in range(MEMBERS):
            _member(work, program, index)
    database.dispose()


def _member(work: Work, program: programs.ProgramTerms, index: int) -> None:
    member = members.register(work, program.id, members.Profile(phone=f"7900{index:07}"))
    ledger.transfer(
        work,
        Purse(program.id, member.id, program.points),
        Amount.parse("1540", program.points),
        Details(EntryKind.BONUS, "Measuring"),
        source=Role.ISSUED,
        target=Role.SPENDABLE,
    )


if __name__ == "__main__":
    main()
