"""Benefits that members are to have, one or many at once, and are to have no more."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError

from adapter.core.benefits.models import Benefit, BenefitState, code_key
from adapter.core.errors import IdentityTaken, UnknownBenefit
from adapter.db import Work
from adapter.db.base import new_id
from adapter.db.statements import insert_many


@dataclass(frozen=True, slots=True)
class Grant:
    """A benefit a member is to have; a state that is left out stays as it is.

    `used` is how often it was used before it came here, and counts for a new benefit alone.
    """

    member_id: uuid.UUID
    key: str
    name: str = ""
    kind: str = "gift"
    state: BenefitState | None = None
    description: str = ""
    image: str = ""
    code: str | None = None
    uses: int | None = 1
    used: int = 0
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    terms: Mapping[str, Any] = field(default_factory=dict)


# What is as it was said last; state and use have a life of their own.
_TOLD = ("name", "kind", "description", "image", "valid_from", "valid_until")


def with_keys(work: Work, program_id: uuid.UUID, keys: Collection[str]) -> dict[str, Benefit]:
    """The benefits of a program that have these keys."""
    if not keys:
        return {}
    return {benefit.key: benefit for benefit in work.session.scalars(_named(program_id, keys))}


def grant(work: Work, program_id: uuid.UUID, given: Grant) -> Benefit:
    """A benefit of a member, made or brought in line; what was used stays used.

    Raises:
        IdentityTaken: The key is another member's benefit.
    """
    grant_many(work, program_id, [given])
    return with_keys(work, program_id, [given.key])[given.key]


def grant_many(work: Work, program_id: uuid.UUID, grants: Iterable[Grant]) -> None:
    """Have these members have these benefits, made or brought in line; what was used stays used.

    Raises:
        IdentityTaken: A key is another member's benefit.
    """
    given = {grant.key: grant for grant in grants}
    if not given:
        return
    # Locked, so that no till uses one of them while it is brought in line.
    named = _named(program_id, given).order_by(Benefit.id).with_for_update()
    named = named.execution_options(populate_existing=True)
    known = {benefit.key: benefit for benefit in work.session.scalars(named)}
    rows = []
    for key, grant in given.items():
        benefit = known.get(key)
        if benefit is None:
            rows.append(_row(work, program_id, grant))
        elif benefit.member_id != grant.member_id:
            raise IdentityTaken("the key is another member's benefit")
        else:
            _align(benefit, grant)
    work.session.flush()
    try:
        insert_many(work.session, Benefit, rows)
    except IntegrityError as error:
        raise IdentityTaken("the key is another member's benefit") from error


def deactivate(work: Work, program_id: uuid.UUID, key: str) -> Benefit:
    """The benefit with this key, which nobody can use any more, whatever becomes of a sale that
    used it.

    Raises:
        UnknownBenefit: There is none.
    """
    named = _named(program_id, [key]).with_for_update().execution_options(populate_existing=True)
    benefit = work.session.scalar(named)
    if benefit is None:
        raise UnknownBenefit("no benefit has this key")
    benefit.state = BenefitState.DEACTIVATED
    work.session.flush()
    return benefit


def _named(program_id: uuid.UUID, keys: Collection[str]) -> Select[Benefit]:
    return select(Benefit).where(Benefit.program_id == program_id, Benefit.key.in_(list(keys)))


def _row(work: Work, program_id: uuid.UUID, grant: Grant) -> dict[str, Any]:
    return {name: getattr(grant, name) for name in _TOLD} | {
        "id": new_id(),
        "program_id": program_id,
        "member_id": grant.member_id,
        "key": grant.key,
        "state": _state(grant.state or BenefitState.ACTIVE, uses=grant.uses, used=grant.used),
        "code": grant.code and code_key(grant.code),
        "uses": grant.uses,
        "used": grant.used,
        "terms": dict(grant.terms),
        "created_at": work.now,
    }


def _align(benefit: Benefit, grant: Grant) -> None:
    for name in _TOLD:
        if getattr(benefit, name) != getattr(grant, name):
            setattr(benefit, name, getattr(grant, name))
    benefit.code = grant.code and code_key(grant.code)
    # Fewer uses than there were: nobody can take them back, and it is used up.
    benefit.uses = grant.uses if grant.uses is None else max(grant.uses, benefit.used)
    state = grant.state or BenefitState(benefit.state)
    benefit.state = _state(state, uses=benefit.uses, used=benefit.used)
    if benefit.terms != grant.terms:
        benefit.terms = dict(grant.terms)


def _state(state: BenefitState, *, uses: int | None, used: int) -> BenefitState:
    """The state that is wanted; but what is used up is not made active by saying so again."""
    used_up = uses is not None and used >= uses
    return BenefitState.REDEEMED if used_up and state is BenefitState.ACTIVE else state
