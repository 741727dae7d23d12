"""What a basket would be reduced by, reckoned without any effect."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapter.core import benefits, programs
from adapter.core.benefits import Benefit, Standing
from adapter.core.members import Member, MemberStatus
from adapter.core.origins import Place
from adapter.core.programs import (
    Basket,
    Deal,
    Discount,
    DiscountTerms,
    Missing,
    Occasion,
    ProgramTerms,
    discounts,
)
from adapter.core.sales.baskets import basket_of, occasion_of
from adapter.core.transactions import Sale
from adapter.db import Work


@dataclass(frozen=True, slots=True)
class Reduction:
    """A deal that applies, and what it takes off, in the smallest money unit."""

    deal: Deal
    amount_minor: int


@dataclass(frozen=True, slots=True)
class BenefitOutlook:
    """A benefit that was asked for, and what it would take off, or why it cannot be used now.

    Whoever asked for a benefit the member does not have gets none back.
    """

    name: str  # the key or the code it was asked for by
    benefit: Benefit | None
    amount_minor: int | None
    cause: str | None


@dataclass(frozen=True, slots=True)
class Preview:
    """All that would be taken off a basket; `causes` tell of each benefit the member has and
    cannot use for it what keeps it from being used, by its id.
    """

    deals: tuple[Reduction, ...]
    benefits: tuple[BenefitOutlook, ...]
    total_minor: int
    causes: Mapping[uuid.UUID, str]


def preview(
    work: Work,
    program: ProgramTerms,
    member: Member,
    sale: Sale,
    *,
    held: Sequence[Benefit],
    place: Place,
    used: Sequence[str] = (),
) -> Preview:
    """What the program's deals, and those of the member's benefits that are named by key or code,
    would take off a sale; one query, and no effect. `held` are all benefits of the member.
    """
    basket = basket_of(sale, loyalty_minor=0)
    at = programs.judged_at(sale.occurred_at, work.now)
    occasion = occasion_of(program, member, at, place)
    looks = {benefit.id: _look(work, member, benefit, basket, occasion) for benefit in held}
    asked = benefits.named(held, used, at=work.now)
    outlooks = tuple(_outlook(name, benefit, looks) for name, benefit in asked.items())
    deals = tuple(_applying(work, program, member, basket, occasion))
    # A benefit asked for by its key and by its code is one.
    chosen = {look.benefit.id: look.amount_minor or 0 for look in outlooks if look.benefit}
    amounts = [*(deal.amount_minor for deal in deals), *chosen.values()]
    return Preview(
        deals=deals,
        benefits=outlooks,
        total_minor=discounts.total(map(Discount, amounts), basket),
        causes={one: look for one, look in looks.items() if isinstance(look, str)},
    )


def _look(
    work: Work, member: Member, benefit: Benefit, basket: Basket, occasion: Occasion
) -> int | str:
    """What a benefit takes off, or in a word why it does not apply."""
    if member.status != MemberStatus.ACTIVE:
        return "member"
    standing = benefit.standing(work.now)
    if standing is not Standing.ACTIVE:
        return standing
    return _reduced(benefit.terms, basket, occasion)


def _reduced(terms: Mapping[str, Any], basket: Basket, occasion: Occasion) -> int | str:
    reduced = discounts.reduce(DiscountTerms.of(terms), basket, occasion)
    return reduced.cause if isinstance(reduced, Missing) else reduced.amount_minor


def _outlook(
    name: str, benefit: Benefit | None, looks: Mapping[uuid.UUID, int | str]
) -> BenefitOutlook:
    look = looks[benefit.id] if benefit else "unknown"
    if isinstance(look, str):
        return BenefitOutlook(name, benefit, None, look)
    return BenefitOutlook(name, benefit, look, None)


def _applying(
    work: Work, program: ProgramTerms, member: Member, basket: Basket, occasion: Occasion
) -> Iterator[Reduction]:
    if member.status != MemberStatus.ACTIVE:
        return
    for deal in programs.deals(work, program.id):
        reduced = _reduced(deal.terms, basket, occasion)
        if isinstance(reduced, int) and reduced:
            yield Reduction(deal, reduced)
