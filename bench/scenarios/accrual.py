"""A till submits a sale of five items, and one rule gives points for it."""

from __future__ import annotations

import json

from bench import shop
from bench.beside import OUR_NAME, beside
from bench.databases import Engine
from bench.options import Options
from bench.results import Result, Target
from bench.wrk import Call

ITEMS = 5
PHONE = "7900{member}"
SALE = {
    "transactionId": "R-{unique}",
    "dateTime": "2026-09-02T10:21:00Z",
    "totalAmount": 2400 * ITEMS,
    "items": [
        {
            "lineId": str(line),
            "code": "TEA01",
            "name": "Tea",
            "departmentCode": "HOT",
            "quantity": 2,
            "grossAmount": 2400,
            "netAmount": 2160,
        }
        for line in range(ITEMS)
    ],
    "meansOfPayment": [{"type": "CASH", "amount": 2160 * ITEMS}],
}
CALLS = [
    Call("/v1/transaction", json.dumps({"member": {"phoneNumber": PHONE}} | {"transaction": SALE}))
]


def run(engine: Engine, options: Options) -> Result:
    """Accruals beside a view that validates and echoes the same body."""
    seen = beside(engine, options, "submit a sale", CALLS, shop.TILL, leaves="transactions")
    targets = [
        Target("accrual over HTTP, in validating echoes", 0.35, seen.ratio(OUR_NAME)),
        Target("p99 of it, in p50", 6, seen.tail(OUR_NAME), at_most=True),
    ]
    return Result("accrual", engine.name, [seen], targets=targets)
