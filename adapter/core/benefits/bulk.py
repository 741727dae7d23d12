"""Many benefits at once: the rows of `grant`, written by the batch."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from adapter.core.benefits.models import Benefit, BenefitState
from adapter.core.errors import IdentityTaken
from adapter.db import Work
from adapter.db.base import new_id
from adapter.db.statements import insert_many


@dataclass(frozen=True, slots=True)
class Grant:
    """A benefit a member is to have."""

    member_id: uuid.UUID
    key: str
    name: str
    kind: str
    state: BenefitState


def with_keys(work: Work, program_id: uuid.UUID, keys: Collection[str]) -> dict[str, Benefit]:
    """The benefits of a program that have these keys."""
    if not keys:
        return {}
    found = select(Benefit).where(Benefit.program_id == program_id, Benefit.key.in_(list(keys)))
    return {benefit.key: benefit for benefit in work.session.scalars(found)}


def grant_many(work: Work, program_id: uuid.UUID, grants: Iterable[Grant]) -> None:
    """Have these members have these benefits, made or brought in line.

    Raises:
        IdentityTaken: A key is another member's benefit.
    """
    given = {grant.key: grant for grant in grants}
    known = with_keys(work, program_id, list(given))
    rows = []
    for key, grant in given.items():
        benefit = known.get(key)
        if benefit is None:
            facts = {"id": new_id(), "program_id": program_id, "created_at": work.now}
            told = {name: getattr(grant, name) for name in Grant.__slots__}
            rows.append(facts | told)
        elif benefit.member_id != grant.member_id:
            raise IdentityTaken("the key is another member's benefit")
        else:
            benefit.name, benefit.kind, benefit.state = grant.name, grant.kind, grant.state
    work.session.flush()
    try:
        insert_many(work.session, Benefit, rows)
    except IntegrityError as error:
        raise IdentityTaken("the key is another member's benefit") from error
