"""`export`: the database as a program file, a page of members at a time, without any secret."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, TextIO

from adapter.core import benefits, cards, members, programs
from adapter.core.amounts import Amount
from adapter.core.benefits import PromoCode
from adapter.core.members import IdentityKind
from adapter.core.programs import Program
from adapter.db import Database, Work
from adapter.programfile.credentials import Forms
from adapter.programfile.member_export import MemberExport
from adapter.programfile.program_export import head_of, pool_entry
from adapter.programfile.shown import shown_phone
from adapter.web.protocol import Protocol

PAGE = 500


def export(
    database: Database,
    out: TextIO,
    *,
    protocols: Iterable[Protocol],
    program: str | None = None,
) -> None:
    """Write one program, or all, as a program file that loads into an empty database.

    Raises:
        UnknownProgram: None has this code.
    """
    forms = Forms(protocols)
    with database.reading() as work:
        found = [programs.by_code(work, program)] if program else programs.all_programs(work)
        out.write('{"programs": [')
        for number, row in enumerate(found):
            out.write(",\n" if number else "\n")
            _write(out, work, row, forms)
        out.write("\n]}\n")


def _write(out: TextIO, work: Work, program: Program, forms: Forms) -> None:
    """One key a line; of the long lists one item a line, so that two files can be compared."""
    terms = program.terms()
    separator = "{"
    for key, value in head_of(work, program, forms):
        out.write(f"{separator}{_json(key)}: {_json(value)}")
        separator = ",\n "
    lists: dict[str, Iterator[dict[str, Any]]] = {
        "card_pool": (pool_entry(card) for card in cards.pool_numbers(work, program.id)),
        "promo_codes": _codes(work, program),
        "members": MemberExport(work, terms).members(PAGE),
    }
    for key, items in lists.items():
        _write_list(out, key, items)
    out.write("}")


def _write_list(out: TextIO, key: str, items: Iterator[dict[str, Any]]) -> None:
    opened = False
    for item in items:
        out.write(",\n  " if opened else f",\n {_json(key)}: [\n  ")
        out.write(_json(item))
        opened = True
    if opened:
        out.write("\n ]")


def _codes(work: Work, program: Program) -> Iterator[dict[str, Any]]:
    terms = program.terms()
    codes = benefits.promo_codes(work, program.id)
    holders = members.with_ids(work, {code.member_id for code in codes if code.member_id})
    for code in codes:
        entry = {"code": code.code, "points": str(Amount(code.points_minor, terms.points))}
        if code.expires_at is not None:
            entry["expires_on"] = programs.last_day(code.expires_at, terms.timezone).isoformat()
        entry |= _uses(code)
        if code.member_id is not None:
            holder = holders[code.member_id]
            phone = holder.identity(IdentityKind.PHONE)
            key = holder.identity(IdentityKind.MEMBERSHIP_KEY)
            if phone is not None:
                entry["phone"] = shown_phone(phone.value, terms.country)
            elif key is not None:
                entry["membership_key"] = key.value
            else:
                continue  # whoever it was meant for was erased, and it is for nobody else
        yield entry


def _uses(code: PromoCode) -> dict[str, Any]:
    uses = {} if code.uses == 1 else {"uses": code.uses}
    return uses | ({"used": code.used} if code.used else {})


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
