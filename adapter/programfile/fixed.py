"""What a program cannot change any more, since rows were written by it."""

from __future__ import annotations

from typing import Any

from adapter.core import ledger, support
from adapter.core.programs import ProgramTerms
from adapter.db import Work


def faults_of_change(work: Work, before: ProgramTerms, after: ProgramTerms) -> dict[str, Any]:
    """What is wrong with a change, by key as a schema says it; nothing for most."""
    faults: dict[str, Any] = {}
    # The rows count hundredths, or whatever the smallest part was when they were written.
    is_other = after.settings.points_decimals != before.settings.points_decimals
    if is_other and ledger.unit_has_moved(work, before.id, "points"):
        wrong = ["cannot change any more: points have moved"]
        faults["settings"] = {"points_decimals": wrong}
    if after.currency != before.currency and support.money_is_in_use(work, before.id):
        faults["currency"] = ["cannot change any more: points or money are kept in it"]
    return faults
