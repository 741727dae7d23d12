"""How exchanges look in a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from adapter.cli.output import print_facts, print_json, say
from adapter.core.exchanges import Effect, Exchange
from adapter.web.replay import Replayed


def facts_of(exchange: Exchange) -> dict[str, Any]:
    """An exchange as a JSON document."""
    return {
        "id": str(exchange.id),
        "at": exchange.at.isoformat(),
        "protocol": exchange.protocol,
        "method": exchange.method,
        "rule": exchange.rule,
        "status": exchange.status,
        "outcome": exchange.outcome,
        "refusal": exchange.refusal,
        "code": exchange.code,
        "duration_us": exchange.duration_us,
        "program_id": _text(exchange.program_id),
        "credential_id": _text(exchange.credential_id),
        "outlet": exchange.outlet,
        "terminal": exchange.terminal,
        "member_id": _text(exchange.member_id),
        "request_id": exchange.request_id,
        "entries": _parsed(exchange.entries) or [],
        "path": _parsed(exchange.path),
        "query": _parsed(exchange.query),
        "headers": _parsed(exchange.headers),
        "request": _parsed(exchange.request_body),
        "response": _parsed(exchange.response_body),
        "is_truncated": exchange.is_truncated,
    }


def line_of(exchange: Exchange) -> str:
    """One line: when, its id, what was asked and how it ended, from where."""
    return "  ".join(str(cell) for cell in _cells(exchange) if cell != "")


def print_exchange(exchange: Exchange, did: Iterable[Effect]) -> None:
    """All that is kept of one."""
    told = facts_of(exchange)
    bodies = {name: told.pop(name) for name in ("path", "query", "headers", "request", "response")}
    told.pop("entries")
    print_facts((name.replace("_", " "), value) for name, value in told.items())
    for name, document in bodies.items():
        if document is not None:
            say()
            say(name, style="bold")
            print_json(document)
    lines = list(effect_lines(did))
    if lines:
        say()
        say("what it did to the ledger", style="bold")
        for line in lines:
            say(line)


def replayed_facts(again: Replayed) -> dict[str, Any]:
    """A rehearsal as a JSON document."""
    return {
        "id": str(again.exchange.id),
        "status": again.status,
        "is_same": again.is_same,
        "response": _parsed(again.body),
        "differences": [
            {"path": one.path, "was": one.was, "now": one.now} for one in again.differences
        ],
        "did": [_effect(one) for one in again.did],
        "would_do": [_effect(one) for one in again.would_do],
        "missing": again.missing,
    }


def print_replayed(again: Replayed) -> None:
    """What differs, in the answer and in the ledger."""
    one = again.exchange
    say(f"{one.id}  {one.method} {one.rule}: {one.status} then, {again.status} now", style="bold")
    for where in again.missing:
        say(f"  not known any more: {where}")
    if again.is_same:
        say("  the answer is the same")
    for found in again.differences:
        say(f"  {found.path}: {found.was} -> {found.now}")
    for title, effects in (("it did", again.did), ("it would do", again.would_do)):
        lines = list(effect_lines(effects)) or ["nothing to the ledger"]
        for line in lines:
            say(f"  {title}: {line}")


def effect_lines(effects: Iterable[Effect]) -> Iterable[str]:
    """A line for each leg of what entries did."""
    for effect in effects:
        for leg in effect.legs:
            entry, unit = effect.entry, leg.amount.unit.code
            sign = "+" if leg.amount.minor > 0 else ""
            balances = f"{leg.before} -> {leg.after}"
            yield f"{entry.kind} {sign}{leg.amount} {unit} {leg.role} ({balances}) {entry.id}"


def _effect(effect: Effect) -> dict[str, Any]:
    return {
        "entry": str(effect.entry.id),
        "kind": effect.entry.kind,
        "member": str(effect.entry.member_id),
        "legs": [
            {
                "unit": leg.amount.unit.code,
                "role": leg.role,
                "amount": str(leg.amount),
                "balance_before": str(leg.before),
                "balance_after": str(leg.after),
            }
            for leg in effect.legs
        ],
    }


def _cells(exchange: Exchange) -> tuple[object, ...]:
    refusal = " ".join(part for part in (exchange.refusal, exchange.code) if part)
    return (
        exchange.at.strftime("%Y-%m-%d %H:%M:%S"),
        exchange.id,
        exchange.protocol,
        f"{exchange.method} {exchange.rule or '?'}",
        exchange.status,
        refusal,
        f"{exchange.duration_us / 1000:.1f}",
        exchange.outlet,
        exchange.terminal,
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _parsed(text: str | None) -> Any:
    return json.loads(text) if text else None
