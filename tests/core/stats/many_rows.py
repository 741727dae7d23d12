"""Twenty thousand of each kind of rows, whose ids are as old as they are: of a hundred days."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import text

from adapter.core.ledger import Role
from adapter.core.programs import ProgramTerms
from adapter.db import Database
from tests.factories import make_program, make_rule

ROWS = 20_000
DAYS = 100
# What ids begin with is the time: one row every few minutes, the last of them just now.
AT = "CAST(:now AS timestamptz) - (:rows - i) * CAST(:step AS interval)"
ID = (
    "(lpad(to_hex(CAST(extract(epoch FROM {at}) * 1000 AS bigint)), 12, '0')"
    " || '7' || substr(md5('{kind}' || i), 1, 19))::uuid"
)
SERIES = "generate_series(1, :rows) AS i"

FILL = """
INSERT INTO members (id, program_id, status, channel, created_at, updated_at)
SELECT {member}, :program, 'active', '', {at}, {at} FROM {series};

INSERT INTO cards (id, program_id, member_id, number, barcode_type, barcode_number, state,
                   channel, created_at, issued_at)
SELECT {card}, :program, {member}, '77' || i, 'CODE_128', '77' || i, 'active', '', {at}, {at}
FROM {series};

INSERT INTO entries (id, program_id, member_id, kind, unit, reason, channel, outlet_code, terminal,
                     actor, occurred_at, recorded_at)
SELECT {entry}, :program, {member}, 'accrual', 'points', '', 'test', '', '', '', {at}, {at}
FROM {series};

INSERT INTO postings (entry_id, line, account_id, member_id, amount_minor, version,
                      balance_after_minor, digest)
SELECT {entry}, line, CASE line WHEN 0 THEN CAST(:issued AS uuid) ELSE {member} END, {member},
       amount, version, version * amount, ''
FROM {series}, LATERAL (VALUES (0, -100, NULL::bigint), (1, 100, 1))
    AS legs (line, amount, version);

INSERT INTO transactions (id, program_id, member_id, source, reference, state, outlet_code,
                          terminal, total_minor, occurred_at, recorded_at, vendor_data,
                          confirmation_code, balances_after)
SELECT {sale}, :program, {member}, 'test', 'S-' || i, 'recorded', 'BR001', '', 1000, {at}, {at},
       '{{}}', 'C-' || i, '{{}}'
FROM {series};
"""


def fill(database: Database, *, now: datetime) -> ProgramTerms:
    """The program of all these rows, the last of which are of this instant; PostgreSQL alone."""
    with database.unit_of_work() as work:
        program = make_program(work)
        make_rule(work, program)
        figures = {
            kind: ID.format(at=AT, kind=kind) for kind in ("member", "card", "entry", "sale")
        }
        (issued,) = work.session.scalars(
            text(
                "SELECT id FROM accounts WHERE owner_id = :program AND unit = 'points'"
                " AND role = :role"
            ),
            {"program": program.id, "role": Role.ISSUED},
        )
        values = {
            "now": now,
            "rows": ROWS,
            "step": timedelta(days=DAYS) / ROWS,
            "program": program.id,
            "issued": issued,
        }
        for statement in FILL.format(series=SERIES, at=AT, **figures).split(";\n"):
            if statement.strip():
                named = {name for name in values if f":{name}" in statement}
                work.session.execute(text(statement), {name: values[name] for name in named})
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as line:
        line.execute(text("VACUUM ANALYZE"))
    return program
