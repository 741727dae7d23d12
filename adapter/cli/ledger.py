"""`adapter ledger verify`: the whole ledger recomputed from its postings."""

from __future__ import annotations

import click

from adapter import audit
from adapter.cli.endings import Commands, Finding
from adapter.cli.opening import configuration, opened
from adapter.cli.output import as_json, print_json, print_table, say
from adapter.core import ledger as the_ledger
from adapter.core import programs
from adapter.core.amounts import Amount
from adapter.db import Work


@click.group(cls=Commands)
def ledger() -> None:
    """The ledger of all programs."""


@ledger.command()
@as_json
def verify(as_json: bool) -> None:
    """Recompute every balance, lot and digest from the postings, and name what differs.

    So are reservations, payments, orders, what members bought, and how often benefits were used.
    """
    with opened(configuration()) as database, database.reading() as work:
        findings = audit.findings(work)
        figures = list(_figures(work))
    if as_json:
        keys = ("program", "unit", "role", "amount")
        print_json(
            {
                "sound": not findings,
                "findings": [
                    {
                        "what": one.what,
                        "id": str(one.where),
                        "expected": one.expected,
                        "found": one.found,
                    }
                    for one in findings
                ],
                "figures": [dict(zip(keys, row, strict=True)) for row in figures],
            }
        )
    else:
        for one in findings:
            say(str(one))
        if figures:
            print_table(("program", "unit", "account", "amount"), figures, right=["amount"])
    if findings:
        raise Finding(f"{len(findings)} disagreements in the ledger")
    if not as_json:
        say(
            "The ledger is sound: balances, lots, digests, reservations, payments, orders,"
            " purchases and benefits agree."
        )


def _figures(work: Work) -> list[tuple[str, str, str, str]]:
    return [
        (program.code, unit, str(role), str(Amount(total, program.terms().unit(unit))))
        for program in programs.all_programs(work)
        for unit, role, total in the_ledger.program_figures(work, program.id)
    ]
