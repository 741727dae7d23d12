"""How programs are read."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import Text, bindparam, cast, or_, select

from adapter.core.errors import UnknownProgram
from adapter.core.programs.earn_terms import EarnTerms, MultiplierTerms, SpendingTerms
from adapter.core.programs.models import Deal, EarnRule, Offer, Program, Tier
from adapter.db import Work
from adapter.db.statements import constant


def all_programs(work: Work) -> Sequence[Program]:
    """Every program, by code."""
    return work.session.scalars(select(Program).order_by(Program.code)).all()


def by_code(work: Work, code: str) -> Program:
    """One program.

    Raises:
        UnknownProgram: None has this code.
    """
    program = work.session.scalar(select(Program).where(Program.code == code))
    if program is None:
        raise UnknownProgram("no program has this code")
    return program


def earn_rules(work: Work, program_id: uuid.UUID) -> Sequence[EarnRule]:
    """A program's earn rules, by code."""
    rules = select(EarnRule).where(EarnRule.program_id == program_id).order_by(EarnRule.code)
    return work.session.scalars(rules).all()


# The rules by which the purchases of the program `program_id` earn, by code: see `earn_terms`.
EARN_TERMS = (
    select(EarnRule.code, EarnRule.version, EarnRule.kind, cast(EarnRule.terms, Text))
    .where(
        EarnRule.program_id == bindparam("program_id"),
        EarnRule.kind.in_([constant("spending"), constant("multiplier")]),
    )
    .order_by(EarnRule.code)
)


@lru_cache(maxsize=1024)
def earn_terms(code: str, version: int, kind: str, terms: str) -> SpendingTerms | MultiplierTerms:
    """A rule by what `EARN_TERMS` finds of it: to read one costs more than to look it up, and it
    changes seldom.
    """
    return EarnTerms.of(code, version, kind, json.loads(terms))


def deals(work: Work, program_id: uuid.UUID) -> Sequence[Deal]:
    """A program's deals, by code."""
    found = select(Deal).where(Deal.program_id == program_id).order_by(Deal.code)
    return work.session.scalars(found).all()


def tiers(work: Work, program_id: uuid.UUID) -> Sequence[Tier]:
    """A program's tiers, the lowest first."""
    found = select(Tier).where(Tier.program_id == program_id).order_by(Tier.rank, Tier.code)
    return work.session.scalars(found).all()


def offers(work: Work, program_id: uuid.UUID, *, live: bool = False) -> Sequence[Offer]:
    """A program's offers, by code; only those that hold now with `live`."""
    found = select(Offer).where(Offer.program_id == program_id).order_by(Offer.code)
    if live:
        found = found.where(
            or_(Offer.starts_at.is_(None), Offer.starts_at <= work.now),
            or_(Offer.ends_at.is_(None), Offer.ends_at > work.now),
        )
    return work.session.scalars(found).all()
