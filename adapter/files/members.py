"""The table of members: one row for each person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adapter.core import members
from adapter.core.members import ConsentKind
from adapter.core.programs import ProgramTerms
from adapter.db import Work
from adapter.files.csvfile import Row
from adapter.files.lists import joined, texts
from adapter.files.seen import Key
from adapter.files.things import Cells, Faulty, Kind, RowFault, Thing, given_of, told, yes_or_no
from adapter.programfile.checking import Read
from adapter.programfile.claims import Owners, claims_of
from adapter.programfile.heads import Head
from adapter.programfile.member_export import MemberExport
from adapter.programfile.member_writing import write_members
from adapter.programfile.reader import Part
from adapter.programfile.report import Report

PLAIN = (
    "membership_key",
    "phone",
    "phone_shown",
    "email",
    "first_name",
    "last_name",
    "patronymic",
    "birth_date",
    "gender",
    "country",
    "locality",
    "external_id",
    "status",
    "tier",
)
LISTS = ("segments", "passes")
CONSENTS = {f"consent_{kind}": kind for kind in ConsentKind}
COLUMNS = (*PLAIN, *LISTS, *CONSENTS)
NAMES = ("membership_key", "phone", "external_id", "passes")
PAGE = 1000


def read(rows: Sequence[Row]) -> Thing:
    """A person."""
    (row,) = rows
    document: dict[str, Any] = told(row.cells, *PLAIN)
    document |= {name: texts(cell) for name, cell in told(row.cells, *LISTS).items()}
    said = told(row.cells, *CONSENTS)
    document["consents"] = {CONSENTS[name]: yes_or_no(cell) for name, cell in said.items()}
    if not any(row.cells.get(name) for name in NAMES):
        what = f"names nobody: one of {', '.join(NAMES)} is needed"
        raise Faulty(RowFault(row.number, "", what))
    return Thing(rows, given_of(rows, document, _place))


def _place(path: Sequence[Any]) -> tuple[int, str]:
    first = str(path[0]) if path else ""
    if first == "consents" and len(path) > 1:
        return 0, f"consent_{path[1]}"
    return 0, first


def names(thing: Thing) -> Mapping[str, Key]:
    """What only they may be called."""
    found = {claim.where.strip(".").partition("[")[0]: claim for claim in claims_of(thing.given)}
    every = {column: claim.key for column, claim in found.items()}
    for number, value in enumerate(thing.given.passes):
        every[f"passes/{number}"] = ("pass", value)
    return every


def check(work: Work, head: Head, things: Sequence[Thing]) -> Iterator[tuple[Thing, Faulty]]:
    """Those who claim what somebody else has."""
    owners = Owners(work, head.terms.id, [thing.given for thing in things])
    met: dict[object, Thing] = {}
    for thing in things:
        thing.member_id = owners.member(thing.given)
        where = next(owners.conflicts(thing.given, thing.member_id), None)
        if where is not None:
            column = where.strip(".").partition("[")[0]
            yield thing, thing.fault(column, "is another member's, or in use")
            continue
        first = met.setdefault(thing.member_id, thing) if thing.member_id else thing
        if first is not thing:
            yield thing, thing.fault("", f"means the same member as row {first.number}")


def write(work: Work, head: Head, things: Sequence[Thing]) -> int:
    """Have them be members as the table says."""
    report = Report()
    read: Read = [(Part(0, "members", None, thing.number), thing.given) for thing in things]
    write_members(work, head, read, report)
    return report.members_added


def rows(work: Work, terms: ProgramTerms) -> Iterator[Cells]:
    """Every member, in the order of their coming."""
    export = MemberExport(work, terms)
    for page in members.listed(work, terms.id, size=PAGE):
        for one in page:
            person = export.person(*one)
            consents = person["consents"]
            yield (
                {name: person.get(name) for name in PLAIN}
                | {name: joined(person[name] or ()) for name in LISTS}
                | {
                    name: "yes" if consents[kind] else "no"
                    for name, kind in CONSENTS.items()
                    if kind in consents
                }
            )


TABLE = Kind(
    name="members",
    columns=COLUMNS,
    required=(),
    open_columns=frozenset({"gender", "country", "status", "tier", "segments", *CONSENTS}),
    key=None,
    read=read,
    names=names,
    check=check,
    write=write,
    rows=rows,
)
