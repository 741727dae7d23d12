"""The table of balances: a row for each lot, what is owed, or what is set aside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adapter.core import ledger, members
from adapter.core.ledger import OPENING_REASON
from adapter.core.programs import ProgramTerms
from adapter.db import Work
from adapter.files import owners
from adapter.files.cards import naming
from adapter.files.csvfile import Row
from adapter.files.seen import Key
from adapter.files.things import Cells, Faulty, Kind, RowFault, Thing, given_of, told
from adapter.programfile.heads import Head
from adapter.programfile.member_export import MemberExport
from adapter.programfile.member_writing import open_balances
from adapter.programfile.report import Report

OF_A_LOT = ("unit", "amount", "active_from", "expires_on", "reason")
COLUMNS = (*owners.IDENTITIES, owners.CARD, *OF_A_LOT, "reserved")
POINTS = "points"
PAGE = 1000


def key(cells: Mapping[str, str]) -> tuple[str, ...]:
    """Whose a row is: the rows of one member stand together."""
    return tuple(cells.get(name, "") for name in (*owners.IDENTITIES, owners.CARD))


def read(rows: Sequence[Row]) -> Thing:
    """What one member holds."""
    lots: list[dict[str, Any]] = []
    balances: dict[str, Any] = {}
    reserved: dict[str, Any] = {}
    where: dict[tuple[Any, ...], int] = {}
    for index, row in enumerate(rows):
        lot = told(row.cells, *OF_A_LOT)
        unit = lot.get("unit", POINTS)
        aside = row.cells.get("reserved", "")
        if bool(aside) == ("amount" in lot):
            raise Faulty(RowFault(row.number, "amount", "either this or reserved is needed"))
        if aside:
            _once(row, reserved, unit, "reserved", aside)
            where["reserved", unit] = index
        elif lot["amount"].startswith("-"):
            _once(row, balances, unit, "amount", lot["amount"])
            where["balances", unit] = index
        else:
            where["lots", len(lots)] = index
            lots.append(lot)

    def place(path: Sequence[Any]) -> tuple[int, str]:
        column = {"balances": "amount", "reserved": "reserved"}.get(str(path[0]) if path else "")
        if column is None and path and path[0] == "lots" and len(path) > 2:
            column = str(path[2])
        return where.get(tuple(path[:2]), 0), column or (str(path[0]) if path else "")

    document: dict[str, Any] = owners.naming(rows[0].cells)
    document |= {"lots": lots, "balances": balances, "reserved": reserved}
    return Thing(rows, given_of(rows, document, place))


def _once(row: Row, into: dict[str, Any], unit: str, column: str, amount: str) -> None:
    if unit in into:
        raise Faulty(RowFault(row.number, column, "is given twice for this unit", amount))
    into[unit] = amount


def names(thing: Thing) -> Mapping[str, Key]:
    """The member whose all of it is."""
    return {"": ("member", str(thing.member_id))}


def write(work: Work, head: Head, things: Sequence[Thing]) -> int:
    """Open these balances, of members for whom nothing was ever entered."""
    wealthy = {thing.member_id: thing for thing in things if thing.member_id and thing.given.purses}
    moved = ledger.have_moved(work, list(wealthy))
    new = {member_id: thing for member_id, thing in wealthy.items() if member_id not in moved}
    everybody = [(member_id, thing.given) for member_id, thing in new.items()]
    open_balances(work, head, everybody, Report())
    return sum(len(thing.rows) for thing in new.values())


def rows(work: Work, terms: ProgramTerms) -> Iterator[Cells]:
    """What every member holds."""
    export = MemberExport(work, terms)
    for page in members.pages(work, terms.id, size=PAGE):
        held = export.holdings([member.id for member in page])
        for member in page:
            if member.id not in held:
                continue
            amounts, named = export.amounts(held[member.id]), naming(member)
            for unit, amount in amounts["balances"].items():
                yield named | {"unit": unit, "amount": amount, "reason": OPENING_REASON}
            for lot in amounts["lots"]:
                yield named | lot
            for unit, amount in amounts["reserved"].items():
                yield named | {"unit": unit, "reserved": amount}


TABLE = Kind(
    name="balances",
    columns=COLUMNS,
    required=("amount",),
    open_columns=frozenset({*OF_A_LOT, "reserved"}),
    key=key,
    read=read,
    names=names,
    check=owners.find,
    write=write,
    rows=rows,
)
