"""Twenty thousand members with one row of each for everybody, as a purchase leaves them."""

from __future__ import annotations

import re
import uuid

from sqlalchemy import text

from adapter.core.programs import ProgramTerms
from adapter.db import Database
from tests.factories import make_code, make_credential, make_program, make_rule

MEMBERS = 20_000
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
                          terminal, total_minor, occurred_at, recorded_at, vendor_data,
                          confirmation_code)
SELECT md5('sale' || i)::uuid, :program, md5('member' || i)::uuid, 'test', 'S-' || i, 'recorded',
       'BR001', '', 1000, :now, :now, '{{}}', 'C-' || i
FROM {series};

INSERT INTO transaction_items (transaction_id, line, code, name, quantity, net_minor)
SELECT md5('sale' || i)::uuid, line, '', 'Coffee', 1, 500
FROM {series}, generate_series(0, 1) AS line;

INSERT INTO member_counters (member_id, visits, spent_minor)
SELECT md5('member' || i)::uuid, 1, 1000 FROM {series};

INSERT INTO redemptions (id, program_id, member_id, source, outlet_code, reference, unit,
                         amount_minor, debit_minor, state, confirmation_code, created_at,
                         vendor_data)
SELECT md5('paid' || i)::uuid, :program, md5('member' || i)::uuid, 'test', 'BR001', 'S-' || i,
       'points', 5, 5, 'paid', 'P-' || i, :now, '{{}}'
FROM {series};

INSERT INTO benefits (id, program_id, member_id, key, name, kind, code, state, used, created_at)
SELECT md5(state || i)::uuid, :program, md5('member' || i)::uuid, state || i, '', 'gift', 'TEA',
       state, used, :now
FROM {series}, LATERAL (VALUES ('active', 0), ('redeemed', 1)) AS states (state, used);

INSERT INTO benefit_uses (id, benefit_id, member_id, transaction_id, used_at)
SELECT md5('use' || i)::uuid, md5('redeemed' || i)::uuid, md5('member' || i)::uuid,
       md5('sale' || i)::uuid, :now
FROM {series};

INSERT INTO rule_usages (member_id, rule_code, period, uses, amount_minor)
SELECT md5('member' || i)::uuid, rule, '2026-05-04', 1, 5
FROM {series}, LATERAL (VALUES ('base'), ('visit')) AS rules (rule);

INSERT INTO events (id, program_id, member_id, kind, tags, source, outlet_code, terminal, actor,
                    occurred_at, recorded_at)
SELECT md5('event' || i)::uuid, :program, md5('member' || i)::uuid, 'visit', '[]', 'test', '', '',
       '', :now, :now
FROM {series};

INSERT INTO short_codes (id, program_id, member_id, digest, digits, wrong_tries, channel,
                         outlet_code, terminal, actor, created_at, expires_at, ended_at)
SELECT md5('short' || i)::uuid, :program, md5('member' || i)::uuid, sha256(i::text::bytea), 4, 0,
       '', '', '', '', :now, :now, CASE WHEN i % 100 > 0 THEN :now ::timestamptz END
FROM {series};

INSERT INTO code_misses (id, program_id, channel, outlet_code, terminal, actor, at)
SELECT md5('miss' || i)::uuid, :program, '', '', '', '', :now ::timestamptz - i * interval '1 min'
FROM generate_series(1, {some}) AS i;

INSERT INTO outbox_messages (id, program_id, member_id, topic, subject_id, created_at,
                             next_try_at, attempts, ended_at, last_error)
SELECT md5('message' || i)::uuid, :program, md5('member' || i)::uuid, 'test', md5('x')::uuid, :now,
       :now, 1, CASE WHEN i % 100 > 0 THEN :now ::timestamptz END, ''
FROM {series};

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


def fill(database: Database) -> ProgramTerms:
    """The program of all those members, with a credential, a promo code and two rules."""
    with database.unit_of_work() as work:
        # They are not looked at by a plan, and a million rows are filled in much faster without.
        work.session.execute(text(NO_FOREIGN_KEYS))
        program = make_program(work)
        make_credential(work, program)
        make_code(work, program)
        make_rule(work, program, max_points_per_day="100")
        make_rule(work, program, code="visit", kind="event", event="visit", limit=9, points="1")
        issued = uuid.uuid5(program.id, "points/issued")
        values = {"program": program.id, "now": work.now, "issued": issued}
        series = f"generate_series(1, {MEMBERS}) AS i"
        for statement in FILL.format(series=series, some=MEMBERS // 10).split(";\n"):
            if statement.strip():
                used = {k: v for k, v in values.items() if re.search(rf":{k}\b", statement)}
                work.session.execute(text(statement), used)
    with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("VACUUM ANALYZE"))
    return program
