"""What members bought and were given, as the file says it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from adapter.core import programs
from adapter.core.amounts import Amount
from adapter.core.benefits import Benefit
from adapter.core.programs import ProgramTerms
from adapter.core.transactions import Transaction, TransactionItem, TransactionState
from adapter.programfile.condition_schemas import DISCOUNT_KEYS
from adapter.programfile.given import CHANNEL
from adapter.programfile.shown import ordered, shown_instant


def benefit_entry(benefit: Benefit, terms: ProgramTerms) -> dict[str, Any]:
    """A benefit with its state, what is left of it, and the discount it gives."""
    entry: dict[str, Any] = {
        "key": benefit.key,
        "name": benefit.name,
        "kind": benefit.kind,
        "state": benefit.state,
    }
    entry |= _said(benefit, "description", "image", "code", "used")
    if benefit.uses != 1:
        entry["uses"] = benefit.uses
    if benefit.valid_from is not None:
        entry["valid_from"] = _since(benefit.valid_from, terms)
    if benefit.valid_until is not None:
        entry["valid_until"] = _until(benefit.valid_until, terms)
    return entry | ordered(benefit.terms, DISCOUNT_KEYS)


def _since(instant: datetime, terms: ProgramTerms) -> str:
    """A first day where it begins with one, else the instant itself."""
    day = programs.local_day(instant, terms.timezone)
    whole = programs.start_of(day, terms.timezone) == instant
    return day.isoformat() if whole else shown_instant(instant)


def _until(instant: datetime, terms: ProgramTerms) -> str:
    """A last day where it is over with one, else the instant itself."""
    day = programs.last_day(instant, terms.timezone)
    whole = programs.end_of(day, terms.timezone) == instant
    return day.isoformat() if whole else shown_instant(instant)


def sale_entry(sale: Transaction, terms: ProgramTerms) -> dict[str, Any]:
    """A sale as it was reported, and what was answered."""
    entry: dict[str, Any] = {
        "reference": sale.reference,
        "occurred_at": shown_instant(sale.occurred_at),
    }
    if sale.opened_at is not None:
        entry["opened_at"] = shown_instant(sale.opened_at)
    if sale.outlet_code:
        entry["outlet"] = sale.outlet_code
    entry |= _said(sale, "terminal")
    if sale.source != CHANNEL:
        entry["source"] = sale.source
    if sale.state != TransactionState.RECORDED:
        entry["state"] = sale.state
    entry |= _said(sale, "related_reference", "confirmation_code")
    if sale.points_minor is not None:
        entry["points"] = str(Amount(sale.points_minor, terms.points))
    if sale.total_minor != sum(item.net_minor for item in sale.items):
        entry["total_minor"] = sale.total_minor
    entry |= _said(sale, "tax_minor", "discount_minor", "tags")
    if sale.tenders:
        entry["tenders"] = [ordered(tender, ("kind", "amount_minor")) for tender in sale.tenders]
    entry["items"] = [_item(item, terms) for item in sale.items]
    return entry


def _item(item: TransactionItem, terms: ProgramTerms) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": item.name, "quantity": format(item.quantity, "f")}
    entry |= _said(item, "code", "reference", "department", "department_name", "tags")
    if item.gross_minor is not None:
        entry["gross_minor"] = item.gross_minor
    entry["net_minor"] = item.net_minor
    if item.points_minor is not None:
        entry["points_earned"] = str(Amount(item.points_minor, terms.points))
    return entry


def _said(row: Any, *names: str) -> dict[str, Any]:
    """The facts of a row, without those that say nothing."""
    return {name: getattr(row, name) for name in names if getattr(row, name)}
