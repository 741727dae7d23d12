"""Events: what a member did besides buying (4.11, 5.7)."""

from __future__ import annotations

from adapter.protocols.fidelizacion.schemas.fields import (
    Array,
    Instant,
    Object,
    Text,
    Verbatim,
)
from adapter.protocols.fidelizacion.schemas.member import Identifier
from adapter.protocols.fidelizacion.schemas.strict import Strict
from adapter.web.described import says

LONGEST_TYPE = 128


class Event(Strict):
    """4.11: what happened, and when."""

    type = Text(LONGEST_TYPE, required=True, metadata=says("What happened; any word."))
    sub_type = Text(data_key="subType", metadata=says("More of it."))
    occurred_at = Instant(
        data_key="dateTime", required=True, metadata=says("When; ISO 8601, without a zone UTC.")
    )
    payload = Verbatim(metadata=says("Kept as it was sent."))
    tags = Array(Text(), load_default=list, metadata=says("Tags."))


class Report(Strict):
    """5.7: to whom it happened, if that is known, and what."""

    member = Object(Identifier, metadata=says("To whom it happened, if that is known."))
    event = Object(Event, required=True)
