"""A past for members who have none: sales, entries, postings and lots, written by the batch.

The rows are those of `sales.submit`, digests and all, made without asking the database anything,
so that ten million postings are a matter of minutes.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from itertools import repeat
from types import SimpleNamespace
from typing import Any

from adapter.core.ledger import EntryKind, Role
from adapter.core.ledger.digests import posting_digest
from adapter.core.ledger.posting import program_account_id
from adapter.core.programs import ProgramTerms
from adapter.core.sales import EARNING
from adapter.core.transactions import TransactionState
from adapter.db import Database
from adapter.db.base import new_id
from bench import shop
from bench.bulk_rows import write

POINTS_MINOR, TOTAL_MINOR = 1200, 12_000
FIRST_SALE = datetime(2026, 1, 5, 9, tzinfo=UTC)
# One member of so many has a lot whose day is over, and that no job has looked at yet.
ONE_EXPIRED_IN = 100
EXPIRED, LATER = datetime(2026, 6, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)

Rows = dict[str, list[dict[str, Any]]]


def write_all(url: str, members: list[list[uuid.UUID]], *, accruals: int) -> None:
    """Give each of these members so many accruals, one a day."""
    with shop.in_processes(url) as processes:
        for _ in processes.map(partial(_write, url, accruals), members):
            pass


def _write(url: str, accruals: int, members: list[uuid.UUID]) -> None:
    database = Database(url)
    with database.reading() as work:
        program = shop.terms_of(work)
    rows: Rows = {}
    for number, member_id in enumerate(members):
        is_due = number % ONE_EXPIRED_IN == 0
        for table, row in _past(program, str(member_id), accruals, is_due=is_due):
            rows.setdefault(table, []).append(row)
    write(database.engine, rows)
    database.dispose()


def _past(
    program: ProgramTerms, member_id: str, accruals: int, *, is_due: bool
) -> Iterator[tuple[str, dict[str, Any]]]:
    account = {
        "id": str(new_id()),
        "program_id": str(program.id),
        "member_id": member_id,
        "owner_id": member_id,
        "unit": "points",
        "role": str(Role.SPENDABLE),
        "may_go_negative": False,
        "balance_minor": POINTS_MINOR * accruals,
        "version": accruals,
        "digest": b"",
    }
    for version in range(1, accruals + 1):
        at = FIRST_SALE + timedelta(days=version)
        expires_at = EXPIRED if is_due and version == 1 else LATER
        yield from _accrual(account, version, at, expires_at)
    yield "accounts", account
    spent = TOTAL_MINOR * accruals
    yield "member_counters", {"member_id": member_id, "visits": accruals, "spent_minor": spent}


def _accrual(
    account: dict[str, Any], version: int, at: datetime, expires_at: datetime
) -> Iterator[tuple[str, dict[str, Any]]]:
    sale_id, code = str(new_id()), str(uuid.uuid4())
    owner = {"program_id": account["program_id"], "member_id": account["member_id"]}
    when = {"occurred_at": at, "recorded_at": at}
    where = {"outlet_code": "BR001", "terminal": "POS001", "actor": "bench"}
    balance = POINTS_MINOR * version
    yield (
        "transactions",
        {
            **owner,
            **when,
            **where,
            "id": sale_id,
            "source": "fidelizacion",
            "reference": f"F-{sale_id}",
            "state": str(TransactionState.RECORDED),
            "fingerprint": sale_id.replace("-", "") * 2,
            "confirmation_code": code,
            "points_minor": POINTS_MINOR,
            "balances_after": json.dumps({"points": balance, "credit": 0}),
            "total_minor": TOTAL_MINOR,
            "tenders": json.dumps([{"kind": "CASH", "amount_minor": TOTAL_MINOR}]),
            "vendor_data": "{}",
        },
    )
    item = {"code": "TEA01", "name": "Tea", "department": "HOT", "quantity": "2"}
    amounts = {"net_minor": TOTAL_MINOR, "points_minor": POINTS_MINOR}
    yield "transaction_items", {"transaction_id": sale_id, "line": 0} | item | amounts
    entry = {
        **owner,
        **when,
        **where,
        "id": str(new_id()),
        "kind": str(EntryKind.ACCRUAL),
        "unit": "points",
        "reason": f"Purchase F-{sale_id}",
        "origin_source": "fidelizacion",
        "origin_operation": EARNING,
        "origin_reference": code,
        "origin_fingerprint": sale_id.replace("-", "") * 2,
        "channel": "fidelizacion",
        "reverses_id": None,
        "reverses_part_of_id": None,
    }
    lot = {
        **owner,
        "id": str(new_id()),
        "account_id": account["id"],
        "entry_id": entry["id"],
        "unit": "points",
        "reason": entry["reason"],
        "amount_minor": POINTS_MINOR,
        "remaining_minor": POINTS_MINOR,
        "reserved_minor": 0,
        "active_from": None,
        "expires_at": expires_at,
    }
    yield "entries", entry
    yield "lots", lot
    moved = {"remaining_minor": POINTS_MINOR, "reserved_minor": 0}
    named = {"entry_id": entry["id"], "lot_id": lot["id"], "member_id": account["member_id"]}
    yield "lot_movements", named | moved
    yield from zip(repeat("postings"), _legs(account, entry, lot, version, balance))


def _legs(
    account: dict[str, Any],
    entry: dict[str, Any],
    lot: dict[str, Any],
    version: int,
    balance: int,
) -> Iterator[dict[str, Any]]:
    """Both legs, the member's chained to the one before it; the account's digest moves on."""
    issued = _issued(account["program_id"])
    for line, (account_id, amount, *stand) in enumerate(
        (
            (issued, -POINTS_MINOR, None, None),
            (account["id"], POINTS_MINOR, version, balance),
        )
    ):
        leg = {
            "entry_id": entry["id"],
            "line": line,
            "account_id": account_id,
            "member_id": account["member_id"],
            "amount_minor": amount,
            "version": stand[0],
            "balance_after_minor": stand[1],
        }
        is_own = account_id == account["id"]
        parts = (SimpleNamespace(**part) for part in (entry, leg, lot))
        leg["digest"] = posting_digest(account["digest"] if is_own else b"", *parts)
        if is_own:
            account["digest"] = leg["digest"]
        yield leg


@lru_cache
def _issued(program_id: str) -> str:
    return str(program_account_id(uuid.UUID(program_id), "points", Role.ISSUED))
