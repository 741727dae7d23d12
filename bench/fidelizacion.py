"""`python -m bench.fidelizacion`: a till that identifies, submits and pays, on either engine.

The reference is a view that only validates and echoes the same body, under the same gunicorn.
"""

from __future__ import annotations

import itertools
import json
from typing import Any

from adapter.core import ledger, members, partners, programs
from adapter.core.amounts import Amount
from adapter.core.ledger import Details, EntryKind, Purse, Role
from adapter.db import Database, Work, migrations
from bench import load
from bench.compare import Caller, scenario
from bench.databases import ENGINES, fresh
from bench.server import serving

MEMBERS = 500
ITEMS = 5
KEY = "a secret key for measuring, of no use to anybody"
API_KEY = "measure"
HEADERS = {
    "Content-Type": "application/json",
    "x-api-key": API_KEY,
    "x-branch-id": "BR001",
    "x-pos-id": "POS001",
    "x-source-type": "POS",
    "x-source-name": "bench",
}
_numbers = itertools.count(1)


def main() -> None:
    """Measure and print."""
    for engine in ENGINES:
        with fresh(engine) as url:
            _prepare(url)
            ours = serving("wsgi:app", ADAPTER_DATABASE_URL=url, ADAPTER_SECRET_KEY=KEY)
            with ours as server, serving("bench.echo:app") as reference:
                for name, call in CALLS.items():
                    scenario(f"{name}, {engine}", (server, reference), call, HEADERS)


def _prepare(url: str) -> None:
    database = Database(url)
    migrations.upgrade(database.engine)
    with database.unit_of_work() as work:
        program = programs.put(work, code="BENCH").terms()
        digest = partners.digest(KEY.encode(), "fidelizacion", API_KEY)
        partners.create_credential(
            work, program.id, protocol="fidelizacion", name="", digest=digest
        )
        terms = {"points_per_unit": "0.1"}
        programs.put_rule(work, program.id, code="base", kind="spending", terms=terms)
        for index in range(MEMBERS):
            _member(work, program, index)
    database.dispose()


def _member(work: Work, program: programs.ProgramTerms, index: int) -> None:
    member = members.register(work, program.id, members.Profile(phone=f"7900{index:07}"))
    ledger.transfer(
        work,
        Purse(program.id, member.id, program.points),
        Amount.parse("10000000", program.points),
        Details(EntryKind.BONUS, "Measuring"),
        source=Role.ISSUED,
        target=Role.SPENDABLE,
    )


def _identify(index: int) -> load.Call:
    return _call("/v1/member/details", index, {})


def _submit(index: int) -> load.Call:
    return _call("/v1/transaction", index, {"transaction": _sale()})


def _pay(index: int) -> load.Call:
    payment = {"action": "pay", "amount": 300}
    return _call("/v1/payment", index, {"payment": payment, "transaction": _sale()})


def _call(path: str, index: int, body: dict[str, Any]) -> load.Call:
    phone = f"7900{index % MEMBERS:07}"
    return "POST", path, json.dumps({"member": {"phoneNumber": phone}} | body).encode()


def _sale() -> dict[str, Any]:
    line = {"code": "TEA01", "name": "Tea", "departmentCode": "HOT", "quantity": 2}
    amounts = {"grossAmount": 2400, "netAmount": 2160}
    return {
        "transactionId": f"R-{next(_numbers)}",
        "dateTime": "2026-09-02T10:21:00Z",
        "totalAmount": 2400 * ITEMS,
        "items": [line | amounts | {"lineId": str(number)} for number in range(ITEMS)],
        "meansOfPayment": [{"type": "CASH", "amount": 2160 * ITEMS}],
    }


CALLS: dict[str, Caller] = {"identify": _identify, "submit": _submit, "pay": _pay}

if __name__ == "__main__":
    main()
