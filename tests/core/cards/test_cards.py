"""Cards: setting numbers aside, issuing, blocking, and who holds what."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapter.core import cards
from adapter.core.cards import BarcodeType, Card, CardState
from adapter.core.errors import (
    AlreadyHoldsCard,
    CardBlocked,
    CardNotReserved,
    InvalidBarcode,
    InvalidNumber,
    MemberBlocked,
    NumbersExhausted,
    NumberTaken,
    UnknownCard,
)
from adapter.core.members import MemberStatus, Profile
from adapter.core.programs import ProgramTerms
from adapter.db import Work
from tests.factories import PLACE, later, make_card, make_member, make_program, phone

HOUR = timedelta(hours=1)
PHONE = "79216668899"


@pytest.fixture
def program(work: Work) -> ProgramTerms:
    """A program."""
    return make_program(work)


def reserve(work: Work, program: ProgramTerms) -> Card:
    """A number set aside for an hour."""
    return cards.reserve(work, program, life=HOUR, place=PLACE)


def issue(work: Work, program: ProgramTerms, phone: str = PHONE, **options: bool) -> Card:
    """A card for whoever has this phone."""
    return cards.issue(work, program, Profile(phone=phone), place=PLACE, **options)


def issue_on(
    work: Work, program: ProgramTerms, number: str, phone: str = PHONE, **options: bool
) -> Card:
    """A card on a number for whoever has this phone."""
    return cards.issue_on(
        work, program, Profile(phone=phone), number=number, place=PLACE, **options
    )


# setting numbers aside


def test_a_reserved_number_is_nobodys_card_yet(work: Work, program: ProgramTerms) -> None:
    card = reserve(work, program)

    assert (card.state, card.member_id) == (CardState.RESERVED, None)
    assert card.reserved_until == work.now + HOUR
    assert card.barcode_number == card.number
    with pytest.raises(UnknownCard):
        cards.held_by(work, program.id, card.number)


def test_every_number_is_another(work: Work, program: ProgramTerms) -> None:
    numbers = {reserve(work, program).number for _ in range(50)}

    assert len(numbers) == 50


def test_a_range_gives_all_its_numbers_and_then_none(work: Work) -> None:
    program = make_program(work, card_numbers={"prefix": "77", "length": 3})
    given = set()

    with pytest.raises(NumbersExhausted):
        while True:
            given.add(reserve(work, program).number)

    # At random: of ten numbers, twenty-five draws seldom miss more than one.
    assert given <= {f"77{digit}" for digit in range(10)}
    assert len(given) >= 5


def test_a_number_past_its_deadline_lapses_and_is_not_given_again(work: Work) -> None:
    program = make_program(work, card_numbers={"prefix": "77", "length": 3})
    lapsed = reserve(work, program).number
    after = later(work, hours=1)

    assert cards.lapse_due(work) == 0
    assert cards.lapse_due(after) == 1

    work.session.expire_all()
    with pytest.raises(UnknownCard):
        cards.by_number(after, program.id, lapsed)
    others = set()
    with pytest.raises(NumbersExhausted):
        while True:
            others.add(reserve(after, program).number)
    assert lapsed not in others


def test_a_number_of_the_pool_waits_for_ever(work: Work, program: ProgramTerms) -> None:
    card = make_card(work, program)
    after = later(work, days=9999)

    assert cards.lapse_due(after) == 0

    assert cards.pool_numbers(after, program.id) == [card]
    assert issue_on(after, program, card.number).state == CardState.ACTIVE
    assert cards.pool_numbers(after, program.id) == []


# issuing on a number of our choice


def test_somebody_new_gets_a_card(work: Work, program: ProgramTerms) -> None:
    card = issue(work, program)

    holder = cards.held_by(work, program.id, card.number)
    assert (card.state, card.issued_at, card.channel) == (CardState.ACTIVE, work.now, "test")
    assert holder.id == card.member_id
    assert cards.with_holder(work, program.id, card.number) == (card, holder)


@pytest.mark.parametrize("state", [CardState.ACTIVE, CardState.INACTIVE])
def test_who_holds_a_card_gets_it_again(
    work: Work, program: ProgramTerms, state: CardState
) -> None:
    held = make_card(work, program, make_member(work, program, phone=PHONE), state=state)

    assert [issue(work, program).id for _ in range(2)] == [held.id] * 2
    assert held.state == state


def test_an_active_card_comes_before_one_not_usable_yet(work: Work, program: ProgramTerms) -> None:
    member = make_member(work, program, phone=PHONE)
    make_card(work, program, member, state=CardState.INACTIVE)
    active = make_card(work, program, member)

    assert issue(work, program).id == active.id


def test_who_holds_a_blocked_card_is_refused_or_gets_another(
    work: Work, program: ProgramTerms
) -> None:
    blocked = issue(work, program)
    cards.block(work, program.id, number=blocked.number)

    with pytest.raises(CardBlocked):
        issue(work, program)
    anew = issue(work, program, despite_blocked=True)

    assert (anew.state, anew.id == blocked.id) == (CardState.ACTIVE, False)
    assert issue(work, program).id == anew.id


def test_a_blocked_member_gets_no_card(work: Work, program: ProgramTerms) -> None:
    make_member(work, program, phone=PHONE, status=MemberStatus.BLOCKED)

    with pytest.raises(MemberBlocked):
        issue(work, program)


# issuing on a number they name


def test_a_reserved_number_becomes_somebodys_card(work: Work, program: ProgramTerms) -> None:
    number = reserve(work, program).number

    card = issue_on(work, program, number)

    assert (card.number, card.state, card.reserved_until) == (number, CardState.ACTIVE, None)
    assert cards.held_by(work, program.id, number).id == card.member_id


def test_the_same_person_again_gets_the_same_card(work: Work, program: ProgramTerms) -> None:
    number = reserve(work, program).number
    first = issue_on(work, program, number)

    assert issue_on(later(work, days=1), program, number).id == first.id


def test_the_same_person_again_gets_the_same_of_several_cards(
    work: Work, program: ProgramTerms
) -> None:
    member = make_member(work, program, phone=PHONE)
    held = [make_card(work, program, member) for _ in range(2)]

    assert [issue_on(work, program, card.number).id for card in held] == [c.id for c in held]


def test_a_number_set_aside_for_a_member_becomes_active(work: Work, program: ProgramTerms) -> None:
    """An older system may have set a number aside for somebody it knows."""
    holder = make_member(work, program, phone=PHONE)
    card = make_card(work, program, holder, state=CardState.RESERVED)

    issued = issue_on(work, program, card.number)

    assert (issued.id, issued.state) == (card.id, CardState.ACTIVE)


def test_another_phone_does_not_get_somebodys_card(work: Work, program: ProgramTerms) -> None:
    number = reserve(work, program).number
    first = issue_on(work, program, number)

    with pytest.raises(NumberTaken):
        issue_on(work, program, number, phone())

    assert cards.by_number(work, program.id, number).member_id == first.member_id


def test_who_holds_a_card_gets_no_other(work: Work, program: ProgramTerms) -> None:
    issue(work, program)
    number = reserve(work, program).number

    with pytest.raises(AlreadyHoldsCard):
        issue_on(work, program, number)

    assert cards.by_number(work, program.id, number).member_id is None


def test_a_number_past_its_deadline_is_not_issued_though_no_job_came_by(
    work: Work, program: ProgramTerms
) -> None:
    number = reserve(work, program).number

    with pytest.raises(CardNotReserved):
        issue_on(later(work, hours=1), program, number)


def test_a_number_nobody_gave_is_unknown(work: Work, program: ProgramTerms) -> None:
    with pytest.raises(UnknownCard):
        issue_on(work, program, "7700000000")


@pytest.mark.parametrize("state", [CardState.BLOCKED, CardState.INACTIVE, CardState.ACTIVE])
def test_a_number_not_set_aside_is_not_issued(
    work: Work, program: ProgramTerms, state: CardState
) -> None:
    number = make_card(work, program, state=state).number

    with pytest.raises(CardNotReserved):
        issue_on(work, program, number)


def test_their_own_blocked_card_is_refused_or_returned_as_wished(
    work: Work, program: ProgramTerms
) -> None:
    card = issue(work, program)
    cards.block(work, program.id, number=card.number)

    with pytest.raises(CardBlocked):
        issue_on(work, program, card.number)

    assert issue_on(work, program, card.number, despite_blocked=True).id == card.id


def test_numbers_of_two_programs_have_nothing_to_do_with_each_other(
    work: Work, program: ProgramTerms
) -> None:
    other = make_program(work)
    number = make_card(work, program).number
    make_card(work, other, number=number)

    issue_on(work, program, number)

    assert cards.by_number(work, other.id, number).member_id is None


# blocking and retiring


def test_a_blocked_card_is_active_again_when_unblocked(work: Work, program: ProgramTerms) -> None:
    card = issue(work, program)

    assert cards.block(work, program.id, number=card.number).state == CardState.BLOCKED
    assert cards.unblock(work, program.id, number=card.number).state == CardState.ACTIVE


def test_retired_cards_name_nobody_and_never_meet(work: Work, program: ProgramTerms) -> None:
    member = make_member(work, program, phone=PHONE)
    numbers = [make_card(work, program, member).number for _ in range(2)]

    cards.retire_all(work, cards.of_member(work, member.id))

    for number in numbers:
        with pytest.raises(UnknownCard):
            cards.with_holder(work, program.id, number)
    assert {card.state for card in cards.of_member(work, member.id)} == {CardState.LAPSED}


# cards from elsewhere


def test_a_card_from_elsewhere_gets_a_barcode_of_its_number(
    work: Work, program: ProgramTerms
) -> None:
    card = make_card(work, program, number="2337658900", barcode_type=BarcodeType.EAN_13)

    assert card.barcode_number == "2337658900009"


@pytest.mark.parametrize(
    "again", [{"number": "55001"}, {"number": "55002", "barcode_number": "55001"}]
)
def test_a_number_or_barcode_in_use_is_not_added_twice(
    work: Work, program: ProgramTerms, again: dict[str, str]
) -> None:
    make_card(work, program, number="55001")

    with pytest.raises(NumberTaken):
        make_card(work, program, **again)


def test_what_cannot_be_a_card_is_not_added(work: Work, program: ProgramTerms) -> None:
    with pytest.raises(InvalidNumber):
        make_card(work, program, number=" 55")
    with pytest.raises(InvalidBarcode):
        make_card(work, program, barcode_type=BarcodeType.EAN_8, barcode_number="96385075")
