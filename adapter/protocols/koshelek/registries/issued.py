"""9.1: the registry of issued cards, those issued through Koshelek and all others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import IO
from uuid import UUID

from adapter.core import cards, ledger, members, programs
from adapter.core.amounts import Amount
from adapter.core.cards import Card, CardState
from adapter.core.members import IdentityKind, Member, MemberStatus
from adapter.core.programs import ProgramTerms
from adapter.protocols.koshelek.registries import form
from adapter.web.registries import Outgoing
from adapter.web.work import Work

COLUMNS = (
    "card_number",
    "barcode",
    "date",
    "first_name",
    "last_name",
    "patronymic_name",
    "phone",
    "email",
    "sex",
    "birthday",
    "bonus_balance",
    "discount",
)
USABLE = (CardState.ACTIVE, CardState.INACTIVE)
NO_DISCOUNT = "0"  # of per cent (G32): what is off depends on the basket, not on the card
PAGE = 500


def _write(work: Work, program: ProgramTerms, out: IO[bytes], file_name: str) -> int:
    return form.write(out, file_name, COLUMNS, _rows(work, program))


def _rows(work: Work, program: ProgramTerms) -> Iterator[Sequence[str]]:
    for page in members.pages(work, program.id, size=PAGE):
        there = {member.id: member for member in page if member.status != MemberStatus.BLOCKED}
        held: dict[UUID, list[Card]] = defaultdict(list)
        for card in cards.of_members(work, there):
            if card.member_id is not None and card.state in USABLE:
                held[card.member_id].append(card)
        points = ledger.availables(work, held, program.points)
        for member_id, member in there.items():
            for card in held[member_id]:
                yield _row(program, card, member, points.get(member_id))


def _row(program: ProgramTerms, card: Card, member: Member, points: Amount | None) -> Sequence[str]:
    phone = member.identity(IdentityKind.PHONE)
    email = member.identity(IdentityKind.EMAIL)
    issued = programs.local_day(card.issued_at or card.created_at, program.timezone)
    return (
        card.number,
        card.barcode_number,
        f"{issued:{form.DAY}}",
        form.cut(member.first_name),
        form.cut(member.last_name),
        form.cut(member.patronymic),
        phone.value if phone else "",
        # Half an address is nobody's.
        email.shown if email and len(email.shown) <= form.LONGEST else "",
        member.gender or "",
        f"{member.birth_date:{form.DAY}}" if member.birth_date else "",
        str(_whole(points)),
        NO_DISCOUNT,
    )


def _whole(points: Amount | None) -> int:
    """What may be spent in whole points, rounded down; nobody owes here."""
    return max(points.minor, 0) // 10**points.unit.decimals if points else 0


REGISTRY = Outgoing(
    title="9.1: issued cards with their holders and balances",
    name=lambda partner, day: form.name("clients", partner, day),
    write=_write,
)
