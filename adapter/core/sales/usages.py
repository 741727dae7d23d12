"""How often, and how much, rules gave a member within a period."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import select, update

from adapter.core import programs
from adapter.core.sales.models import RuleUsage
from adapter.db import Work
from adapter.db.statements import add_up

Key = tuple[str, str]  # a rule's code, and the period


def usages(work: Work, member_id: uuid.UUID, keys: Collection[Key]) -> dict[Key, RuleUsage]:
    """What these rules gave the member within these periods, in one query; whoever asks holds
    the lock on the member's accounts.
    """
    if not keys:
        return {}
    found = select(RuleUsage).where(
        RuleUsage.member_id == member_id,
        RuleUsage.rule_code.in_({code for code, _ in keys}),
        RuleUsage.period.in_({period for _, period in keys}),
    )
    rows = work.session.scalars(found.execution_options(populate_existing=True))
    return {(row.rule_code, row.period): row for row in rows if (row.rule_code, row.period) in keys}


def add_usage(work: Work, member_id: uuid.UUID, key: Key, *, amount_minor: int) -> None:
    """Count that a rule gave the member so much within a period."""
    rule_code, period = key
    row = {"member_id": member_id, "rule_code": rule_code, "period": period}
    add_up(work.session, RuleUsage, row, uses=1, amount_minor=amount_minor)


def give_back(
    work: Work, member_id: uuid.UUID, day: date, given: Mapping[str, int], *, uses: int = 1
) -> None:
    """Make room again for what rules gave on a day and was taken back; those without a cap have
    nothing counted. With `uses=0` only a part of it was.
    """
    for rule_code, amount_minor in given.items():
        work.session.execute(
            update(RuleUsage)
            .where(
                RuleUsage.member_id == member_id,
                RuleUsage.rule_code == rule_code,
                RuleUsage.period == programs.period_of(day, "day"),
            )
            .values(uses=RuleUsage.uses - uses, amount_minor=RuleUsage.amount_minor - amount_minor)
            .execution_options(synchronize_session=False)
        )
