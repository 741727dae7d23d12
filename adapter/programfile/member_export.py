"""Members as the file says them, with what they hold at this instant."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from adapter.core import benefits, cards, ledger, members, payments, programs, transactions
from adapter.core.amounts import Amount
from adapter.core.cards import CardState
from adapter.core.ledger import OPENING_REASON, Account, Lot, Role
from adapter.core.members import IdentityKind, Member, Profile
from adapter.core.programs import ProgramTerms
from adapter.db import Work
from adapter.programfile.history_export import benefit_entry, sale_entry
from adapter.programfile.shown import barcode, shown_instant, shown_phone

Row = Any  # of these columns, or an object of it

_PERSONAL = [name for name in Profile.__slots__ if hasattr(Member, name)]


@dataclass(slots=True)
class Holding:
    """What a member holds of one unit."""

    lots: list[Lot] = field(default_factory=list)
    pending: set[uuid.UUID] = field(default_factory=set)
    owed: int = 0
    held: int = 0


class MemberExport:
    """The members of one program, with all that is theirs."""

    def __init__(self, work: Work, terms: ProgramTerms) -> None:
        self._work = work
        self._terms = terms

    def members(self, page_size: int) -> Iterator[dict[str, Any]]:
        """Every member, in the order of their coming; a bounded number is looked up at once."""
        for page in members.pages(self._work, self._terms.id, size=page_size):
            yield from self._page(page)

    def member(self, member: Member) -> dict[str, Any]:
        """One member, as all of them would be."""
        return next(self._page([member]))

    def _page(self, page: Sequence[Member]) -> Iterator[dict[str, Any]]:
        ids = [member.id for member in page]
        lists = {
            "cards": _grouped(cards.of_members(self._work, ids)),
            "benefits": _grouped(benefits.of_members(self._work, ids)),
            "transactions": _grouped(transactions.of_members(self._work, ids)),
        }
        holdings = self.holdings(ids)
        for member in page:
            entry = self.person(member, member.identities, member.consents)
            entry |= self.amounts(holdings[member.id])
            entry["cards"] = [
                {"number": card.number, "state": card.state} | barcode(card)
                for card in lists["cards"][member.id]
                if card.state != CardState.LAPSED
            ]
            entry["benefits"] = [
                benefit_entry(benefit, self._terms) for benefit in lists["benefits"][member.id]
            ]
            entry["transactions"] = [
                sale_entry(sale, self._terms) for sale in lists["transactions"][member.id]
            ]
            yield {key: value for key, value in entry.items() if value not in ([], {}, None)}

    def person(
        self, member: Member | Row, identities: Iterable[Row], consents: Iterable[Row]
    ) -> dict[str, Any]:
        """Who a member is, and by what they are found."""
        by_kind: dict[str, list[Any]] = defaultdict(list)
        for identity in identities:
            by_kind[identity.kind].append(identity)
        entry: dict[str, Any] = {}
        for phone in by_kind[IdentityKind.PHONE][:1]:
            entry["phone"] = shown_phone(phone.value, self._terms.country)
            if phone.shown != phone.value:
                entry["phone_shown"] = phone.shown
        entry["email"] = next((one.shown for one in by_kind[IdentityKind.EMAIL]), None)
        entry |= {name: getattr(member, name) for name in _PERSONAL}
        if member.birth_date is not None:
            entry["birth_date"] = member.birth_date.isoformat()
        entry["status"] = member.status
        entry["tier"], entry["segments"] = member.tier, member.segments
        for kind in (IdentityKind.MEMBERSHIP_KEY, IdentityKind.EXTERNAL_ID):
            entry[kind] = next((one.value for one in by_kind[kind]), None)
        entry["passes"] = [one.value for one in by_kind[IdentityKind.PASS]]
        entry["consents"] = {consent.kind: consent.is_granted for consent in consents}
        return entry

    def holdings(self, ids: list[uuid.UUID]) -> dict[uuid.UUID, dict[str, Holding]]:
        """What these members hold, by unit; looked up at once."""
        found: dict[uuid.UUID, dict[str, Holding]] = defaultdict(lambda: defaultdict(Holding))
        accounts, lots = ledger.accounts_and_lots(self._work, ids)
        for account in accounts:
            if account.role == Role.SPENDABLE and account.member_id is not None:
                debt = max(0, -(account.balance_minor or 0))
                found[account.member_id][account.unit].owed += debt
        for lot, account in lots:
            holding = found[lot.member_id][lot.unit]
            holding.lots.append(lot)
            if self._is_pending(lot, account):
                holding.pending.add(lot.id)
        for reservation in payments.held(self._work, ids):
            # A payment under way ends here in minutes; elsewhere nobody would ever end it.
            if reservation.deadline is None:
                found[reservation.member_id][reservation.unit].held += reservation.amount_minor
        return found

    def _is_pending(self, lot: Lot, account: Account) -> bool:
        return account.role == Role.PENDING and not lot.is_active(self._work.now)

    def amounts(self, holdings: dict[str, Holding]) -> dict[str, Any]:
        """What a member holds, as opening balances say it."""
        balances, lots, reserved = {}, [], {}
        for code, holding in sorted(holdings.items()):
            unit = self._terms.unit(code)
            owed, parts = _settled(holding)
            plain = 0
            for lot, minor in parts:
                pending = lot.id in holding.pending
                if lot.reason == OPENING_REASON and not lot.expires_at and not pending:
                    plain += minor
                else:
                    lots.append(self._lot(lot, Amount(minor, unit), pending))
            if plain or owed:
                balances[code] = str(Amount(plain - owed, unit))
            if holding.held:
                reserved[code] = str(Amount(holding.held, unit))
        return {"balances": balances, "lots": lots, "reserved": reserved}

    def _lot(self, lot: Lot, amount: Amount, pending: bool) -> dict[str, Any]:
        entry = {"unit": amount.unit.code, "amount": str(amount)}
        if lot.reason:
            entry["reason"] = lot.reason
        if pending and lot.active_from is not None:
            entry["active_from"] = shown_instant(lot.active_from)
        if lot.expires_at is not None:
            entry["expires_on"] = programs.last_day(
                lot.expires_at, self._terms.timezone
            ).isoformat()
        return entry


def _settled(holding: Holding) -> tuple[int, list[tuple[Lot, int]]]:
    """What is owed, and what is left of each lot, once payments under way are let go.

    What they give back pays the debt before anything else, as their release would.
    """
    spare = sum(lot.remaining_minor for lot in holding.lots if lot.id not in holding.pending)
    paid = min(holding.owed, max(0, spare - holding.held))
    parts, left = [], paid
    for lot in holding.lots:
        share = 0 if lot.id in holding.pending else min(left, lot.remaining_minor)
        left -= share
        if lot.remaining_minor > share:
            parts.append((lot, lot.remaining_minor - share))
    return holding.owed - paid, parts


def _grouped(rows: Iterable[Any]) -> dict[uuid.UUID, list[Any]]:
    found: dict[uuid.UUID, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.member_id].append(row)
    return found
