"""How often, and how much, rules gave a member within a period."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy import bindparam, select, update

from adapter.core import programs
from adapter.core.sales.models import RuleUsage
from adapter.db import Lookup, Work
from adapter.db.statements import add_up

Key = tuple[str, str]  # a rule's code, and the period


class Usage(NamedTuple):
    """How often a rule gave something, and how much in all."""

    uses: int
    amount_minor: int


def usages(work: Work, member_id: uuid.UUID, keys: Collection[Key]) -> dict[Key, Usage]:
    """What these rules gave the member within these periods, in one query a period; whoever asks
    holds the lock on the member's accounts, or has read them before.
    """
    found: dict[Key, Usage] = {}
    for period in {period for _, period in keys}:
        for code, uses, amount_minor in work.rows(_OF, {"member_id": member_id, "period": period}):
            if (code, period) in keys:
                found[code, period] = Usage(uses, amount_minor)
    return found


_OF = Lookup(
    select(RuleUsage.rule_code, RuleUsage.uses, RuleUsage.amount_minor).where(
        RuleUsage.member_id == bindparam("member_id"), RuleUsage.period == bindparam("period")
    )
)


def add_usage(work: Work, member_id: uuid.UUID, key: Key, *, amount_minor: int) -> None:
    """Count that a rule gave the member so much within a period."""
    rule_code, period = key
    row = {"member_id": member_id, "rule_code": rule_code, "period": period}
    work.batch.add_up(RuleUsage, row, {"uses": 1, "amount_minor": amount_minor})


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


def count_usages_of(work: Work, member_id: uuid.UUID, *, to: uuid.UUID) -> None:
    """Count what rules gave one member as given to another too, so that their limits hold."""
    given = select(RuleUsage).where(RuleUsage.member_id == member_id)
    for usage in work.session.scalars(given).all():
        key = {"member_id": to, "rule_code": usage.rule_code, "period": usage.period}
        add_up(work.session, RuleUsage, key, uses=usage.uses, amount_minor=usage.amount_minor)
