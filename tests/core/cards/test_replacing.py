"""A lost card replaced, a card of the pool given to somebody."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapter.core import cards, members
from adapter.core.cards import BarcodeType, CardFacts, CardState
from adapter.core.errors import (
    CardBlocked,
    CardNotReserved,
    CardReplaced,
    LoyaltyError,
    MemberBlocked,
    NumberTaken,
    Refused,
    UnknownCard,
)
from adapter.core.members import Member, MemberStatus
from adapter.core.programs import ProgramTerms
from adapter.db import Work
from tests.factories import PLACE, later, make_card, make_member, make_program


@pytest.fixture
def program(work: Work) -> ProgramTerms:
    """A program."""
    return make_program(work)


@pytest.fixture
def member(work: Work, program: ProgramTerms) -> Member:
    """Somebody."""
    return make_member(work, program)


def test_a_new_number_takes_the_place_of_the_old_one(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    old = make_card(work, program, member)

    new = cards.reissue(work, program, member, old.id, place=PLACE)

    assert new.number != old.number
    assert (new.member_id, new.state) == (member.id, CardState.ACTIVE)
    assert (old.member_id, old.state) == (member.id, CardState.BLOCKED)
    assert cards.issue_to(work, program, member, place=PLACE).id == new.id


def test_a_blocked_card_is_replaced_once(work: Work, program: ProgramTerms, member: Member) -> None:
    old = make_card(work, program, member, state=CardState.BLOCKED)
    cards.reissue(work, program, member, old.id, place=PLACE)

    with pytest.raises(CardReplaced):
        cards.reissue(work, program, member, old.id, place=PLACE)

    assert len(cards.of_member(work, member.id)) == 2


def test_a_blocked_card_is_not_replaced_while_another_works(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    blocked = make_card(work, program, member, state=CardState.BLOCKED)
    make_card(work, program, member)

    with pytest.raises(Refused):
        cards.reissue(work, program, member, blocked.id, place=PLACE)

    cards.unblock(work, program.id, number=blocked.number)
    assert (blocked.state, cards.successor(work, blocked)) == (CardState.ACTIVE, None)


def test_a_card_that_was_replaced_stays_blocked_whoever_wants_it_to_work(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    old = make_card(work, program, member)
    new = cards.reissue(work, program, member, old.id, place=PLACE)
    told = CardFacts(
        old.number,
        BarcodeType(old.barcode_type),
        old.barcode_number,
        CardState.ACTIVE,
        member.id,
    )

    with pytest.raises(CardReplaced) as refused:
        cards.unblock(work, program.id, number=old.number)
    with pytest.raises(CardReplaced):
        cards.align(work, old, told, state=CardState.ACTIVE)

    assert refused.value.number == new.number
    assert new.number not in str(refused.value)
    assert (old.state, cards.successor(work, old)) == (CardState.BLOCKED, new)
    cards.block(work, program.id, number=new.number)
    assert cards.unblock(work, program.id, number=new.number).state == CardState.ACTIVE


@pytest.mark.parametrize("case", ["another's", "lapsed", "elsewhere", "nobody's"])
def test_only_a_card_of_the_member_is_replaced(
    work: Work, program: ProgramTerms, member: Member, case: str
) -> None:
    elsewhere = make_program(work)
    card = {
        "another's": lambda: make_card(work, program, make_member(work, program)),
        "lapsed": lambda: make_card(work, program, member, state=CardState.LAPSED),
        "elsewhere": lambda: make_card(work, elsewhere, make_member(work, elsewhere)),
        "nobody's": lambda: make_card(work, program),
    }[case]()

    with pytest.raises(UnknownCard):
        cards.reissue(work, program, member, card.id, place=PLACE)


def test_a_blocked_member_gets_none(work: Work, program: ProgramTerms, member: Member) -> None:
    card, free = make_card(work, program, member), make_card(work, program)
    members.set_status(work, member, MemberStatus.BLOCKED)

    with pytest.raises(MemberBlocked):
        cards.reissue(work, program, member, card.id, place=PLACE)
    with pytest.raises(MemberBlocked):
        cards.link(work, program, member, number=free.number, place=PLACE)

    assert card.state == CardState.ACTIVE


def test_a_card_of_the_pool_becomes_a_members(
    work: Work, program: ProgramTerms, member: Member
) -> None:
    make_card(work, program, member)
    free = make_card(work, program)

    card = cards.link(work, program, member, number=free.number, place=PLACE)

    assert (card.id, card.member_id, card.state) == (free.id, member.id, CardState.ACTIVE)
    assert card.issued_at == work.now
    assert cards.link(work, program, member, number=free.number, place=PLACE).id == card.id


@pytest.mark.parametrize(
    ("case", "refusal"),
    [
        ("no such", UnknownCard),
        ("another's", NumberTaken),
        ("blocked", CardBlocked),
        ("ran out", CardNotReserved),
        ("an external id", NumberTaken),
    ],
)
def test_a_card_that_cannot_be_linked(
    work: Work, program: ProgramTerms, member: Member, case: str, refusal: type[LoyaltyError]
) -> None:
    other = make_member(work, program)
    number = "0"
    if case == "another's":
        number = make_card(work, program, other).number
    elif case == "blocked":
        number = make_card(work, program, state=CardState.BLOCKED).number
    elif case == "ran out":
        life = timedelta(minutes=1)
        number = cards.reserve(later(work, days=-1), program, life=life, place=PLACE).number
    elif case == "an external id":
        number = make_card(work, program).number
        kind = members.IdentityKind.EXTERNAL_ID
        members.add_identity(work, other, kind, number, place=PLACE)

    with pytest.raises(refusal):
        cards.link(work, program, member, number=number, place=PLACE)

    assert cards.of_member(work, member.id) == []
