"""An entry in words: what happened, who said so, which lots it touched, what undid it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo

from adapter.cli.output import moment
from adapter.cli.reckoning import reckoning
from adapter.core import programs
from adapter.core.amounts import Amount, Unit
from adapter.core.ledger import (
    Account,
    EntryKind,
    Explanation,
    Lot,
    Moved,
    Posting,
    Role,
)
from adapter.core.programs import ProgramTerms

WHAT = {
    EntryKind.OPENING: "were the opening balance",
    EntryKind.ACCRUAL: "were earned by a purchase",
    EntryKind.BONUS: "were given as a bonus",
    EntryKind.REDEMPTION: "were spent",
    EntryKind.RETURN: "were taken back: goods were returned",
    EntryKind.RESERVATION: "were set aside",
    EntryKind.CAPTURE: "were spent out of what had been set aside",
    EntryKind.RELEASE: "were set aside before and are free again",
    EntryKind.ACTIVATION: "became active",
    EntryKind.EXPIRY: "expired",
    EntryKind.ADJUSTMENT: "were corrected by hand",
    EntryKind.REVERSAL: "went back: another entry was undone",
}
PURSE = {
    Role.SPENDABLE: "what may be spent",
    Role.PENDING: "what is not active yet",
    Role.RESERVED: "what is set aside",
}


def sentences(told: Explanation, terms: ProgramTerms) -> list[str]:
    """The story of an entry, a sentence a line."""
    unit, zone = terms.unit(told.entry.unit), terms.timezone
    return [
        *_happened(told, unit, zone),
        *_reckoned(told, unit, terms.currency),
        *_said(told),
        *(_balance(leg, account, unit) for account, leg in told.legs if account.role in PURSE),
        *(_lot(told, lot, moved, unit, zone) for lot, moved in told.lots),
        *_undone(told, unit, zone),
    ]


def _happened(told: Explanation, unit: Unit, zone: tzinfo) -> Iterator[str]:
    entry = told.entry
    amount = Amount(_moved(told), unit)
    when = moment(entry.occurred_at, zone)
    yield f"On {when} ({zone}) {amount} {unit.code} {WHAT[EntryKind(entry.kind)]}."
    if entry.reason:
        yield f"The reason given: {entry.reason}."
    if entry.recorded_at != entry.occurred_at:
        yield f"It was entered on {moment(entry.recorded_at, zone)}."


def _reckoned(told: Explanation, unit: Unit, currency: str) -> Iterator[str]:
    explanation = told.entry.explanation
    if explanation is None:
        return
    yield from reckoning(explanation, currency)
    # A return takes no more than is there.
    moved, wanted = _moved(told), abs(explanation["points_minor"])
    if moved < wanted:
        yield f"Of {Amount(wanted, unit)} to be taken back {Amount(moved, unit)} were still there."


def _moved(told: Explanation) -> int:
    return max(leg.amount_minor for _, leg in told.legs)


def _said(told: Explanation) -> Iterator[str]:
    entry = told.entry
    places = (
        ("through", entry.channel),
        ("at outlet", entry.outlet_code),
        ("at terminal", entry.terminal),
        ("by", entry.actor),
    )
    known = ", ".join(f"{word} {place}" for word, place in places if place)
    if known:
        yield f"It came {known}."
    if entry.origin_reference:
        origin = f"{entry.origin_source}, {entry.origin_operation}, {entry.origin_reference}"
        yield f"Its origin is ({origin}): the same again moves nothing."
    if entry.reverses_id:
        yield f"It undoes entry {entry.reverses_id}."
    if entry.reverses_part_of_id:
        yield f"It undoes a part of entry {entry.reverses_part_of_id}."


def _balance(leg: Posting, account: Account, unit: Unit) -> str:
    after = Amount(leg.balance_after_minor or 0, unit)
    before = after - Amount(leg.amount_minor, unit)
    owner = "of the card" if account.owner_id != account.member_id else "of the member"
    return f"{PURSE[Role(account.role)].capitalize()} {owner} went from {before} to {after}."


def _lot(told: Explanation, lot: Lot, moved: Moved, unit: Unit, zone: tzinfo) -> str:
    name = f'the lot "{lot.reason}"' if lot.reason else "a lot"
    name += f" of {Amount(lot.amount_minor, unit)}"
    name += f" ({_until(lot, zone)})"
    left = f"; {Amount(lot.remaining_minor, unit)} of it is left now"
    if lot.entry_id == told.entry.id:
        return f"It opened {name}{left}."
    remaining = Amount(abs(moved.remaining_minor), unit)
    held = Amount(abs(moved.reserved_minor), unit)
    parts = []
    if moved.remaining_minor:
        parts.append(f"{'took' if moved.remaining_minor < 0 else 'put back'} {remaining}")
    if moved.reserved_minor:
        parts.append(f"{'set aside' if moved.reserved_minor > 0 else 'let go of'} {held}")
    did = " and ".join(parts) or "moved nothing"
    return f"It {did} of {name}{left}."


def _until(lot: Lot, zone: tzinfo) -> str:
    if lot.expires_at is None:
        return "it never expires"
    return f"until {programs.last_day(lot.expires_at, zone)}"  # type: ignore[arg-type]


def _undone(told: Explanation, unit: Unit, zone: tzinfo) -> Iterator[str]:
    if told.reversed_by:
        when = moment(told.reversed_by.recorded_at, zone)
        yield f"It was undone on {when} by entry {told.reversed_by.id}."
    for part, minor in told.reversed_in_part_by:
        when = moment(part.recorded_at, zone)
        yield f"Of it {Amount(minor, unit)} were undone on {when} by entry {part.id}."
