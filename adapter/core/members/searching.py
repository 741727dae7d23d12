"""Members by the beginning of a name, a page at a time, found by an index on every engine."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import Select, Uuid, literal, select, tuple_, union_all
from sqlalchemy.orm import InstrumentedAttribute, selectinload

from adapter.core.members.models import Member
from adapter.core.members.names import LONGEST, fold
from adapter.db import Work

# Behind whatever begins alike: no text has this letter.
_LAST = "\U0010ffff"


def by_name(
    work: Work,
    program_id: uuid.UUID,
    text: str,
    *,
    after: uuid.UUID | None = None,
    limit: int = 50,
) -> Sequence[Member]:
    """Members whose names begin so, the last name in front or the first, in any case; in the order
    of the alphabet, those behind the member `after`.
    """
    start = fold(text)[:LONGEST]
    if not start:
        return []
    seen = work.session.get(Member, after) if after else None
    if after and (seen is None or seen.program_id != program_id):
        return []
    place = _place(seen, start) if seen else None
    by_family = _beginning(program_id, Member.family_key, start, place, limit)
    by_given = _beginning(
        program_id, Member.given_key, start, place, limit, already=Member.family_key
    )
    both = union_all(
        *(select(one.subquery()) for one in (by_family, by_given))  # each with a limit of its own
    ).subquery()
    order = (both.c.key, both.c.id)
    found = work.session.scalars(select(both.c.id).order_by(*order).limit(limit)).all()
    rows = work.session.scalars(
        select(Member).options(selectinload(Member.identities)).where(Member.id.in_(found))
    )
    known = {member.id: member for member in rows}
    return [known[member_id] for member_id in found]


def _place(seen: Member, start: str) -> tuple[str, uuid.UUID]:
    """Where a member stands among those found."""
    keys = (seen.family_key or "", seen.given_key or "")
    return next((key for key in keys if key.startswith(start)), keys[0]), seen.id


def _beginning(
    program_id: uuid.UUID,
    column: InstrumentedAttribute[str | None],
    start: str,
    place: tuple[str, uuid.UUID] | None,
    limit: int,
    *,
    already: InstrumentedAttribute[str | None] | None = None,
) -> Select[uuid.UUID, str | None]:
    query = select(Member.id.label("id"), column.label("key")).where(
        Member.program_id == program_id, column >= start, column < start + _LAST
    )
    if already is not None:
        # Who is found by the last name is not found again by the first.
        alike = already.is_not(None) & (already >= start) & (already < start + _LAST)
        query = query.where(~alike | already.is_(None))
    if place is not None:
        key, member_id = place
        behind = tuple_(literal(key), literal(member_id, Uuid()))
        query = query.where(tuple_(column, Member.id) > behind)
    return query.order_by(column, Member.id).limit(limit)
