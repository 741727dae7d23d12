"""What tests of the members' pages do again and again."""

from __future__ import annotations

import re
import uuid
from typing import Any

from sqlalchemy import func, select

from adapter.core import ledger, trail
from adapter.core.amounts import Amount
from adapter.core.ledger import Entry
from adapter.core.members import Member
from adapter.core.programs import ProgramTerms
from adapter.db import Database, Work
from tests.factories import findings, purse_of

WHY = "Because of a complaint"


def filled(**fields: Any) -> dict[str, str]:
    """What a form sends: a reason, a key of its own, and these."""
    return {"reason": WHY, "form_key": str(uuid.uuid4())} | fields


def available(database: Database, program: ProgramTerms, member: Member) -> Amount:
    """What a member may spend."""
    with database.reading() as work:
        return ledger.balance(work, purse_of(program, member)).available


def entries(database: Database) -> int:
    """How many entries the ledger has."""
    with database.reading() as work:
        return work.session.scalar(select(func.count()).select_from(Entry)) or 0


def told(database: Database, action: str) -> list[trail.Change]:
    """The lines of the trail of one action, the oldest first."""
    with database.reading() as work:
        return list(_told(work, action))


def _told(work: Work, action: str) -> Any:
    found = select(trail.Change).where(trail.Change.action == action)
    return work.session.scalars(found.order_by(trail.Change.id)).all()


def sound(database: Database) -> bool:
    """Whether the books are."""
    with database.reading() as work:
        return findings(work) == []


def errors_of(page: str, field: str) -> str:
    """What a page says beside a field."""
    found = re.search(rf'id="{field}-error">(.*?)</div></div>', page, re.DOTALL)
    return re.sub(r"<[^>]+>", "", found[1]).strip() if found else ""
