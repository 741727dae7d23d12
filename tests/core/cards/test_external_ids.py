"""External ids that read like cards, and cards that read like external ids."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from adapter.core import cards
from adapter.core.cards import BarcodeType, Card, CardFacts, CardState
from adapter.core.errors import IdentityTaken, NumbersExhausted, NumberTaken
from adapter.core.members import IdentityKind, Member, Profile
from adapter.core.programs import ProgramTerms
from adapter.db import Work
from tests.factories import PLACE, make_card, make_member, make_program

NUMBER, BARCODE = "7700009001", "4006381333931"
PHONE = "79216668899"
EXTERNAL = IdentityKind.EXTERNAL_ID


@pytest.fixture
def program(work: Work) -> ProgramTerms:
    """A program of ten numbers, from 770 to 779."""
    return make_program(work, card_numbers={"prefix": "77", "length": 3})


@pytest.fixture
def thief(work: Work, program: ProgramTerms) -> Member:
    """Somebody who would like to be known by another's card."""
    return make_member(work, program)


def give(work: Work, member: Member, text: str) -> str | None:
    """The member's external id, after they were given this one."""
    cards.give_external_id(work, member, text, place=PLACE)
    identity = member.identity(EXTERNAL)
    return identity and identity.value


def facts(number: str, barcode_number: str | None = None, **changes: object) -> CardFacts:
    """A card of the pool, unless told otherwise."""
    known = {"state": CardState.RESERVED} | changes
    return CardFacts(number, BarcodeType.CODE_128, barcode_number or number, **known)


# An external id that reads like a card.


@pytest.mark.parametrize("text", [NUMBER, f" {BARCODE} "])
@pytest.mark.parametrize("state", CardState)
@pytest.mark.parametrize("is_held", [True, False], ids=["held", "nobodys"])
def test_no_external_id_reads_like_a_card_that_is_not_theirs(
    work: Work, program: ProgramTerms, thief: Member, state: CardState, is_held: bool, text: str
) -> None:
    holder = make_member(work, program) if is_held else None
    make_card(work, program, holder, number=NUMBER, barcode_number=BARCODE, state=state)

    with pytest.raises(IdentityTaken):
        give(work, thief, text)

    assert thief.identity(EXTERNAL) is None


def test_a_number_set_aside_is_no_external_id(
    work: Work, program: ProgramTerms, thief: Member
) -> None:
    card = cards.reserve(work, program, life=timedelta(hours=1), place=PLACE)

    with pytest.raises(IdentityTaken):
        give(work, thief, card.number)


@pytest.mark.parametrize("text", [NUMBER, BARCODE])
def test_ones_own_card_may_be_ones_external_id(
    work: Work, program: ProgramTerms, text: str
) -> None:
    holder = make_member(work, program)
    make_card(work, program, holder, number=NUMBER, barcode_number=BARCODE)

    assert give(work, holder, text) == text


def test_one_text_on_two_cards_is_an_external_id_of_neither_holder(
    work: Work, program: ProgramTerms
) -> None:
    holder, other = make_member(work, program), make_member(work, program)
    make_card(work, program, holder, number=NUMBER, barcode_number="1")
    make_card(work, program, other, number="2", barcode_number=NUMBER)

    for member in (holder, other):
        with pytest.raises(IdentityTaken):
            give(work, member, NUMBER)


@pytest.mark.parametrize("text", [NUMBER, "ERP-1", "x" * 255])
def test_an_external_id_leaves_no_card_behind(
    work: Work, program: ProgramTerms, thief: Member, text: str
) -> None:
    assert give(work, thief, text) == text
    assert give(work, thief, text) == text

    assert cards.bearing(work, program.id, text) == []
    assert cards.of_member(work, thief.id) == []


def test_a_card_of_another_program_is_in_nobodys_way(work: Work, thief: Member) -> None:
    make_card(work, make_program(work), number=NUMBER)

    assert give(work, thief, NUMBER) == NUMBER


# A card that reads like an external id.


def reserve(work: Work, program: ProgramTerms) -> Card:
    return cards.reserve(work, program, life=timedelta(hours=1), place=PLACE)


def issue(work: Work, program: ProgramTerms) -> Card:
    member = make_member(work, program)
    (phone,) = member.identities_of(IdentityKind.PHONE)
    return cards.issue(work, program, Profile(phone=phone.value), place=PLACE)


@pytest.mark.parametrize("act", [reserve, issue])
def test_a_number_that_is_an_external_id_is_not_drawn(
    work: Work, program: ProgramTerms, act: Callable[[Work, ProgramTerms], Card]
) -> None:
    wanted = {f"77{digit}" for digit in range(9)}
    for text in wanted:
        give(work, make_member(work, program), text)

    # At random: of ten numbers one is free, and twenty-five draws may miss it.
    drawn = []
    for _ in range(20):
        try:
            drawn.append(act(work, program).number)
            break
        except NumbersExhausted:
            continue

    assert drawn == ["779"]
    assert all(not cards.bearing(work, program.id, text) for text in wanted)


@pytest.mark.parametrize("text", [NUMBER, BARCODE])
def test_a_number_that_is_an_external_id_of_before_is_not_issued(
    work: Work, program: ProgramTerms, text: str
) -> None:
    make_card(work, program, number=NUMBER, barcode_number=BARCODE)
    make_member(work, program, identities=[(EXTERNAL, text)])

    with pytest.raises(NumberTaken):
        cards.issue_on(work, program, Profile(phone=PHONE), number=NUMBER, place=PLACE)


@pytest.mark.parametrize("text", [NUMBER, BARCODE])
def test_a_number_that_is_ones_own_external_id_is_issued(
    work: Work, program: ProgramTerms, text: str
) -> None:
    make_card(work, program, number=NUMBER, barcode_number=BARCODE)
    member = make_member(work, program, phone=PHONE, identities=[(EXTERNAL, text)])

    card = cards.issue_on(work, program, Profile(phone=PHONE), number=NUMBER, place=PLACE)

    assert card.member_id == member.id


@pytest.mark.parametrize("text", [NUMBER, BARCODE])
def test_no_card_from_elsewhere_reads_like_anothers_external_id(
    work: Work, program: ProgramTerms, thief: Member, text: str
) -> None:
    give(work, thief, text)
    holder = make_member(work, program)

    for member in (holder, None):
        with pytest.raises(NumberTaken):
            make_card(work, program, member, number=NUMBER, barcode_number=BARCODE)

    assert cards.bearing(work, program.id, NUMBER) == []
    assert make_card(work, program, thief, number=NUMBER, barcode_number=BARCODE).member_id


@pytest.mark.parametrize("text", [NUMBER, BARCODE])
def test_no_card_of_many_reads_like_anothers_external_id(
    work: Work, program: ProgramTerms, thief: Member, text: str
) -> None:
    give(work, thief, text)
    some = [facts("1"), facts(NUMBER, BARCODE)]

    with pytest.raises(NumberTaken), work.session.begin_nested():
        cards.add_many(work, program.id, some, PLACE)

    own = facts(NUMBER, BARCODE, member_id=thief.id)
    assert cards.add_many(work, program.id, [facts("1"), own], PLACE) == 2
