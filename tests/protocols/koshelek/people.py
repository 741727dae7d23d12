"""The people of the tests, put in by the core's own operations, and what is known of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from adapter.core import cards, ledger, members, programs
from adapter.core.cards import BarcodeType, CardState
from adapter.core.members import ConsentKind, IdentityKind, Member, Profile
from adapter.core.programs import ProgramTerms
from adapter.core.transactions import Item
from adapter.db import Database, Work
from tests.factories import make_card, make_member, purse_of

# The holder of the vendor's examples.
PHONE, EMAIL, BIRTH_DATE = "79995550142", "anna@example.com", date(1988, 11, 2)
CARD, BARCODE = "7700000041", "2900000070011"
RECEIPT = "t=20250214T1000&s=1299.00&fn=9289000100123456&i=12345&fp=987654321&n=1"
# The person of the example in 5.7, as we know them afterwards.
PETR = {
    "phone": "79995550177",
    "email": "petr@example.com",
    "first_name": "Пётр",
    "last_name": "Ёлкин",
    "patronymic": "Ильич",
    "gender": "m",
    "birth_date": date(1979, 5, 30),
    "country": "RU",
    "locality": "Тверь",
}


def register(
    work: Work,
    program: ProgramTerms,
    *,
    phone: str | None = PHONE,
    card: str | None = CARD,
    state: CardState = CardState.ACTIVE,
    **member: Any,
) -> Member:
    """A member with a card, unless told otherwise."""
    found = make_member(work, program, phone=phone, **member)
    if card is not None:
        make_card(work, program, found, number=card, state=state)
    return found


def register_anna(work: Work, program: ProgramTerms) -> Member:
    """The holder of the vendor's examples, with the card and the barcode printed there."""
    anna = register(work, program, card=None, email=EMAIL, birth_date=BIRTH_DATE)
    barcode = {"barcode_type": BarcodeType.EAN_13, "barcode_number": BARCODE}
    make_card(work, program, anna, number=CARD, **barcode)
    return anna


def item(
    name: str = "Кофе", *, quantity: str = "1", kopecks: int = 100, points: int | None = None
) -> Item:
    """A line of a receipt: what the whole line cost, and the hundredths of points it earned."""
    return Item(name, Decimal(quantity), kopecks, points_minor=points)


def holder_of(database: Database, number: str) -> dict[str, Any]:
    """What is known of the holder of a card."""
    with database.reading() as work:
        program = programs.by_code(work, "MAIN")
        _, member = cards.with_holder(work, program.id, number)
        return _known(member) if member else {}


def known(database: Database, phone: str = PHONE) -> dict[str, Any]:
    """What is known of the person with this phone; nothing if nobody has it."""
    with database.reading() as work:
        found = _with_phone(work, phone)
        return _known(found) if found else {}


def consents(database: Database, phone: str = PHONE) -> dict[ConsentKind, bool]:
    """What the person with this phone allows and denies."""
    with database.reading() as work:
        member = _with_phone(work, phone)
        return {ConsentKind(c.kind): c.is_granted for c in member.consents}


def points(database: Database, phone: str = PHONE) -> str:
    """What the person with this phone may spend."""
    with database.reading() as work:
        program = programs.by_code(work, "MAIN").terms()
        member = _with_phone(work, phone)
        return str(ledger.balance(work, purse_of(program, member)).available)


def _with_phone(work: Work, phone: str) -> Any:
    program = programs.by_code(work, "MAIN")
    found = members.by_identity(work, program.id, IdentityKind.PHONE, phone)
    return next(iter(found), None)


def _known(member: Member) -> dict[str, Any]:
    columns = (name for name in Profile.__slots__ if hasattr(member, name))
    said = {name: getattr(member, name) for name in columns}
    for kind in (IdentityKind.PHONE, IdentityKind.EMAIL):
        identity = member.identity(kind)
        said[kind.value] = identity and identity.shown
    return {name: value for name, value in said.items() if value is not None}
