"""`submit`: what a sale does to a member, whole or not at all."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from adapter.core import benefits, ledger, payments, programs, transactions
from adapter.core.amounts import LARGEST_MINOR, Amount
from adapter.core.errors import BenefitNotUsable, InvalidAmount
from adapter.core.ledger import Details, EntryKind, Holdings, Role, Terms
from adapter.core.members import Enrolled, MemberStatus
from adapter.core.origins import Origin, Place
from adapter.core.programs import Earnings, EarnTerms, ProgramTerms
from adapter.core.sales import usages
from adapter.core.sales.baskets import basket_of, occasion_of
from adapter.core.transactions import Answer, Sale, Transaction
from adapter.db import Lookup, Work

EARNING = "sale"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A sale and what became of it: the points it moved, and what the member has available after
    it, of `points` and of `credit`, in their smallest parts. Nobody's sale has neither.
    """

    transaction: Transaction
    points_minor: int | None
    balances: Mapping[str, int] | None


def submit(
    work: Work,
    program: ProgramTerms,
    member: Enrolled | None,
    sale: Sale,
    *,
    place: Place,
    used: Sequence[str] = (),
    told_at: Place | None = None,
) -> Outcome:
    """The sale recorded, its points given or, where goods came back, taken; the benefits with
    these keys or codes used. Told again with the same content, it is answered as the first time.
    `place` is where it is known by its reference; its entry is made where it is `told_at`.

    Raises:
        UnknownBenefit, BenefitNotUsable: One of the benefits cannot be used.
        ReferenceReused: Another sale was told under this reference.
        TransactionCancelled: It was cancelled since.
        InvalidAmount: It earns more than anything honest could.
    """
    said = transactions.digest_of(sale, member.id if member else None, list(used))
    if member is None:
        return _record(work, program, None, sale, said=said, answer=_answer(), place=place)[0]
    # First of all, so that all that follows is of one member at a time.
    held = ledger.lock_holdings(work, program.purse_of(member.id, may_owe=True))
    earnings = _earnings(work, program, member, sale, place, is_new=held.is_new)
    points = _affordable(earnings, held, program)
    shortfall = points - (earnings.points_minor if earnings else 0)
    balances = payments.balances(held, program)
    balances[program.points.code] += points
    answer = _answer(points, balances)
    per_line = programs.scaled(earnings.per_line, points) if earnings else ()
    outcome, is_new = _record(
        work,
        program,
        member,
        sale,
        said=said,
        answer=answer,
        place=place,
        points=per_line,
        shortfall_minor=shortfall,
    )
    if is_new:
        if used:
            _use(work, member, outcome.transaction, used)
        if earnings is not None:
            posted_at = told_at or place
            _post(work, program, held, outcome.transaction, earnings, points, posted_at)
    return outcome


def _use(work: Work, member: Enrolled, transaction: Transaction, used: Sequence[str]) -> None:
    if member.status != MemberStatus.ACTIVE:
        raise BenefitNotUsable("who takes no part uses nothing")
    at = programs.judged_at(transaction.occurred_at, work.now)
    benefits.use(work, member, used, transaction_id=transaction.id, at=at)


def _answer(points: int | None = None, balances: Mapping[str, int] | None = None) -> Answer:
    return Answer(str(uuid.uuid4()), points, balances)


def _record(
    work: Work,
    program: ProgramTerms,
    member: Enrolled | None,
    sale: Sale,
    *,
    said: str,
    answer: Answer,
    place: Place,
    points: Sequence[int] = (),
    shortfall_minor: int = 0,
) -> tuple[Outcome, bool]:
    """The sale as it stands, and whether it was told for the first time."""
    recorded = transactions.record(
        work,
        program.id,
        sale,
        place=place,
        member_id=member.id if member else None,
        said=said,
        answer=answer,
        points=points,
        shortfall_minor=shortfall_minor,
    )
    transaction = recorded or transactions.repeated(
        work, program.id, sale.reference, said=said, place=place
    )
    outcome = Outcome(transaction, transaction.points_minor, transaction.balances_after)
    return outcome, recorded is not None


def _earnings(
    work: Work,
    program: ProgramTerms,
    member: Enrolled,
    sale: Sale,
    place: Place,
    *,
    is_new: bool,
) -> Earnings | None:
    """What the sale earns by the rules as they are now; nothing for who takes no part."""
    if member.status != MemberStatus.ACTIVE:
        return None
    found = work.rows(_RULES, payments.sale_of(member, sale.reference, place))
    if not found:
        return None
    rules = [programs.earn_terms(*rule) for *rule, _ in found]
    listed = sum(tender.amount_minor for tender in sale.tenders if tender.is_loyalty)
    if not listed and not is_new:  # who never had anything has paid with nothing
        listed = int(found[0][-1])
        if listed and program.settings.paying_balance != program.points.code:
            work.need_locks()  # the balance it was paid from is none that the sale moves on
    basket = basket_of(sale, loyalty_minor=listed)
    if basket.worth_minor >= 0 > listed:
        # Loyalty given back makes no goods worth more than they cost.
        basket = replace(basket, loyalty_minor=0)
    at = programs.judged_at(sale.occurred_at, work.now)
    return programs.earn(
        rules,
        basket,
        occasion_of(program, member, at, place),
        points=program.points,
        money_decimals=programs.money_decimals(program.currency),
        given_today=_given_today(work, program, member, rules, at),
    )


# Beside each rule what was paid with loyalty's own means, so that both are one question.
_RULES = Lookup(programs.EARN_TERMS.add_columns(payments.PAID_FOR))


def _given_today(
    work: Work, program: ProgramTerms, member: Enrolled, rules: Sequence[EarnTerms], at: datetime
) -> dict[str, int]:
    period = period_of(program, at)
    keys = {(rule.code, period) for rule in rules if getattr(rule, "max_per_day", None) is not None}
    found = usages.usages(work, member.id, keys)
    return {code: usage.amount_minor for (code, _), usage in found.items()}


def period_of(program: ProgramTerms, at: datetime) -> str:
    """The day in which caps count what is given at an instant."""
    return programs.period_of(programs.local_day(at, program.timezone), "day")


def _affordable(earnings: Earnings | None, held: Holdings, program: ProgramTerms) -> int:
    """The points to move: what is taken back never takes the balance below zero."""
    points = earnings.points_minor if earnings else 0
    if abs(points) > LARGEST_MINOR:
        raise InvalidAmount("a sale earns no such number of points")
    return max(points, min(0, -held.available(program.points).minor))


def _post(
    work: Work,
    program: ProgramTerms,
    held: Holdings,
    transaction: Transaction,
    earnings: Earnings,
    points: int,
    place: Place,
) -> None:
    if earnings.points_minor == 0:
        work.need_locks()  # nothing moves on what was read, and it may be told as it was
        return
    purse = program.purse_of(held.owner_id, may_owe=True)
    is_return = earnings.points_minor < 0
    details = Details(
        kind=EntryKind.RETURN if is_return else EntryKind.ACCRUAL,
        reason=f"{'Return' if is_return else 'Purchase'} {transaction.reference}",
        origin=origin_of(transaction, EARNING),
        place=place,
        occurred_at=transaction.occurred_at,
        explanation=earnings.explanation(),
    )
    amount = Amount(abs(points), program.points)
    if points == 0:
        ledger.take_nothing(work, held, purse, details)
    elif is_return:
        ledger.take(work, held, purse, amount, details, target=Role.RETURNED)
    else:
        ledger.give(work, held, purse, amount, details, terms=_terms(work, program, transaction))
    # What a return could not take back makes no room for more.
    moved = programs.scaled([part.points_minor for part in earnings.parts], points)
    at = programs.judged_at(transaction.occurred_at, work.now)
    for part, minor in zip(earnings.parts, moved, strict=True):
        if part.rule.max_per_day is not None:
            key = (part.rule.code, period_of(program, at))
            usages.add_usage(work, held.owner_id, key, amount_minor=minor)


def _terms(work: Work, program: ProgramTerms, transaction: Transaction) -> Terms:
    """How long the points live: from the day of the sale, which may have been told of late."""
    told = program.expiry_of_points(min(transaction.occurred_at, work.now))
    if told is not None and told <= work.now:
        told = program.expiry_of_points(work.now)
    return Terms(expires_at=told)


def origin_of(transaction: Transaction, operation: str) -> Origin:
    """What names an effect of a sale."""
    return Origin(transaction.source, operation, transaction.confirmation_code or "")
