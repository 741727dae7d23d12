"""How benefits are read."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence

from sqlalchemy import select

from adapter.core.benefits.models import Benefit, Claim, PromoCode
from adapter.db import Work


def of_member(work: Work, member_id: uuid.UUID) -> Sequence[Benefit]:
    """All benefits of a member, by key."""
    return of_members(work, [member_id])


def of_members(work: Work, member_ids: Iterable[uuid.UUID]) -> Sequence[Benefit]:
    """All benefits of these members, by key."""
    found = select(Benefit).where(Benefit.member_id.in_(list(member_ids)))
    return work.session.scalars(found.order_by(Benefit.key)).all()


def claims_of(work: Work, member_id: uuid.UUID) -> Sequence[Claim]:
    """What a member has taken, the oldest first."""
    found = select(Claim).where(Claim.member_id == member_id)
    return work.session.scalars(found.order_by(Claim.claimed_at, Claim.id)).all()


def promo_codes(work: Work, program_id: uuid.UUID) -> Sequence[PromoCode]:
    """A program's promo codes, by code."""
    found = select(PromoCode).where(PromoCode.program_id == program_id)
    return work.session.scalars(found.order_by(PromoCode.code)).all()
