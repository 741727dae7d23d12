"""Run as a program: a thousand purchases, each acknowledged on a line once it is committed."""

from __future__ import annotations

import sys
import uuid
from datetime import UTC, datetime

from adapter.core import cards, programs
from adapter.core.members import Member, Profile
from adapter.db import Database
from tests.factories import (
    PLACE,
    capture,
    give_points,
    make_transaction,
    origin,
    purse_of,
    reserve_points,
)

WRITES = 1000
# The same sale is told again by whoever goes on after a crash.
TOLD = datetime(2026, 5, 4, 9, tzinfo=UTC)


def write(database: Database, number: int) -> uuid.UUID:
    """The member who got a card, points and a sale, and paid with some of the points."""
    with database.unit_of_work() as work:
        program = programs.by_code(work, "MAIN").terms()
        card = cards.issue(work, program, Profile(phone=f"7900{number:07}"), place=PLACE)
        member = work.session.get_one(Member, card.member_id)
        purse = purse_of(program, member)
        make_transaction(work, program, member, reference=f"R-{number}", occurred_at=TOLD)
        give_points(work, purse, 10, origin=origin(f"R-{number}"))
        held = reserve_points(work, purse, 3, origin=origin(f"P-{number}"))
        capture(work, held, origin=origin(f"C-{number}"))
    return member.id


if __name__ == "__main__":
    opened = Database(sys.argv[1])
    for number in range(WRITES):
        print(number, write(opened, number), flush=True)
