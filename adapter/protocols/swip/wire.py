"""SWiP's bytes: parameters that stand in the query or else in the body, and `ApiError`."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from flask import Response, request
from werkzeug.exceptions import HTTPException

from adapter.web import json
from adapter.web.work import database


def parameters(*names: str) -> dict[str, Any]:
    """Those of these parameters that say something: of the query, or else of a POST's body (D3).

    The first that is not blank counts, and the body only where the query has none of them (D9).
    """
    texts = {name: _first(request.args.getlist(name)) for name in names}
    found: dict[str, Any] = {name: text for name, text in texts.items() if text}
    if found or request.method != "POST":
        return found
    try:
        document = json.read_object(request)
    except HTTPException:
        return {}  # what holds no parameters is no body
    told = {name: document.get(name) for name in names}
    return {name: v for name, v in told.items() if v is not None and not _is_blank(v)}


def body() -> dict[str, Any]:
    """The JSON object of the body, whatever its Content-Type says."""
    return json.read_object(request)


def reply(document: Any) -> Response:
    """A JSON document."""
    return Response(json.dumps(document), content_type="application/json")


def refusal(
    *, status: int, code: int, description: str, field_errors: list[dict[str, str]] | None
) -> Response:
    """The error object of §4.6, with all its keys."""
    now = database().clock().astimezone(UTC).replace(tzinfo=None)
    document = {
        "@type": "ApiError",
        "code": code,
        "timestamp": f"{now.isoformat(timespec='milliseconds')}Z",
        "description": description,
        "fieldErrors": field_errors,
    }
    return Response(json.dumps(document), status=status, mimetype="application/json")


def _first(texts: list[str]) -> str:
    return next((text.strip() for text in texts if text.strip()), "")


def _is_blank(value: Any) -> bool:
    return isinstance(value, str) and not value.strip()
