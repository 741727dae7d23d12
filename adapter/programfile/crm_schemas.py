"""The shape of a program's `crm`: who is asked for people we do not know, and how."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from marshmallow import ValidationError, validates_schema
from marshmallow import fields as shapes

from adapter.core import cards
from adapter.core.members import ConsentKind, IdentityKind, Profile
from adapter.programfile import fields as read
from adapter.programfile.fields import MESSAGES, Value
from adapter.programfile.shapes import Shape, required

KINDS = (*IdentityKind, cards.BY_CARD)
TOLD = (
    *(name for name in Profile.__slots__ if name != "phone_shown"),
    "external_id",
    "membership_key",
    "pass",
    "card_number",
    *(f"consents.{kind}" for kind in ConsentKind),
)
WANTED = "{value}"  # where a GET says whom it asks for

_URL = re.compile(r"https?://[^\s/?#@{}]+([/?][^\s#]*)?", re.ASCII)
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
_PATH = re.compile(r"[^\s.]{1,64}(\.[^\s.]{1,64}){0,9}")
# What the call itself says in its headers.
_TAKEN = re.compile(r"(?i)host|content-.*|transfer-.*|connection|accept.*|user-agent|webhook-.*")


def _url(value: Any) -> str:
    address = read.text(1000)(value)
    try:
        parts = urlsplit(address)
        good = bool(_URL.fullmatch(address) and parts.hostname and parts.port != 0)
    except ValueError:  # a port that is no number, a bracket that nobody closes
        good = False
    if not good:
        raise ValidationError("must be an address such as https://crm.example.com/loyalty")
    return address


def _method(value: Any) -> str:
    if value not in ("GET", "POST"):
        raise ValidationError("must be GET or POST")
    return str(value)


def _kind(value: Any) -> str:
    if value not in KINDS:
        raise ValidationError("must be one of " + ", ".join(KINDS))
    return str(value)


def _header(value: Any) -> str:
    name = read.text(64)(value)
    if not _HEADER.fullmatch(name) or _TAKEN.fullmatch(name):
        raise ValidationError("must be the name of a header that is free, such as Authorization")
    return name


def _fields(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not value:
        raise ValidationError("must be an object of paths such as customer.phone")
    wrong = {}
    for name, path in value.items():
        if name not in TOLD:
            wrong[name] = ["is not a known key"]
        elif not isinstance(path, str) or not _PATH.fullmatch(path):
            wrong[name] = ["must be a path such as customer.phones.0"]
    if wrong:
        raise ValidationError(wrong)
    return dict(value)


class Crm(Shape):
    """Where the CRM is, what it is asked, how long it may take; exactly what is given is stored."""

    url = required(_url)
    method = Value(_method)
    ask_by = shapes.List(Value(_kind), error_messages=MESSAGES)
    timeout_ms = Value(read.integer(50, 10_000))
    connect_timeout_ms = Value(read.integer(10, 10_000))
    header = Value(_header, allow_none=True)
    fields_ = Value(_fields, data_key="fields")
    issue_card = Value(read.boolean)
    failures = Value(read.integer(1, 1000))
    pause_seconds = Value(read.integer(1, 86_400))
    nobody_seconds = Value(read.integer(1, 86_400))

    @validates_schema
    def somebody_is_asked_for(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a question without a person in it."""
        if data.get("method") == "GET" and WANTED not in data.get("url", WANTED):
            raise ValidationError({"url": [f"must hold {WANTED} where GET is the method"]})
        if data.get("ask_by") == []:
            raise ValidationError({"ask_by": ["may not be empty"]})


def crm(value: Any) -> dict[str, Any]:
    """Reads a CRM as it is stored."""
    if not isinstance(value, dict):
        raise ValidationError("must be an object")
    given: dict[str, Any] = Crm().load(value)
    if "fields_" in given:
        given["fields"] = given.pop("fields_")
    return given
