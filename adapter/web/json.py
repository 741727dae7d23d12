"""JSON as vendors send it and want it: exact numbers, letters and key order as written."""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from json.encoder import encode_basestring
from typing import Any, cast

from flask import Request, Response
from flask.json.provider import JSONProvider
from werkzeug.exceptions import (
    BadRequest,
    ClientDisconnected,
    HTTPException,
    RequestEntityTooLarge,
    UnsupportedMediaType,
)

LARGEST_BODY = 1024 * 1024
DEEPEST = 64
LONGEST_NUMBER = 100
# As far as a double reaches: what lies beyond is nobody's amount, and writing it out costs memory.
LARGEST_EXPONENT = 308

_BOM = b"\xef\xbb\xbf"
# An unclosed string runs to the end, so that a hostile text is gone through once, not n times.
_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*+"?|([\[{])|([\]}])', re.DOTALL)
# The escapes of NUL and of halves of pairs; a whole pair is looked at and let pass.
_SUSPECT = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_SURROGATE = re.compile("[\ud800-\udfff]")


class BadJson(BadRequest):
    """The body is not JSON that can be kept: syntax, encoding, depth, numbers, characters."""


class NotAnObject(BadRequest):
    """The body is JSON, and not an object."""


class BodyTooLarge(RequestEntityTooLarge):
    """The body is larger than anything a vendor sends."""


class EncodedBody(UnsupportedMediaType):
    """The body is compressed: nobody may hide a large one in a small one."""


def read_object(request: Request) -> dict[str, Any]:
    """The JSON object in the body, whatever its Content-Type says.

    Raises:
        NotAnObject, BadJson, BodyTooLarge, EncodedBody, ClientDisconnected: Each an HTTPException.
    """
    found = parse(read_body(request))
    if not isinstance(found, dict):
        raise NotAnObject("the body must be a JSON object")
    return found


def read_body(request: Request) -> bytes:
    """The whole body, read once and remembered, so that a view may run again."""
    coding = request.environ.get("HTTP_CONTENT_ENCODING", "")
    if coding.strip().lower() not in ("", "identity"):
        raise EncodedBody("a compressed body is not accepted")
    try:
        data = request.get_data()
    except ClientDisconnected:
        raise
    except RequestEntityTooLarge:
        raise BodyTooLarge("the body is too large") from None
    except HTTPException:
        raise
    except Exception as error:
        # Servers have exceptions of their own for a broken transfer; none is a fault of ours.
        raise ClientDisconnected("the body did not arrive whole") from error
    # A header without a number says as little as none.
    announced = request.content_length or None
    if announced is None and len(data) >= LARGEST_BODY:
        # Werkzeug cuts a body of unknown length at the limit and says nothing.
        raise BodyTooLarge("the body is too large")
    if announced is not None and len(data) < announced:
        raise ClientDisconnected("the body did not arrive whole")
    return data


def parse(data: bytes | str) -> Any:
    """The value of a JSON text: whole numbers as int, others as Decimal, the last of equal keys.

    Raises:
        BadJson: Not strict UTF-8, not JSON, nested too deep, a number out of reach, NaN, or a
            character no database keeps (NUL, half a surrogate pair).
    """
    text = data if isinstance(data, str) else _decoded(data)
    _refuse_depth(text)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise BadJson(f"not JSON: line {error.lineno}, column {error.colno}") from None
    if "\\u" in text and _SUSPECT.search(text):  # the only way for such a character to get in
        _refuse_characters(value)
    return value


def dumps(value: Any) -> str:
    """The JSON text of a value; a Decimal keeps its digits, a float is a mistake of ours."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return str(encode_basestring(value))
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, Decimal) and value.is_finite():
        return format(value, "f")
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)}: {dumps(value[key])}" for key in value) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(dumps, value)) + "]"
    raise TypeError(f"{type(value).__name__} has no JSON form; say which in the mapping")


class ExactJson(JSONProvider):
    """What Flask itself reads and writes, by the same rules."""

    def dumps(self, obj: Any, **_options: Any) -> str:
        """The JSON text of a value."""
        return dumps(obj)

    def loads(self, s: str | bytes, **_options: Any) -> Any:
        """The value of a JSON text."""
        return parse(s)

    def response(self, *args: Any, **kwargs: Any) -> Response:
        """A reply whose body is the JSON text of a value."""
        value = self._prepare_response_obj(args, kwargs)
        reply = self._app.response_class(dumps(value), mimetype="application/json")
        return cast(Response, reply)


def _decoded(data: bytes) -> str:
    try:
        return data.removeprefix(_BOM).decode()
    except UnicodeDecodeError:
        raise BadJson("not UTF-8") from None


def _refuse_depth(text: str) -> None:
    # Before parsing: what the parser itself does with depth differs from one Python to the next.
    if text.count("[") + text.count("{") <= DEEPEST:
        return
    depth = 0
    for token in _BRACKETS.finditer(text):
        if token[1]:
            depth += 1
            if depth > DEEPEST:
                raise BadJson("nested too deep")
        elif token[2]:
            depth -= 1


def _whole(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise BadJson("a number is too long")
    return int(text)


def _decimal(text: str) -> Decimal:
    if len(text) > LONGEST_NUMBER:
        raise BadJson("a number is too long")
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise BadJson("a number is out of range") from None
    if abs(number.adjusted()) > LARGEST_EXPONENT:
        raise BadJson("a number is out of range")
    return number


def _refuse_constant(_word: str) -> None:
    raise BadJson("NaN and Infinity are not JSON")


# Made once, since every body is read with it.
_DECODER = json.JSONDecoder(parse_int=_whole, parse_float=_decimal, parse_constant=_refuse_constant)


def _refuse_characters(value: Any) -> None:
    if isinstance(value, str):
        if "\0" in value or _SURROGATE.search(value):
            raise BadJson("a text holds a character that cannot be kept")
    elif isinstance(value, dict):
        for key, inner in value.items():
            _refuse_characters(key)
            _refuse_characters(inner)
    elif isinstance(value, list):
        for inner in value:
            _refuse_characters(inner)


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise TypeError("a JSON object's key is a text")
    return str(encode_basestring(key))
