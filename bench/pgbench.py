"""pgbench posting the same accrual: the rows that our core writes, into the tables it writes to.

The script is made from the rows of one sale that went through the core, so that it writes the
same columns with the same contents whatever they are; only ids, versions and instants are new.
"""

from __future__ import annotations

import re
import statistics
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, make_url, text

from adapter.db import Database
from bench import shop
from bench.options import CONNECTIONS, WORKERS, Options
from bench.rounds import BadRound, Round
from bench.tills import submit_one

# What is looked up first, in a transaction of its own: the member, and how their account stands.
READ = """
\\set number random(0, :members - 1)
SELECT account.id AS account, account.version AS version
FROM identities JOIN accounts AS account ON account.owner_id = identities.member_id
WHERE identities.program_id = '{program}' AND identities.kind = 'phone'
  AND identities.value = '7900' || lpad(:number::text, 7, '0')
  AND account.unit = 'points' AND account.role = 'spendable' \\gset
"""
# What is then written, in one statement that holds only while the account stands as it was seen.
WRITE = """
WITH fresh AS MATERIALIZED (
  SELECT uuidv7() AS sale, uuidv7() AS entry, uuidv7() AS lot,
    gen_random_uuid()::text AS code, now() AS instant
), moved AS (
  UPDATE accounts SET balance_minor = balance_minor + {points}, version = version + 1,
    digest = sha256(digest)
  WHERE id = :account::uuid AND version = :version::bigint
  RETURNING id, member_id, version, balance_minor, digest
){inserts}
SELECT count(*) FROM moved;
"""
INSERT = """, {table}_written AS (
  INSERT INTO {table} ({columns})
  SELECT {values}
  FROM fresh, moved, (VALUES {rows}) AS seen ({columns}){conflict}
)"""
COUNT_ON = """
  ON CONFLICT (member_id) DO UPDATE SET visits = member_counters.visits + 1,
    spent_minor = member_counters.spent_minor + excluded.spent_minor"""
OWN = "seen.version IS NOT NULL"  # a leg on the member's account, not on the program's


@dataclass(frozen=True)
class Rows:
    """Which rows of a table the sale wrote, and which of their columns are new in each posting."""

    table: str
    found_by: str
    new: Mapping[str, str]
    conflict: str = ""


MEMBER = {"member_id": "moved.member_id"}
WRITTEN = (
    Rows(
        "transactions",
        "id = :sale",
        MEMBER
        | {"id": "fresh.sale", "reference": "'P-' || fresh.sale", "confirmation_code": "fresh.code"}
        | {"occurred_at": "fresh.instant", "recorded_at": "fresh.instant"},
    ),
    Rows("transaction_items", "transaction_id = :sale", {"transaction_id": "fresh.sale"}),
    Rows("member_counters", "member_id = :member", MEMBER | {"visits": "1"}, COUNT_ON),
    Rows(
        "entries",
        "id = :entry",
        MEMBER
        | {"id": "fresh.entry", "origin_reference": "fresh.code"}
        | {"reason": "'Purchase P-' || fresh.sale"}
        | {"occurred_at": "fresh.instant", "recorded_at": "fresh.instant"},
    ),
    Rows(
        "postings",
        "entry_id = :entry",
        MEMBER
        | {"entry_id": "fresh.entry", "digest": "moved.digest"}
        | {"account_id": f"CASE WHEN {OWN} THEN moved.id ELSE seen.account_id END"}
        | {"version": f"CASE WHEN {OWN} THEN moved.version END"}
        | {"balance_after_minor": f"CASE WHEN {OWN} THEN moved.balance_minor END"},
    ),
    Rows(
        "lots",
        "entry_id = :entry",
        MEMBER | {"id": "fresh.lot", "account_id": "moved.id", "entry_id": "fresh.entry"},
    ),
    Rows(
        "lot_movements",
        "entry_id = :entry",
        MEMBER | {"entry_id": "fresh.entry", "lot_id": "fresh.lot"},
    ),
)
LOTS_AND_ITEMS = ("transaction_items", "lots", "lot_movements")


def script(url: str, *, with_lots_and_items: bool) -> str:
    """What each client of pgbench does again and again."""
    database = Database(url)
    with database.unit_of_work() as work:
        program = shop.terms_of(work)
        sale = submit_one(work, program, 0).transaction
    with database.engine.begin() as connection:
        found = {"sale": sale.id, "member": sale.member_id, "code": sale.confirmation_code}
        entry = text("SELECT id FROM entries WHERE origin_reference = :code")
        found["entry"] = connection.execute(entry, found).scalar_one()
        inserts = [
            _insert(connection, rows, found)
            for rows in WRITTEN
            if with_lots_and_items or rows.table not in LOTS_AND_ITEMS
        ]
    database.dispose()
    write = WRITE.format(points=sale.points_minor, inserts="".join(inserts))
    return READ.format(program=program.id) + write


def round_of(programs: Path, url: str, options: Options, script: str) -> Round:
    """One round of this script, on as many connections as the tills have."""
    address = make_url(url)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "posting.sql").write_text(script)
        command = [str(programs / "pgbench"), "-n", "-M", "prepared", "-f", "posting.sql"]
        command += ["-c", str(CONNECTIONS), "-j", str(WORKERS), "-T", str(options.seconds)]
        command += ["-D", f"members={options.members}", "-l", "--log-prefix=taken"]
        command += ["-h", str(address.query["host"]), "-U", str(address.username)]
        told = subprocess.run(
            [*command, str(address.database)], cwd=folder, capture_output=True, text=True
        )
        rate = re.search(r"tps = ([0-9.]+)", told.stdout)
        if told.returncode or rate is None:
            raise BadRound(f"pgbench failed: {told.stdout} {told.stderr}")
        logs = [path.read_text() for path in Path(folder).glob("taken.*")]
    taken = [int(line.split()[2]) for log in logs for line in log.splitlines()]
    cuts = statistics.quantiles(taken, n=100)
    return Round(float(rate[1]), cuts[49] / 1000, cuts[98] / 1000)


def _insert(connection: Connection, rows: Rows, found: Mapping[str, Any]) -> str:
    """The part of the statement that writes such rows, their contents as literals."""
    types = _types(connection, rows.table)
    literals = ", ".join(f"quote_nullable({column}::text)" for column in types)
    query = text(f"SELECT {literals} FROM {rows.table} WHERE {rows.found_by}")
    seen = [
        ", ".join(f"{value}::{kind}" for value, kind in zip(row, types.values(), strict=True))
        for row in connection.execute(query, found)
    ]
    return INSERT.format(
        table=rows.table,
        columns=", ".join(types),
        values=", ".join(rows.new.get(column, f"seen.{column}") for column in types),
        rows=", ".join(f"({row})" for row in seen),
        conflict=rows.conflict,
    )


def _types(connection: Connection, table: str) -> dict[str, str]:
    columns = text(
        "SELECT attname, format_type(atttypid, atttypmod) AS kind FROM pg_attribute"
        " WHERE attrelid = CAST(:table AS regclass) AND attnum > 0 AND NOT attisdropped"
        " ORDER BY attnum"
    )
    found = connection.execute(columns, {"table": table})
    return {row.attname: row.kind for row in found}
