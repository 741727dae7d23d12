"""The tills' journal held against the ledger: what is missing, done twice, or nobody asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import func, select, text

from adapter.core import ledger
from adapter.core.ledger import Account, Entry, Posting
from adapter.core.ledger.models import MEMBER_ROLES
from adapter.core.members import Identity, IdentityKind, Member
from adapter.core.payments import Redemption
from adapter.core.transactions import Transaction, TransactionState
from adapter.db import Database, Work
from tests.factories import findings, purse_of
from tests.faults.journal import Done, Journal, Kind
from tests.faults.report import report
from tests.faults.shop import OPENING_MINOR, Shop


def assert_agree(
    database: Database, shop: Shop, journal: Journal, *, refusals: Collection[str] = ()
) -> None:
    """Fail unless the ledger holds what the journal says, and is sound.

    All that was acknowledged was done; nothing was done twice; what was never answered was done
    once or not at all; nothing was refused but with one of these codes; all balances are right.
    """
    with database.reading() as work:
        found = list(differences(work, shop, journal, refusals=refusals)) + findings(work)
        if database.dialect == "sqlite":
            found += [
                one for one in work.session.scalars(text("PRAGMA integrity_check")) if one != "ok"
            ]
    report(journal, found)
    assert not found, "\n".join([journal.summary(), f"{len(found)} differences:", *found[:40]])


def differences(
    work: Work, shop: Shop, journal: Journal, *, refusals: Collection[str] = ()
) -> Iterator[str]:
    """In which the journal and the ledger do not agree, in words."""
    done = Counter(_done(work, shop))
    for told in journal.acknowledged:
        if told not in done:
            yield f"acknowledged and lost: {told}"
    for found, times in done.items():
        if times > 1:
            yield f"done {times} times: {found}"
    yield from _doubled(done, journal)
    for ask, code in journal.refused:
        if code not in refusals:
            yield f"refused with {code}: {ask}"
    yield from _half_done(work, shop, done)
    for phone, member in _members(work, shop).items():
        held = ledger.balance(work, purse_of(shop.program, member)).available.minor
        owed = OPENING_MINOR + sum(
            one.change_minor for one in done.elements() if one.phone == phone
        )
        if held != owed:
            yield f"{phone} has {held} and should have {owed}"


def _doubled(done: Counter[Done], journal: Journal) -> Iterator[str]:
    """What was done more often than it was asked for, and references under which more stands than
    one sale or one payment.
    """
    made = Counter(one.ask for one in done.elements())
    for ask, times in made.items():
        if times > journal.asked[ask]:
            yield f"asked for {journal.asked[ask]} times and done {times} times: {ask}"
    standing: Counter[tuple[Kind, str]] = Counter()
    sales: Counter[str] = Counter()
    for one in done.elements():
        standing[one.kind.undoes or one.kind, one.reference] += -1 if one.kind.undoes else 1
        sales[one.reference] += one.kind is Kind.SALE
    for (kind, reference), number in standing.items():
        # A payment that was cancelled may be made again, and then stands once (5.5).
        if reference and number not in (0, 1):
            yield f"{number} standing: {kind} {reference}"
    for reference, number in sales.items():
        if number > 1:
            yield f"{number} sales: {reference}"


def _half_done(work: Work, shop: Shop, done: Counter[Done]) -> Iterator[str]:
    """Sales and payments whose rows say other than their entries."""
    entered = {(one.kind, one.code) for one in done}
    for row in _rows(work, shop, Transaction):
        cancelled = row.state == TransactionState.CANCELLED
        wanted = {Kind.SALE: True, Kind.SALE_CANCELLED: cancelled}
        for kind, is_wanted in wanted.items():
            if ((kind, row.confirmation_code) in entered) is not is_wanted:
                yield f"half done: {kind} {row.reference}, which is {row.state}"
    for row in _rows(work, shop, Redemption):
        if (Kind.PAYMENT, row.confirmation_code) not in entered:
            yield f"half done: payment {row.reference}, which is {row.state}"


def _done(work: Work, shop: Shop) -> Iterator[Done]:
    """Everything that entries of the ledger say was done, each as often as there is one."""
    phones = {member.id: phone for phone, member in _members(work, shop).items()}
    named = {row.confirmation_code: row for row in _rows(work, shop, Transaction, Redemption)}
    moved = (
        select(func.sum(Posting.amount_minor))
        .join(Account, Account.id == Posting.account_id)
        .where(Posting.entry_id == Entry.id, Account.role.in_(MEMBER_ROLES))
        .scalar_subquery()
    )
    columns = (Entry.origin_operation, Entry.origin_reference, Entry.member_id, moved)
    entries = select(*columns).where(
        Entry.program_id == shop.program.id, Entry.origin_operation.is_not(None)
    )
    for operation, code, member_id, change in work.session.execute(entries):
        kind = Kind(operation)
        reference = named[code].reference if code in named else f"nothing named {code}"
        yield Done(kind, phones[member_id], reference or "", kind.sign * int(change), code)


def _rows(work: Work, shop: Shop, *models: type[Any]) -> Iterator[Transaction | Redemption]:
    for model in models:
        yield from work.session.scalars(select(model).where(model.program_id == shop.program.id))


def _members(work: Work, shop: Shop) -> dict[str, Member]:
    """The members by their phones as tills write them."""
    found = work.session.execute(
        select(Identity.value, Member)
        .join(Member, Member.id == Identity.member_id)
        .where(Identity.kind == IdentityKind.PHONE, Member.program_id == shop.program.id)
    )
    return {f"+{phone}": member for phone, member in found}
