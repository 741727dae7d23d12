"""How exchanges come into their tables, many at a time, and how they go."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from adapter.core.exchanges.models import (
    DAYS,
    Exchange,
    ExchangeCount,
    TerminalUse,
    first_id_at,
)
from adapter.db import Work
from adapter.db.statements import add_many

# So many rows go in one unit of work, which then holds up nobody.
AT_ONCE = 5000

Counted = Mapping[tuple[uuid.UUID, date, str, str], int]
Used = Mapping[tuple[uuid.UUID, str, str], datetime]


def write_many(work: Work, rows: Sequence[dict[str, Any]], *, counted: Counted, used: Used) -> None:
    """Have these exchanges in the log, the days' counts grown, and the terminals' last uses told.

    In a fixed order, so that two processes never wait for each other in a circle.
    """
    add_many(work.session, Exchange, rows)
    for program_id, day, protocol, outcome in sorted(counted, key=str):
        key = {"program_id": program_id, "day": day, "protocol": protocol, "outcome": outcome}
        calls = counted[program_id, day, protocol, outcome]
        work.batch.add_up(ExchangeCount, key, {"calls": calls})
    work.flush()
    if used:
        _tell_uses(work, used)


def _tell_uses(work: Work, used: Used) -> None:
    upsert = (
        postgresql.insert if work.session.get_bind().dialect.name != "sqlite" else sqlite.insert
    )
    table = cast(Table, TerminalUse.__table__)
    rows = [
        {"credential_id": credential_id, "outlet": outlet, "terminal": terminal, "last_at": at}
        for (credential_id, outlet, terminal), at in sorted(used.items(), key=str)
    ]
    statement = upsert(table).values(rows)
    work.session.execute(
        statement.on_conflict_do_update(
            index_elements=["credential_id", "outlet", "terminal"],
            set_={"last_at": statement.excluded.last_at},
        )
    )


def drop_old(work: Work, *, days: int = DAYS, limit: int = AT_ONCE) -> int:
    """How many exchanges were kept for longer than so many days, and are gone now: as many as the
    limit where there may be more.
    """
    before = work.now - timedelta(days=days)
    old = select(Exchange.id).where(Exchange.id < first_id_at(before)).order_by(Exchange.id)
    work.session.execute(delete(TerminalUse).where(TerminalUse.last_at < before))
    return _rowcount(work, delete(Exchange).where(Exchange.id.in_(old.limit(limit))))


def _rowcount(work: Work, statement: Any) -> int:
    options = {"synchronize_session": False}
    return int(work.session.execute(statement, execution_options=options).rowcount)  # type: ignore[attr-defined]


def day_counts(keys: Iterable[tuple[uuid.UUID, date, str, str]]) -> Counted:
    """How often each key comes."""
    found: dict[tuple[uuid.UUID, date, str, str], int] = {}
    for key in keys:
        found[key] = found.get(key, 0) + 1
    return found
