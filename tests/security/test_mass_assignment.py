"""A caller sets what its vendor's page lets it set, and nothing that happens to be a column."""

from __future__ import annotations

import json
import uuid

import pytest
from sqlalchemy import select

from adapter.core.cards import Card
from adapter.core.ledger import Entry
from adapter.core.members import Member, MemberStatus
from tests.protocols.callers import OF_THE_SHAPE
from tests.security.doors import DOORS, NAME, NOBODY, SECRET, WRITES, add_program

EACH_DOOR = pytest.mark.parametrize("door", DOORS, ids=lambda door: door.protocol)
CHOSEN = str(uuid.UUID(int=7))
# Our columns, the vendors' names for what only we may say, and names that mean something to Python.
EXTRAS = {
    "id": CHOSEN,
    "member_id": CHOSEN,
    "memberId": CHOSEN,
    "membershipKey": CHOSEN,
    "program_id": CHOSEN,
    "programId": CHOSEN,
    "program": "OTHER",
    "merchant": "OTHER",
    "status": "blocked",
    "state": "blocked",
    "cardState": "blocked",
    "cardNumber": "7711111111",
    "number": "7711111111",
    "balance": 99999,
    "balance_minor": 99999,
    "points": 99999,
    "pointsBalance": 99999,
    "creditBalance": 99999,
    "bonus": {"total": 99999, "available": 99999},
    "bonuses": [{"amount": 99999}],
    "balances": {"points": 99999},
    "lots": [{"unit": "points", "amount": "99999"}],
    "tier": "gold",
    "level": "gold",
    "version": 99,
    "created_at": "1990-01-01T00:00:00Z",
    "recorded_at": "1990-01-01T00:00:00Z",
    "erased_at": "1990-01-01T00:00:00Z",
    "isAdmin": True,
    "settings": {"allow_negative": True},
    "__class__": "Program",
    "__init__": {"__globals__": {}},
    "$where": "1",
}


@EACH_DOOR
def test_whoever_is_enrolled_is_enrolled_as_anybody_is(door, make_app, database, program):
    with database.unit_of_work() as work:
        add_program(work, "OTHER", secret="of-another-program")
        before = set(work.session.scalars(select(Member.id)))
    client = make_app().test_client()
    method, path, body_of = WRITES[door.protocol]
    body = body_of(NOBODY)
    for inner in [body, *(part for part in body.values() if isinstance(part, dict))]:
        inner |= EXTRAS

    response = client.open(
        path, method=method, data=json.dumps(body), headers=door.headers(NAME, SECRET)
    )

    assert response.status_code == 200, response.text
    with database.reading() as work:
        (member,) = (m for m in work.session.scalars(select(Member)) if m.id not in before)
        entries = work.session.scalars(select(Entry).where(Entry.member_id == member.id)).all()
        cards = work.session.scalars(select(Card).where(Card.member_id == member.id)).all()
    assert str(member.id) != CHOSEN
    assert (member.program_id, member.status) == (program.id, MemberStatus.ACTIVE)
    assert member.created_at.year > 1990 and member.erased_at is None
    assert entries == []
    assert {card.number for card in cards} & {"7711111111"} == set()
    assert "99999" not in response.text and CHOSEN not in response.text


@EACH_DOOR
@OF_THE_SHAPE
def test_no_parameter_of_a_query_stands_for_a_header_or_a_program(
    door, make_app, database, program
):
    client = make_app().test_client()
    method, path, body = door.asks(NOBODY)
    plain = client.open(
        path, method=method, data=json.dumps(body), headers=door.headers(NAME, SECRET)
    )
    more = "&".join(f"{name}={CHOSEN}" for name in ("program", "program_id", "merchant", "caller"))
    keyless = door.headers(NAME, "x")

    sent = f"{path}{'&' if '?' in path else '?'}{more}&x-api-key={SECRET}&access_token={SECRET}"
    told = client.open(
        sent, method=method, data=json.dumps(body), headers=door.headers(NAME, SECRET)
    )
    stranger = client.open(sent, method=method, data=json.dumps(body), headers=keyless)

    assert told.status_code == plain.status_code
    assert stranger.status_code == 401
