"""5.7: events are kept as they were told, and may be rewarded."""

from __future__ import annotations

from typing import Any

import pytest

from adapter.core import programs
from adapter.core.events import Event
from adapter.core.members import MemberStatus
from tests.protocols.fidelizacion.people import BY_EMAIL, BY_PHONE, balance, register_ines, status
from tests.protocols.fidelizacion.till import Till, data_of, refusal
from tests.protocols.state import rows

EVENT = {"type": "visit", "dateTime": "2026-05-04T08:00:00Z"}


def kept(till: Till) -> list[Event]:
    """All events, in their order."""
    with till.database.reading() as work:
        return list(work.session.query(Event).order_by(Event.id).all())


def test_an_event_of_a_member_or_of_nobody_is_kept(till: Till) -> None:
    register_ines(till)

    for member in ({}, {"member": BY_EMAIL}):
        answer = till.event(EVENT | {"subType": "kiosk", "tags": ["morning"]}, **member)

        assert answer.json == {"status": "success", "data": {}}
    nobodys, hers = kept(till)
    assert (nobodys.member_id, hers.member_id is None) == (None, False)
    assert (hers.kind, hers.sub_kind, hers.tags) == ("visit", "kiosk", ["morning"])
    assert (hers.payload, hers.outlet_code, hers.terminal) == (None, "BR001", "POS001")
    assert hers.actor == "POS Simphony 19.4"


def test_an_event_has_no_name_and_is_kept_each_time(till: Till) -> None:
    """Gap 33."""
    for _ in range(3):
        till.event(EVENT)

    assert len(kept(till)) == 3


AROUND = [
    '{"event": {"type": "visit", "dateTime": "2026-05-04T08:00:00Z", "payload":PAYLOAD}}',
    '{"event": {"payload": 5}, "member": null, "event": {"payload": {"first": 1},'
    ' "dateTime": "2026-05-04T08:00:00Z" , "payload" :\nPAYLOAD , "type": "visit" } }',
    '\ufeff{"x": {"event": 1}, "event": {"type": "visit", "dateTime": "2026-05-04T08:00:00Z",'
    ' "payload":  PAYLOAD, "tags": []}, "after": 1}',
]
PAYLOADS = [
    "{}",
    '{"zone": "A"}',
    '{"b": 1, "a": 2, "b": 3}',
    '{"n": null, "l": [null, {"x": null}]}',
    '{"x": 1.50, "y": 1e5, "z": -0.0, "big": 123456789012345678901234567890}',
    '{ "s" :  "\\u00e9\\/\\n" , "é":"☕" }',
    '{"event": {"payload": {"deeper": true}}, "}": "]"}',
    '{\n\t"lines": [\r\n]}',
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_payload_is_kept_to_the_letter(till: Till, payload: str) -> None:
    """4.11: order, nulls, spelling of numbers and all."""
    bodies = [text.replace("PAYLOAD", payload) for text in AROUND]

    for body in bodies:
        assert till.post("/v1/event", body.encode()).json["status"] == "success", body

    assert [event.payload for event in kept(till)] == [payload] * 3


def test_a_payload_that_is_null_is_none(till: Till) -> None:
    till.event(EVENT | {"payload": None})

    assert kept(till)[0].payload is None


def test_a_time_is_kept_to_its_fraction(till: Till) -> None:
    till.event(EVENT | {"dateTime": "2026-05-04T10:00:00.25+02:00"})

    assert kept(till)[0].occurred_at.isoformat() == "2026-05-04T08:00:00.250000+00:00"


def test_an_unknown_member_stores_nothing(till: Till) -> None:
    before = rows(till.database)

    found = refusal(till.event(EVENT, member=BY_PHONE))

    assert found[1::2] == ("203", "body.member.phoneNumber")
    assert rows(till.database) == before


def test_an_event_may_bring_points_and_an_asset(till: Till) -> None:
    register_ines(till)
    with till.database.unit_of_work() as work:
        terms: dict[str, Any] = {
            "event": "referral",
            "points": "5",
            "benefit": {"name": "Cake", "kind": "gift", "percent": "100", "items": ["CAKE"]},
            "limit": 1,
        }
        programs.put_rule(work, till.program.id, code="friend", kind="event", terms=terms)

    for _ in range(2):
        assert data_of(till.event(EVENT | {"type": "referral"}, member=BY_PHONE)) == {}
    till.event(EVENT, member=BY_PHONE)

    assert balance(till)["points"] == 500
    (asset,) = till.details(BY_PHONE).json["member"]["assets"]
    assert (asset["name"], asset["redeemable"]) == ("Cake", True)


def test_who_takes_no_part_gets_nothing_for_it(till: Till) -> None:
    register_ines(till)
    status(till, MemberStatus.INACTIVE)
    with till.database.unit_of_work() as work:
        terms = {"event": "visit", "points": "5"}
        programs.put_rule(work, till.program.id, code="visit", kind="event", terms=terms)

    assert till.event(EVENT, member=BY_PHONE).json["status"] == "success"
    assert balance(till)["points"] == 0
