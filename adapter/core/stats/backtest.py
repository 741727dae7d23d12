"""What other rules would have given: reckoned on the sales of a period, and written nowhere."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from adapter.core import programs
from adapter.core.programs import Basket, Earnings, EarnTerms, Line, Occasion, ProgramTerms
from adapter.core.stats.past_sales import Facts, told
from adapter.core.stats.queries import Period
from adapter.core.stats.sampling import sample
from adapter.core.transactions import Transaction
from adapter.db import Database

PAGE = 500
MOST = 10_000
LARGEST = 20
Progress = Callable[[int], None]


@dataclass(slots=True)
class Compared:
    """So many sales: the points given for them then, and those that would have been."""

    sales: int = 0
    then_minor: int = 0
    now_minor: int = 0

    @property
    def difference_minor(self) -> int:
        """How much more would have been given."""
        return self.now_minor - self.then_minor

    def add(self, then_minor: int, now_minor: int) -> None:
        """Count a sale."""
        self.sales += 1
        self.then_minor += then_minor
        self.now_minor += now_minor


@dataclass(frozen=True, slots=True)
class OneSale:
    """A sale for which other points would have been given."""

    transaction_id: uuid.UUID
    member_id: uuid.UUID
    reference: str
    outlet_code: str
    day: date
    compared: Compared


@dataclass(slots=True)
class Backtest:
    """What a set of rules would have given; `left_out` are days not looked at, since with them it
    would have been too many sales, and `is_cut` says that of a single day there are too many.
    `unearned` are sales not looked at, since the rules of those days did not give their points.
    """

    period: Period
    left_out: int = 0
    is_cut: bool = False
    unearned: int = 0
    total: Compared = field(default_factory=Compared)
    by_day: dict[date, Compared] = field(default_factory=dict)
    by_outlet: dict[str, Compared] = field(default_factory=dict)
    by_rule: Counter[str] = field(default_factory=Counter)
    by_member: dict[uuid.UUID, Compared] = field(default_factory=dict)
    largest: list[OneSale] = field(default_factory=list)

    @property
    def changed(self) -> int:
        """How many members would have been given more or less."""
        return sum(1 for one in self.by_member.values() if one.difference_minor)

    def members(self) -> list[tuple[uuid.UUID, Compared]]:
        """Those with the largest differences, in front the largest."""
        changed = [(id_, one) for id_, one in self.by_member.items() if one.difference_minor]
        return sorted(changed, key=lambda pair: -abs(pair[1].difference_minor))[:LARGEST]

    def count(self, sale: OneSale) -> None:
        """Count a sale wherever it belongs."""
        then, now = sale.compared.then_minor, sale.compared.now_minor
        self.total.add(then, now)
        self.by_day.setdefault(sale.day, Compared()).add(then, now)
        self.by_outlet.setdefault(sale.outlet_code, Compared()).add(then, now)
        self.by_member.setdefault(sale.member_id, Compared()).add(then, now)
        if then != now:
            self.largest.append(sale)
            if len(self.largest) > 10 * LARGEST:
                self.keep_largest()

    def keep_largest(self) -> None:
        """Forget all but the sales with the largest differences."""
        self.largest.sort(key=lambda one: -abs(one.compared.difference_minor))
        del self.largest[LARGEST:]


def backtest(
    database: Database,
    program: ProgramTerms,
    rules: Sequence[EarnTerms],
    period: Period,
    *,
    most: int = MOST,
    progress: Progress = lambda _done: None,
) -> Backtest:
    """What these rules would have given for the sales of a period, beside what was given then.

    Of more sales than `most` whole days are left out, evenly, so that what a member may be given
    in a day is still right. Tiers and segments are those that members have now.
    """
    found = sample(database, program, period, most)
    left_out = sum(1 for _ in period) - len(found.days)
    result = Backtest(period, left_out, found.is_cut, found.unearned)
    reckoning = _Reckoning(program, rules)
    for first in range(0, len(found.sales), PAGE):
        ids = [sale_id for sale_id, _day in found.sales[first : first + PAGE]]
        with database.reading() as work:
            page = work.session.scalars(_SALES.where(Transaction.id.in_(ids))).all()
            facts_of = told(work, program, page)
        for sale, facts in zip(page, facts_of, strict=True):
            result.count(reckoning.compared(sale, facts))
        progress(first + len(page))
    result.keep_largest()
    result.by_rule = reckoning.by_rule
    return result


def with_draft(rules: Sequence[EarnTerms], draft: EarnTerms) -> list[EarnTerms]:
    """A set of rules with one of them as it may become, or with one more."""
    return sorted(
        [*(rule for rule in rules if rule.code != draft.code), draft], key=lambda rule: rule.code
    )


_SALES = select(Transaction).options(selectinload(Transaction.items)).order_by(Transaction.id)


class _Reckoning:
    """Rules at work on one sale after the other, with what they gave whom on which day."""

    def __init__(self, program: ProgramTerms, rules: Sequence[EarnTerms]) -> None:
        self._program, self._rules = program, rules
        self._decimals = programs.money_decimals(program.currency)
        self._given: defaultdict[tuple[uuid.UUID | None, date], Counter[str]]
        self._given = defaultdict(Counter)
        self._capped = {
            rule.code for rule in rules if getattr(rule, "max_per_day", None) is not None
        }
        self.by_rule: Counter[str] = Counter()

    def compared(self, sale: Transaction, facts: Facts) -> OneSale:
        """What a sale was given, and what it would have been."""
        assert sale.member_id is not None  # noqa: S101  # nosec B101
        earned = self._earned(sale, facts) if facts.is_active else None
        now_minor = earned.points_minor if earned else 0
        return OneSale(
            sale.id,
            sale.member_id,
            sale.reference,
            sale.outlet_code,
            programs.local_day(min(sale.occurred_at, sale.recorded_at), self._program.timezone),
            Compared(1, facts.then_minor, now_minor),
        )

    def _earned(self, sale: Transaction, facts: Facts) -> Earnings:
        at = programs.judged_at(sale.occurred_at, sale.recorded_at)
        given = self._given[sale.member_id, programs.local_day(at, self._program.timezone)]
        occasion = Occasion(
            at=programs.local_time(at, self._program.timezone),
            outlet_code=sale.outlet_code,
            tier=facts.tier,
            segments=facts.segments,
        )
        earned = programs.earn(
            self._rules,
            _basket(sale, facts.loyalty_minor),
            occasion,
            points=self._program.points,
            money_decimals=self._decimals,
            given_today=given,
        )
        for part in earned.parts:
            self.by_rule[part.rule.code] += part.points_minor
            if part.rule.code in self._capped:
                given[part.rule.code] += part.points_minor
        return earned


def _basket(sale: Transaction, loyalty_minor: int) -> Basket:
    basket = Basket(
        lines=tuple(
            Line(
                reference=item.reference,
                code=item.code,
                quantity=item.quantity,
                net_minor=item.net_minor,
                department=item.department,
                name=item.name,
                tags=frozenset(item.tags),
            )
            for item in sale.items
        ),
        total_minor=sale.total_minor - sale.discount_minor,
        loyalty_minor=loyalty_minor,
        tags=frozenset(sale.tags),
    )
    if basket.worth_minor >= 0 > loyalty_minor:
        return replace(basket, loyalty_minor=0)
    return basket
