"""Whose a row is: named by membership key, phone, external id, or the number of a card."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence

from adapter.core import cards, members
from adapter.core.cards import CardState
from adapter.core.members import IdentityKind
from adapter.db import Work
from adapter.files.things import Faulty, Thing, told
from adapter.programfile.claims import identities_of
from adapter.programfile.heads import Head

IDENTITIES = ("membership_key", "phone", "external_id")
CARD = "card"


def find(
    work: Work, head: Head, things: Sequence[Thing], *, by_card: bool = True
) -> Iterator[tuple[Thing, Faulty]]:
    """Those of these things whose owner cannot be told; the others know whose they are."""
    names = [name for thing in things for name in identities_of(thing.given)]
    owners = members.owners(work, head.terms.id, names)
    numbers = [thing.rows[0].cells[CARD] for thing in things if _card(thing, by_card)]
    found = cards.known(work, head.terms.id, numbers=numbers, barcode_numbers=[])
    holders = {one.number: one.member_id for one in found if one.state != CardState.LAPSED}
    for thing in things:
        try:
            thing.member_id = _owner(thing, owners, holders, by_card)
        except Faulty as fault:
            yield thing, fault


def _owner(
    thing: Thing,
    owners: Mapping[tuple[IdentityKind, str], uuid.UUID],
    holders: Mapping[str, uuid.UUID | None],
    by_card: bool,
) -> uuid.UUID:
    by_column: dict[str, uuid.UUID | None] = {
        str(kind): owners.get((kind, value)) for kind, value in identities_of(thing.given)
    }
    if _card(thing, by_card):
        by_column[CARD] = holders.get(thing.rows[0].cells[CARD])
    if not by_column:
        columns = [*IDENTITIES, CARD] if by_card else IDENTITIES
        raise thing.fault("", f"names nobody: one of {', '.join(columns)} is needed")
    found: list[uuid.UUID] = []
    for column, owner in by_column.items():
        if owner is None:
            raise thing.fault(column, "is nobody's in this program")
        if found and owner != found[0]:
            raise thing.fault(column, "is another member's")
        found.append(owner)
    return found[0]


def _card(thing: Thing, by_card: bool) -> str:
    return thing.rows[0].cells.get(CARD, "") if by_card else ""


def naming(cells: Mapping[str, str]) -> dict[str, str]:
    """What a row says of whose it is."""
    return told(cells, *IDENTITIES)
