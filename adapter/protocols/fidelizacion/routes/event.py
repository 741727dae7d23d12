"""Events (5.7)."""

from __future__ import annotations

from flask import Response

from adapter.core import events
from adapter.protocols.fidelizacion import schemas
from adapter.protocols.fidelizacion.routes import call
from adapter.protocols.fidelizacion.who import identified
from adapter.protocols.fidelizacion.wire import body, member_text, reply
from adapter.web.credentials import caller, place
from adapter.web.work import unit_of_work


@call("/v1/event")
def report_event() -> Response:
    """5.7: something a member did, kept as it was told; the business's rules may reward it."""
    given = schemas.of_event(body())
    told = given["event"]
    with unit_of_work() as work:
        member = identified(work, given["member"]) if "member" in given else None
        events.record(
            work,
            caller().program,
            member,
            kind=told["type"],
            sub_kind=told.get("sub_type"),
            occurred_at=told["occurred_at"],
            payload=member_text("event", "payload") if "payload" in told else None,
            tags=told["tags"],
            place=place(),
        )
    return reply({})
