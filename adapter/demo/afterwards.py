"""What a night does, and whether the ledger is whole."""

from __future__ import annotations

from datetime import date

from adapter import audit, jobs
from adapter.core import ledger, programs
from adapter.core.amounts import Amount
from adapter.db import Database
from adapter.demo.retailer import Retailer
from adapter.demo.rules import CODE
from adapter.demo.screen import Screen


def afterwards(screen: Screen, database: Database, told: Retailer, today: date) -> None:
    """The jobs of the night, and every balance recomputed."""
    screen.chapter("≡", "Afterwards", "The jobs of the night, and the whole ledger recomputed.")
    overdue = _overdue(told, today)
    screen.step("adapter jobs run")
    done = jobs.run(database)
    screen.expected(
        f"{overdue} lots had run out unnoticed and are entered as expired",
        (done.lots_settled, done.failed) == (overdue, 0),
        seen=done,
    )
    screen.step("adapter ledger verify")
    with database.reading() as work:
        differing = [str(one) for one in audit.findings(work)]
        terms = programs.by_code(work, CODE).terms()
        figures = [
            f"{role} {Amount(total, terms.unit(unit))} {unit}"
            for unit, role, total in ledger.program_figures(work, terms.id)
        ]
    screen.expected("every balance, lot and digest agrees", not differing, seen=differing)
    screen.note(f"the program's own accounts: {', '.join(figures)}")


def _overdue(told: Retailer, today: date) -> int:
    lots = [
        lot
        for program in told.document["programs"]
        for member in program["members"]
        for lot in member.get("lots", ())
    ]
    return sum(1 for lot in lots if lot.get("expires_on", f"{today}") < f"{today}")
