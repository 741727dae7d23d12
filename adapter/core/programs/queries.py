"""How programs are read."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import or_, select

from adapter.core.errors import UnknownProgram
from adapter.core.programs.models import Deal, EarnRule, Offer, Program, Tier
from adapter.db import Work


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
