"""The batches a load writes: row for row what the single operations write."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from adapter.core import cards, ledger, members, payments, programs, transactions
from adapter.core.amounts import Amount
from adapter.core.benefits import BenefitState, Grant, grant, grant_many
from adapter.core.cards import BarcodeType, CardFacts, CardState
from adapter.core.errors import (
    IdentityTaken,
    InsufficientPoints,
    NumberTaken,
    ReferenceReused,
)
from adapter.core.ledger import (
    Details,
    EntryKind,
    Opening,
    OpeningLot,
    Purse,
    Role,
    Terms,
)
from adapter.core.members import ConsentKind, IdentityKind, MemberStatus, Newcomer, Profile
from adapter.core.origins import Origin, Place
from adapter.core.transactions import Item, PastSale, Sale, Tender
from adapter.db import Database, Work
from tests.programfile.documents import findings, rows

PLACE = Place(channel="elsewhere", outlet_code="BR1", terminal="T1", actor="me")
LATER, SOONER = (datetime(2027, month, 1, tzinfo=UTC) for month in (6, 1))
PROFILE = Profile(
    phone="79216668899",
    email=" A@example.com",
    first_name="Анна",
    birth_date=date(1990, 1, 1),
    gender="f",
    locality="Псков",
    phone_shown=" 921-666-88-99",
)


@pytest.fixture
def pair(make_database: Any) -> tuple[Database, Database]:
    """Two databases with the same program and the same member."""
    both = make_database(), make_database()
    for database in both:
        with database.unit_of_work() as work:
            programs.put(work, code="MAIN")
    return both


def test_members_registered_at_once_are_those_registered_singly(
    pair: tuple[Database, Database],
) -> None:
    one, many = pair
    names = [(IdentityKind.MEMBERSHIP_KEY, "KEY-1"), (IdentityKind.PASS, "P")]
    said = {ConsentKind.SMS: True, ConsentKind.GDPR: False}

    with one.unit_of_work() as work:
        member = members.register(
            work,
            _program(work).id,
            PROFILE,
            place=PLACE,
            status=MemberStatus.BLOCKED,
            identities=names,
        )
        members.give_consents(work, member, said, place=PLACE)
    with many.unit_of_work() as work:
        newcomer = Newcomer(PROFILE, MemberStatus.BLOCKED, names, said)
        members.register_many(work, _program(work).id, [newcomer], place=PLACE)

    assert _anonymous(one) == _anonymous(many)


def test_openings_at_once_are_those_posted_singly(pair: tuple[Database, Database]) -> None:
    one, many = pair
    lots = [
        OpeningLot(700, terms=Terms(expires_at=LATER)),
        OpeningLot(500, terms=Terms(expires_at=SOONER)),
        OpeningLot(50),
        OpeningLot(90, terms=Terms(active_from=SOONER, expires_at=LATER)),
    ]

    with one.unit_of_work() as work:
        _post_singly(work, _purse(work), lots, held=600, owed=0)
        _post_singly(work, _purse(work, may_go_negative=True, unit="credit"), [], held=0, owed=5)
    with many.unit_of_work() as work:
        openings = [
            Opening(_purse(work), lots, held_minor=600),
            Opening(_purse(work, may_go_negative=True, unit="credit"), owed_minor=5),
        ]
        payments.open_many(work, openings, place=PLACE)

    assert findings(one) == findings(many) == []
    assert _anonymous(one) == _anonymous(many)


def test_an_account_that_was_opened_and_never_used_is_used(database: Database) -> None:
    with database.unit_of_work() as work:
        programs.put(work, code="MAIN")
        ledger.lock(work, _purse(work), Role.SPENDABLE)

    with database.unit_of_work() as work:
        purse = _purse(work)
        payments.open_many(work, [Opening(purse, [OpeningLot(100)])], place=PLACE)

    with database.reading() as work:
        assert ledger.balance(work, _purse(work)).available.minor == 100
    assert findings(database) == []


def test_no_more_is_held_than_there_is(database: Database) -> None:
    with database.unit_of_work() as work:
        programs.put(work, code="MAIN")
        opening = Opening(_purse(work), [OpeningLot(100)], held_minor=101)

        with pytest.raises(InsufficientPoints):
            payments.open_many(work, [opening], place=PLACE)


def test_an_opening_is_posted_once(database: Database) -> None:
    with database.unit_of_work() as work:
        programs.put(work, code="MAIN")
        opening = Opening(_purse(work), [OpeningLot(100)])
        payments.open_many(work, [opening], place=PLACE)

    with pytest.raises(ReferenceReused), database.unit_of_work() as work:
        payments.open_many(work, [opening], place=PLACE)


def test_cards_sales_and_benefits_at_once_are_those_made_singly(
    pair: tuple[Database, Database],
) -> None:
    one, many = pair
    items = [
        Item("Кофе", Decimal("0.5"), 12900, points_minor=-5, tags=("hot",), gross_minor=13000),
        Item("Чай", Decimal("0.5"), -1, code="T", reference="2", department="HOT"),
    ]
    sales = [
        Sale("R", SOONER, items),
        Sale(
            "S",
            LATER,
            total_minor=700,
            tax_minor=7,
            discount_minor=70,
            tenders=[Tender("points", 500, is_loyalty=True)],
            tags=["lunch"],
            opened_at=SOONER,
            related_reference="R",
        ),
    ]

    def voucher(member: uuid.UUID) -> Grant:
        return Grant(
            member,
            "b",
            "Чай",
            "voucher",
            BenefitState.ACTIVE,
            code="tea-5",
            uses=3,
            used=1,
            valid_from=SOONER,
            valid_until=LATER,
            terms={"percent": "10", "tags": ["hot"]},
        )

    with one.unit_of_work() as work:
        program, member = _program(work), _member(work)
        cards.add(
            work,
            program.id,
            number="9638507",
            state=CardState.ACTIVE,
            barcode_type=BarcodeType.EAN_8,
            member_id=member,
            place=PLACE,
        )
        cards.add(work, program.id, number="5", state=CardState.RESERVED, place=PLACE)
        for sale in sales:
            transactions.record(work, program.id, sale, place=PLACE, member_id=member)
        grant(work, program.id, voucher(member))
    with many.unit_of_work() as work:
        program, member = _program(work), _member(work)
        facts = [
            CardFacts("9638507", BarcodeType.EAN_8, "96385074", CardState.ACTIVE, member),
            CardFacts("5", BarcodeType.CODE_128, "5", CardState.RESERVED),
        ]
        assert cards.add_many(work, program.id, facts, PLACE) == 2
        past = [PastSale(member, sale, PLACE) for sale in sales]
        assert transactions.record_many(work, program.id, past) == 2
        grant_many(work, program.id, [voucher(member)])

    assert _anonymous(one) == _anonymous(many)


def test_what_is_taken_is_refused_by_the_batch(database: Database) -> None:
    with database.unit_of_work() as work:
        program = programs.put(work, code="MAIN")
        _member(work)
        fact = CardFacts("5", BarcodeType.CODE_128, "5", CardState.ACTIVE)
        cards.add_many(work, program.id, [fact], PLACE)
        sale = PastSale(_member(work, "2"), Sale("R", SOONER), PLACE)
        transactions.record_many(work, program.id, [sale])
        grant_many(work, program.id, [Grant(sale.member_id, "b")])
        grants = [Grant(uuid.uuid4(), "b")]

    for refusal, again in (
        (IdentityTaken, lambda w: _member(w)),
        (NumberTaken, lambda w: cards.add_many(w, program.id, [fact], PLACE)),
        (ReferenceReused, lambda w: transactions.record_many(w, program.id, [sale])),
        (IdentityTaken, lambda w: grant_many(w, program.id, grants)),
    ):
        with pytest.raises(refusal), database.unit_of_work() as work:
            again(work)


def _program(work: Work) -> Any:
    return programs.by_code(work, "MAIN")


def _member(work: Work, phone: str = "1") -> uuid.UUID:
    newcomer = Newcomer(Profile(phone=phone), identities=[(IdentityKind.MEMBERSHIP_KEY, phone)])
    return members.register_many(work, _program(work).id, [newcomer], place=PLACE)[0]


def _purse(work: Work, *, may_go_negative: bool = False, unit: str = "points") -> Purse:
    program = _program(work).terms()
    found = members.by_identity(work, program.id, IdentityKind.PHONE, "1")
    member_id = found[0].id if found else _member(work)
    return Purse(program.id, member_id, program.unit(unit), may_go_negative=may_go_negative)


def _post_singly(work: Work, purse: Purse, lots: list[OpeningLot], *, held: int, owed: int) -> None:
    def details(kind: EntryKind, what: str) -> Details:
        reference = f"{purse.owner_id}/{purse.unit.code}/{what}"
        origin = Origin("elsewhere", "opening", reference)
        return Details(kind=kind, reason="opening balance", origin=origin, place=PLACE)

    for number, lot in enumerate(lots):
        pending = lot.terms.active_from and lot.terms.active_from > work.now
        ledger.transfer(
            work,
            purse,
            Amount(lot.minor, purse.unit),
            details(EntryKind.OPENING, f"lot {number}"),
            source=Role.ISSUED,
            target=Role.PENDING if pending else Role.SPENDABLE,
            terms=lot.terms,
        )
    if held:
        payments.reserve(
            work,
            purse,
            Amount(held, purse.unit),
            details(EntryKind.RESERVATION, "reserved"),
            deadline=None,
        )
    if owed:
        ledger.transfer(
            work,
            purse,
            Amount(owed, purse.unit),
            details(EntryKind.OPENING, "debt"),
            source=Role.SPENDABLE,
            target=Role.ADJUSTED,
        )


def _anonymous(database: Database) -> dict[str, list[Any]]:
    """Every row, without what cannot be the same twice: random ids and what is made of them."""

    def value(found: Any) -> Any:
        if isinstance(found, uuid.UUID):
            return "id"
        if isinstance(found, bytes):
            return len(found)
        if isinstance(found, str) and (len(found) == 64 or "/" in found):
            return found.rpartition("/")[2] if "/" in found else "fingerprint"
        return found

    return {
        table: sorted(([value(found) for found in row] for row in found_rows), key=repr)
        for table, found_rows in rows(database).items()
    }
