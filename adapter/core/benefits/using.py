"""Whether a benefit may be used, using it in a sale, and giving it back."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import func, or_, select

from adapter.core.benefits.models import Benefit, BenefitState, BenefitUse, Standing, code_key
from adapter.core.errors import BenefitNotUsable, UnknownBenefit
from adapter.core.ledger import Finding
from adapter.core.members import Enrolled
from adapter.db import Work
from adapter.db.base import new_id
from adapter.db.statements import insert_many

# Far more than a statement can carry may be sent; then all that the member has is looked at.
MOST_NAMES = 500


def named(
    benefits: Sequence[Benefit], names: Iterable[str], *, at: datetime
) -> dict[str, Benefit | None]:
    """Which of these benefits each name means: the one with this key, or with this code in any
    case; of several with one code, one that may be used `at` that time.
    """
    usable_last = sorted(benefits, key=lambda one: one.standing(at) is Standing.ACTIVE)
    keys = {one.key: one for one in benefits}
    codes = {one.code: one for one in usable_last if one.code}
    return {name: keys.get(name) or codes.get(code_key(name)) for name in names}


def use(
    work: Work, member: Enrolled, names: Sequence[str], *, transaction_id: uuid.UUID, at: datetime
) -> Sequence[Benefit]:
    """The benefits with these keys or codes, each used once more by a sale made `at` that time.

    Raises:
        UnknownBenefit: One of them is not this member's; none is used.
        BenefitNotUsable: One is used up, switched off, past its time or before it; none is used.
    """
    query = select(Benefit).where(Benefit.member_id == member.id).order_by(Benefit.id)
    if len(names) <= MOST_NAMES:
        codes = [code_key(name) for name in names]
        query = query.where(or_(Benefit.key.in_(names), Benefit.code.in_(codes)))
    query = query.with_for_update().execution_options(populate_existing=True)
    chosen = dict.fromkeys(named(work.session.scalars(query).all(), names, at=at).values())
    used = [benefit for benefit in chosen if benefit is not None]
    if None in chosen:
        raise UnknownBenefit("the member has no such benefit")
    if any(benefit.standing(at) is not Standing.ACTIVE for benefit in used):
        raise BenefitNotUsable("the benefit cannot be used now")
    for benefit in used:
        benefit.used += 1
        if benefit.used == benefit.uses:
            benefit.state = BenefitState.REDEEMED
    work.session.flush()
    insert_many(work.session, BenefitUse, [_use(work, one, transaction_id) for one in used])
    return used


def _use(work: Work, benefit: Benefit, transaction_id: uuid.UUID) -> dict[str, object]:
    return {
        "id": new_id(),
        "benefit_id": benefit.id,
        "member_id": benefit.member_id,
        "transaction_id": transaction_id,
        "used_at": work.now,
        "given_back_at": None,
    }


def give_back(work: Work, transaction_id: uuid.UUID) -> Sequence[Benefit]:
    """The benefits that a sale had used, usable again unless somebody switched them off since."""
    rows = work.session.execute(
        select(BenefitUse, Benefit)
        .join(Benefit, Benefit.id == BenefitUse.benefit_id)
        .where(BenefitUse.transaction_id == transaction_id, BenefitUse.given_back_at.is_(None))
        .order_by(Benefit.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for use_made, benefit in rows:
        use_made.given_back_at = work.now
        if benefit.state == BenefitState.REDEEMED and benefit.used == benefit.uses:
            benefit.state = BenefitState.ACTIVE
        benefit.used -= 1
    work.session.flush()
    return [benefit for _, benefit in rows]


def verify(work: Work) -> Iterator[Finding]:
    """Benefits used less often than the sales say that used them."""
    uses = (
        select(func.count())
        .where(BenefitUse.benefit_id == Benefit.id, BenefitUse.given_back_at.is_(None))
        .scalar_subquery()
    )
    # More is well: it may have been used where it came from.
    rows = work.session.execute(select(Benefit.id, Benefit.used, uses).where(Benefit.used < uses))
    for benefit_id, used, counted in rows:
        yield Finding("uses of benefit", benefit_id, str(counted), str(used))
