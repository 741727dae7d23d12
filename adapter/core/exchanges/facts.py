"""Which texts are a member's, so that none of them is kept and each can be filled in again."""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Iterable, Iterator
from itertools import permutations
from typing import Any

from sqlalchemy import select

from adapter.core.cards import Card
from adapter.core.exchanges.models import Known
from adapter.core.members import Identity, IdentityKind, Member
from adapter.db import Work

# Of a phone the country's own part tells whose it is: 8, +7 or nothing may stand before it.
PHONE_TAIL = 10
_PHONE = re.compile(r"[+0-9][0-9 ().\u00a0-]{6,30}")
_DIGITS = re.compile(r"[0-9]+")
NUMBER, BARCODE = "card number", "card barcode"
_DAYS = ("%Y-%m-%d", "%d.%m.%Y", "%Y-%m-%dT00:00:00.000Z", "%Y-%m-%dT00:00:00Z")
_NAMES = ("first_name", "last_name", "patronymic")


def known_of(work: Work, member_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Known]:
    """What is personal about each of these members, by the forms in which it may be written."""
    found: dict[uuid.UUID, Known] = {one: {} for one in member_ids}
    looks: tuple[Any, ...] = (
        select(Member).where(Member.id.in_(member_ids)),
        select(Identity).where(Identity.member_id.in_(member_ids)),
        select(Card).where(Card.member_id.in_(member_ids)),
    )
    for look in looks:
        for row in work.session.scalars(look.execution_options(populate_existing=True)):
            owner = row.id if isinstance(row, Member) else row.member_id
            add_row(found[owner], row)
    return found


def add_row(known: Known, row: object) -> None:
    """Have all that a row tells of its member be known; only of what was read of it."""
    told = row.__dict__
    if isinstance(row, Member):
        _add_person(known, told)
    elif isinstance(row, Identity):
        add(known, told["member_id"], told["kind"], told["value"])
        add(known, told["member_id"], told["kind"], told["shown"])
    elif isinstance(row, Card) and told.get("member_id"):
        add(known, told["member_id"], f"card:{told['id']}", told["number"])
        add(known, told["member_id"], f"barcode:{told['id']}", told["barcode_number"])


def add(known: Known, member_id: uuid.UUID, name: str, text: str) -> None:
    """Have a text be known as what it is of a member."""
    fact = str(member_id), name
    text = text.strip()
    known.setdefault(text.casefold(), fact)
    # The other forms are for a look that folds nothing.
    known.setdefault(text, fact)
    known.setdefault(text.upper(), fact)
    if text.isdecimal() and text.isascii():
        known.setdefault(int(text), fact)
    if name == IdentityKind.PHONE:
        known.setdefault(_tail(text), fact)


def found_in(known: Known, text: str) -> tuple[str, str] | None:
    """Whose a text is, however it is written, and what it is of them."""
    folded = text.strip().casefold()
    fact = known.get(folded)
    if fact is None and _PHONE.fullmatch(folded):
        fact = known.get(_tail(folded))
    return fact


def form_of(name: str, text: str) -> str | None:
    """How a phone was written, of its own digits only how many there were; of all else nothing."""
    if name != IdentityKind.PHONE:
        return None
    # What stands before its own digits is a country's code, or a trunk prefix.
    before = max(0, sum(map(str.isdigit, text)) - PHONE_TAIL)
    form = []
    for letter in text:
        if letter.isdigit():
            before -= 1
            form.append(letter if before >= 0 else "#")
        else:
            form.append(letter)
    return "".join(form)


def in_form(form: str, value: str) -> str:
    """A phone written in a form."""
    digits = iter("".join(_DIGITS.findall(value))[-form.count("#") :])
    return "".join(next(digits, "") if letter == "#" else letter for letter in form)


def fill(work: Work, program_id: uuid.UUID | None, member_id: uuid.UUID, name: str) -> str | None:
    """What is meant by a name of a member; nothing where it is no more, or another program's."""
    member = work.session.get(Member, member_id)
    if member is None or member.program_id != program_id or member.erased_at is not None:
        return None
    what, _, which = name.partition(":")
    if what in ("card", "barcode", NUMBER, BARCODE):
        return _of_card(work, member_id, what, which)
    if what in tuple(IdentityKind):
        found = member.identity(IdentityKind(what))
        return found.value if found else None
    if what == "birth_date":
        return member.birth_date.strftime(which) if member.birth_date else None
    parts = [getattr(member, part) for part in what.split("+") if part in _NAMES]
    return " ".join(part for part in parts if part) or None


def _of_card(work: Work, member_id: uuid.UUID, what: str, card_id: str) -> str | None:
    held = select(Card).where(Card.member_id == member_id).order_by(Card.created_at.desc())
    cards = work.session.scalars(held).all()
    card = next((one for one in cards if card_id in ("", str(one.id))), None)
    if card is None:
        return None
    return card.number if what in ("card", NUMBER) else card.barcode_number


def _add_person(known: Known, told: dict[str, Any]) -> None:
    parts = {name: told[name] for name in _NAMES if told.get(name)}
    for name, text in parts.items():
        add(known, told["id"], name, text)
    for names in _orders(parts):
        add(known, told["id"], "+".join(names), " ".join(parts[name] for name in names))
    born = told.get("birth_date")
    if born is not None:
        for form in _DAYS:
            add(known, told["id"], f"birth_date:{form}", born.strftime(form))


def _orders(parts: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """The ways in which the parts of a name may follow each other."""
    names = tuple(parts)
    for length in range(2, len(names) + 1):
        yield from permutations(names, length)


def _tail(text: str) -> str:
    return "+" + "".join(_DIGITS.findall(text))[-PHONE_TAIL:]
