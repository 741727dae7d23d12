"""How cards are read."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import func, or_, select

from adapter.core.cards.models import Card, CardState
from adapter.core.errors import UnknownCard
from adapter.core.members import Member
from adapter.core.programs import NumberRange
from adapter.db import Work

# The name of a person that is no identity of theirs: the number of a card.
BY_CARD = "card"


def by_number(work: Work, program_id: uuid.UUID, number: str, *, lock: bool = False) -> Card:
    """The card with this number, locked if so wished.

    Raises:
        UnknownCard: There is none.
    """
    query = select(Card).where(Card.program_id == program_id, Card.number == number)
    if lock:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    card = work.session.scalar(query)
    if card is None or card.state == CardState.LAPSED:
        raise UnknownCard("no card has this number", sought=[(BY_CARD, number)])
    return card


def bearing(work: Work, program_id: uuid.UUID, text: str) -> Sequence[Card]:
    """The cards whose number or barcode is this text; two where one's number is another's code."""
    found = select(Card).where(
        Card.program_id == program_id, or_(Card.number == text, Card.barcode_number == text)
    )
    return work.session.scalars(found.order_by(Card.created_at, Card.id)).all()


def known(
    work: Work, program_id: uuid.UUID, *, numbers: Sequence[str], barcode_numbers: Sequence[str]
) -> list[Card]:
    """The cards that have one of these numbers or barcodes, lapsed ones too."""
    found: dict[uuid.UUID, Card] = {}
    for column, values in ((Card.number, numbers), (Card.barcode_number, barcode_numbers)):
        if values:
            rows = select(Card).where(Card.program_id == program_id, column.in_(values))
            found |= {card.id: card for card in work.session.scalars(rows)}
    return list(found.values())


def with_holder(work: Work, program_id: uuid.UUID, number: str) -> tuple[Card, Member | None]:
    """The card with this number, and whose it is, in one query.

    Raises:
        UnknownCard: There is none.
    """
    row = work.session.execute(
        select(Card, Member)
        .outerjoin(Member, Member.id == Card.member_id)
        .where(Card.program_id == program_id, Card.number == number)
    ).one_or_none()
    if row is None or row[0].state == CardState.LAPSED:
        raise UnknownCard("no card has this number", sought=[(BY_CARD, number)])
    return row[0], row[1]


def holder(work: Work, card: Card) -> Member | None:
    """Whose the card is; no query where the unit of work has met them."""
    return work.session.get(Member, card.member_id) if card.member_id else None


def held_by(work: Work, program_id: uuid.UUID, number: str, *, lock: bool = False) -> Member:
    """The member who holds the card with this number, locked if so wished.

    Raises:
        UnknownCard: There is no such card, or nobody holds it yet.
    """
    query = (
        select(Member)
        .join(Card, Card.member_id == Member.id)
        .where(
            Card.program_id == program_id,
            Card.number == number,
            Card.state != CardState.LAPSED,
        )
    )
    if lock:
        query = query.with_for_update(of=Member, key_share=True)
        query = query.execution_options(populate_existing=True)
    member = work.session.scalar(query)
    if member is None:
        raise UnknownCard("nobody holds a card with this number", sought=[(BY_CARD, number)])
    return member


def of_member(work: Work, member_id: uuid.UUID) -> Sequence[Card]:
    """All cards of a member, the oldest first."""
    return of_members(work, [member_id])


def of_members(work: Work, member_ids: Iterable[uuid.UUID]) -> Sequence[Card]:
    """All cards of these members, the oldest first."""
    found = select(Card).where(Card.member_id.in_(list(member_ids)))
    return work.session.scalars(found.order_by(Card.created_at, Card.id)).all()


def with_ids(work: Work, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Card]:
    """Cards by id."""
    return {card.id: card for card in work.session.scalars(select(Card).where(Card.id.in_(ids)))}


def unheld(work: Work, program_id: uuid.UUID, *, size: int = 500) -> Iterator[Sequence[Card]]:
    """The imported numbers that nobody holds, blocked ones too, a bounded page at a time in the
    order of their coming.
    """
    last: uuid.UUID | None = None
    while True:
        query = (
            select(Card)
            .where(
                Card.program_id == program_id,
                Card.member_id.is_(None),
                Card.reserved_until.is_(None),
                Card.state.in_((CardState.RESERVED, CardState.BLOCKED)),
            )
            .order_by(Card.id)
            .limit(size)
        )
        page = work.session.scalars(query if last is None else query.where(Card.id > last)).all()
        if not page:
            return
        last = page[-1].id
        yield page
        work.session.expunge_all()


def used(work: Work, program_id: uuid.UUID, numbers: NumberRange) -> int:
    """How many numbers of a range are some card's, lapsed ones too: they are not given again."""
    found = select(func.count()).where(
        Card.program_id == program_id,
        Card.number.startswith(numbers.prefix, autoescape=True),
        func.length(Card.number) == numbers.length,
    )
    return work.session.scalar(found) or 0


def pool_numbers(work: Work, program_id: uuid.UUID) -> Sequence[Card]:
    """The imported numbers that nobody has taken yet, in order."""
    free = select(Card).where(
        Card.program_id == program_id,
        Card.state == CardState.RESERVED,
        Card.reserved_until.is_(None),
        Card.member_id.is_(None),
    )
    return work.session.scalars(free.order_by(Card.number)).all()
