"""On PostgreSQL with 20,000 members no hot path looks at a large table from end to end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from adapter.core import (
    benefits,
    cards,
    codes,
    events,
    ledger,
    members,
    outbox,
    partners,
    payments,
    sales,
    transactions,
)
from adapter.core.ledger import Entry, Purse
from adapter.core.members import IdentityKind, Member, Profile
from adapter.core.programs import ProgramTerms
from adapter.db import Database, Work
from tests.clock import Clock
from tests.core.many_members import MEMBER, MEMBERS, NUMBER, PHONE, fill
from tests.databases import PostgresqlCopies
from tests.factories import (
    PEPPER,
    PLACE,
    bought,
    cancel_sale,
    capture,
    give_points,
    make_member,
    make_transaction,
    origin,
    purse_of,
    release,
    reserve_points,
    reverse,
    spend_points,
    submit,
)
from tests.statements import Statement, recorded, scanned

LARGE = 1000  # rows; below that a scan is as good as an index


@pytest.fixture
def crowded(
    postgresql_copies: PostgresqlCopies, tmp_path: Path, clock: Clock
) -> Iterator[Database]:
    """A PostgreSQL database with so many members."""
    url = postgresql_copies.make(tmp_path)
    database = Database(url, clock=clock)
    yield database
    database.dispose()
    postgresql_copies.drop(url)


@pytest.fixture
def program(crowded: Database) -> ProgramTerms:
    """The program of all those members, with a credential and a promo code."""
    return fill(crowded)


def member_of(work: Work) -> Member:
    """One of the many."""
    return work.session.get_one(Member, work.session.scalar(text(f"SELECT {MEMBER}")))


Act = Callable[[Work, ProgramTerms, Member, Purse], Any]

HOT: dict[str, Act] = {
    "search by phone": lambda work, program, *_: members.matching(
        work, program.id, Profile(phone=PHONE)
    ),
    "search by e-mail": lambda work, program, *_: members.matching(
        work, program.id, Profile(email="member7@example.com")
    ),
    "search by both": lambda work, program, *_: members.matching(
        work, program.id, Profile(phone=PHONE, email="member7@example.com"), lock=True
    ),
    "search by key": lambda work, program, *_: members.by_identity(
        work, program.id, IdentityKind.MEMBERSHIP_KEY, "x"
    ),
    "what a till asks first": lambda work, program, *_: members.spenders(
        work, program, [(IdentityKind.PHONE, PHONE)]
    ),
    "what a till asks of phone and pass": lambda work, program, *_: members.spenders(
        work, program, [(IdentityKind.PHONE, PHONE), (IdentityKind.PASS, "GW-5f1c09")]
    ),
    "sign up": lambda work, program, *_: cards.issue_to(
        work, program, make_member(work, program), place=PLACE
    ),
    "cards of members": lambda work, _, member, __: cards.of_members(work, [member.id] * 3),
    "card with its holder": lambda work, program, *_: cards.with_holder(work, program.id, NUMBER),
    "holder of a card": lambda work, program, *_: cards.held_by(
        work, program.id, NUMBER, lock=True
    ),
    "balance": lambda work, _, __, purse: ledger.balance(work, purse),
    "statement": lambda work, _, member, __: ledger.statement(work, member.id),
    "have moved": lambda work, _, member, __: ledger.have_moved(work, [member.id]),
    "give": lambda work, _, __, purse: give_points(work, purse, 5, origin=origin("R-new")),
    "give for later": lambda work, _, __, purse: give_points(
        work, purse, 5, active_from=work.now + timedelta(days=1)
    ),
    "spend": lambda work, _, __, purse: spend_points(work, purse, 5, origin=origin("P-new")),
    "reverse": lambda work, _, __, purse: reverse(work, purse, spend_points(work, purse, 5)),
    "reverse a gift": lambda work, _, __, purse: reverse(
        work, purse, work.session.get_one(Entry, give_points(work, purse, 5).id)
    ),
    "reserve and capture": lambda work, _, __, purse: capture(
        work, reserve_points(work, purse, 5), origin=origin("C-new")
    ),
    "reserve and release": lambda work, _, __, purse: release(work, reserve_points(work, purse, 5)),
    "what is held": lambda work, _, member, __: payments.held(work, [member.id]),
    "purchases": lambda work, _, member, __: transactions.purchases(
        work, member.id, since=work.now - timedelta(9), before=work.now, limit=1000
    ),
    "record": lambda work, program, member, _: make_transaction(work, program, member),
    "authenticate": lambda work, *_: partners.authenticate(
        work, protocol="test", digest=partners.digest(PEPPER, "test", "open:sesame")
    ),
    "reserve a number": lambda work, program, *_: cards.reserve(
        work, program, life=timedelta(hours=1), place=PLACE
    ),
    "issue anew": lambda work, program, *_: cards.issue(
        work, program, Profile(phone="79991234567", email="new@example.com"), place=PLACE
    ),
    "issue again": lambda work, program, *_: cards.issue(
        work, program, Profile(phone=PHONE), place=PLACE
    ),
    "issue on a number": lambda work, program, *_: cards.issue_on(
        work,
        program,
        Profile(phone="79991234567"),
        number=cards.reserve(work, program, life=timedelta(hours=1), place=PLACE).number,
        place=PLACE,
    ),
    "update": lambda work, _, member, __: members.update(
        work, member, Profile(phone="79991234567", email="new@example.com"), place=PLACE
    ),
    "redeem a code": lambda work, program, member, _: benefits.redeem_code(
        work, program, member, code="SPRING25", place=PLACE
    ),
    "claim a receipt": lambda work, program, member, _: benefits.claim_receipt(
        work, program, member, text="fn=0&i=1&fp=1", place=PLACE
    ),
    "register": lambda work, program, *_: make_member(work, program, email="x@example.com"),
    "block": lambda work, program, *_: cards.block(work, program.id, number=NUMBER),
    "identify": lambda work, program, *_: cards.identify(
        work, program.id, [(kind, NUMBER) for kind in IdentityKind], whole=True
    ),
    "identify by a shared e-mail": lambda work, program, *_: cards.identify(
        work, program.id, [(IdentityKind.EMAIL, "member7@example.com")], lock=True
    ),
    "holdings": lambda work, _, member, __: ledger.holdings(work, member.id),
    "benefits": lambda work, _, member, __: benefits.of_member(work, member.id),
    "sell": lambda work, program, member, _: submit(work, program, member, bought(work)),
    "sell to nobody": lambda work, program, *_: submit(work, program, None, bought(work)),
    "sell again": lambda work, program, member, _: [
        submit(work, program, member, sale) for sale in [bought(work)] * 2
    ],
    "sell with a benefit": lambda work, program, member, _: submit(
        work, program, member, bought(work), used=["tea", f"active{MEMBERS // 2}"]
    ),
    "sell with many names": lambda work, program, member, _: submit(
        work, program, member, bought(work), used=["tea"] * 999
    ),
    "cancel a sale": lambda work, program, member, _: cancel_sale(
        work, program, submit(work, program, member, bought(work), used=["tea"])
    ),
    "cancel an old sale": lambda work, program, *_: sales.cancel(
        work, program, f"C-{MEMBERS // 2}", place=PLACE
    ),
    "pay": lambda work, program, member, _: payments.pay(
        work, program, member, amount_minor=9, reference="S-new", place=PLACE
    ),
    "pay again": lambda work, program, member, _: payments.pay(
        work, program, member, amount_minor=5, reference=f"S-{MEMBERS // 2}", place=PLACE
    ),
    "cancel a payment": lambda work, program, member, _: payments.cancel(
        work,
        program,
        member,
        payments.pay(
            work, program, member, amount_minor=9, place=PLACE
        ).redemption.confirmation_code,
        place=PLACE,
    ),
    "payments": lambda work, _, member, __: payments.redemptions(work, member.id),
    "event": lambda work, program, member, _: events.record(
        work, program, member, kind="visit", occurred_at=work.now, place=PLACE
    ),
    "events": lambda work, _, member, __: events.of_member(work, member.id),
    "send a code": lambda work, program, member, _: codes.send(
        work, PEPPER, program, member, kind=IdentityKind.PHONE, place=PLACE
    ),
    "show a code": lambda work, program, member, _: codes.show(
        work, PEPPER, program, member, place=PLACE
    ),
    "take a code": lambda work, program, member, _: codes.take(
        work, PEPPER, program, "0000", member=member, place=PLACE
    ),
    "take anybody's code": lambda work, program, *_: codes.take(
        work,
        PEPPER,
        program,
        codes.show(work, PEPPER, program, member_of(work), place=PLACE)[0],
        member=None,
        place=PLACE,
    ),
}
# What a job asks once in a while; how much is due decides how it is best found.
JOBS: dict[str, Act] = {
    "what runs out": lambda work, *_: payments.due(work),
    "what is due": lambda work, *_: ledger.purses_due(work),
    "what lapses": lambda work, *_: cards.lapse_due(work),
    "what is to be told": lambda work, *_: outbox.claim(work, limit=50),
}


@pytest.mark.timeout(300)
def test_no_hot_path_scans_a_large_table(crowded: Database, program: ProgramTerms) -> None:
    seen: dict[str, set[str]] = {}

    for name, act in (HOT | JOBS).items():
        with crowded.unit_of_work() as work:
            member = member_of(work)
            with recorded(crowded) as sent:
                act(work, program, member, purse_of(program, member))
                work.session.flush()
            large = large_tables(work)
            found = {table for one in sent for table in scans(work, one, known=name in JOBS)}
            seen[name] = found & large
            work.session.rollback()

    assert {"members", "identities", "cards", "accounts", "entries", "postings", "lots"} <= large
    assert {"redemptions", "benefits", "benefit_uses", "rule_usages", "events"} <= large
    assert {name: tables for name, tables in seen.items() if tables} == {}


def test_the_test_sees_a_scan_where_there_is_one(crowded: Database) -> None:
    unaided = ("SELECT * FROM cards WHERE channel = %(x)s::VARCHAR", {"x": "test"})

    with crowded.unit_of_work() as work:
        assert scans(work, unaided) == scans(work, unaided, known=True) == {"cards"}


def large_tables(work: Work) -> set[str]:
    """The tables for which an index pays."""
    found = text("SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples > :rows")
    return set(work.session.scalars(found, {"rows": LARGE}))


def scans(work: Work, sent: Statement, *, known: bool = False) -> set[str]:
    """The tables a statement looks at from end to end: for any parameters, or for these if known.

    For any parameters PostgreSQL plans what has been prepared and often used.
    """
    statement, parameters = sent
    if isinstance(parameters, list):  # one statement for many rows
        parameters = parameters[0]
    return scanned(work.session.connection(), statement, parameters if known else None)
