"""The vendor's bytes: what is read in which order (1.3), and the envelope of section 2."""

from __future__ import annotations

import json as stdlib_json
from typing import Any

from flask import Response, request
from werkzeug.exceptions import UnsupportedMediaType

from adapter.web import json

CONTENT_TYPE = "application/json"
_BLANKS = " \t\n\r"


def body() -> dict[str, Any]:
    """The JSON object of the body: its type is looked at first, then its size, then its syntax.

    Raises:
        UnsupportedMediaType, BodyTooLarge, BadJson, NotAnObject: In this order.
    """
    if request.mimetype != CONTENT_TYPE:
        raise UnsupportedMediaType
    return json.read_object(request)


def reply(data: dict[str, Any], *, message: str | None = None) -> Response:
    """A success: the payload under `data`, and again at the top (2.1, the mirror rule)."""
    envelope: dict[str, Any] = {"status": "success"}
    if message is not None:
        envelope["message"] = message
    envelope["data"] = data
    mirrored = {key: value for key, value in data.items() if key not in (*envelope, "message")}
    mirrored.pop("error", None)
    return Response(json.dumps(envelope | mirrored), content_type=CONTENT_TYPE)


def refusal(*, code: str, message: str, path: str | None, status: int) -> Response:
    """A refusal: exactly one error, its code a string, and a path where one field is to blame."""
    error = {"code": code, "message": message}
    if path is not None:
        error["path"] = path
    document = {"status": "error", "error": error}
    return Response(json.dumps(document), status=status, content_type=CONTENT_TYPE)


def member_text(*names: str) -> str:
    """The JSON text of a member of the body, exactly as it was sent, found by its path."""
    text = json.read_body(request).decode("utf-8-sig")
    for name in names:
        text = _members(text)[name]
    return text


def _members(text: str) -> dict[str, str]:
    """The texts of an object's members by name, the last of equal names; the text is valid JSON."""
    decoder = stdlib_json.JSONDecoder()
    found: dict[str, str] = {}
    at = _past(text, text.index("{") + 1)
    while text[at] != "}":
        name, at = decoder.raw_decode(text, at)
        start = _past(text, _past(text, at) + 1)  # past the colon
        _, end = decoder.raw_decode(text, start)
        found[name] = text[start:end]
        at = _past(text, end)
        if text[at] == ",":
            at = _past(text, at + 1)
    return found


def _past(text: str, at: int) -> int:
    while text[at] in _BLANKS:
        at += 1
    return at
