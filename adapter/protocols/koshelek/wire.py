"""Koshelek's bytes: requests read by a schema; every leaf of a reply a string."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from flask import Response, request
from marshmallow import Schema

from adapter.core.amounts import Amount
from adapter.protocols.koshelek.settings import ProcessSettings
from adapter.web import json
from adapter.web.protocol import settings_of
from adapter.web.shapes import plain


def query(schema: Schema) -> dict[str, Any]:
    """The parameters of the query, in the shape of a schema."""
    loaded: dict[str, Any] = schema.load(request.args.to_dict())
    return loaded


def body(schema: Schema) -> dict[Any, Any]:
    """The JSON object of the body, in the shape of a schema."""
    loaded: dict[Any, Any] = schema.load(json.read_object(request))
    return loaded


def reply(document: Any, status: int = 200) -> Response:
    """A JSON document whose every elementary value is a string (2.5)."""
    return Response(json.dumps(strings(document)), status=status)


def bare(text: str) -> Response:
    """A body that is nothing but this text (G1)."""
    return Response(text)


def empty() -> Response:
    """Zero bytes, with the header all the same (5.1, G10)."""
    return Response(b"")


def finish(response: Response) -> Response:
    """The reply with the header that 2.2 wants on each, also on those without a body."""
    response.headers["Content-Type"] = settings_of(ProcessSettings).content_type
    return response


def strings(value: Any) -> Any:
    """The same structure with every leaf a string; a key without a value is left out (2.5)."""
    if isinstance(value, dict):
        return {key: strings(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list | tuple):
        return [strings(inner) for inner in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int | Amount):
        return str(value)
    if isinstance(value, Decimal):
        return format(plain(value), "f")  # section 8: no exponent, no trailing zeros
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no agreed form on this wire")
