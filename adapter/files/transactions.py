"""The table of sales and returns of the past: a row for each line of a receipt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adapter.core import members, transactions
from adapter.core.programs import ProgramTerms
from adapter.db import Work
from adapter.files import owners
from adapter.files.cards import naming
from adapter.files.csvfile import Row
from adapter.files.lists import joined, parts, texts, unguarded
from adapter.files.seen import Key
from adapter.files.things import Cells, Faulty, Kind, RowFault, Thing, given_of, told
from adapter.programfile.given import GivenTransaction
from adapter.programfile.heads import Head
from adapter.programfile.history_export import sale_entry
from adapter.programfile.member_writing import past_sales

TEXTS = (
    "reference",
    "occurred_at",
    "opened_at",
    "source",
    "outlet",
    "terminal",
    "state",
    "related_reference",
    "confirmation_code",
    "points",
)
NUMBERS = ("total_minor", "tax_minor", "discount_minor")
OF_THE_SALE = (*owners.IDENTITIES, owners.CARD, *TEXTS, *NUMBERS, "tags", "tenders")
ITEM = "item_"
ITEM_TEXTS = (
    "name",
    "quantity",
    "code",
    "reference",
    "department",
    "department_name",
    "points_earned",
)
ITEM_NUMBERS = ("gross_minor", "net_minor")
OF_THE_ITEM = tuple(f"{ITEM}{name}" for name in (*ITEM_TEXTS, *ITEM_NUMBERS, "tags"))
COLUMNS = (*OF_THE_SALE, *OF_THE_ITEM)
PAGE = 500


def key(cells: Mapping[str, str]) -> tuple[str, ...]:
    """Which sale a row is of: its rows stand together."""
    return tuple(cells.get(name, "") for name in ("source", "outlet", "reference"))


def read(rows: Sequence[Row]) -> Thing:
    """A sale with its lines."""
    head = rows[0].cells
    for row in rows[1:]:
        for name in OF_THE_SALE:
            if row.cells.get(name, "") != head.get(name, ""):
                what = f"is not what row {rows[0].number} says of the same sale"
                raise Faulty(RowFault(row.number, name, what, row.cells.get(name, "")))
    sale: dict[str, Any] = told(head, *TEXTS)
    sale |= {name: _whole(cell) for name, cell in told(head, *NUMBERS).items()}
    if head.get("tags"):
        sale["tags"] = texts(head["tags"])
    if head.get("tenders"):
        sale["tenders"] = [_tender(part) for part in parts(head["tenders"])]
    lines = [(index, _item(row.cells)) for index, row in enumerate(rows)]
    lines = [(index, item) for index, item in lines if item]
    sale["items"] = [item for _, item in lines]

    def place(path: Sequence[Any]) -> tuple[int, str]:
        inner = path[2:] if path and path[0] == "transactions" else path
        if len(inner) > 1 and inner[0] == "items" and isinstance(inner[1], int):
            column = f"{ITEM}{inner[2]}" if len(inner) > 2 else ""
            return lines[inner[1]][0], column
        return 0, str(inner[0]) if inner else ""

    document = owners.naming(head) | {"transactions": [sale]}
    return Thing(rows, given_of(rows, document, place))


def _item(cells: Mapping[str, str]) -> dict[str, Any]:
    item: dict[str, Any] = {
        name: cells[f"{ITEM}{name}"] for name in ITEM_TEXTS if cells.get(f"{ITEM}{name}")
    }
    item |= {
        name: _whole(cells[f"{ITEM}{name}"]) for name in ITEM_NUMBERS if cells.get(f"{ITEM}{name}")
    }
    if cells.get(f"{ITEM}tags"):
        item["tags"] = texts(cells[f"{ITEM}tags"])
    return item


def _tender(part: str) -> dict[str, Any]:
    kind, *amount = parts(part, between=":")
    return {"kind": unguarded(kind), "amount_minor": _whole(":".join(amount))}


def _whole(cell: str) -> object:
    """The number a cell holds; anything else as it stands, to be refused."""
    digits = cell.removeprefix("-")
    return int(cell) if digits.isascii() and digits.isdigit() and len(digits) < 20 else cell


def _sale(thing: Thing) -> GivenTransaction:
    return thing.given.transactions[0]


def names(thing: Thing) -> Mapping[str, Key]:
    """How it is called within its program, and the code it was confirmed with."""
    sale = _sale(thing)
    found: dict[str, Key] = {"reference": ("transaction", *sale.key)}
    if sale.confirmation_code:
        found["confirmation_code"] = ("confirmation", sale.confirmation_code)
    return found


def check(work: Work, head: Head, things: Sequence[Thing]) -> Iterator[tuple[Thing, Faulty]]:
    """Those of nobody, and those that are recorded otherwise."""
    unfit = {thing.number: (thing, fault) for thing, fault in owners.find(work, head, things)}
    yield from unfit.values()
    sales = [_sale(thing) for thing in things]
    recorded = transactions.owners(work, head.terms.id, [sale.key for sale in sales])
    codes = [sale.confirmation_code for sale in sales if sale.confirmation_code]
    confirmed = transactions.with_codes(work, head.terms.id, codes)
    for thing in things:
        if thing.number in unfit:
            continue
        sale = _sale(thing)
        if sale.key in recorded and recorded[sale.key] != thing.member_id:
            yield thing, thing.fault("reference", "is the reference of another member's sale")
        elif confirmed.get(sale.confirmation_code or "", sale.key) != sale.key:
            yield thing, thing.fault("confirmation_code", "is another sale's")


def write(work: Work, head: Head, things: Sequence[Thing]) -> int:
    """Record those that are not recorded."""
    recorded = transactions.owners(work, head.terms.id, [_sale(thing).key for thing in things])
    new = [thing for thing in things if _sale(thing).key not in recorded]
    everybody = [(thing.member_id, thing.given) for thing in new if thing.member_id]
    transactions.record_many(work, head.terms.id, list(past_sales(everybody)))
    return sum(len(thing.rows) for thing in new)


def rows(work: Work, terms: ProgramTerms) -> Iterator[Cells]:
    """Every sale of every member, line by line."""
    for page in members.pages(work, terms.id, size=PAGE):
        by_id = {member.id: naming(member) for member in page}
        sales: dict[object, list[dict[str, Any]]] = {member_id: [] for member_id in by_id}
        for sale in transactions.of_members(work, by_id):
            sales[sale.member_id].append(sale_entry(sale, terms))
        for member_id, named in by_id.items():
            for entry in sales[member_id]:
                yield from _cells(named, entry)
        work.session.expunge_all()


def _cells(named: Cells, entry: dict[str, Any]) -> Iterator[Cells]:
    head = named | {name: entry.get(name) for name in (*TEXTS, *NUMBERS)}
    head["tags"] = joined(entry.get("tags", ()))
    head["tenders"] = "|".join(
        f"{joined([one['kind']])}:{one['amount_minor']}" for one in entry.get("tenders", ())
    )
    for item in entry["items"] or [{}]:
        cells = {f"{ITEM}{name}": value for name, value in item.items()}
        yield head | cells | {f"{ITEM}tags": joined(item.get("tags", ()))}


TABLE = Kind(
    name="transactions",
    columns=COLUMNS,
    required=("reference", "occurred_at"),
    open_columns=frozenset(COLUMNS) - {*owners.IDENTITIES, owners.CARD},
    key=key,
    read=read,
    names=names,
    check=check,
    write=write,
    rows=rows,
)
