"""One box for all that somebody may be known by: whom it means, and why."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import selectinload

from adapter.core import cards, members, phones
from adapter.core.errors import InvalidPhone
from adapter.core.members import IdentityKind, Member
from adapter.core.orders import Order
from adapter.core.payments import Redemption, RedemptionState
from adapter.core.programs import ProgramTerms
from adapter.core.transactions import Transaction
from adapter.db import Work
from adapter.db.statements import constant

LONGEST = 255
_PHONE = re.compile(r"[+0-9(][0-9 ().\-/]{4,30}")
_PARTING = str.maketrans("", "", " -")
_BY_REFERENCE: tuple[type[Any], ...] = (Transaction, Redemption, Order)
_THAT_STAND = [
    Redemption.state == constant(RedemptionState.PAID),
    Redemption.reference.is_not(None),
]
_BY_CODE: tuple[type[Any], ...] = (Transaction, Redemption)


class By(StrEnum):
    """What of a member is what was looked for."""

    ID = "id"
    PHONE = "phone"
    EMAIL = "email"
    EXTERNAL_ID = "external_id"
    MEMBERSHIP_KEY = "membership_key"
    PASS = "pass"  # nosec B105: a wallet pass
    CARD = "card"
    BARCODE = "barcode"
    RECEIPT = "receipt"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Hit:
    """A member who may be meant, and what of them is what was looked for."""

    member: Member
    by: By


def search(
    work: Work,
    program: ProgramTerms,
    text: str,
    *,
    after: uuid.UUID | None = None,
    limit: int = 50,
) -> list[Hit]:
    """The program's members who may be meant, those surely meant in front: by id, card, contact,
    receipt; and then by the beginning of a name, those behind the member `after`.
    """
    text = text.strip()[:LONGEST].replace("\0", "")
    if not text:
        return []
    sure: dict[uuid.UUID, By] = {}
    for by, member_id in _surely(work, program, text):
        sure.setdefault(member_id, by)
    hits = [] if after else [Hit(one, sure[one.id]) for one in _loaded(work, program, sure)]
    if any(letter.isalpha() for letter in text) and len(hits) < limit:
        by_name = members.by_name(work, program.id, text, after=after, limit=limit - len(hits))
        hits += [Hit(one, By.NAME) for one in by_name if one.id not in sure]
    return hits[:limit]


def _loaded(work: Work, program: ProgramTerms, ids: dict[uuid.UUID, By]) -> Sequence[Member]:
    if not ids:
        return []
    found = work.session.scalars(
        select(Member)
        .options(selectinload(Member.identities))
        .where(Member.program_id == program.id, Member.id.in_(list(ids)))
        .execution_options(populate_existing=True)
    )
    known = {member.id: member for member in found}
    return [known[member_id] for member_id in ids if member_id in known]


def _surely(work: Work, program: ProgramTerms, text: str) -> Iterator[tuple[By, uuid.UUID]]:
    with suppress(ValueError):
        yield By.ID, uuid.UUID(text)
    for number in numbers_meant(text):
        for card in cards.bearing(work, program.id, number):
            if card.member_id:
                yield By.CARD if card.number == number else By.BARCODE, card.member_id
    yield from _by_identity(work, program, text)
    for member_id in _by_receipt(work, program, text):
        yield By.RECEIPT, member_id


def _by_identity(work: Work, program: ProgramTerms, text: str) -> Iterator[tuple[By, uuid.UUID]]:
    for kind in IdentityKind:
        values = phones_meant(text, program.country) if kind is IdentityKind.PHONE else {text}
        for value in sorted(values):
            folded = members.value_of(kind, value)
            for member in members.by_identity(work, program.id, kind, folded):
                yield By(kind), member.id


def phones_meant(text: str, country: str) -> set[str]:
    """What a number as people of a country write it may be in the core form."""
    number = _plain(text).lower().removeprefix("tel:")
    if not _PHONE.fullmatch(number):
        return set()
    found = set()
    with suppress(InvalidPhone):
        found = {phones.core_form(number), phones.in_country(number, country)}
    with suppress(InvalidPhone):
        # Most countries dial 00 before the code of another, whatever this program's own dials.
        found.add(phones.core_form(phones.digits(number).removeprefix("00")))
    return found


def numbers_meant(text: str) -> list[str]:
    """What a card or barcode as somebody types it may be: as it is, and without its groups."""
    together = _plain(text).translate(_PARTING)
    is_number = together != text and any(letter.isdigit() for letter in together)
    return [text, together] if is_number else [text]


def _plain(text: str) -> str:
    """A number without what it was pasted with: dashes and blanks of every kind as those of a
    keyboard, and none of the marks that nobody sees.
    """
    seen = []
    for letter in unicodedata.normalize("NFKC", text):
        kind = unicodedata.category(letter)
        if kind != "Cf":
            seen.append("-" if kind == "Pd" or letter == "\u2212" else letter)
    return "".join(seen).strip()


def _by_receipt(work: Work, program: ProgramTerms, text: str) -> Iterator[uuid.UUID]:
    for model in _BY_CODE:
        yield from _owners(
            work,
            select(model.member_id).where(
                model.program_id == program.id, model.confirmation_code == text
            ),
        )
    for model in _BY_REFERENCE:
        for source in work.session.scalars(_told(model.source, model, program.id)).all():
            if source is not None:
                yield from _owners(work, _with_reference(model, program.id, source, text))


def _owners(work: Work, query: Select[Any]) -> list[uuid.UUID]:
    return [found for found in work.session.scalars(query.limit(10)) if found is not None]


def _with_reference(
    model: type[Any], program_id: uuid.UUID, source: str, reference: str
) -> Select[Any]:
    """Whoever has a receipt with this reference, at whichever outlet.

    The index of references begins with source and outlet, and a further index is what every sale
    would pay for; so this asks for the outlets one by one, in one statement.
    """
    outlets = _told(model.outlet_code, model, program_id, model.source == source).subquery()
    query = (
        select(model.member_id)
        .join(outlets, outlets.c[0] == model.outlet_code)
        .where(
            model.program_id == program_id,
            model.source == source,
            model.reference == reference,
            model.member_id.is_not(None),
        )
    )
    if model is Redemption:
        # What the index of payments leaves out was cancelled.
        query = query.where(*_THAT_STAND)
    return query


def _told(column: Any, model: type[Any], program_id: uuid.UUID, *conditions: Any) -> Select[Any]:
    """Each value of an index's column, looked up one after the other and not in every row."""
    mine = [model.program_id == program_id, *conditions]
    if model is Redemption:
        mine += _THAT_STAND
    first = select(func.min(column).label("value")).where(*mine)
    told = first.cte("told", recursive=True)
    following = select(func.min(column)).where(*mine, column > told.c.value).scalar_subquery()
    told = told.union_all(select(following).where(told.c.value.is_not(None)))
    return select(told.c.value).where(told.c.value.is_not(None))
