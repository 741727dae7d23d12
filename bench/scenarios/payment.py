"""A till takes a payment in points for a sale, and then has it cancelled."""

from __future__ import annotations

import json

from bench import shop
from bench.beside import OUR_NAME, beside
from bench.databases import Engine
from bench.options import Options
from bench.results import Result, Target
from bench.scenarios.accrual import PHONE, SALE
from bench.wrk import Call

MEMBER = {"member": {"phoneNumber": PHONE}}
PAY = {"payment": {"action": "pay", "amount": 300}, "transaction": SALE}
CANCEL = {"payment": {"action": "cancel", "amount": -300, "confirmationCode": "{code}"}}
CALLS = [Call("/v1/payment", json.dumps(MEMBER | told)) for told in (PAY, CANCEL)]


def run(engine: Engine, options: Options) -> Result:
    """Payments and cancellations, each a call, beside a view that validates and echoes them."""
    seen = beside(engine, options, "pay and cancel", CALLS, shop.TILL, leaves="redemptions")
    targets = [Target("p99 of a payment, in p50", 6, seen.tail(OUR_NAME), at_most=True)]
    return Result("payment", engine.name, [seen], targets=targets)
