"""Who is meant by what a till gives: identities, and the numbers and barcodes of cards."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, and_, literal, or_, select, union_all
from sqlalchemy.orm import joinedload

from adapter.core.cards.models import Card, CardState
from adapter.core.errors import DifferentMembers, UnknownMember
from adapter.core.members import Identity, IdentityKind, Member
from adapter.db import Work

# Where a unit of work keeps who was meant, and by which of the ways to name them.
NAMED = "named"
Given = Sequence[tuple[IdentityKind, str]]  # in their stored form, the strongest first


def identify(
    work: Work, program_id: uuid.UUID, given: Given, *, whole: bool = False, lock: bool = False
) -> Member:
    """The one member all this names, in one query; what names nobody does not count.

    An external id may also be the number or the barcode of an active card, whose holder goes
    before who has it as an external id. With `whole` the member comes with identities, consents
    and counters; locked, one reads these afterwards, when the lock is held.

    Raises:
        UnknownMember: It names nobody.
        DifferentMembers: It names several: one each, or one that several share and none decides.
    """
    members: dict[uuid.UUID, Member] = {}
    owners: dict[tuple[str, str], set[uuid.UUID]] = defaultdict(set)
    query = _query(program_id, given, whole)
    if lock:
        # What refers to the member does not wait, only who changes them.
        query = query.with_for_update(of=Member, key_share=True)
        query = query.execution_options(populate_existing=True)
    for member, kind, value in work.session.execute(query).unique():
        members[member.id] = member
        owners[kind, value].add(member.id)
    member = members[the_one(owners, given)]
    work.kept[NAMED] = member.id, ways_to(member.id, owners)
    return member


Owners = Mapping[tuple[str, str], set[uuid.UUID]]  # by how they are named, and the value


def the_one(owners: Owners, given: Given) -> uuid.UUID:
    """Whom all this names.

    Raises:
        UnknownMember, DifferentMembers: As `identify`.
    """
    named = [_named(owners, kind, value) for kind, value in given]
    if not any(named):
        raise UnknownMember("nobody is known by this", sought=given)
    shared = set.intersection(*(one for one in named if one))
    if len(shared) != 1:
        raise DifferentMembers("this names several members")
    return shared.pop()


def ways_to(member_id: uuid.UUID, owners: Owners) -> list[tuple[str, str]]:
    """How a member was named by what was given, and by which texts."""
    return [way for way, ids in owners.items() if member_id in ids]


def _named(owners: Owners, kind: IdentityKind, value: str) -> set[uuid.UUID]:
    # A card in the hand is the stronger claim. No external id given today reads like a card of
    # somebody else; one of before must not take the card's points.
    ways = (NUMBER, BARCODE, kind) if kind is IdentityKind.EXTERNAL_ID else (kind,)
    found = (owners.get((way, value)) for way in ways)
    return next((one for one in found if one), set())


NUMBER, BARCODE = "card number", "card barcode"


def _query(program_id: uuid.UUID, given: Given, whole: bool) -> Select[Member, str, str]:
    ways: list[Select[*tuple[Any, ...]]] = [
        select(Identity.member_id, Identity.kind, Identity.value).where(
            Identity.program_id == program_id,
            or_(*(and_(Identity.kind == kind, Identity.value == value) for kind, value in given)),
        )
    ]
    texts = [value for kind, value in given if kind is IdentityKind.EXTERNAL_ID]
    if texts:
        for way, column in ((NUMBER, Card.number), (BARCODE, Card.barcode_number)):
            ways.append(
                select(Card.member_id, literal(way), column).where(
                    Card.program_id == program_id,
                    column.in_(texts),
                    Card.state == CardState.ACTIVE,
                    Card.member_id.is_not(None),
                )
            )
    named = union_all(*ways).subquery()
    query = select(Member, named.c.kind, named.c.value).join(named, named.c.member_id == Member.id)
    if whole:
        query = query.options(
            joinedload(Member.identities), joinedload(Member.consents), joinedload(Member.counters)
        )
    return query
