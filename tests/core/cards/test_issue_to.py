"""A card for a member we hold in our hands: new, or the one they have."""

from __future__ import annotations

import pytest

from adapter.core import cards
from adapter.core.cards import BarcodeType, Card, CardState
from adapter.core.members import Member
from adapter.core.programs import ProgramTerms
from adapter.db import Work
from tests.factories import PLACE, make_member, make_program


@pytest.fixture
def program(work: Work) -> ProgramTerms:
    """A program whose cards have thirteen digits and a barcode for them."""
    numbers = {"prefix": "22", "length": 13, "barcode_type": "EAN_13"}
    return make_program(work, card_numbers=numbers)


@pytest.fixture
def member(work: Work, program: ProgramTerms) -> Member:
    """A member without a card."""
    return make_member(work, program)


def issue_to(work: Work, program: ProgramTerms, member: Member) -> Card:
    """Their card."""
    return cards.issue_to(work, program, member, place=PLACE)


def test_a_new_card_is_theirs_and_as_the_program_says(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    card = issue_to(work, program, member)

    assert (card.member_id, card.state, card.program_id) == (
        member.id,
        CardState.ACTIVE,
        program.id,
    )
    assert card.number.startswith("22")
    assert len(card.number) == 13
    assert (card.barcode_type, card.issued_at, card.channel) == (
        BarcodeType.EAN_13,
        work.now,
        PLACE.channel,
    )
    assert cards.held_by(work, program.id, card.number).id == member.id


def test_another_members_card_is_not_theirs(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    other = issue_to(work, program, make_member(work, program))

    assert issue_to(work, program, member).number != other.number


def test_a_lapsed_card_is_none(work: Work, program: ProgramTerms, member: Member) -> None:
    old = issue_to(work, program, member)
    cards.retire_all(work, [old])

    assert issue_to(work, program, member).id != old.id
