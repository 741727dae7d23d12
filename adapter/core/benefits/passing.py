"""Benefits, codes and claims of somebody who turns out to be another member."""

from __future__ import annotations

import uuid

from sqlalchemy import select, update

from adapter.core.benefits.models import Benefit, Claim, ClaimKind, PromoCode
from adapter.db import Work


def pass_on(work: Work, *, of: uuid.UUID, to: uuid.UUID) -> int:
    """How many benefits of one member became another's, as often used as they were; codes meant for
    them and what they had taken go along, so that nothing is taken twice.
    """
    result = work.session.execute(
        update(Benefit)
        .where(Benefit.member_id == of)
        .values(member_id=to)
        .execution_options(synchronize_session="fetch")
    )
    work.session.execute(update(PromoCode).where(PromoCode.member_id == of).values(member_id=to))
    _pass_on_claims(work, of, to)
    return int(result.rowcount)  # type: ignore[attr-defined]


def _pass_on_claims(work: Work, of: uuid.UUID, to: uuid.UUID) -> None:
    taken = set(work.session.scalars(select(Claim.key).where(Claim.member_id == to)))
    for claim in work.session.scalars(select(Claim).where(Claim.member_id == of)).all():
        key = claim.key
        if claim.kind == ClaimKind.PROMO_CODE:
            key = key.replace(str(of), str(to))
        # Whoever took the same code as both keeps the one as theirs, the other as history.
        if key == claim.key or key not in taken:
            claim.member_id, claim.key = to, key
    work.session.flush()
