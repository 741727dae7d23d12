"""On PostgreSQL with 20,000 members nothing at the desk looks at a large table from end to end."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from adapter.core import approvals, support
from adapter.core.programs import ProgramTerms
from adapter.core.support import Wanted
from adapter.db import Database, Work
from tests.core.many_members import MEMBER, MEMBERS, NUMBER, PHONE
from tests.core.test_plans import crowded, large_tables, program, scans
from tests.statements import recorded

__all__ = ["crowded", "program"]

NAMES = """
UPDATE members SET last_name = 'Фамилия' || right(id::text, 6),
    family_key = 'фамилия' || right(id::text, 6) || ' ' || lower(first_name),
    given_key = lower(first_name) || ' фамилия' || right(id::text, 6)
"""
SOUGHT = (
    PHONE,
    f"+{PHONE}",
    "member7@example.com",
    NUMBER,
    f"C-{MEMBERS // 2}",
    f"S-{MEMBERS // 2}",
    "R-1",
    "Фамилия00",
    "name 7",
    "0fe31b8b-5ad5-48af-81e9-4adc7d596042",
)


def named(work: Work) -> None:
    """Give all of them names to be searched by."""
    work.session.execute(text(NAMES))


@pytest.mark.timeout(300)
def test_no_search_scans_a_large_table(crowded: Database, program: ProgramTerms) -> None:
    with crowded.unit_of_work() as work:
        named(work)
    with crowded.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("VACUUM ANALYZE members"))
    found: dict[str, int] = {}

    with crowded.unit_of_work() as work:
        large = large_tables(work)
        member_id = work.session.scalar(text(f"SELECT {MEMBER}"))
        with recorded(crowded) as sent:
            for sought in SOUGHT:
                found[sought] = len(support.search(work, program, sought, limit=20))
                support.search(work, program, sought, after=member_id, limit=20)
            support.history(work, member_id, Wanted(kind="accrual"), limit=20)
            support.history(work, member_id, after=member_id, limit=20)
            approvals.waiting_of(work, member_id)
        # Each is asked about once: what is sent often, the driver prepares.
        statements = {statement: (statement, parameters) for statement, parameters in sent}
        scanned = {
            statement[:400]: tables
            for statement, told in statements.items()
            if (tables := scans(work, told) & large)
        }

    assert {"members", "identities", "cards", "transactions", "redemptions"} <= large
    assert found["Фамилия00"] == found["name 7"] == 20
    assert found[PHONE] == found[NUMBER] == found[f"C-{MEMBERS // 2}"] == 1
    assert len(statements) > 10
    assert scanned == {}
