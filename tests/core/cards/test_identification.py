"""Who is meant by what a till gives."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations, product
from typing import Any

import pytest

from adapter.core import cards, members
from adapter.core.cards import CardState
from adapter.core.errors import DifferentMembers, UnknownMember
from adapter.core.members import ConsentKind, IdentityKind, Member, MemberStatus
from adapter.core.programs import ProgramTerms
from adapter.db import Database, Work
from tests.factories import (
    PLACE,
    bought,
    make_card,
    make_member,
    make_program,
    submit,
)
from tests.statements import recorded

KEY, PHONE = IdentityKind.MEMBERSHIP_KEY, IdentityKind.PHONE
EMAIL, EXTERNAL = IdentityKind.EMAIL, IdentityKind.EXTERNAL_ID
Given = tuple[IdentityKind, str]

OF_ANNA: list[Given] = [
    (KEY, "d9a3a0a8-5f0e-4b8e-9a44-0a2c6c1f7b51"),
    (PHONE, "79216668899"),
    (EMAIL, "anna@example.com"),
    (EXTERNAL, "X-1042"),
]
NUMBER, BARCODE = (EXTERNAL, "7700009001"), (EXTERNAL, "4006381333931")
OF_ANNA_AND_HER_CARD = [*OF_ANNA, NUMBER, BARCODE]


@pytest.fixture
def program(work: Work) -> ProgramTerms:
    """Any program."""
    return make_program(work)


@pytest.fixture
def anna(work: Work, program: ProgramTerms) -> Member:
    """Somebody with one of everything a till may give."""
    key, phone, _, external = OF_ANNA
    anna = make_member(
        work, program, phone=phone[1], email="Anna@Example.com", identities=[key, external]
    )
    make_card(work, program, anna, number=NUMBER[1], barcode_number=BARCODE[1])
    return anna


@pytest.fixture
def boris(work: Work, program: ProgramTerms) -> Member:
    """Somebody else."""
    return make_member(work, program, phone="79160001122", email="boris@example.com")


def named(work: Work, program: ProgramTerms, *given: Given, **how: Any) -> Member:
    """Who that is."""
    return cards.identify(work, program.id, given, **how)


@pytest.mark.parametrize("how", [{}, {"whole": True}, {"lock": True}], ids=["", "whole", "locked"])
def test_each_identifier_finds_its_member(
    work: Work, program: ProgramTerms, anna: Member, boris: Member, how: Any
) -> None:
    for given in OF_ANNA_AND_HER_CARD:
        assert named(work, program, given, **how).id == anna.id, given


def test_several_of_one_member_find_them_in_any_order(
    work: Work, program: ProgramTerms, anna: Member, boris: Member
) -> None:
    for given in permutations([*OF_ANNA[:3], BARCODE], 3):
        assert named(work, program, *given).id == anna.id


def test_one_that_names_nobody_does_not_count(
    work: Work, program: ProgramTerms, anna: Member
) -> None:
    nobodys = [(KEY, "nobody"), (PHONE, "70000000000"), (EMAIL, "x@y.z"), (EXTERNAL, "Y")]

    for given, of_nobody in product(OF_ANNA_AND_HER_CARD, nobodys):
        assert named(work, program, of_nobody, given).id == anna.id, (given, of_nobody)
        assert named(work, program, given, of_nobody).id == anna.id, (given, of_nobody)


def test_nobody_is_unknown(
    work: Work, program: ProgramTerms, anna: Member, subtests: pytest.Subtests
) -> None:
    nobodys = [(KEY, "nobody"), (PHONE, "70000000000"), (EXTERNAL, "Y")]

    for given, how in product(nobodys, [{}, {"whole": True}, {"lock": True}]):
        with subtests.test(given=given, **how), pytest.raises(UnknownMember):
            named(work, program, given, (EMAIL, "x@y.z"), **how)


def test_two_members_at_once_are_refused(
    work: Work, program: ProgramTerms, anna: Member, boris: Member, subtests: pytest.Subtests
) -> None:
    of_boris = [(PHONE, "79160001122"), (EMAIL, "boris@example.com")]

    for one, other in product(OF_ANNA_AND_HER_CARD, of_boris):
        for both in ([one, other], [other, one]):
            with subtests.test(both=both), pytest.raises(DifferentMembers):
                named(work, program, *both)


def test_a_text_counts_for_what_it_is_said_to_be_alone(
    work: Work, program: ProgramTerms, anna: Member, subtests: pytest.Subtests
) -> None:
    for (own, value), kind in product(OF_ANNA, IdentityKind):
        if kind is not own:
            with subtests.test(kind=kind, value=value), pytest.raises(UnknownMember):
                named(work, program, (kind, value))


# A family's e-mail.


def test_an_email_that_several_share_names_several(
    work: Work, program: ProgramTerms, anna: Member
) -> None:
    make_member(work, program, email="anna@example.com")

    with pytest.raises(DifferentMembers):
        named(work, program, OF_ANNA[2])


def test_whatever_is_given_beside_a_shared_email_decides(
    work: Work, program: ProgramTerms, anna: Member
) -> None:
    sister = make_member(work, program, email="anna@example.com")
    phone = next(iter(sister.identities_of(PHONE)))

    for given in (OF_ANNA[0], OF_ANNA[1], OF_ANNA[3], NUMBER, BARCODE):
        assert named(work, program, given, OF_ANNA[2]).id == anna.id, given
        assert named(work, program, OF_ANNA[2], given).id == anna.id, given
    assert named(work, program, OF_ANNA[2], (PHONE, phone.value)).id == sister.id


def test_who_does_not_share_the_email_is_another(
    work: Work, program: ProgramTerms, anna: Member, boris: Member
) -> None:
    make_member(work, program, email="anna@example.com")

    with pytest.raises(DifferentMembers):
        named(work, program, OF_ANNA[2], (PHONE, "79160001122"))


# Cards.


@pytest.mark.parametrize("given", [NUMBER, BARCODE], ids=lambda given: given[1])
def test_a_blocked_card_names_nobody(
    work: Work, program: ProgramTerms, anna: Member, given: Given
) -> None:
    cards.block(work, program.id, number=NUMBER[1])

    with pytest.raises(UnknownMember):
        named(work, program, given)
    assert named(work, program, given, OF_ANNA[1]).id == anna.id

    cards.unblock(work, program.id, number=NUMBER[1])
    assert named(work, program, given).id == anna.id


def test_a_card_that_nobody_holds_names_nobody(work: Work, program: ProgramTerms) -> None:
    make_card(work, program, number="7700000001", state=CardState.ACTIVE)
    make_card(work, program, number="7700000002")

    for number in ("7700000001", "7700000002"):
        with pytest.raises(UnknownMember):
            named(work, program, (EXTERNAL, number))


@pytest.mark.parametrize("text", [NUMBER, BARCODE], ids=lambda given: given[1])
def test_an_active_card_goes_before_an_external_id_of_before(
    work: Work, program: ProgramTerms, anna: Member, text: Given
) -> None:
    chris = make_member(work, program, identities=[text])

    assert named(work, program, text).id == anna.id
    cards.block(work, program.id, number=NUMBER[1])
    assert named(work, program, text).id == chris.id


def test_a_number_goes_before_a_barcode(work: Work, program: ProgramTerms, boris: Member) -> None:
    make_card(work, program, boris, number="7700000003", barcode_number="7700009009")
    dora = make_member(work, program)
    make_card(work, program, dora, number="7700009009", barcode_number="1")

    assert named(work, program, (EXTERNAL, "7700009009")).id == dora.id


def test_all_cards_of_a_member_name_them(work: Work, program: ProgramTerms, anna: Member) -> None:
    make_card(work, program, anna, number="7700000004")

    assert named(work, program, NUMBER, (EXTERNAL, "7700000004")).id == anna.id


# Programs and members.


def test_another_program_knows_nobody_of_these(
    work: Work, program: ProgramTerms, anna: Member, subtests: pytest.Subtests
) -> None:
    other = make_program(work)

    for given in OF_ANNA_AND_HER_CARD:
        with subtests.test(given=given), pytest.raises(UnknownMember):
            named(work, other, given)


def test_two_programs_know_a_person_each_as_their_own(
    work: Work, program: ProgramTerms, anna: Member
) -> None:
    other = make_program(work)
    key, phone, email, external = OF_ANNA
    twin = make_member(work, other, phone=phone[1], email=email[1], identities=[key, external])
    make_card(work, other, twin, number=NUMBER[1], barcode_number=BARCODE[1])

    for given in OF_ANNA_AND_HER_CARD:
        assert named(work, program, given).id == anna.id
        assert named(work, other, given).id == twin.id


@pytest.mark.parametrize("status", [MemberStatus.INACTIVE, MemberStatus.BLOCKED])
def test_who_takes_no_part_is_known_nevertheless(
    work: Work, program: ProgramTerms, status: MemberStatus
) -> None:
    member = make_member(work, program, status=status, phone="79216668899")

    assert named(work, program, OF_ANNA[1]).id == member.id


def test_who_is_erased_is_unknown(work: Work, program: ProgramTerms, anna: Member) -> None:
    members.erase(work, anna)
    cards.retire_all(work, cards.of_member(work, anna.id))

    for given in OF_ANNA_AND_HER_CARD:
        with pytest.raises(UnknownMember):
            named(work, program, given)


@pytest.mark.parametrize("given", [OF_ANNA, [*OF_ANNA[:3], BARCODE]], ids=["all", "card"])
def test_the_whole_member_comes_in_one_query(database: Database, given: Sequence[Given]) -> None:
    with database.unit_of_work() as work:
        program = make_program(work)
        key, phone, email, external = OF_ANNA
        anna = make_member(
            work, program, phone=phone[1], email=email[1], identities=[key, external]
        )
        make_card(work, program, anna, number=NUMBER[1], barcode_number=BARCODE[1])
        said = {ConsentKind.SMS: True, ConsentKind.GDPR: False, ConsentKind.EMAIL: True}
        members.give_consents(work, anna, said, place=PLACE)
        submit(work, program, anna, bought(work))

    with database.reading() as work, recorded(database) as sent:
        found = named(work, program, *given, whole=True)
        assert [identity.kind for identity in found.identities] == [
            "email",
            "external_id",
            "membership_key",
            "phone",
        ]
        assert {one.kind: one.is_granted for one in found.consents} == said
        assert found.counters is not None
        assert (found.counters.visits, found.counters.spent_minor) == (1, 1000)

    assert len(sent) == 1


def test_who_never_bought_has_no_counters(work: Work, program: ProgramTerms, anna: Member) -> None:
    work.session.expire_all()

    assert named(work, program, OF_ANNA[1], whole=True).counters is None
