"""Who somebody is and what they may spend: all that a till asks before it sells, in one query."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, String, and_, bindparam, func, or_, select

from adapter.core import ledger
from adapter.core.amounts import Amount
from adapter.core.members.models import Identity, IdentityKind, Member, MemberStatus
from adapter.core.programs import ProgramTerms
from adapter.db import Glance, Lookup, Work
from adapter.db.statements import constant
from adapter.db.types import UtcDateTime

Given = tuple[IdentityKind, str]  # the value in its stored form

_identity, _member = Identity.__table__, Member.__table__


class Spender(NamedTuple):
    """A member as a till looks at them; who has no name or phone has none here."""

    member_id: uuid.UUID
    status: MemberStatus
    first_name: str | None
    last_name: str | None
    phone: str | None
    available: Amount


def spenders(
    look: Work | Glance, program: ProgramTerms, given: Sequence[Given]
) -> dict[Given, Spender]:
    """Those whom each of these identities names, with the points they may spend now; whatever
    names nobody is not in it. One query, and no entity is made.
    """
    values: dict[str, Any] = {
        "program_id": program.id,
        "unit": program.points.code,
        "now": look.now,
    }
    for number, (kind, value) in enumerate(given):
        values |= {f"kind_{number}": kind.value, f"value_{number}": value}
    rows = look.rows(_lookup(len(given)), values)
    return {
        (IdentityKind(kind), value): Spender(
            member_id,
            MemberStatus(status),
            first_name,
            last_name,
            phone,
            Amount(int(available), program.points),
        )
        for kind, value, member_id, status, first_name, last_name, phone, available in rows
    }


@lru_cache
def _lookup(number: int) -> Lookup:
    own = Identity.__table__.alias("own")
    phone = (
        select(func.min(own.c.value))
        .where(own.c.member_id == _member.c.id, own.c.kind == constant(IdentityKind.PHONE))
        .scalar_subquery()
    )
    available = ledger.available(
        _member.c.id, bindparam("unit", type_=String), bindparam("now", type_=UtcDateTime)
    )
    return Lookup(
        select(
            _identity.c.kind,
            _identity.c.value,
            _member.c.id,
            _member.c.status,
            _member.c.first_name,
            _member.c.last_name,
            phone,
            available,
        )
        .select_from(_identity.join(_member, _member.c.id == _identity.c.member_id))
        .where(
            _identity.c.program_id == bindparam("program_id"),
            or_(*(_is_given(place) for place in range(number))),
        )
    )


def _is_given(number: int) -> ColumnElement[bool]:
    return and_(
        _identity.c.kind == bindparam(f"kind_{number}", type_=String),
        _identity.c.value == bindparam(f"value_{number}", type_=String),
    )
