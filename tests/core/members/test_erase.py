"""Erasing a person leaves the ledger whole and nothing personal in any table."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import MetaData, select

from adapter.core import benefits, cards, ledger, members, partners
from adapter.core.benefits import Grant
from adapter.core.errors import UnknownCard
from adapter.core.members import ConsentKind, IdentityKind, Member, MemberStatus, Profile
from adapter.core.partners import Message
from adapter.core.programs import ProgramTerms
from adapter.core.transactions import Item
from adapter.db import Database, Work
from tests.factories import (
    PEPPER,
    PLACE,
    capture,
    findings,
    give_points,
    make_card,
    make_code,
    make_credential,
    make_member,
    make_program,
    make_transaction,
    points,
    purse_of,
    reserve_points,
    reverse,
    spend_points,
)

PHONE = "79216668899"
PERSONAL = {
    "email": "Anna.Kim@Example.com",
    "first_name": "Аннавера",
    "last_name": "Кимова",
    "patronymic": "Ивановнаева",
    "birth_date": date(1987, 6, 5),
    "country": "Тридевятия",
    "locality": "Китежград",
}
IDENTITIES = [
    (IdentityKind.EXTERNAL_ID, "EXTERNAL-4711"),
    (IdentityKind.MEMBERSHIP_KEY, "0fe31b8b-5ad5-48af-81e9-4adc7d596042"),
    (IdentityKind.PASS, "PASS-A-4711"),
]
CARD = "2337658900"
BARCODE = "2337658900009"
TRACES = [
    PHONE,
    PHONE[1:],
    "anna.kim",
    *(str(value) for value in PERSONAL.values()),
    *(value for _, value in IDENTITIES),
    CARD,
    BARCODE,
]


def live_a_little(work: Work, program: ProgramTerms) -> Member:
    """A member of whom every area knows something."""
    caller = partners.authenticate(
        work, protocol="test", digest=partners.digest(PEPPER, "test", "open:sesame")
    )
    member = make_member(work, program, phone=PHONE, identities=IDENTITIES, **PERSONAL)
    members.give_consents(work, member, {ConsentKind.SMS: True}, place=PLACE)
    members.put_special_user(work, program.id, phone=PHONE, params={"name": "Аннавера Кимова"})
    make_card(
        work,
        program,
        member,
        number=CARD,
        barcode_type=cards.BarcodeType.EAN_13,
        barcode_number=BARCODE,
    )
    purse = purse_of(program, member)
    give_points(work, purse, 100, expires_at=work.now + timedelta(days=9))
    reverse(work, purse, spend_points(work, purse, 30))
    capture(work, reserve_points(work, purse, 20))
    reserve_points(work, purse, 5)
    make_transaction(work, program, member, items=[Item("Coffee", Decimal("1.5"), 25000)])
    make_code(work, program, code="FOR-ONE", member_id=member.id)
    benefits.redeem_code(work, program, member, code="for-one", place=PLACE)
    benefits.claim_receipt(
        work, program, member, text="t=20260504T0900&s=10.00&fn=1&i=2&fp=3&n=1", place=PLACE
    )
    benefits.grant(work, program.id, Grant(member.id, "g-1", "Tea"))
    partners.keep_message(
        work, caller, kind="push", body='{"name": "Аннавера"}', member_id=member.id
    )
    partners.keep_message(work, caller, kind="push", body=f'{{"phone": "{PHONE}"}}')
    return member


def erase(work: Work, member_id: object) -> None:
    """What whoever erases a person calls, in one unit of work."""
    member = work.session.get_one(Member, member_id)
    members.erase(work, member)
    cards.retire_all(work, cards.of_member(work, member.id))


def traces(work: Work) -> list[str]:
    """Every table and column in which something personal stands, whole or as part of a text."""
    found = []
    for table in _all_tables(work):
        for row in work.session.execute(select(table)):
            for column, value in zip(table.columns, row, strict=True):
                text = _as_text(value)
                found += [
                    f"{table.name}.{column.name}: {trace}"
                    for trace in TRACES
                    if trace.lower() in text
                ]
    return found


def _all_tables(work: Work) -> list[object]:
    # As the database has them, so that a table without a model is not forgotten.
    metadata = MetaData()
    metadata.reflect(work.session.connection())
    return list(metadata.tables.values())


def _as_text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").lower()
    # What JSON wrote as \u0410 is the same letter.
    text = str(value)
    with suppress(UnicodeDecodeError):
        text += text.encode().decode("unicode_escape")
    return text.lower()


@pytest.fixture
def program(database: Database) -> ProgramTerms:
    """A program with a credential of the protocol `test`."""
    with database.unit_of_work() as work:
        program = make_program(work, receipt_points="5")
        make_credential(work, program)
    return program


def test_before_it_is_erased_a_life_leaves_traces(
    database: Database, program: ProgramTerms
) -> None:
    with database.unit_of_work() as work:
        live_a_little(work, program)

    with database.reading() as work:
        found = {trace.split(":")[0].split(".")[0] for trace in traces(work)}

    assert found == {"members", "identities", "special_users", "cards", "messages"}


def test_nothing_personal_is_left_in_any_table(database: Database, program: ProgramTerms) -> None:
    with database.unit_of_work() as work:
        member = live_a_little(work, program)

    with database.unit_of_work() as work:
        erase(work, member.id)

    with database.reading() as work:
        assert traces(work) == []


def test_the_ledger_does_not_notice(database: Database, program: ProgramTerms) -> None:
    with database.unit_of_work() as work:
        member = live_a_little(work, program)
        before = ledger.balance(work, purse_of(program, member))

    with database.unit_of_work() as work:
        erase(work, member.id)

    with database.reading() as work:
        assert findings(work) == []
        assert ledger.balance(work, purse_of(program, member)) == before
        assert before.reserved == points(5)


def test_what_others_left_stays(database: Database, program: ProgramTerms) -> None:
    with database.unit_of_work() as work:
        member = live_a_little(work, program)
        caller = partners.authenticate(
            work, protocol="test", digest=partners.digest(PEPPER, "test", "open:sesame")
        )
        other = make_member(work, program, phone="79000000001", email="b@example.com")
        card = make_card(work, program, other)
        partners.keep_message(work, caller, kind="push", body='{"phone": "79000000001"}')

    with database.unit_of_work() as work:
        erase(work, member.id)

    with database.reading() as work:
        assert members.matching(work, program.id, Profile(phone="79000000001"))[0].id == other.id
        assert cards.by_number(work, program.id, card.number).member_id == other.id
        assert [m.body for m in work.session.scalars(select(Message))] == [
            '{"phone": "79000000001"}'
        ]


def test_who_was_erased_can_join_anew(database: Database, program: ProgramTerms) -> None:
    with database.unit_of_work() as work:
        member = live_a_little(work, program)
    with database.unit_of_work() as work:
        erase(work, member.id)

    with database.unit_of_work() as work:
        anew = cards.issue(work, program, Profile(phone=PHONE), place=PLACE)

    assert anew.member_id != member.id
    with database.reading() as work:
        erased = work.session.get_one(Member, member.id)
        assert (erased.status, erased.erased_at) == (MemberStatus.INACTIVE, work.now)
        assert [m.id for page in members.pages(work, program.id) for m in page] == [anew.member_id]


def test_an_old_number_names_nobody(database: Database, program: ProgramTerms) -> None:
    with database.unit_of_work() as work:
        member = live_a_little(work, program)

    with database.unit_of_work() as work:
        erase(work, member.id)

    with database.reading() as work, pytest.raises(UnknownCard):
        cards.by_number(work, program.id, CARD)
