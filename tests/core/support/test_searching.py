"""One box: whom it means, and why."""

from __future__ import annotations

import uuid

import pytest

from adapter.core import cards, members, support
from adapter.core.members import IdentityKind, Member, Profile
from adapter.core.programs import ProgramTerms
from adapter.core.support import By
from adapter.db import Work
from tests.factories import (
    PLACE,
    bought,
    make_card,
    make_member,
    make_program,
    make_transaction,
    submit,
)


@pytest.fixture
def program(work: Work) -> ProgramTerms:
    """A program of Russia."""
    return make_program(work)


@pytest.fixture
def anna(work: Work, program: ProgramTerms) -> Member:
    """Somebody who can be found in every way."""
    anna = make_member(
        work,
        program,
        phone="79216668899",
        email="Anna.Kim@Example.com",
        first_name="Анна",
        last_name="Ким-Ёлкина",
        patronymic="Ивановна",
        identities=[
            (IdentityKind.EXTERNAL_ID, "EXT-4711"),
            (IdentityKind.MEMBERSHIP_KEY, "0fe31b8b-5ad5-48af-81e9-4adc7d596042"),
            (IdentityKind.PASS, "PASS-A-4711"),
        ],
    )
    make_card(
        work,
        program,
        anna,
        number="2337658900",
        barcode_type=cards.BarcodeType.EAN_13,
        barcode_number="2337658900009",
    )
    make_transaction(work, program, anna, reference="R-2026/17")
    return anna


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("79216668899", By.PHONE),
        ("+7 921 666-88-99", By.PHONE),
        ("8 (921) 666 88 99", By.PHONE),
        ("(921) 666-88-99", By.PHONE),
        ("+7\u2011921\u2011666\u201188\u201199", By.PHONE),
        ("+7 921 666\u201388\u221299", By.PHONE),
        ("\u202a+7\u00a0(921)\u202f666-88-99\u202c", By.PHONE),
        ("tel:+79216668899", By.PHONE),
        ("007 921 666 88 99", By.PHONE),
        ("8 10 7 921 666 88 99", By.PHONE),
        ("  anna.kim@example.COM ", By.EMAIL),
        ("2337658900", By.CARD),
        ("2337 6589 00", By.CARD),
        ("2337658900009", By.BARCODE),
        ("2337-6589\u201300\u00a0009", By.BARCODE),
        ("EXT-4711", By.EXTERNAL_ID),
        ("0FE31B8B-5AD5-48AF-81E9-4ADC7D596042", By.MEMBERSHIP_KEY),
        ("PASS-A-4711", By.PASS),
        ("R-2026/17", By.RECEIPT),
        ("ким", By.NAME),
        ("КИМ-ЕЛ", By.NAME),
        ("Ким-Ёлкина  анн", By.NAME),
        ("анна ким", By.NAME),
        ("Анна", By.NAME),
    ],
)
def test_a_member_is_found_by_whatever_they_are_known_by(
    work: Work, program: ProgramTerms, anna: Member, text: str, by: By
) -> None:
    make_member(work, program, first_name="Борис", last_name="Аннин")

    found = support.search(work, program, text)

    assert [(hit.member.id, hit.by) for hit in found] == [(anna.id, by)]


def test_an_id_finds_its_member(work: Work, program: ProgramTerms, anna: Member) -> None:
    assert [hit.by for hit in support.search(work, program, str(anna.id))] == [By.ID]


@pytest.mark.parametrize(
    "text", ["", "  ", "%", "_", "им", "79216668898", "R-2026", "\0", "a" * 999]
)
def test_what_names_nobody_finds_nobody(
    work: Work, program: ProgramTerms, anna: Member, text: str
) -> None:
    assert support.search(work, program, text) == []


@pytest.mark.parametrize(
    "text", ["79216668899", "2337658900", "EXT-4711", "R-2026/17", "ким", "anna.kim@example.com"]
)
def test_another_programs_member_is_not_found(
    work: Work, program: ProgramTerms, anna: Member, text: str
) -> None:
    other = make_program(work)

    assert support.search(work, other, text) == []
    assert support.search(work, other, str(anna.id)) == []


def test_a_receipt_is_found_by_what_was_answered_and_at_whichever_outlet(
    work: Work, program: ProgramTerms, anna: Member
) -> None:
    told = submit(work, program, anna, bought(work))
    for outlet in ("A", "B", "Ж"):
        for reference in ("R-7", f"R-{outlet}"):
            place = type(PLACE)(channel="till", outlet_code=outlet)
            make_transaction(work, program, anna, reference=reference, place=place)
    somebody = make_member(work, program)
    make_transaction(
        work, program, somebody, reference="R-7", place=type(PLACE)("web", outlet_code="A")
    )

    code = told.transaction.confirmation_code or ""
    assert [hit.member.id for hit in support.search(work, program, code)] == [anna.id]
    assert [hit.member.id for hit in support.search(work, program, "R-Ж")] == [anna.id]
    found = {hit.member.id for hit in support.search(work, program, "R-7")}
    assert found == {anna.id, somebody.id}


def test_names_are_paged_in_the_order_of_the_alphabet(work: Work, program: ProgramTerms) -> None:
    wanted = [
        make_member(work, program, first_name=first, last_name=last)
        for last, first in (
            ("Ива", "Анна"),
            ("Иванов", "Пётр"),
            ("Иванов", "Пётр"),
            ("Ивашка", "Ивашка"),
            ("Ябл", "Ива"),
        )
    ]
    make_member(work, program, first_name="Олег", last_name="Ясный")
    seen: list[uuid.UUID] = []

    while page := support.search(work, program, "ИВА", after=seen[-1] if seen else None, limit=2):
        seen += [hit.member.id for hit in page]

    assert seen[0] == wanted[0].id
    assert sorted(seen) == sorted(member.id for member in wanted)


def test_a_name_is_searched_by_as_it_is_now(work: Work, program: ProgramTerms) -> None:
    member = make_member(work, program, last_name="Старова")

    members.update(work, member, Profile(last_name="Новова"), place=PLACE)

    assert support.search(work, program, "стар") == []
    assert [hit.member.id for hit in support.search(work, program, "нов")] == [member.id]


def test_who_was_erased_is_found_no_more(work: Work, program: ProgramTerms, anna: Member) -> None:
    support.erase(work, anna)

    for text in ("ким", "анна", "79216668899", "2337658900"):
        assert support.search(work, program, text) == []


def test_many_at_once_are_found_by_name_too(work: Work, program: ProgramTerms) -> None:
    newcomer = members.Newcomer(Profile(phone="79000000001", last_name="Ёжикова"))

    (member_id,) = members.register_many(work, program.id, [newcomer], place=PLACE)

    assert [hit.member.id for hit in support.search(work, program, "ежи")] == [member_id]
