"""A member with several passes, and one of them taken away."""

from __future__ import annotations

import pytest

from adapter.core import members
from adapter.core.errors import IdentityTaken, NotFound
from adapter.core.members import IdentityKind, Member
from adapter.core.programs import ProgramTerms
from adapter.db import Work
from tests.factories import PLACE, make_member, make_program

PASS = IdentityKind.PASS


@pytest.fixture
def program(work: Work) -> ProgramTerms:
    """A program."""
    return make_program(work)


def owners(work: Work, program: ProgramTerms, value: str) -> list[Member]:
    """Who is known by this pass, as the database has it."""
    work.session.flush()
    work.session.expire_all()
    return list(members.by_identity(work, program.id, PASS, value))


def test_a_dropped_pass_names_nobody_and_the_others_stay(work: Work, program: ProgramTerms) -> None:
    member = make_member(work, program, identities=[(PASS, "P-1"), (PASS, "P-2")])

    members.drop_identity(work, member, PASS, " P-1 ")

    assert owners(work, program, "P-1") == []
    assert owners(work, program, "P-2") == [member]
    assert member.identity(IdentityKind.PHONE) is not None


def test_a_dropped_pass_may_become_anothers(work: Work, program: ProgramTerms) -> None:
    one = make_member(work, program, identities=[(PASS, "P-1")])
    other = make_member(work, program)
    with pytest.raises(IdentityTaken):
        members.add_identity(work, other, PASS, "P-1", place=PLACE)

    members.drop_identity(work, one, PASS, "P-1")
    members.add_identity(work, other, PASS, "P-1", place=PLACE)

    assert owners(work, program, "P-1") == [other]


@pytest.mark.parametrize("value", ["p-1", "P-2", ""])
def test_only_a_pass_of_their_own_is_dropped(work: Work, program: ProgramTerms, value: str) -> None:
    member = make_member(work, program, identities=[(PASS, "P-1")])
    other = make_member(work, program, identities=[(PASS, "P-2")])

    with pytest.raises(NotFound):
        members.drop_identity(work, member, PASS, value)

    assert owners(work, program, "P-1") == [member]
    assert owners(work, program, "P-2") == [other]
