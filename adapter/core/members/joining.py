"""What a program gives whoever joins it."""

from __future__ import annotations

from adapter.core import ledger
from adapter.core.amounts import Amount
from adapter.core.ledger import Details, EntryKind, Role, Terms
from adapter.core.members.models import Member
from adapter.core.origins import Origin, Place
from adapter.core.programs import ProgramTerms
from adapter.db import Work


def welcome(work: Work, program: ProgramTerms, member: Member, *, place: Place) -> None:
    """Give a new member the points the program welcomes with, once; most have none."""
    points = Amount.parse(program.settings.welcome_points or 0, program.points)
    if not points:
        return
    details = Details(
        kind=EntryKind.BONUS,
        reason="Welcome",
        origin=Origin("program", "welcome", str(member.id)),
        place=place,
    )
    ledger.transfer(
        work,
        program.purse_of(member.id),
        points,
        details,
        source=Role.ISSUED,
        target=Role.SPENDABLE,
        terms=Terms(expires_at=program.expiry_of_points(work.now)),
    )
