"""Run as a program: a sale and a payment, and then killed before anybody hears of them."""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime
from decimal import Decimal

from adapter.core import cards, payments, programs, sales
from adapter.core.members import IdentityKind
from adapter.core.payments import Paid
from adapter.core.sales import Outcome
from adapter.core.transactions import Item, Sale
from adapter.db import Database, Work
from tests.factories import PLACE

PHONE = "79216668899"
SALE = Sale(
    "R-7781",
    datetime(2026, 5, 4, 9, tzinfo=UTC),
    (Item("Tea", Decimal(1), 1000, code="TEA01", reference="1"),),
)


def tell(work: Work) -> tuple[Outcome, Paid]:
    """What a till tells, and is answered."""
    program = programs.by_code(work, "MAIN").terms()
    member = cards.identify(work, program.id, [(IdentityKind.PHONE, PHONE)])
    outcome = sales.submit(work, program, member, SALE, used=["as_1"], place=PLACE)
    told = {"amount_minor": 300, "reference": "R-7782", "place": PLACE}
    return outcome, payments.pay(work, program, member, **told)  # type: ignore[arg-type]


def die() -> None:
    """End without another word, as when the power fails."""
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    url, moment = sys.argv[1:]
    with Database(url).unit_of_work() as work:
        tell(work)
        if moment == "before the commit":
            die()
    die()
