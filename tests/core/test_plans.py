"""On PostgreSQL with 100,000 members no hot path looks at a large table from end to end."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from adapter.core import benefits, cards, ledger, members, partners, payments, transactions
from adapter.core.ledger import Entry, Purse
from adapter.core.members import IdentityKind, Member, Profile
from adapter.core.programs import ProgramTerms
from adapter.db import Database, Work
from tests.clock import Clock
from tests.core.statements import Statement, recorded
from tests.databases import PostgresqlCopies
from tests.factories import (
    PEPPER,
    PLACE,
    capture,
    give_points,
    make_code,
    make_credential,
    make_member,
    make_program,
    make_transaction,
    origin,
    purse_of,
    release,
    reserve_points,
    reverse,
    spend_points,
)

MEMBERS = 100_000
LARGE = 1000  # rows; below that a scan is as good as an index
MEMBER = f"md5('member' || {MEMBERS // 2})::uuid"
PHONE, NUMBER = f"7901{MEMBERS // 2:07}", f"7700{MEMBERS // 2:07}"

# One row of each for every member, as one purchase leaves them behind.
FILL = """
INSERT INTO members (id, program_id, status, first_name, channel, created_at, updated_at)
SELECT md5('member' || i)::uuid, :program, 'active', 'Name ' || i, '', :now, :now FROM {series};

INSERT INTO identities (id, program_id, member_id, kind, value, shown, channel, created_at)
SELECT md5(kind || i)::uuid, :program, md5('member' || i)::uuid, kind, value, value, '', :now
FROM {series}, LATERAL (VALUES ('phone', '7901' || lpad(i::text, 7, '0')),
    ('email', 'member' || i || '@example.com'), ('membership_key', md5('key' || i))
) AS known (kind, value);

INSERT INTO cards (id, program_id, member_id, number, barcode_type, barcode_number, state,
                   channel, created_at)
SELECT md5('card' || i)::uuid, :program, md5('member' || i)::uuid, number, 'CODE_128', number,
       'active', '', :now
FROM {series}, LATERAL (SELECT '7700' || lpad(i::text, 7, '0') AS number) AS named;

INSERT INTO accounts (id, program_id, member_id, owner_id, unit, role, may_go_negative,
                      balance_minor, version, digest)
SELECT md5(role || i)::uuid, :program, md5('member' || i)::uuid, md5('member' || i)::uuid,
       'points', role, false, amount, 1, ''
FROM {series}, LATERAL (VALUES ('spendable', 1000), ('reserved', 0)) AS kinds (role, amount);

INSERT INTO entries (id, program_id, member_id, kind, unit, reason, channel, outlet_code, terminal,
                     actor, occurred_at, recorded_at, origin_source, origin_operation,
                     origin_reference, origin_fingerprint)
SELECT md5('entry' || i)::uuid, :program, md5('member' || i)::uuid, 'accrual', 'points', '', '',
       '', '', '', :now, :now, 'test', 'sale', 'R-' || i, ''
FROM {series};

INSERT INTO postings (entry_id, line, account_id, member_id, amount_minor, version,
                      balance_after_minor, digest)
SELECT md5('entry' || i)::uuid, line, account, md5('member' || i)::uuid, amount, version,
       version * amount, ''
FROM {series}, LATERAL (VALUES (0, CAST(:issued AS uuid), -1000, NULL::bigint),
    (1, md5('spendable' || i)::uuid, 1000, 1)) AS legs (line, account, amount, version);

INSERT INTO lots (id, program_id, member_id, account_id, entry_id, unit, reason, amount_minor,
                  remaining_minor, reserved_minor)
SELECT md5('lot' || i)::uuid, :program, md5('member' || i)::uuid, md5('spendable' || i)::uuid,
       md5('entry' || i)::uuid, 'points', '', 1000, 1000, 0
FROM {series};

INSERT INTO lot_movements (entry_id, lot_id, member_id, remaining_minor, reserved_minor)
SELECT md5('entry' || i)::uuid, md5('lot' || i)::uuid, md5('member' || i)::uuid, 1000, 0
FROM {series};

INSERT INTO transactions (id, program_id, member_id, source, reference, state, outlet_code,
                          terminal, total_minor, occurred_at, recorded_at, vendor_data)
SELECT md5('sale' || i)::uuid, :program, md5('member' || i)::uuid, 'test', 'S-' || i, 'recorded',
       '', '', 1000, :now, :now, '{{}}'
FROM {series};

INSERT INTO transaction_items (transaction_id, line, code, name, quantity, net_minor)
SELECT md5('sale' || i)::uuid, line, '', 'Coffee', 1, 500
FROM {series}, generate_series(0, 1) AS line;

INSERT INTO claims (id, program_id, member_id, kind, key, claimed_at)
SELECT md5('claim' || i)::uuid, :program, md5('member' || i)::uuid, 'receipt', i || ':1:1', :now
FROM {series};

INSERT INTO promo_codes (id, program_id, key, code, points_minor, used)
SELECT md5('code' || i)::uuid, :program, 'CODE' || i, 'CODE' || i, 100, 0
FROM generate_series(1, {some}) AS i;

INSERT INTO credentials (id, program_id, protocol, name, digest, status, settings, created_at)
SELECT md5('credential' || i)::uuid, :program, 'test', '', sha256(i::text::bytea), 'active', '{{}}',
       :now
FROM generate_series(1, {some}) AS i;

INSERT INTO reservations (id, program_id, member_id, unit, amount_minor, state, entry_id,
                          closing_entry_id, created_at)
SELECT md5('reservation' || i)::uuid, :program, md5('member' || i)::uuid, 'points', 1, 'captured',
       md5('entry' || i)::uuid, md5('entry' || i)::uuid, :now
FROM {series};
"""


NO_FOREIGN_KEYS = """
DO $$ DECLARE one record; BEGIN
    FOR one IN SELECT conrelid::regclass AS place, conname FROM pg_constraint WHERE contype = 'f'
    LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', one.place, one.conname); END LOOP;
END $$
"""


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
    with crowded.unit_of_work() as work:
        # They are not looked at by a plan, and a million rows are filled in much faster without.
        work.session.execute(text(NO_FOREIGN_KEYS))
        program = make_program(work)
        make_credential(work, program)
        make_code(work, program)
        issued = uuid.uuid5(program.id, "points/issued")
        values = {"program": program.id, "now": work.now, "issued": issued}
        series = f"generate_series(1, {MEMBERS}) AS i"
        for statement in FILL.format(series=series, some=MEMBERS // 10).split(";\n"):
            if statement.strip():
                used = {k: v for k, v in values.items() if re.search(rf":{k}\b", statement)}
                work.session.execute(text(statement), used)
    with crowded.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("VACUUM ANALYZE"))
    return program


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
}
# What a job asks once in a while; how much is due decides how it is best found.
JOBS: dict[str, Act] = {
    "what runs out": lambda work, *_: payments.due(work),
    "what is due": lambda work, *_: ledger.purses_due(work),
    "what lapses": lambda work, *_: cards.lapse_due(work),
}


@pytest.mark.timeout(300)
def test_no_hot_path_scans_a_large_table(crowded: Database, program: ProgramTerms) -> None:
    scanned: dict[str, set[str]] = {}

    for name, act in (HOT | JOBS).items():
        with crowded.unit_of_work() as work:
            member = member_of(work)
            with recorded(crowded) as sent:
                act(work, program, member, purse_of(program, member))
                work.session.flush()
            large = large_tables(work)
            found = {table for one in sent for table in scans(work, one, known=name in JOBS)}
            scanned[name] = found & large
            work.session.rollback()

    assert {"members", "identities", "cards", "accounts", "entries", "postings", "lots"} <= large
    assert {name: tables for name, tables in scanned.items() if tables} == {}


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
    options, places = "FORMAT JSON", dict[str, str]()
    if not known:
        options += ", GENERIC_PLAN"
        statement = re.sub(
            r"%\((\w+)\)s", lambda m: places.setdefault(m[1], f"${len(places) + 1}"), statement
        )
    (plan,) = (
        work.session.connection()
        .exec_driver_sql(f"EXPLAIN ({options}) {statement}", parameters if known else None)
        .scalar_one()
    )
    return set(_scanned(plan["Plan"]))


def _scanned(node: dict[str, Any]) -> Iterator[str]:
    if node["Node Type"] == "Seq Scan":
        yield node["Relation Name"]
    for child in node.get("Plans", []):
        yield from _scanned(child)
