"""Events: what a member did besides buying (4.11, 5.7)."""

from __future__ import annotations

from adapter.protocols.fidelizacion.schemas.fields import Array, Instant, Object, Text, Verbatim
from adapter.protocols.fidelizacion.schemas.member import Identifier
from adapter.protocols.fidelizacion.schemas.strict import Strict

LONGEST_TYPE = 128


class Event(Strict):
    """4.11: what happened, and when."""

    type = Text(LONGEST_TYPE, required=True)
    sub_type = Text(data_key="subType")
    occurred_at = Instant(data_key="dateTime", required=True)
    payload = Verbatim()
    tags = Array(Text(), load_default=list)


class Report(Strict):
    """5.7: to whom it happened, if that is known, and what."""

    member = Object(Identifier)
    event = Object(Event, required=True)
