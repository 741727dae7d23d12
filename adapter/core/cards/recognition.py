"""Who is meant and what they hold, in one query: for what is called many times a second."""

from __future__ import annotations

import uuid
from collections import defaultdict
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, String, and_, bindparam, literal, or_, select, union_all

from adapter.core import ledger
from adapter.core.cards.identification import (
    BARCODE,
    NAMED,
    NUMBER,
    Given,
    identify,
    the_one,
    ways_to,
)
from adapter.core.cards.models import Card, CardState
from adapter.core.members import Enrolled, Identity, IdentityKind, Member, MemberStatus, Participant
from adapter.db import Lookup, Work
from adapter.db.statements import constant

_members = Member.__table__
_SEEN = (_members.c.id, _members.c.status, _members.c.tier, _members.c.segments)


def recognise(
    work: Work, program_id: uuid.UUID, given: Given, *, every_lot: bool = False
) -> Enrolled:
    """The one member all this names, as `identify` has it. An attempt without locks then knows
    what they hold as well, with all of their lots or with those that are due.

    Raises:
        UnknownMember: It names nobody.
        DifferentMembers: It names several: one each, or one that several share and none decides.
    """
    if work.takes_locks:
        return identify(work, program_id, given)
    values: dict[str, Any] = {"program_id": program_id} | ({} if every_lot else {"now": work.now})
    for place, (kind, value) in enumerate(given):
        values |= {f"kind_{place}": kind.value, f"value_{place}": value}
    kinds = tuple(kind is IdentityKind.EXTERNAL_ID for kind, _ in given)
    owners: dict[tuple[str, str], set[uuid.UUID]] = defaultdict(set)
    people: dict[uuid.UUID, Participant] = {}
    held: dict[tuple[uuid.UUID, str, str], list[Any]] = defaultdict(list)
    for kind, value, member_id, status, tier, segments, *rest in work.rows(
        _lookup(kinds, every_lot), values
    ):
        people[member_id] = Participant(
            member_id, program_id, MemberStatus(status), tier, tuple(segments)
        )
        owners[kind, value].add(member_id)
        held[member_id, kind, value].append(rest)
    member_id = the_one(owners, given)
    work.kept[NAMED] = member_id, ways_to(member_id, owners)
    # Whoever is named in several ways comes with all they hold each time.
    once = next(rows for (owner_id, *_), rows in held.items() if owner_id == member_id)
    ledger.keep_holdings(work, member_id, once, every_lot=every_lot)
    return people[member_id]


@lru_cache
def _lookup(external: tuple[bool, ...], every_lot: bool) -> Lookup:
    """The query for so many identifiers, of which these may be on a card."""
    named = union_all(_by_identity(len(external)), *_by_card(external)).subquery()
    found = select(named.c.kind, named.c.value, *_SEEN, *ledger.HELD)
    return Lookup(
        found.select_from(
            ledger.with_holdings(
                named.join(_members, _members.c.id == named.c.member_id),
                _members.c.id,
                every_lot=every_lot,
            )
        )
    )


def _by_identity(number: int) -> Select[Any, Any, Any]:
    is_given = (
        and_(
            Identity.kind == bindparam(f"kind_{place}", type_=String),
            Identity.value == bindparam(f"value_{place}", type_=String),
        )
        for place in range(number)
    )
    return select(Identity.member_id, Identity.kind, Identity.value).where(
        Identity.program_id == bindparam("program_id"), or_(*is_given)
    )


def _by_card(external: tuple[bool, ...]) -> list[Select[Any, Any, Any]]:
    texts = [
        bindparam(f"value_{place}", type_=String) for place, is_on in enumerate(external) if is_on
    ]
    return [
        select(Card.member_id, literal(way), column).where(
            Card.program_id == bindparam("program_id"),
            column == text,
            Card.state == constant(CardState.ACTIVE),
            Card.member_id.is_not(None),
        )
        for text in texts
        for way, column in ((NUMBER, Card.number), (BARCODE, Card.barcode_number))
    ]
