"""A request made again of what was kept of it, with what is still known filled in."""

from __future__ import annotations

import base64
import re
import shlex
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from adapter.core import exchanges
from adapter.core.exchanges import Exchange
from adapter.db import Work
from adapter.web import json as exact
from adapter.web.masking import (
    AS,
    BYTES,
    CUT,
    IS,
    MASK,
    MASKED_FLAG,
    MASKED_NUMBER,
    MEMBER,
    NUMBER,
    TEXT,
    dumps,
)
from adapter.web.protocol import Protocol

_VARIABLE = re.compile(r"<(?:[^:<>]*:)?([^<>]+)>")
# What is said of a member for whom a value stands: text, or nothing if there is no such person.
Fill = Callable[[uuid.UUID, str], str | None]


class NotKept(Exception):
    """Too little of the request was kept to make it again."""


@dataclass
class Refilled:
    """A request, and where in it something is missing that was not kept or is known no more."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes | None
    missing: list[str] = field(default_factory=list)


def fill_from(work: Work, exchange: Exchange) -> Fill:
    """What fills in what is a member's, for as long as they are one of this program."""
    return lambda member_id, name: exchanges.fill(work, exchange.program_id, member_id, name)


def fill_nothing(_member_id: uuid.UUID, name: str) -> str | None:
    """What stands for a member's own where it is not to be seen."""
    return f"<{name.partition(':')[0]}>"


def refilled(exchange: Exchange, fill: Fill) -> Refilled:
    """The request of an exchange, without what its caller proves who they are with.

    Raises:
        NotKept: Its path names no endpoint, or its body was not kept whole.
    """
    if exchange.rule is None:
        raise NotKept("its address is no endpoint's, and addresses are not kept")
    if exchange.is_truncated and _is_cut(exchange.request_body):
        raise NotKept("its body was too long to be kept")
    missing: list[str] = []
    path = _load(exchange.path) or {}
    values = _filled(path, fill, "path", missing)
    address = _VARIABLE.sub(
        lambda found: quote(str(values.get(found[1], MASK)), safe=""), exchange.rule
    )
    if exchange.query:
        parameters = _filled(_load(exchange.query), fill, "query", missing)
        address += "?" + urlencode(parameters, doseq=True)
    body = None
    if exchange.request_body:
        kept = _load(exchange.request_body)
        if isinstance(kept, dict) and TEXT in kept:
            body = str(_filled(kept[TEXT], fill, "body", missing)).encode()
        else:
            body = dumps(_filled(kept, fill, "body", missing)).encode()
    headers = _load(exchange.headers) or {}
    return Refilled(exchange.method, address, headers, body, missing)


def with_stand_in(request: Refilled, protocol: Protocol, name: str) -> Refilled:
    """The request with something in the place of the credential that is none."""
    for header in protocol.secret_headers:
        if header in request.headers:
            request.headers[header] = _stand_in(protocol, header, name)
    return request


def as_curl(request: Refilled, protocol: Protocol, name: str, *, url: str) -> str:
    """The request as a command line; secrets are variables of the shell."""
    variable = f"${protocol.credential.secret.upper()}"
    words = ["curl", "-sS", "-X", request.method, shlex.quote(url.rstrip("/") + request.path)]
    for header, text in sorted(request.headers.items()):
        if header not in protocol.secret_headers:
            words += ["-H", shlex.quote(f"{header}: {text}")]
        elif protocol.credential.joined:
            words += ["-u", f'{shlex.quote(f"{name}:")}"{variable}"']
        else:
            scheme = "Bearer " if header == "authorization" else ""
            words += ["-H", f'"{header}: {scheme}{variable}"']
    if request.body is not None:
        if "content-type" not in request.headers:
            words += ["-H", shlex.quote("content-type: application/json")]
        words += ["--data-raw", shlex.quote(request.body.decode())]
    return " ".join(words)


def members_in(exchange: Exchange) -> set[uuid.UUID]:
    """All members to whom what was kept of an exchange refers."""
    found = {exchange.member_id} if exchange.member_id else set()
    parts = (exchange.path, exchange.query, exchange.request_body, exchange.response_body)
    for part in parts:
        _gather(_load(part), found)
    return found


def _stand_in(protocol: Protocol, header: str, name: str) -> str:
    if protocol.credential.joined:
        return "Basic " + base64.b64encode(f"{name}:{MASK}".encode()).decode()
    return f"Bearer {MASK}" if header == "authorization" else MASK


def _filled(value: Any, fill: Fill, where: str, missing: list[str]) -> Any:
    if isinstance(value, dict):
        if MEMBER in value:
            return _of_member(value, fill, where, missing)
        return {key: _filled(one, fill, f"{where}.{key}", missing) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, fill, f"{where}.{at}", missing) for at, one in enumerate(value)]
    if value in (MASK, MASKED_NUMBER, MASKED_FLAG, CUT):
        missing.append(where)
        return {MASKED_NUMBER: 0, MASKED_FLAG: False}.get(value, MASK)
    return value


def _of_member(told: Mapping[str, Any], fill: Fill, where: str, missing: list[str]) -> Any:
    text = fill(uuid.UUID(told[MEMBER]), told[IS])
    if text is None:
        missing.append(where)
        return 0 if told.get(NUMBER) else MASK
    if AS in told and text[:1].isdigit():
        text = exchanges.in_form(told[AS], text)
    return int(text) if told.get(NUMBER) and text.isdecimal() else text


def _gather(value: Any, found: set[uuid.UUID]) -> None:
    if isinstance(value, dict):
        if MEMBER in value:
            found.add(uuid.UUID(value[MEMBER]))
        for one in value.values():
            _gather(one, found)
    elif isinstance(value, list):
        for one in value:
            _gather(one, found)


def _is_cut(body: str | None) -> bool:
    return body is not None and (f'"{BYTES}"' in body or CUT in body)


def _load(text: str | None) -> Any:
    # Numbers stay as they were written.
    return exact.parse(text) if text else None
