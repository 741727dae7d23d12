"""The table of cards, and of numbers that wait to become one: one row for each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from adapter.core import cards, members
from adapter.core.cards import BarcodeType, Card, CardFacts, CardState
from adapter.core.members import IdentityKind
from adapter.core.programs import ProgramTerms
from adapter.db import Work
from adapter.files import owners
from adapter.files.csvfile import Row
from adapter.files.seen import Key
from adapter.files.things import Cells, Faulty, Kind, RowFault, Thing, given_of, told
from adapter.programfile.claims import KnownCards
from adapter.programfile.given import GivenCard
from adapter.programfile.heads import Head
from adapter.programfile.program_writing import PLACE

COLUMNS = ("number", "state", "barcode_type", "barcode", *owners.IDENTITIES)
FREE = (CardState.RESERVED, CardState.BLOCKED)
PAGE = 1000


def read(rows: Sequence[Row]) -> Thing:
    """A card, or a number that nobody holds yet."""
    (row,) = rows
    document: dict[str, Any] = owners.naming(row.cells)
    is_held = bool(document)
    card: dict[str, Any] = told(row.cells, "number", "state")
    if not is_held:
        card.setdefault("state", CardState.RESERVED)
        if card["state"] not in FREE:
            what = "is for a card that somebody holds: name them, or leave it empty"
            raise Faulty(RowFault(row.number, "state", what, card["state"]))
    barcode = told(row.cells, "barcode_type", "barcode")
    if barcode:
        card["barcode"] = {
            "type": barcode.get("barcode_type", BarcodeType.CODE_128),
            "number": barcode.get("barcode", card.get("number", "")),
        }
    return Thing(rows, given_of(rows, document | {"cards": [card]}, _place))


_COLUMNS = {("barcode", "type"): "barcode_type", ("barcode", "number"): "barcode"}


def _place(path: Sequence[Any]) -> tuple[int, str]:
    inner = tuple(path[2:]) if path and path[0] == "cards" else tuple(path)
    return 0, _COLUMNS.get(inner, str(inner[0]) if inner else "")


def _card(thing: Thing) -> GivenCard:
    return thing.given.cards[0]


def names(thing: Thing) -> Mapping[str, Key]:
    """Its number, and what is scanned of it."""
    card = _card(thing)
    return {"number": ("card", card.number), "barcode": ("barcode", card.barcode_number)}


def check(work: Work, head: Head, things: Sequence[Thing]) -> Iterator[tuple[Thing, Faulty]]:
    """Those whose holder is nobody, or whose number or barcode is somebody else's."""
    held = [thing for thing in things if owners.naming(thing.rows[0].cells)]
    found = owners.find(work, head, held, by_card=False)
    unfit = {thing.number: (thing, fault) for thing, fault in found}
    yield from unfit.values()
    known = _known(work, head, things)
    for thing in things:
        if thing.number in unfit:
            continue
        card = _card(thing)
        # A number of the pool that somebody holds by now has become what it was for.
        if thing.member_id is None and known.get(card.number) is not None:
            continue
        where = next(known.conflicts(card, "", thing.member_id), None)
        if where is not None:
            column = "barcode" if "barcode" in where else "number"
            yield thing, thing.fault(column, "is another card's, or another member's")
        elif thing.member_id is not None and (why := known.stays_blocked(card)):
            yield thing, thing.fault("state", why)


def _known(work: Work, head: Head, things: Sequence[Thing]) -> KnownCards:
    given = [_card(thing) for thing in things]
    numbers = [card.number for card in given]
    return KnownCards(work, head.terms.id, numbers, [card.barcode_number for card in given])


def write(work: Work, head: Head, things: Sequence[Thing]) -> int:
    """Have them be cards as the table says."""
    known, new = _known(work, head, things), []
    for thing in things:
        given, card = _card(thing), known.get(_card(thing).number)
        facts = CardFacts(
            given.number,
            given.barcode_type,
            given.barcode_number,
            given.state,
            thing.member_id,
        )
        if card is None:
            new.append(facts)
        elif thing.member_id is not None:
            cards.align(work, card, facts, state=given.state if given.has_state else None)
    work.session.flush()
    return cards.add_many(work, head.terms.id, new, PLACE)


def rows(work: Work, terms: ProgramTerms) -> Iterator[Cells]:
    """The cards of every member, and then the numbers that nobody holds."""
    for page in members.pages(work, terms.id, size=PAGE):
        held: dict[UUID, list[Card]] = defaultdict(list)
        for card in cards.of_members(work, [member.id for member in page]):
            if card.member_id is not None and card.state != CardState.LAPSED:
                held[card.member_id].append(card)
        for member in page:
            for card in held[member.id]:
                yield _cells(card) | naming(member)
    for numbers in cards.unheld(work, terms.id, size=PAGE):
        yield from map(_cells, numbers)


def _cells(card: Card) -> Cells:
    cells: Cells = {"number": card.number, "state": card.state}
    if (card.barcode_type, card.barcode_number) != (BarcodeType.CODE_128, card.number):
        cells |= {"barcode_type": card.barcode_type, "barcode": card.barcode_number}
    return cells


def naming(member: members.Member) -> Cells:
    """What tells a member from all others: as a rule their membership key."""
    for kind in (IdentityKind.MEMBERSHIP_KEY, IdentityKind.EXTERNAL_ID, IdentityKind.PHONE):
        known = member.identity(kind)
        if known is not None:
            return {str(kind): f"+{known.value}" if kind is IdentityKind.PHONE else known.value}
    return {}


TABLE = Kind(
    name="cards",
    columns=COLUMNS,
    required=("number",),
    open_columns=frozenset({"state", "barcode_type"}),
    key=None,
    read=read,
    names=names,
    check=check,
    write=write,
    rows=rows,
)
