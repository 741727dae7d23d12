"""What a request leaves behind for the request log, and the row that is made of it later."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from adapter.core import exchanges, programs
from adapter.core.exchanges import Known
from adapter.core.members import Member
from adapter.core.origins import Place
from adapter.core.partners import Caller
from adapter.web.masking import BYTES, MASK, TEXT, Masker, dumps, opened
from adapter.web.protocol import Protocol
from adapter.web.work import Touched

# Of more members than these at once none is looked for in the bodies.
MOST_MEMBERS = 8
_LONGEST = 255
_LONGEST_CODE = 64


class Taken(NamedTuple):
    """An exchange as the request's own thread leaves it: bytes and objects, nothing looked into."""

    protocol: Protocol
    method: str
    rule: str | None
    path: Mapping[str, Any]
    query: bytes
    headers: Mapping[str, str]
    body: bytes | int  # how long it was, where it is too long to be kept
    reply: bytes | int
    status: int
    refusal: str | None
    at: datetime
    duration_us: int
    caller: Caller | None
    place: Place | None
    id: uuid.UUID
    given_request_id: str | None
    touched: Touched | None


class Row(NamedTuple):
    """A row, and what it counts for."""

    values: dict[str, Any]
    counts_for: tuple[uuid.UUID, date, str, str] | None
    used: tuple[uuid.UUID, str, str] | None


class Draft:
    """A row in the making: whom the exchange was about, and what is known of them."""

    __slots__ = ("_entries", "_members", "known", "taken", "values")

    def __init__(self, taken: Taken) -> None:
        self.taken = taken
        self.known: Known = {}
        self._entries: list[uuid.UUID] = []
        self._members: list[list[uuid.UUID]] = [[], [], []]
        self.values: dict[str, Any] = {}
        if taken.touched is not None:
            self._look_into(taken.touched)

    @property
    def members(self) -> list[uuid.UUID]:
        """All whom its units of work met, unless they were too many."""
        found = {one for some in self._members for one in some}
        return list(found) if len(found) <= MOST_MEMBERS else []

    @property
    def member_id(self) -> uuid.UUID | None:
        """The one whom it was about: whose points moved, else who was named, else who was met."""
        some = next((some for some in map(set, self._members) if some), set())
        return next(iter(some)) if len(some) == 1 else None

    def mask(self) -> bool:
        """Mask all of it by what is known; whether a text remained that nobody was found for."""
        taken = self.taken
        names = taken.protocol.open_fields
        asked = Masker(opened(names), self.known)
        told = Masker(opened(names, taken.protocol.open_replies), self.known)
        self.values = {
            "path": asked.fields(taken.path) if taken.path else None,
            "query": asked.fields(_parameters(taken.query)) if taken.query else None,
            "headers": _headers(taken, asked),
            "request_body": _body(asked, taken.body),
            "response_body": _body(told, taken.reply),
            "is_truncated": asked.is_cut or told.is_cut,
        }
        return bool(asked.unexplained or told.unexplained)

    def row(self) -> Row:
        """The row, masked as it is now."""
        taken, caller, place = self.taken, self.taken.caller, self.taken.place
        outlet, terminal = (place.outlet_code, place.terminal) if place else ("", "")
        is_refused = taken.refusal is not None or taken.status >= 400
        values = {
            "id": taken.id,
            "program_id": caller.program_id if caller else None,
            "credential_id": caller.credential_id if caller else None,
            "member_id": self.member_id,
            "at": taken.at,
            "protocol": taken.protocol.name,
            "method": taken.method,
            "rule": taken.rule[:_LONGEST] if taken.rule else None,
            "status": taken.status,
            "refusal": taken.refusal[:_LONGEST_CODE] if taken.refusal else None,
            "code": _code(self.values["response_body"]) if is_refused else None,
            "duration_us": min(taken.duration_us, 2**31 - 1),
            "outlet": outlet[:_LONGEST],
            "terminal": terminal[:_LONGEST],
            "given_request_id": taken.given_request_id,
            "entries": dumps([str(one) for one in self._entries]) if self._entries else None,
            **self.values,
        }
        if caller is None:
            return Row(values, None, None)
        outcome = exchanges.outcome_of(taken.status, taken.refusal)
        day = programs.local_day(taken.at, caller.program.timezone)
        used = (caller.credential_id, values["outlet"], values["terminal"])
        return Row(values, (caller.program_id, day, taken.protocol.name, outcome), used)

    def _look_into(self, touched: Touched) -> None:
        written, named, met = self._members
        for entry_id, member_id in touched.written:
            self._entries.append(entry_id)
            written.append(member_id)
        for member_id, name, text in touched.named:
            named.append(member_id)
            exchanges.add(self.known, member_id, name, text)
        met += touched.met
        for row in touched.rows:
            owner = row.__dict__.get("id" if isinstance(row, Member) else "member_id")
            if owner is not None:
                met.append(owner)
                exchanges.add_row(self.known, row)


def _parameters(query: bytes) -> dict[str, Any]:
    """The parameters of a query; one that comes several times is a list."""
    found: dict[str, Any] = {}
    pairs = parse_qsl(query.decode(errors="replace"), keep_blank_values=True, max_num_fields=200)
    for name, text in pairs:
        if name in found:
            known = found[name]
            found[name] = [*known, text] if isinstance(known, list) else [known, text]
        else:
            found[name] = text
    return found


def _headers(taken: Taken, masker: Masker) -> str | None:
    """The headers worth keeping; those that carry the credential came masked."""
    told = {name: masker.open(text) for name, text in taken.headers.items()}
    return dumps(told) if told else None


def _body(masker: Masker, data: bytes | int) -> str | None:
    if isinstance(data, int):
        masker.is_cut = True
        return dumps({BYTES: data})
    return masker.body(data)


def _code(body: str | None) -> str | None:
    """The vendor's code of a refusal, where it stands in the open."""
    told = json.loads(body) if body else None
    if not isinstance(told, dict) or TEXT in told:
        return None
    inner = told.get("error")
    code = inner.get("code") if isinstance(inner, dict) else told.get("code")
    is_open = isinstance(code, str | int) and not str(code).startswith(MASK)
    return str(code)[:_LONGEST_CODE] if is_open else None
