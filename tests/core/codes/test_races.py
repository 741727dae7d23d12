"""Codes asked for and used at the same moment, by real processes and threads."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import select

from adapter.core import codes, outbox
from adapter.core.codes import ShortCode
from adapter.core.errors import Throttled
from adapter.core.members import IdentityKind, Member
from adapter.core.outbox import OutboxMessage
from adapter.core.programs import ProgramTerms
from adapter.db import Database
from adapter.db.database import utc_now
from tests.factories import PLACE, make_member, make_program
from tests.races.crowd import crowd

KEY = b"k" * 32


@pytest.fixture
def database(database_url: str, make_database: Callable[..., Database]) -> Database:
    """The test's own database by the real clock, which the crowd has too: codes expire."""
    return make_database(database_url, clock=utc_now)


@pytest.fixture
def url(database: Database) -> str:
    """How another process reaches the database."""
    return database.url.render_as_string(hide_password=False)


def send(program: ProgramTerms, member: Member, database: Database, number: int) -> uuid.UUID:
    """A code for one and the same member."""
    kind = IdentityKind.PHONE
    return database.run(
        lambda work: codes.send(work, KEY, program, member, kind=kind, place=PLACE).id
    )


def show(program: ProgramTerms, people: list[Member], database: Database, number: int) -> str:
    """A code for a member of one's own."""
    member = people[number % len(people)]
    return database.run(lambda work: codes.show(work, KEY, program, member, place=PLACE)[0])


def take(
    program: ProgramTerms, text: str, member: Member | None, database: Database, number: int
) -> uuid.UUID | None:
    """One and the same code."""
    found = database.run(
        lambda work: codes.take(work, KEY, program, text, member=member, place=PLACE)
    )
    return found.id if found else None


def claim(database: Database, number: int) -> list[uuid.UUID]:
    """Two messages."""
    return database.run(lambda work: [one.id for one in outbox.claim(work, limit=2)])


def test_of_sends_at_once_one_code_is_left_and_five_go_out(database, url):
    with database.unit_of_work() as work:
        program = make_program(work)
        member = make_member(work, program)

    outcomes = crowd(url, partial(send, program, member), processes=4, threads=2)

    sent = [outcome for outcome in outcomes if outcome is not Throttled]
    assert len(sent) == 5
    with database.reading() as work:
        live = select(ShortCode.id).where(ShortCode.ended_at.is_(None))
        assert work.session.scalars(live).one() in sent
        told = work.session.scalars(select(OutboxMessage.subject_id)).all()
        assert sorted(told) == sorted(sent)


def test_a_member_shown_a_code_at_once_sees_one(database, url):
    with database.unit_of_work() as work:
        program = make_program(work)
        member = make_member(work, program)

    texts = crowd(url, partial(show, program, [member]), processes=4, threads=2)

    assert len(set(texts)) == 1


def test_members_who_draw_at_once_from_few_codes_draw_different_ones(database, url):
    with database.unit_of_work() as work:
        program = make_program(work, short_code_length=1)
        people = [make_member(work, program) for _ in range(8)]

    texts = crowd(url, partial(show, program, people), processes=4, threads=2)

    drawn = [text for text in texts if text is not Throttled]
    assert len(drawn) == len(set(drawn)) >= 7


@pytest.mark.parametrize("named", [True, False])
def test_of_tries_at_once_exactly_one_succeeds(database, url, named):
    with database.unit_of_work() as work:
        program = make_program(work)
        member = make_member(work, program)
        text, _ = codes.show(work, KEY, program, member, place=PLACE)

    tried = partial(take, program, text, member if named else None)
    outcomes = crowd(url, tried, processes=4, threads=2)

    assert sorted(outcomes, key=str) == sorted([member.id, *[None] * 7], key=str)


def test_wrong_tries_at_once_are_all_counted(database, url):
    with database.unit_of_work() as work:
        program = make_program(work)
        member = make_member(work, program)
        text, _ = codes.show(work, KEY, program, member, place=PLACE)

    wrong = partial(take, program, "wrong", member)
    crowd(url, wrong, processes=2, threads=2)

    with database.unit_of_work() as work:
        assert work.session.scalars(select(ShortCode.wrong_tries)).one() == 4
        assert codes.take(work, KEY, program, text, member=member, place=PLACE)


def test_messages_claimed_at_once_are_claimed_once(database, url):
    with database.unit_of_work() as work:
        program = make_program(work)
        for _ in range(12):
            outbox.put(work, program.id, topic="news", subject_id=uuid.uuid4())

    claims = crowd(url, claim, processes=4, threads=2)

    claimed = [one for mine in claims for one in mine]
    assert len(claimed) == len(set(claimed))
    # Whoever finds the first locked takes the next, and does not wait.
    assert len(claimed) == 12
