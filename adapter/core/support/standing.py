"""What a member holds of each unit, and what of it expires when."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from adapter.core import ledger
from adapter.core.amounts import Amount, Unit
from adapter.core.ledger import Balance, Portion, Purse
from adapter.core.members import Member
from adapter.core.programs import ProgramTerms
from adapter.db import Work

SOON = timedelta(days=30)


def balances(work: Work, program: ProgramTerms, member_id: uuid.UUID) -> dict[str, Amount]:
    """What a member may spend of each unit, in whichever purses it is."""
    found: dict[str, Amount] = {program.points.code: Amount.zero(program.points)}
    for code, card_id in ledger.units_of(work, member_id):
        held = ledger.balance(work, Purse(program.id, member_id, program.unit(code), card_id))
        found[code] = found.get(code, Amount.zero(program.unit(code))) + held.available
    return found


def spendable(work: Work, program: ProgramTerms, member_id: uuid.UUID, unit: Unit) -> Amount:
    """What a member may spend of one unit, in whichever purses it is."""
    return balances(work, program, member_id).get(unit.code, Amount.zero(unit))


@dataclass(frozen=True, slots=True)
class Standing:
    """What one purse of a member holds at this instant."""

    unit: str
    card_id: uuid.UUID | None
    held: Balance
    soon: tuple[Portion, ...]  # what expires within days, the first of all in front

    @property
    def expiring(self) -> Amount:
        """How much that is."""
        return sum((one.amount for one in self.soon), Amount.zero(self.held.available.unit))


def standings(work: Work, program: ProgramTerms, member: Member) -> Sequence[Standing]:
    """What a member holds, by unit; points stand there even if there never were any."""
    units = list(ledger.units_of(work, member.id))
    if (program.points.code, None) not in units:
        units.insert(0, (program.points.code, None))
    found = []
    for code, card_id in units:
        held = ledger.balance(work, Purse(program.id, member.id, program.unit(code), card_id))
        soon = tuple(
            one
            for one in held.portions
            if one.expires_at is not None and one.expires_at <= work.now + SOON
        )
        found.append(Standing(code, card_id, held, soon))
    return found
